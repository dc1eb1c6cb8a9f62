"""How a hosted form looks: readable in both themes, on a phone, in both directions, as the page wants it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.test_tokens import contrast
from tests.widget.hosted_form.given import EMAIL, KIND, MESSAGE, NAME, NEWS, SIZE, Show

ROOT = Path(__file__).resolve().parents[3]
STYLE = (ROOT / "widget" / "hosted-form.css").read_text(encoding="utf-8")


PROPERTY = re.compile(r"--([a-z-]+): var\(--leadsbot-[a-z-]+, (#[0-9a-f]{3,6})\)")
COLOURS = [dict(PROPERTY.findall(part)) for part in STYLE.split(':host([data-theme="dark"])')]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [
        ("text", "background", 4.5), ("text", "field", 4.5), ("muted", "background", 4.5), ("muted", "field", 4.5),
        ("error", "background", 4.5), ("accent", "background", 4.5), ("on-accent", "accent", 4.5),
        ("border", "background", 3), ("border", "field", 3),
    ],
)  # fmt: skip
def test_its_own_colours_can_be_read(theme: int, front: str, ground: str, least: float) -> None:
    one, other = (COLOURS[theme][name] for name in (front, ground))
    one, other = ("#" + "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour for colour in (one, other))
    assert contrast(one, other) >= least


def colour_of(page: Page, selector: str, name: str) -> str:
    value: str = page.locator(selector).first.evaluate(f"el => getComputedStyle(el)['{name}']")
    return value


def test_it_follows_the_system_and_a_tag_that_says_otherwise(show: Show) -> None:
    page = show()
    light = colour_of(page, "form", "color")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#here > div")).to_have_attribute("data-theme", "dark")
    assert colour_of(page, "form", "color") != light
    told = show(tag="data-theme=light")
    told.emulate_media(color_scheme="dark")
    assert colour_of(told, "form", "color") == light


def test_a_page_changes_its_look_with_custom_properties(show: Show) -> None:
    page = show()
    assert page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 0
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-accent', '#00695c')")
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-radius', '0px')")
    page.evaluate("document.documentElement.style.setProperty('--leadsbot-font', 'monospace')")
    assert colour_of(page, "button", "backgroundColor") == "rgb(0, 105, 92)"
    assert colour_of(page, "input", "borderRadius") == "0px"
    assert colour_of(page, "input", "fontFamily") == "monospace"


def test_every_property_is_documented() -> None:
    told = (ROOT / "docs" / "hosted-forms.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"--leadsbot-[a-z-]+", STYLE) if f"`{name}`" not in told} == set()


def test_on_a_phone_it_fits_and_no_browser_zooms_in(show: Show) -> None:
    page = show({**NAME, "width": "half"}, {**EMAIL, "width": "half"}, KIND, MESSAGE, button="Send it to us")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for selector in ("input", "select", "textarea"):
        assert float(colour_of(page, selector, "fontSize").removesuffix("px")) >= 16
    boxes = [page.get_by_label(name).bounding_box() for name in ("Your name", "E-mail")]
    assert boxes[0] and boxes[1] and boxes[0]["y"] < boxes[1]["y"], "halves stand below each other"


def test_halves_stand_beside_each_other_where_there_is_room_in_the_direction_of_the_page(show: Show) -> None:
    for html, first_is_left in (("", True), ("dir=rtl", False)):
        page = show({**NAME, "width": "half"}, {**EMAIL, "width": "half"}, html=html, wait=False)
        page.set_viewport_size({"width": 900, "height": 800})
        page.wait_for_selector("html[data-shown]")
        one, other = (page.get_by_label(name).bounding_box() for name in ("Your name", "E-mail"))
        assert one and other and one["y"] - 1 < other["y"] < one["y"] + 1
        assert (one["x"] < other["x"]) is first_is_left


def test_nothing_moves_where_the_system_says_so(show: Show) -> None:
    page = show()
    assert colour_of(page, "button", "transitionDuration") != "0s"
    page.emulate_media(reduced_motion="reduce")
    assert colour_of(page, "button", "transitionDuration") == "0s"


def test_it_can_be_used_by_keyboard_alone(show: Show) -> None:
    page = show(NAME, SIZE, NEWS)
    for key in ("Tab", "Ada", "Tab", "Space", "Tab", "Space", "Tab", "Enter"):
        page.keyboard.type(key) if key == "Ada" else page.keyboard.press(key)
    expect(page.get_by_role("status")).to_be_visible()
    assert page.evaluate("sent[0]") == [["name", "Ada"], ["size", "Up to 20"], ["news", "yes"]]
