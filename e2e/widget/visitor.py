"""A visitor on the pages of one case: what they do there, and what became of it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from e2e.widget.driving import Driver, Gone, Unsupported
from e2e.widget.judging import Judge
from e2e.widget.patience import eventually
from e2e.widget.serving import Answer
from e2e.widget.site import Site
from e2e.widget.world import World
from tests.support.widget import set_up

Json = dict[str, Any]
FIND = """((path) => path.split(' >>> ').reduce((root, part, i) => {
  const found = (i ? root.shadowRoot : root).querySelector(part);
  if (!found) throw new Error('no ' + part);
  return found;
}, document))"""
PLACE = """(el => { el.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const box = el.getClientRects()[0];
  if (!box) throw new Error('it is not to be seen');
  return [box.x + box.width / 2, box.y + box.height / 2]; })"""
# What was begun on the page is done: the widget's second file is there and has heard of all that was. Whoever asks for
# it here gets the same one, after the widget, if that has asked before.
SETTLED = """(async () => {
  if (window.LeadsBot) await (window.importFile || ((url) => import(url)))(%s).catch(() => 0);
  await new Promise((done) => setTimeout(done));
})()"""
CORNER = "(el => { const box = el.getBoundingClientRect(); return [box.x + el.clientLeft, box.y + el.clientTop]; })"


class Visitor(Judge):
    """Acts on the page that is open. Elements are named by CSS selectors; `host >>> inner` looks into a shadow root,
    `iframe ||| inner` into a frame, `js: expression` is any expression that gives an element. `stranger` is somebody
    else's website, which LeadsBot's site doesn't allow.

    Without the tag (`tagged` false) every judgement ends the case: the visitor's part is then repeated as it was, to
    compare what the page itself asked of its site.
    """

    def __init__(
        self, world: World, driver: Driver, site: Site, stranger: Site, site_row: Json, *, tagged: bool = True
    ) -> None:
        super().__init__(world, site, site_row, tagged=tagged)
        self._driver = driver
        self.stranger = stranger
        self.relay = world.relay
        self.went_on = False
        self._acted = False

    @property
    def driver(self) -> Driver:
        """The browser, for something to be done in it."""
        self.went_on = self.went_on or self.judged
        return self._driver

    # Pages

    def tag(self, attributes: str = "", *, data: bool = True) -> str:
        """Write the tag, with more attributes; `data=False` says the token on its address alone."""
        if not self.tagged:
            return ""
        url = self.relay.url
        told = f'data-token="{self.token}" data-api="{url}" data-mode="listener"' if data else ""
        query = "" if data else f"?token={self.token}"
        return f'<script id="leadsbot-listener" src="{url}/widget.js{query}" {told} {attributes} async></script>'

    def page(
        self,
        body: str,
        path: str = "/page",
        *,
        head: str = "",
        tag: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Put a page onto the site, with the tag in its head: after `head`, unless it is given otherwise."""
        self.site.page(path, body, head + (self.tag() if tag is None else tag), headers)

    def open(self, body: str, path: str = "/page", *, ready: str = "settings", query: str = "", **more: Any) -> None:
        """Put a page there and go to it; `ready` is what to wait for, as in `go()`."""
        self.page(body, path, **more)
        self.go(path + query, ready)

    def go(self, path: str, ready: str = "settings") -> None:
        """Go to a page of the site, and wait for the widget: for its `settings`, the `script`, or `nothing`."""
        self._leaves()
        self.driver.open(path if "://" in path else self.site.url + path)
        if self.tagged and ready != "nothing":
            self.wait("!!(window.LeadsBot && LeadsBot.flush)")
        if self.tagged and ready == "settings":
            self.wait(set_up(self.token))

    def leave(self) -> None:
        """Go to a page of the site that has no tag."""
        self._leaves()
        self.driver.open(f"{self.site.url}/elsewhere")

    def back(self) -> None:
        """Go back by the browser's button."""
        self._leaves()
        self.driver.back()

    def close_page(self) -> None:
        """Close the tab, and go on in another."""
        self._leaves()
        self.driver.close_page()

    def answers(self, path: str, status: int = 200, body: str = "", **headers: str) -> None:
        """Let the site answer so at a path; header names with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.site.answers[path] = Answer(status, body.encode(), {"content-type": "text/html", **named})

    # The network

    def goes_offline(self) -> None:
        """Take the network away; where the browser's driver can't, from LeadsBot alone."""
        try:
            self.driver.set_offline(True)
        except Unsupported:
            self.relay.stop()

    def comes_online(self) -> None:
        try:
            self.driver.set_offline(False)
        except Unsupported:
            self.relay.start()
            self.run("dispatchEvent(new Event('online'));")

    # Acts

    def evaluate(self, expression: str, frame: str = "") -> Any:
        """Ask the page something."""
        return self._driver.evaluate(expression, frame)

    def run(self, statements: str, frame: str = "") -> None:
        """Run statements in the page; of promises the page's own."""
        self.driver.evaluate(f"(() => {{ {statements} }})()", frame)
        self._acted = True

    def widget(self, call: str, frame: str = "") -> None:
        """Let the page call its widget: `widget("consent(true)")`; nothing where there is none."""
        if self.tagged:
            self.evaluate(f"void LeadsBot.{call}", frame)

    def wait(self, expression: str, frame: str = "") -> Any:
        """Give an expression once it is true."""

        def ask() -> Any:
            try:
                return self.evaluate(expression, frame)
            except Gone:
                return None

        return eventually(ask, expression)

    def arrives(self, path: str) -> None:
        """Wait until the browser is at another page's path, and that page is there."""
        self.wait(f"location.pathname === {json.dumps(path)} && document.readyState === 'complete'")
        self._acted = False

    def click(self, element: str, times: int = 1) -> None:
        self._settles()
        x, y = self._place(element)
        self.driver.click_at(x, y, times)
        self._acted = True

    def double_click(self, element: str) -> None:
        self.click(element, 2)

    def focus(self, element: str) -> None:
        self._settles()
        frame, found = _found(element)
        self.evaluate(f"void {found}.focus()", frame)
        self._acted = True

    def fill(self, element: str, text: str) -> None:
        """Go to a field, replace what is in it with the keyboard."""
        frame, found = _found(element)
        take = f"(el => {{ el.focus(); if (el.select) el.select(); return el.matches(':focus'); }})({found})"
        self._settles()
        if not self.evaluate(take, frame):  # WebKit lets no script focus a field in a frame of another origin
            self.click(element)
            self.evaluate(take, frame)
        self._acted = True
        self._settles(frame)
        if text:
            self.driver.type(text)
        else:
            self.driver.press("Backspace")

    def type(self, text: str) -> None:
        self._settles()
        self.driver.type(text)
        self._acted = True

    def press(self, key: str) -> None:
        self._settles()
        self.driver.press(key)
        self._acted = True

    def choose(self, element: str, value: str) -> None:
        self._settles()
        frame, found = _found(element)
        self.driver.choose(found, value, frame)
        self._acted = True

    def _settles(self, frame: str = "") -> None:
        """Let what was done on the page be over, as it is before a person does the next thing."""
        file = json.dumps(f"{self.relay.url}/widget-engaged.js")
        for place in {"", frame} if self.tagged and self._acted else ():
            with suppress(Gone):
                self.evaluate(SETTLED % file, place)

    def _leaves(self) -> None:
        self._settles()
        self._acted = False

    def _place(self, element: str) -> tuple[float, float]:
        frame, found = _found(element)
        x, y = self.evaluate(f"{PLACE}({found})", frame)
        if not frame:
            return x, y
        self.evaluate(f"void {FIND}({json.dumps(frame)}).scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        left, top = self.evaluate(f"{CORNER}({FIND}({json.dumps(frame)}))")
        return left + x, top + y


def _found(element: str) -> tuple[str, str]:
    """Give the frame's selector, and the expression that gives the element in it."""
    frame, _, inner = element.rpartition(" ||| ")
    if inner.startswith("js:"):
        return frame, f"({inner.removeprefix('js:').strip()})"
    return frame, f"{FIND}({json.dumps(inner)})"
