"""From a plain form's fields to the house's own terms: who wrote, from which page, and where the browser goes next."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urljoin

import msgspec
from msgspec import Struct

from leadsbot import clock
from leadsbot.attribution import CLICK_IDS, attribute, parse_touch, strip_personal
from leadsbot.attribution.hosts import host_of
from leadsbot.attribution.sources import DIRECT
from leadsbot.capture import sifting, wire
from leadsbot.capture.guards import origins, spam
from leadsbot.capture.posted_form import CHARSET, Fields
from leadsbot.capture.visits import DOMAIN_LENGTH, Sender
from leadsbot.devices import parse_device
from leadsbot.errors import InvalidInput
from leadsbot.forms.registry import Seen
from leadsbot.forms.sessions import Reached
from leadsbot.forms.visit import Visit
from leadsbot.ids import derived_id
from leadsbot.leads.contact import from_fields
from leadsbot.leads.intake import CONFIRMED
from leadsbot.leads.meanings import guess
from leadsbot.leads.submission import Submission
from leadsbot.leads.vocabulary import PHONE
from leadsbot.workspaces.sites import SiteRules

DOOR: Final = "form"
NEXT, FORM, PAGE, REPLY_TO = "_next", "_form", "_page", "_replyto"
# Formspree's and FormSubmit's names for a field that people never see.
TRAPS: Final = ("_gotcha", "_honey")
# What other services' forms say to them; a form that was moved here keeps working, and they tell nothing of the person.
CONTROLS: Final = frozenset(
    {NEXT, FORM, PAGE, CHARSET, "_subject", "_cc", "_template", "_captcha", "_autoresponse", "_format"}
    | {"_language", "_blacklist", "_webhook", "_redirect"}
)
# Proof that a form came from its page, which frameworks put there; nobody typed it.
_TOKENS: Final = frozenset(
    {"csrf_token", "csrfmiddlewaretoken", "authenticity_token", "_token", "_csrf", "__requestverificationtoken"}
    | {"g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "_wpnonce", "_wp_http_referer", "utf8"}
)
_UTM: Final = tuple(f"utm_{name}" for name in ("source", "medium", "campaign", "term", "content"))
# Two presses of one button, or the browser's own second try, are one submission.
SAME_WITHIN_MS: Final = 30 * clock.SECOND
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"

_encode = msgspec.json.Encoder().encode


class Posted(Struct, frozen=True):
    """A form that was posted, as it goes to the database; `before` is the id of the same one half a minute earlier."""

    site: SiteRules
    sub: Submission
    seen: Seen
    before: str


def page_of(fields: Fields, origin: str | None, referrer: str) -> str:
    """Give the page that the form stands on: what it says of itself in `_page`, where that is of the same origin, since
    browsers tell another site no more than that; else what the browser told."""
    found = _resolved(fields.get(PAGE, ""), referrer, origin)
    return found if found and origins.origin_of(None, found) == origin else referrer[: wire.MAX_TEXT]


def posted(site: SiteRules, fields: Fields, sender: Sender, page: str, request_id: str | None = None) -> Posted:
    """Translate a form; what the site or the contract forbids to keep is dropped. `InvalidInput` for an empty one.
    Under the same `request_id` it is stored once."""
    page_url = strip_personal(page)
    kept = _kept(site, fields)
    if not any(one.value.strip() for one in kept):
        raise InvalidInput("The form was empty: fill in at least one field.", code="empty_form")
    name = (fields.get(FORM, "").strip() or _place(page_url))[: wire.MAX_NAME]
    seen = Seen(site.workspace_id, site.id, name, name, page_url, sender.received_at)
    now_id, before = (request_id, request_id) if request_id else _ids(site, fields, sender)
    visit = _visit(now_id, fields, page_url, sender)
    return Posted(site, _submission(site, kept, fields, sender, seen, now_id, visit), seen, before)


def next_page(site: SiteRules, fields: Fields, origin: str | None, page: str) -> str:
    """Give where the browser goes on to: `_next` where its origin may use the token, else the site's thank-you page,
    else an empty text. A site that allows every origin sends back to the one that the form stands on, and nowhere else.
    """
    if found := _resolved(fields.get(NEXT, ""), page, origin):
        there = origins.origin_of(None, found)
        if origins.allowed(there, site.allowed_origins or ((origin,) if origin else (origins.OPAQUE,))):
            return found
    return quote(site.thank_you_url, safe=_SAFE)


def back_to(site: SiteRules, referrer: str, own: str) -> str:
    """Give the page that a visitor came from, where it is one of the site's; `own` is this server's origin."""
    origin = origins.origin_of(None, referrer)
    if origin is None or origin == own or not origins.allowed(origin, site.allowed_origins):
        return ""
    return _address(referrer)


def _resolved(text: str, page: str, origin: str | None) -> str:
    """Give the web address that a form's field names, as seen from its page; an empty text for anything else."""
    text = text.strip()
    if not text or not text.isprintable():
        return ""
    try:
        return _address(urljoin(page or f"{origin or ''}/", text))
    except ValueError:
        return ""


def _address(url: str) -> str:
    """Give a web address as it may stand in a header: its origin in its normal form, the rest in ASCII."""
    if not url.isprintable() or len(url) > wire.MAX_TEXT:
        return ""
    origin = origins.origin_of(None, url)
    if origin is None:
        return ""
    after = url.partition("://")[2]
    ends = [at for at in map(after.find, "/?#") if at >= 0]
    return origin + quote(after[min(ends) :] if ends else "", safe=_SAFE)


def _kept(site: SiteRules, fields: Fields) -> list[wire.Field]:
    traps = {*TRAPS, site.honeypot_field}
    unsaid = {*CONTROLS, *_TOKENS, *_UTM, *CLICK_IDS}
    said = {name: value for name, value in fields.items() if name not in traps and name.lower() not in unsaid}
    return sifting.allowed(site, [_field(name, value) for name, value in said.items()])


def _field(name: str, value: str) -> wire.Field:
    """No type is sent along, so the name tells what might be taken for a card number."""
    return wire.Field(
        name=name,
        label=name,
        type="tel" if guess(name) == PHONE else "text",
        value=value,
        means="email" if name == REPLY_TO else None,
    )


def _submission(
    site: SiteRules, kept: list[wire.Field], fields: Fields, sender: Sender, seen: Seen, sub_id: str, visit: Visit
) -> Submission:
    cut = [msgspec.structs.replace(one, value=one.value[: wire.MAX_VALUE]) for one in kept]
    contact = from_fields(cut)
    filled = sum(bool(one.value.strip()) for one in kept)
    return Submission(
        id=sub_id,
        workspace_id=site.workspace_id,
        stages=site.stages,
        door=DOOR,
        contact=contact,
        received_at=sender.received_at,
        submitted_at=sender.received_at,
        country=site.country,
        fields=_encode(kept).decode(),
        visit=visit,
        site_id=site.id,
        session_id=sub_id,
        form_id=seen.form_id,
        form_name=seen.name,
        page_url=seen.page_url,
        confirmation=CONFIRMED,
        spam_reasons=spam.reasons(
            contact, trapped=_trapped(site, fields), user_agent=sender.user_agent, own_host=host_of(seen.page_url)
        ),
        reached=_reached(site, seen, visit, sub_id, filled, len(kept)),
    )


def _trapped(site: SiteRules, fields: Fields) -> str:
    return next((name for name in (site.honeypot_field, *TRAPS) if name and fields.get(name, "").strip()), "")


def _reached(site: SiteRules, seen: Seen, visit: Visit, session_id: str, filled: int, total: int) -> Reached:
    """A session that is known by its end alone: nobody saw how the form was filled in."""
    return Reached(
        session_id=session_id,
        workspace_id=site.workspace_id,
        site_id=site.id,
        form_id=seen.form_id,
        form_name=seen.name,
        seq=1,
        percent=100,
        completed=filled,
        total=total,
        last_field="",
        page_url=seen.page_url,
        started_at=seen.at,
        at=seen.at,
        visit=visit,
        submitted=True,
        tries=1,
    )


def _visit(visit_id: str, fields: Fields, page_url: str, sender: Sender) -> Visit:
    """What is known without a script: the page's own address, what the form carries along, and the browser."""
    tags = parse_touch(page_url)
    told = {name.lower(): value.strip()[: wire.MAX_TEXT] for name, value in fields.items() if value.strip()}
    utm = tags.utm | {name[4:]: told[name] for name in _UTM if name in told}
    ids = tags.click_ids | {name: told[name] for name in CLICK_IDS if name in told}
    origin = attribute(page_url, "", utm, ids)
    device = parse_device(sender.user_agent, mobile=sender.mobile, platform=sender.platform)
    client: dict[str, Any] = {"user_agent": sender.user_agent, "browser": device.browser, "os": device.os}
    return Visit(
        id=visit_id,
        # Without a tag only a script can say where somebody came from: that nobody told isn't that they came directly.
        source="" if origin.source == DIRECT else origin.source,
        campaign=origin.campaign or "",
        **{name: utm.get(name[4:], "") for name in _UTM},
        click_ids=_encode(origin.click_ids).decode(),
        domain=origin.domain[:DOMAIN_LENGTH],
        ip_address=sender.address,
        user_agent=sender.user_agent,
        browser=device.browser,
        os=device.os,
        device_type=device.device_type,
        client=_encode({**client, "lang": sender.language}).decode(),
    )


def _ids(site: SiteRules, fields: Fields, sender: Sender) -> tuple[str, str]:
    """Give the ids that the same form from the same address has in this half minute and in the one before."""
    said = _encode(sorted(fields.items())).decode()
    slot = sender.received_at // SAME_WITHIN_MS
    ids = [derived_id(DOOR, site.id, sender.address, str(at), said) for at in (slot, slot - 1)]
    return ids[0], ids[1]


def _place(page_url: str) -> str:
    path = page_url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2].rstrip("/")
    host = host_of(page_url).removeprefix("www.")
    return f"{host}/{path}" if path else host or "Form"
