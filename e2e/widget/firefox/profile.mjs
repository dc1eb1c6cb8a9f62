// How the Firefox of the tests is set up: a visitor from Austria, and a browser that asks nothing of anybody by itself.

// A proxy that isn't there takes whatever would go further than this machine; loopback never goes through it.
const NOWHERE = { 'network.proxy.type': 1, 'network.proxy.allow_hijacking_localhost': false }
for (const kind of ['http', 'ssl', 'socks']) {
  NOWHERE[`network.proxy.${kind}`] = '127.0.0.1'
  NOWHERE[`network.proxy.${kind}_port`] = 9
}

const QUIET = {
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'browser.discovery.enabled': false,
  'browser.newtabpage.activity-stream.feeds.telemetry': false,
  'browser.region.network.url': '',
  'browser.topsites.contile.enabled': false,
  'captivedetect.canonicalURL': '',
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'media.gmp-manager.url': '',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.trr.mode': 5,
  'security.OCSP.enabled': 0,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': '',
}

const VISITOR = { 'intl.accept_languages': 'de-AT, de', 'intl.locale.requested': 'de-AT' }

// Release builds heed services.settings.server only with the first of these.
export const ENVIRONMENT = { MOZ_REMOTE_SETTINGS_DEVTOOLS: '1', TZ: 'Europe/Vienna' }
export const PREFERENCES = { ...NOWHERE, ...QUIET, ...VISITOR }
