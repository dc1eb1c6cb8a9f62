"""Times, counts and addresses as people say them. Pure functions; `render` makes filters of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadsbot.clock import DAY, HOUR, MINUTE, SECOND, to_datetime

DELIVERY_WORDS: Mapping[str, str] = {
    "pending": "On its way",
    "delivered": "Delivered",
    "failed": "Will try again",
    "dead": "Gave up",
    "withheld": "Withheld",
}

DELIVERY_TITLES: Mapping[str, str] = {
    "pending": "to be sent to",
    "delivered": "sent to",
    "failed": "not yet sent to",
    "dead": "couldn't be sent to",
    "withheld": "not sent to",
}

EVENT_WORDS: Mapping[str, str] = {
    "lead.created": "New lead",
    "lead.updated": "Lead updated",
    "lead.stage_changed": "Stage changed",
    "lead.deleted": "Lead deleted",
    "lead.unclaimed": "Nobody has claimed it",
    "lead.reminder": "Reminder",
    "form.started": "Form started",
    "form.abandoned": "Form abandoned",
    "form.submitted": "Form submitted",
    "webhook.disabled": "Webhook disabled",
    "channel.disabled": "Channel switched off",
    "destination.restored": "Working again",
    "workflow.step": "Workflow step",
    "site.alert": "Unusual at a site",
    "test": "Test message",
}

# What kinds of destinations are called; others by their own name.
KIND_WORDS: Mapping[str, str] = {"email": "Email", "webhook": "Webhook"}

_NAMES = frozenset({"Telegram", "Slack", "Discord"})

# How sources are written that attribution knows by a plain word.
_SOURCES: Mapping[str, str] = {
    "chatgpt": "ChatGPT",
    "duckduckgo": "DuckDuckGo",
    "gmx": "GMX",
    "hackernews": "Hacker News",
    "icloud": "iCloud",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "vk": "VK",
    "webde": "WEB.DE",
    "whatsapp": "WhatsApp",
    "xing": "XING",
    "youtube": "YouTube",
}


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Give the time zone `name`, or UTC where this machine doesn't know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(ms: int, time_zone: str) -> datetime:
    """Give `ms` on the workspace's own clock."""
    return to_datetime(ms).astimezone(zone(time_zone))


def exact(ms: int, time_zone: str) -> str:
    """Write a time in full: "Sat 21 Nov 2026, 10:04:07"."""
    then = local(ms, time_zone)
    return f"{then:%a} {then.day} {then:%b %Y, %H:%M:%S}"


def ago(ms: int, now: int, time_zone: str) -> str:
    """Write how long ago `ms` is: "now", "4 min", "3 h", "2 d", then the date."""
    past = now - ms
    if past < MINUTE:
        return "now"
    if past < HOUR:
        return f"{past // MINUTE} min"
    if past < DAY:
        return f"{past // HOUR} h"
    if past < 7 * DAY:
        return f"{past // DAY} d"
    then, today = local(ms, time_zone), local(now, time_zone)
    return f"{then.day} {then:%b}" if then.year == today.year else f"{then.day} {then:%b %Y}"


def since(ms: int, now: int, time_zone: str) -> str:
    """Write `ago` for the middle of a sentence: "just now", "4 min ago", "on 12 Nov"."""
    short_form = ago(ms, now, time_zone)
    if short_form == "now":
        return "just now"
    return f"{short_form} ago" if now - ms < 7 * DAY else f"on {short_form}"


def until(ms: int, now: int) -> str:
    """Write how far off `ms` is: "in 25 min", or "any moment" where it is due."""
    ahead = ms - now
    if ahead < 5 * SECOND:
        return "any moment"
    if ahead < MINUTE:
        return f"in {ahead // SECOND} s"
    if ahead < HOUR:
        return f"in {ahead // MINUTE} min"
    return f"in {ahead // HOUR} h" if ahead < DAY else f"in {ahead // DAY} d"


def took(ms: int) -> str:
    """Write how long something took: "92 ms", "15 s"."""
    return f"{ms} ms" if ms < SECOND else f"{ms / SECOND:.2g} s"


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: "1 lead", "1,204 leads", "no leads"."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {plural or noun + 's'}" if number else f"no {plural or noun + 's'}"


def compared(number: int, before: int, than: str) -> str:
    """Set a count beside an earlier one: "6 more than the week before"."""
    if number == before:
        return f"as many as {than}"
    return f"{abs(number - before):,} {'more' if number > before else 'fewer'} than {than}"


def source(name: str) -> str:
    """Write a lead's source as people know it: "Google", "blog.example.com", and nothing for who came by themselves."""
    if name == "direct":
        return ""
    plain = name.islower() and "." not in name
    return _SOURCES.get(name, name[:1].upper() + name[1:] if plain else name)


def kind(name: str) -> str:
    """Write a kind of destination as people know it: "Telegram", "Webhook"; nothing for one that isn't known."""
    return KIND_WORDS.get(name, name.capitalize())


def phrase(sentence: str) -> str:
    """Make a sentence fit the middle of one of ours: no full stop, and no capital unless a name begins it."""
    text = sentence.strip().removesuffix(".")
    first = text.partition(" ")[0]
    plain = first == "A" or first[1:].islower()
    return text[:1].lower() + text[1:] if plain and first not in _NAMES else text


def sentence(text: str) -> str:
    """Make a sentence of its own out of what a door noted: one full stop, and a capital unless a field's name or a
    header begins it."""
    text = text.strip()
    if text.partition(" ")[0].rstrip(",:").isalpha():
        text = text[:1].upper() + text[1:]
    return text if text[-1:] in ("", ".", "?", "!") else f"{text}."


def initials(name: str, email: str = "") -> str:
    """Give one or two letters to know a person by; "?" where there are none."""
    words = [word for word in name.split() if word[0].isalnum()] or [email.strip()]
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    return letters.upper() or "?"


def dial(phone: str) -> str:
    """Reduce a phone number to what a `tel:` address takes: digits and a leading plus."""
    digits = "".join(character for character in phone if character in "0123456789")
    return f"+{digits}" if phone.strip().startswith("+") else digits


def host(url: str) -> str:
    """Give the host of an address as people name a site (without `www.`); the text itself where it has none."""
    parts = _split(url)
    return parts.netloc.rpartition("@")[2].removeprefix("www.") if parts and parts.netloc else url


def short(url: str) -> str:
    """Give host and path of an address, without scheme, query and trailing slash."""
    parts = _split(url)
    return (host(url) + parts.path).rstrip("/") if parts and parts.netloc else url


def is_web(url: str) -> bool:
    """Tell whether an address may become a link: http or https alone, as a visitor may have typed it."""
    parts = _split(url)
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
