"""The stylesheets: contrast AA in light and dark, four sizes of type, and libraries that are what they say."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

PUBLIC = Path(__file__).parents[2] / "public"
TOKENS = (PUBLIC / "css" / "tokens.css").read_text()
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
MEANINGS = ("good", "waiting", "trouble", "partial", "accent")
TEXT_ON = [
    *[(text, ground) for text in ("text", "muted") for ground in ("bg", "side", "raised", "hover", "chosen", "here")],
    *[(text, "neutral-bg") for text in ("text", "muted")],
    *[("text", f"{meaning}-bg") for meaning in MEANINGS],
    *[("muted", f"{meaning}-bg") for meaning in ("trouble", "waiting")],
    *[(meaning, f"{meaning}-bg") for meaning in MEANINGS],
    *[(meaning, ground) for meaning in MEANINGS for ground in ("bg", "raised", "hover", "chosen", "side")],
    ("accent", "trouble-bg"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_readable(text: str, ground: str, scheme: int) -> None:
    assert contrast(COLOURS[text][scheme], COLOURS[ground][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), [("edge", "bg"), ("edge", "raised"), ("accent", "bg"), ("accent", "here")])
def test_fields_and_focus_can_be_seen(edge: str, ground: str, scheme: int) -> None:
    assert contrast(COLOURS[edge][scheme], COLOURS[ground][scheme]) >= 3


def test_what_is_chosen_can_be_told_where_the_system_chooses_the_colours() -> None:
    """Grounds are not drawn then (CSS Color Adjustment 1, 3.1), so what a ground marks needs something else too."""
    everything = "".join(sheet.read_text() for sheet in sheets() if sheet.name != "docs.css")
    forced = everything[everything.index("@media (forced-colors: active)") :]
    for mark in ("[aria-current]", '[aria-pressed="true"]', ".row.open > a", ".unread .dot"):
        assert re.search(rf"{re.escape(mark)}[^{{}}]*{{[^}}]*background: var", everything), mark
        assert mark in forced, mark


def sheets() -> list[Path]:
    return sorted((PUBLIC / "css").glob("*.css"))


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.name)
def test_type_has_four_sizes(sheet: Path) -> None:
    sizes = re.findall(r"font-size: ([^;]+);|font: \d+ ([^/]+)/", sheet.read_text())
    allowed = {"var(--small)", "var(--normal)", "var(--large)", "var(--huge)", "inherit", "0.92em"}
    assert {size or shorthand for size, shorthand in sizes} <= allowed


@pytest.mark.parametrize("sheet", [sheet for sheet in sheets() if sheet.name != "tokens.css"], ids=lambda s: s.name)
def test_colours_are_tokens(sheet: Path) -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|light-dark|hsl|oklch", sheet.read_text()) == []


@pytest.mark.parametrize("sheet", sheets(), ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_is_defined(sheet: Path) -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+):", "".join(path.read_text() for path in sheets())))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text())) <= defined


def test_vendored_libraries_are_those_of_the_readme() -> None:
    pinned = dict(
        re.findall(r"^\| `([\w.-]+)` \|.*`([0-9a-f]{64})` \|$", (PUBLIC / "vendor/README.md").read_text(), re.M)
    )
    held = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (PUBLIC / "vendor").glob("*.js")}
    assert held == pinned


def test_icons_that_pages_ask_for_are_drawn() -> None:
    templates = Path(__file__).parents[2] / "backend/leadsbot/dashboard/templates"
    asked = {name for page in templates.rglob("*.html") for name in re.findall(r"icon\('([a-z-]+)'", page.read_text())}
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (PUBLIC / "icons/sprite.svg").read_text()))
    assert asked
    assert asked <= drawn
