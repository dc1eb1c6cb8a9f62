"""Browsers, systems and types of device, also where the user agent hides them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.devices import Device, parse_device

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1"
IPAD = IPHONE.replace("iPhone; CPU iPhone", "iPad; CPU")
PHONE = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36"
TABLET = f"Mozilla/5.0 (Linux; Android 13; SM-X700) {WEBKIT} Chrome/126.0.0.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (WINDOWS, Device("Chrome 126", "Windows 10", "desktop")),
        (LINUX, Device("Chrome 126", "Linux", "desktop")),
        (MAC, Device("Safari 17", "Mac OS X 10", "desktop")),
        (IPHONE, Device("Mobile Safari 17", "iOS 17", "mobile")),
        (IPAD, Device("Mobile Safari 17", "iOS 17", "tablet")),
        (PHONE, Device("Chrome Mobile 126", "Android 10", "mobile")),
        (TABLET, Device("Chrome 126", "Android 13", "tablet")),
        ("", Device("", "", "desktop")),
    ],
)
def test_it_reads_the_user_agent(user_agent: str, expected: Device) -> None:
    assert parse_device(user_agent) == expected


def test_a_bot_stays_a_bot_whatever_it_hints() -> None:
    assert parse_device(GOOGLEBOT).device_type == "bot"
    assert parse_device(GOOGLEBOT, mobile="?1", platform='"Android"', touch=True).device_type == "bot"


def test_a_mac_with_a_touch_screen_is_an_ipad_and_one_without_is_not() -> None:
    assert parse_device(MAC, touch=True, width=820, height=1180) == Device("Safari 17", "iPadOS", "tablet")
    assert parse_device(MAC, touch=False).device_type == "desktop"


def test_a_windows_machine_with_a_touch_screen_is_no_tablet() -> None:
    assert parse_device(WINDOWS, mobile="?0", platform='"Windows"', touch=True).device_type == "desktop"


def test_android_asking_for_desktop_pages_is_known_by_its_hints() -> None:
    assert parse_device(LINUX, mobile="?0", platform='"Android"') == Device("Chrome 126", "Android", "tablet")
    assert parse_device(LINUX, mobile="?1", platform='"Android"', width=390, height=844).device_type == "mobile"


def test_the_platform_hint_fills_in_what_the_user_agent_does_not_say() -> None:
    assert parse_device("", mobile="?1", platform='"Tizen"') == Device("", "Tizen", "mobile")


def test_only_the_beginning_of_an_oversized_user_agent_counts() -> None:
    assert parse_device("x" * 512 + WINDOWS) == Device("", "", "desktop")


@given(st.text(), st.text(), st.text())
def test_it_never_raises(user_agent: str, mobile: str, platform: str) -> None:
    assert parse_device(user_agent, mobile=mobile, platform=platform).device_type in {
        "desktop",
        "mobile",
        "tablet",
        "bot",
    }


def test_half_a_surrogate_pair_is_no_trouble() -> None:
    assert parse_device("\ud83d" + WINDOWS).browser == "Chrome 126"
