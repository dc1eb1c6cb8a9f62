// Firefox for e2e/widget/firefox.py, by puppeteer-core over WebDriver BiDi. It reads one request a line,
// {"id", "do", "args"}, and answers each with one line: {"id", "value"}, or {"id", "gone" or "failed": why}.
// It ends, and the browser with it, when its input does. Usage: node bridge.mjs FIREFOX

import { createInterface } from 'node:readline'
import puppeteer, { ProtocolError } from 'puppeteer-core'
import { ENVIRONMENT, PREFERENCES } from './profile.mjs'

const PATIENCE_MS = 60_000
const AWAY = /detached|destroyed|closed|no such (frame|window)|navigation/i

const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.argv[2],
  headless: true,
  defaultViewport: { width: 1000, height: 800 },
  extraPrefsFirefox: PREFERENCES,
  env: { ...process.env, ...ENVIRONMENT },
})
let context, page, session
const leavers = new Set()

class Gone extends Error {}

const frameOf = async (selector) => {
  if (!selector) return page.mainFrame()
  const frame = await (await page.$(selector))?.contentFrame()
  if (!frame) throw new Error(`${selector} is no frame`)
  return frame
}

// A promise of a document that was left is never answered: its page may stand in the back-forward cache, waiting.
const unlessLeft = async (frame, answer) => {
  let leave, timer
  const left = new Promise((_, reject) => {
    leave = { frame: frame._id, left: () => reject(new Gone('the page was left')) }
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  leavers.add(leave)
  try {
    return await Promise.race([answer, left])
  } finally {
    leavers.delete(leave)
    clearTimeout(timer)
  }
}

const where = () => page.evaluate('[location.href, performance.timeOrigin, document.readyState]')

const can = {
  version: () => browser.version(),

  async fresh() {
    const old = context
    context = await browser.createBrowserContext()
    page = await context.newPage()
    if (!session) {
      session = page.mainFrame().browsingContext.userContext.browser.session
      session.on('browsingContext.navigationCommitted', (event) => {
        for (const one of leavers) if (one.frame === event.context) one.left()
      })
    }
    await old?.close()
  },

  // Here, and in back(), the protocol's own commands: the library waits for loads that a page from the back-forward
  // cache doesn't have, and after one it has lost count.
  async open(url) {
    const navigate = () => session.send('browsingContext.navigate', { context: page.mainFrame()._id, url, wait: 'complete' })
    await navigate().catch(navigate) // another navigation may be under way, and come between
  },

  async evaluate(expression, selector) {
    const frame = await frameOf(selector)
    const value = await unlessLeft(frame, frame.evaluate(`(${expression})`))
    return value === undefined ? null : value
  },

  // A second click comes as fast as a hand does it: what the first began is then under way.
  clickAt: (x, y, count) => page.mouse.click(x, y, { count, delay: count > 1 ? 120 : 0 }),
  type: (text) => page.keyboard.type(text),
  press: (key) => page.keyboard.press(key),

  async back() {
    const [url, began] = await where()
    await session.send('browsingContext.traverseHistory', { context: page.mainFrame()._id, delta: -1 })
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
      const [now, then, state] = await where().catch(() => [url, began])
      if ((now !== url || then !== began) && state === 'complete') return
    }
    throw new Error('there was no way back')
  },

  async closePage() {
    const old = page
    page = await context.newPage()
    await old.close()
  },

  setOffline: (offline) => page.setOfflineMode(offline),
}

const answer = async ({ id, do: name, args }) => {
  try {
    return { id, value: (await can[name](...args)) ?? null }
  } catch (error) {
    const why = String(error?.message ?? error)
    const away = error instanceof Gone || error instanceof ProtocolError || AWAY.test(why)
    return name === 'evaluate' && away ? { id, gone: why } : { id, failed: why }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
await browser.close()
