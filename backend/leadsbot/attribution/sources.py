"""From campaign parameters, click ids and referrer to one source and medium: the first of them that says something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from leadsbot.attribution.hosts import host_of, same_site
from leadsbot.attribution.touch import CLICK_IDS, MAX_LENGTH

DIRECT: Final = "direct"

# Source: its hosts, each with all its subdomains. Longer hosts win, so that a mail host is not its search engine.
_HOSTS: Final[dict[str, dict[str, str]]] = {
    "organic": {
        "duckduckgo": "duckduckgo.com", "ecosia": "ecosia.org", "baidu": "baidu.com", "yandex": "ya.ru",
        "bing": "bing.com", "brave": "search.brave.com", "startpage": "startpage.com", "qwant": "qwant.com",
        "naver": "naver.com",
        "seznam": "seznam.cz", "kagi": "kagi.com", "google": "com.google.android.googlequicksearchbox",
    },
    "social": {
        "facebook": "facebook.com fb.com fb.me messenger.com com.facebook.katana", "instagram": "instagram.com ig.me",
        "twitter": "twitter.com t.co x.com", "linkedin": "linkedin.com lnkd.in com.linkedin.android",
        "youtube": "youtube.com youtu.be", "reddit": "reddit.com redd.it out.reddit.com", "tiktok": "tiktok.com",
        "pinterest": "pinterest.com pin.it", "whatsapp": "whatsapp.com wa.me", "telegram": "telegram.org t.me",
        "snapchat": "snapchat.com", "threads": "threads.net threads.com", "bluesky": "bsky.app", "quora": "quora.com",
        "discord": "discord.com discord.gg", "xing": "xing.com", "vk": "vk.com vk.ru",
        "hackernews": "news.ycombinator.com", "mastodon": "mastodon.social", "tumblr": "tumblr.com",
        "weibo": "weibo.com weibo.cn",
    },
    "email": {
        "gmail": "mail.google.com com.google.android.gm", "outlook": "outlook.live.com outlook.office.com outlook.com",
        "proton": "mail.proton.me", "icloud": "icloud.com", "yandex": "mail.yandex.ru mail.yandex.com",
        "gmx": "gmx.net gmx.de", "webde": "web.de", "mailru": "mail.ru", "zoho": "mail.zoho.com",
        "fastmail": "fastmail.com",
    },
    "ai": {
        "chatgpt": "chatgpt.com openai.com", "perplexity": "perplexity.ai", "claude": "claude.ai",
        "gemini": "gemini.google.com", "copilot": "copilot.microsoft.com",
        "deepseek": "deepseek.com", "mistral": "chat.mistral.ai",
    },
    "cpc": {"google": "googleads.g.doubleclick.net googleadservices.com"},
    # A return from signing in, or a product of the company: not its search engine.
    "referral": {"accounts.google.com": "accounts.google.com", "docs.google.com": "docs.google.com"},
}  # fmt: skip
_KNOWN: Final = {
    host: (source, medium)
    for medium, sources in _HOSTS.items()
    for source, hosts in sources.items()
    for host in hosts.split()
}
# Brands with a host per country: google.de, google.co.uk, yahoo.com.br, pinterest.at.
_BRAND: Final = re.compile(r"(?:^|\.)(google|yahoo|yandex|pinterest)\.(?:com|(?:com?\.)?[a-z]{2})\Z")


class Attribution(NamedTuple):
    """Where a visitor came from. `domain` is the visited site's own host; what isn't known is None ("" for it)."""

    source: str
    medium: str | None
    campaign: str | None
    term: str | None
    content: str | None
    click_ids: dict[str, str]
    domain: str


def attribute(touch_url: str, referrer: str, utm: Mapping[str, str], click_ids: Mapping[str, str]) -> Attribution:
    """Say where a touch came from: `utm` (keys without `utm_`) as given, else a click id, else the referrer.

    A referrer of the visited site itself counts as none; without any, the source is "direct". Values are cut to
    `MAX_LENGTH` characters. Never raises.
    """
    given = {name: value.strip()[:MAX_LENGTH] for name, value in utm.items() if value}
    ids = {name: value[:MAX_LENGTH] for name, value in click_ids.items() if value}
    domain = host_of(touch_url)
    source, medium = _from_click_ids(ids) or _from_referrer(domain, host_of(referrer) if referrer else "")
    if given.get("source"):
        source, medium = given["source"], None
    return Attribution(
        source,
        given.get("medium") or medium,
        given.get("campaign") or None,
        given.get("term") or None,
        given.get("content") or None,
        ids,
        domain,
    )


def _from_click_ids(ids: Mapping[str, str]) -> tuple[str, str] | None:
    if not ids:
        return None
    # In the order of the table: a paid click's id outweighs what a share left behind.
    return next((origin for name, origin in CLICK_IDS.items() if name in ids), None)


def _from_referrer(domain: str, host: str) -> tuple[str, str | None]:
    if not host or same_site(host, domain):
        return DIRECT, None
    return _of_host(host)


@lru_cache(maxsize=2048)
def _of_host(host: str) -> tuple[str, str]:
    rest = host
    while rest:
        if rest in _KNOWN:
            return _KNOWN[rest]
        rest = rest.partition(".")[2]
    brand = _BRAND.search(host)
    if brand is None:
        return host.removeprefix("www."), "referral"
    if host.startswith("mail."):
        return brand.group(1), "email"
    return brand.group(1), "social" if brand.group(1) == "pinterest" else "organic"
