"""Whose frames stand on many pages: services for forms, which the tag can't reach, and what holds no form at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Vendor:
    """Whose page stands in a frame; `instead` is how a form of theirs hands its answers on, empty where it has none."""

    name: str
    instead: str = ""


def _webhook(name: str, where: str = "") -> Vendor:
    place = f" ({where})" if where else ""
    return Vendor(name, f"Use {name}'s webhook instead{place}, which sends each answer on.")


_HUBSPOT = Vendor("HubSpot", "Use a webhook in a HubSpot workflow instead, which sends each answer on.")
_GOOGLE_FORMS = Vendor(
    "Google Forms", "It has no webhook of its own: an Apps Script trigger, run on each answer, can send it on."
)
_VENDORS: Mapping[str, Vendor] = {
    "typeform.com": _webhook("Typeform", "Connect, then Webhooks"),
    "hsforms.com": _HUBSPOT,
    "hsforms.net": _HUBSPOT,
    "hubspot.com": _HUBSPOT,
    "hubspotpagebuilder.com": _HUBSPOT,
    "jotform.com": _webhook("Jotform", "Settings, Integrations, WebHooks"),
    "jotform.me": _webhook("Jotform", "Settings, Integrations, WebHooks"),
    "jotformeu.com": _webhook("Jotform", "Settings, Integrations, WebHooks"),
    "docs.google.com": _GOOGLE_FORMS,
    "forms.gle": _GOOGLE_FORMS,
    "forms.office.com": Vendor(
        "Microsoft Forms", "It has no webhook of its own: a Power Automate flow can send each answer on."
    ),
    "calendly.com": _webhook("Calendly", "a webhook subscription of its API"),
    "cal.com": _webhook("Cal.com", "Settings, Webhooks"),
    "acuityscheduling.com": _webhook("Acuity"),
    "tally.so": _webhook("Tally", "Integrations, Webhooks"),
    "fillout.com": _webhook("Fillout"),
    "paperform.co": _webhook("Paperform"),
    "formstack.com": _webhook("Formstack"),
    "wufoo.com": _webhook("Wufoo"),
    "cognitoforms.com": _webhook("Cognito Forms"),
    "surveymonkey.com": _webhook("SurveyMonkey"),
    "youtube.com": Vendor("YouTube"),
    "youtube-nocookie.com": Vendor("YouTube"),
    "vimeo.com": Vendor("Vimeo"),
    "spotify.com": Vendor("Spotify"),
    "openstreetmap.org": Vendor("OpenStreetMap"),
    "www.google.com": Vendor("Google (a map or a CAPTCHA)"),
    "maps.google.com": Vendor("Google Maps"),
    "recaptcha.net": Vendor("reCAPTCHA"),
    "hcaptcha.com": Vendor("hCaptcha"),
    "challenges.cloudflare.com": Vendor("Cloudflare (a CAPTCHA)"),
    "stripe.com": Vendor("Stripe (a payment)"),
    "paypal.com": Vendor("PayPal (a payment)"),
    "googletagmanager.com": Vendor("Google Tag Manager"),
    "doubleclick.net": Vendor("Google (an advertisement)"),
}


def vendor_of(origin: str) -> Vendor | None:
    """Give whose page a frame of this origin shows, subdomains included, where it is one that many sites embed."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return None
    while host:
        if host in _VENDORS:
            return _VENDORS[host]
        host = host.partition(".")[2]
    return None
