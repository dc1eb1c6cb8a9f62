"""User agents are read by ua-parser's compiled matchers and judged by `user_agents`.

`user_agents.parse()` always calls the legacy pure-Python parser (530 µs a user agent); its `UserAgent` class fed from
`regex.Resolver` takes 24 µs, and a cache in front makes the usual case a lookup.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from ua_parser import Parser

MAX_USER_AGENT: Final = 512
# Real tablets are at least this wide on their short side, phones are not (CSS pixels).
TABLET_SIDE: Final = 600

DeviceType = Literal["desktop", "mobile", "tablet", "bot"]


class Device(NamedTuple):
    """Browser and system with their major version ("Chrome 126", "iOS 17"; "" where unknown), and the device's type."""

    browser: str
    os: str
    device_type: DeviceType


class _Read(NamedTuple):
    browser: str
    os: str
    os_family: str
    device_type: DeviceType


def parse_device(
    user_agent: str,
    *,
    mobile: str | None = None,
    platform: str | None = None,
    touch: bool | None = None,
    width: int = 0,
    height: int = 0,
) -> Device:
    """Say what sent `user_agent` (its first `MAX_USER_AGENT` characters count). Never raises.

    `mobile` and `platform` are `Sec-CH-UA-Mobile` (`?1`, `?0`) and `Sec-CH-UA-Platform` (`"Windows"`) as sent (W3C
    User-Agent Client Hints); `touch`, `width` and `height` (CSS pixels, 0 for unknown) come from the widget. They
    outweigh the user agent where browsers freeze theirs: an iPad asks for desktop pages as a Mac, an Android tablet
    as Linux.
    """
    read = _read(user_agent[:MAX_USER_AGENT])
    if read.device_type == "bot":
        return Device(read.browser, read.os, "bot")
    if read.os_family == "Mac OS X" and touch:
        # No Mac has a touch screen: iPadOS 13 and later.
        return Device(read.browser, "iPadOS", "tablet")
    system = (platform or "").strip('" ')[:MAX_USER_AGENT]
    phone = mobile == "?1" and min(width, height or width) < TABLET_SIDE
    if system == "Android" and read.os_family != "Android":
        return Device(read.browser, "Android", "mobile" if phone else "tablet")
    device_type: DeviceType = "mobile" if phone and read.device_type == "desktop" else read.device_type
    return Device(read.browser, read.os or system, device_type)


def warm_up() -> None:
    """Build the matchers (200 ms) before the first visitor waits for them."""
    _read("")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    from ua_parser import Parser
    from ua_parser.loaders import load_lazy_builtins
    from ua_parser.regex import Resolver

    return Parser(Resolver(load_lazy_builtins()))


@lru_cache(maxsize=4096)
def _read(user_agent: str) -> _Read:
    agent = _judged(user_agent)
    return _Read(
        _named(agent.browser.family, agent.browser.version),
        _named(agent.os.family, agent.os.version),
        agent.os.family,
        _type_of(agent),
    )


def _judged(text: str) -> Any:
    # Imported here: it loads the legacy matchers, which nobody needs before the first user agent.
    from user_agents import parsers

    # Half a surrogate pair can't cross into the compiled matchers.
    text = text.encode("utf-8", "replace").decode()
    found = _parser().parse(text).with_defaults()
    browser, os, device = found.user_agent, found.os, found.device
    agent = parsers.UserAgent.__new__(parsers.UserAgent)
    agent.ua_string = text
    agent.browser = parsers.parse_browser(browser.family, browser.major, browser.minor, browser.patch)
    agent.os = parsers.parse_operating_system(os.family, os.major, os.minor, os.patch, os.patch_minor)
    agent.device = parsers.parse_device(device.family, device.brand, device.model)
    return agent


def _named(family: str, version: tuple[int | str, ...]) -> str:
    if family == "Other":
        return ""
    return f"{family} {version[0]}" if version else family


def _type_of(agent: Any) -> DeviceType:
    # A tablet may have a mobile browser family, so it is asked for first.
    if agent.is_bot:
        return "bot"
    if agent.is_tablet:
        return "tablet"
    return "mobile" if agent.is_mobile else "desktop"
