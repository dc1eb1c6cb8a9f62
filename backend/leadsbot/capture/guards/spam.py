"""Whether a submission is spam: a few signals that anybody can check, each with a weight and a sentence.

What reaches `ENOUGH` together goes into the Spam folder with its sentences; nothing is thrown away for it. How it was
sent (quickly, by a program, without typing) is never enough, not even all of it together: people's helpers do that too.
Something in what it says has to come to it, and a single link is nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from leadsbot.attribution.hosts import host_of, same_site
from leadsbot.leads.contact import Contact

ENOUGH: Final = 100
QUICK_MS: Final = 1_500
MANY_LINKS: Final = 5
TOO_MANY_LINKS: Final = 10
REPEATS: Final = 3
TOO_MANY_REPEATS: Final = 6
# Longer texts are judged by their beginning, and of many texts the first ones: anybody may send them.
MAX_TEXT: Final = 20_000
MOST_TEXT: Final = 40_000

_LINK: Final = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'\[\]{}|\\^`]{3,500}", re.IGNORECASE)
# What begins a tag ends the one before, so that nothing is read twice for the many that are never closed.
_FORUM_CODE: Final = re.compile(r"\[(?:url|link)\s*(?:=[^\[\]\n]{1,500})?\]\s*\S", re.IGNORECASE)
_ANCHOR: Final = re.compile(r"<a\s[^<>]{0,300}?href\s*=", re.IGNORECASE)
_PROGRAM: Final = re.compile(
    r"headless|phantomjs|puppeteer|playwright|selenium|electron|python|curl/|wget|httpx|aiohttp|okhttp|go-http|\bjava/"
    r"|libwww|lwp|node-fetch|undici|axios|scrapy|guzzle|postman|insomnia|\bruby|\bperl|\bphp|bot\b|crawler|spider",
    re.IGNORECASE,
)
_TRAILING: Final = ".,;:!?)»”’"


class Signal(NamedTuple):
    """Something found, how much it weighs towards `ENOUGH`, and what people are told."""

    weight: int
    words: str


def reasons(
    contact: Contact,
    *,
    trapped: str = "",
    user_agent: str | None = None,
    took_ms: int | None = None,
    typed: bool | None = None,
    own_host: str = "",
) -> tuple[str, ...]:
    """Say why a submission is spam, in people's words; nothing where it isn't.

    `contact` is what it says (`custom` may hold anything). `trapped` names a field that people never see and that holds
    something. `user_agent` is the visitor's, "" where the browser named none; `took_ms` the time from the form's
    beginning to its sending; `typed` whether somebody did anything in its fields; None for each where it isn't known.
    Links to `own_host`, the page's, count for nothing.
    """
    found = list(_signals(contact, trapped, user_agent, took_ms, typed, own_host))
    if sum(one.weight for one in found) < ENOUGH:
        return ()
    return tuple(one.words for one in sorted(found, key=lambda one: -one.weight))


def _signals(
    contact: Contact, trapped: str, user_agent: str | None, took_ms: int | None, typed: bool | None, own_host: str
) -> Iterator[Signal]:
    if trapped:
        yield Signal(100, f"filled in “{trapped}”, which people don't see")
    if user_agent is not None and not user_agent.strip():
        yield Signal(40, "the browser didn't say which one it is")
    elif user_agent and _is_program(user_agent):
        yield Signal(40, "sent by a program, not by somebody's browser")
    if typed is False:
        yield Signal(30, "nobody typed into the form")
    if took_ms is not None and took_ms < QUICK_MS:
        yield Signal(20, f"sent {max(took_ms, 0) / 1000:.1f} s after the form was begun")
    yield from _of_address(contact)
    yield from _of_name(contact)
    yield from _of_texts(contact, own_host)


@lru_cache(maxsize=2048)
def _is_program(user_agent: str) -> bool:
    return _PROGRAM.search(user_agent) is not None


def _of_address(contact: Contact) -> Iterator[Signal]:
    """An address for minutes is no way to reach anybody; beside a phone number it may be somebody who is careful."""
    domain = (contact.email or "").rpartition("@")[2]
    if domain and is_disposable(domain):
        yield Signal(50 if contact.phone else 100, f"an address at {domain} is thrown away after minutes")


@lru_cache(maxsize=4096)
def is_disposable(domain: str) -> bool:
    """Tell whether a domain, or one that it is part of, hands out addresses to throw away (disposable-email-domains).
    Services that forward to a real mailbox are none of them."""
    from disposable_email_domains import blocklist  # ten thousand names, which few processes need

    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _of_name(contact: Contact) -> Iterator[Signal]:
    if any(_links(name[:MAX_TEXT]) for name in (contact.first_name, contact.last_name) if name):
        yield Signal(100, "a web address stands where a name belongs")


def _of_texts(contact: Contact, own_host: str) -> Iterator[Signal]:
    texts = list(_judged(contact))
    if any("[" in text and _FORUM_CODE.search(text) for text in texts):
        yield Signal(100, "links in forum code ([url=…])")
    if any("<" in text and _ANCHOR.search(text) for text in texts):
        yield Signal(60, "links in HTML (<a href=…>)")
    links = [link for text in texts for link in foreign_links(text, own_host)]
    if not links:
        return
    times = Counter(link.lower() for link in links)
    different, repeats = len(times), max(times.values())
    if different >= MANY_LINKS:
        yield Signal(100 if different >= TOO_MANY_LINKS else 60, f"{different} different links")
    if repeats >= REPEATS:
        yield Signal(100 if repeats >= TOO_MANY_REPEATS else 60, f"one link {repeats} times")
    if contact.message and not _words_beside_links(contact.message):
        yield Signal(60, "a message that is nothing but a link")


def _judged(contact: Contact) -> Iterator[str]:
    """Give the texts that are looked into, the message first: `MOST_TEXT` characters in all."""
    left = MOST_TEXT
    for text in (contact.message, contact.company, *contact.custom.values()):
        if isinstance(text, str) and left > 0:
            yield text[: min(MAX_TEXT, left)]
            left -= min(MAX_TEXT, len(text))


def foreign_links(text: str, own_host: str) -> list[str]:
    """Give the links in `text` that lead elsewhere than to the site at `own_host`."""
    return [
        link for link in _links(text) if not same_site(host_of(link if "://" in link else f"http://{link}"), own_host)
    ]


def _links(text: str) -> list[str]:
    # What most people write holds neither, and is told so at a tenth of the cost.
    lower = text.lower()
    if "://" not in lower and "www." not in lower:
        return []
    return [link.rstrip(_TRAILING) for link in _LINK.findall(text)]


def _words_beside_links(text: str) -> bool:
    return any(character.isalpha() for character in _LINK.sub(" ", text[:MAX_TEXT]))
