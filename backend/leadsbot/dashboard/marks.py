"""The small pieces of HTML that pages repeat: icons, pills, rings, times, links. All escape what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from leadsbot import clock
from leadsbot.dashboard import words
from leadsbot.dashboard.views import Delivery, Stage, Tone

SHAPES: Mapping[Tone, str] = {
    "good": "check-circle",
    "waiting": "clock",
    "trouble": "alert",
    "partial": "half",
    "accent": "dot",
    "neutral": "ring",
}
DELIVERY_TONES: Mapping[str, Tone] = {
    "pending": "waiting",
    "delivered": "good",
    "failed": "waiting",
    "dead": "trouble",
    "withheld": "neutral",
}
SESSION_STATES: Mapping[str, tuple[Tone, str]] = {
    "started": ("waiting", "Filling it in"),
    "abandoned": ("partial", "Abandoned"),
    "submitted": ("good", "Submitted"),
}

AssetUrl = Callable[[str], str]
Mark = Callable[..., Markup]


class Marks:
    """The marks as jinja2 filters and globals; `asset` gives a static file's address."""

    def __init__(self, asset: AssetUrl) -> None:
        self._asset = asset

    def globals(self) -> dict[str, Mark]:
        """Give what templates call: `icon("copy")`, `status("good", "On")`, `csrf()`."""
        return {"icon": self.icon, "shape": self.shape, "status": self.status, "csrf": csrf}

    def filters(self) -> dict[str, Mark]:
        """Give what templates pipe a value through."""
        return {
            "ago": ago,
            "since": since,
            "clocktime": clocktime,
            "until": until,
            "ring": ring,
            "pill": self.pill,
            "delivery_status": self.delivery_status,
            "session_state": self.session_state,
            "weblink": weblink,
            "unbroken": unbroken,
        }

    def icon(self, name: str, label: str = "") -> Markup:
        """Draw an icon of the sprite; without a label it is decoration."""
        heard = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        sprite = self._asset("icons/sprite.svg")
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(heard, sprite, name)

    def shape(self, tone: Tone) -> Markup:
        """Draw what stands for a tone beside words that say it."""
        return self.icon(SHAPES[tone])

    def status(self, tone: Tone, word: str, title: str = "") -> Markup:
        """Write a state as shape and word, so that colour is never alone."""
        hover = Markup(' title="{}"').format(title) if title else Markup("")
        shape = self.shape(tone)
        return Markup('<span class="status is-{}"{}>{}{}</span>').format(tone, hover, shape, word)

    def pill(self, stage: Stage) -> Markup:
        """Draw a lead's stage."""
        shape = self.shape(stage.tone)
        return Markup('<span class="pill is-{}">{}{}</span>').format(stage.tone, shape, stage.name)

    def delivery_status(self, delivery: Delivery) -> Markup:
        """Write a delivery's status; why it failed on hover."""
        return self.status(DELIVERY_TONES[delivery.status], words.DELIVERY_WORDS[delivery.status], delivery.reason)

    def session_state(self, state: str) -> Markup:
        """Write how a visitor's attempt at a form stands."""
        return self.status(*SESSION_STATES[state])


@pass_context
def csrf(context: Context) -> Markup:
    """Give the hidden field that every form posts."""
    token = context["shell"].csrf_token
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token)


def _time(context: Context, ms: int, text: str, live: str = "") -> Markup:
    full = words.exact(ms, context["shell"].time_zone)
    keep = Markup(' data-ago="{}"').format(live) if live else Markup("")
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(clock.rfc3339(ms), full, keep, text)


@pass_context
def ago(context: Context, ms: int) -> Markup:
    """Write how long ago, exact on hover; the page's script keeps it current."""
    shell = context["shell"]
    return _time(context, ms, words.ago(ms, shell.now, shell.time_zone), "short")


@pass_context
def since(context: Context, ms: int) -> Markup:
    """Write how long ago for the middle of a sentence."""
    shell = context["shell"]
    return _time(context, ms, words.since(ms, shell.now, shell.time_zone), "long")


@pass_context
def clocktime(context: Context, ms: int, seconds: bool = False) -> Markup:
    """Write day and minute of the workspace's clock: "21 Nov, 10:04"; with `seconds` those too."""
    then = words.local(ms, context["shell"].time_zone)
    return _time(context, ms, f"{then.day} {then:%b, %H:%M:%S}" if seconds else f"{then.day} {then:%b, %H:%M}")


@pass_context
def until(context: Context, ms: int) -> Markup:
    """Write how far off, exact on hover."""
    return _time(context, ms, words.until(ms, context["shell"].now))


def ring(percent: int | None, said: str = " % filled in") -> Markup:
    """Draw how much of the form was filled in (0-100) as a ring with the number; a dash where nothing was measured.
    `said` follows the number for those who only hear the page: empty where the words around it say it."""
    if percent is None:
        return Markup('<span class="ring" title="Not measured"><span aria-hidden="true">–</span></span>')
    shown = max(0, min(100, percent))
    heard = Markup('<span class="sr">{}</span>').format(said) if said else ""
    return Markup(
        '<span class="ring" title="{0} % of the form filled in">'
        '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8"/>'
        '<circle class="{1}" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{0} 100"'
        ' transform="rotate(-90 10 10)"/></svg>{0}{2}</span>'
    ).format(shown, "full" if shown == 100 else "part", heard)


def weblink(url: str, text: str = "") -> Markup:
    """Link an address that a visitor gave, shown short; one that is not http(s) stays text, never a link."""
    if not words.is_web(url):
        return Markup("<span>{}</span>").format(url)
    return Markup('<a href="{}" title="{}" target="_blank" rel="noreferrer noopener nofollow">{}</a>').format(
        url, url, text or words.short(url)
    )


def unbroken(code: str) -> Markup:
    """Hold each word of a line of code together: browsers break at hyphens, which `data-token` is full of."""
    return Markup("").join(
        Markup("<span>{}</span>").format(part) if part.strip() else part for part in re.split(r"(\s+)", code) if part
    )
