"""The documentation is complete and leads nowhere wrong: settings, links, channels, the first two commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from e2e.widget import matrix_page, results
from e2e.widget.case import every
from leadsbot import channels
from leadsbot.settings import VARIABLES, Variable

ROOT = Path(__file__).parent.parent
CONFIGURATION = ROOT / "docs" / "configuration.md"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for folder in ("docs", "bench", "public", "widget") for page in ROOT.glob(f"{folder}/**/*.md")),
    ]
)

# The tests' own switches; everything else that begins so is a setting.
NOT_SETTINGS = {f"LEADSBOT_{name}" for name in ("CHROMIUM", "NO_BROWSER", "WIDGET_BROWSER", "SLOW", "SLOW_CPU")}


def names_in(text: str) -> set[str]:
    return {name.removesuffix("_FILE") for name in re.findall(r"LEADSBOT_[A-Z_]*[A-Z]", text)}


def rows(page: str) -> dict[str, list[str]]:
    """The cells of each table row that begins with a variable's name."""
    found = re.findall(r"^\| `(LEADSBOT_[A-Z_]+)` \| (.+?) \| (.+) \|$", page, re.MULTILINE)
    return {name: cells for name, *cells in found}


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_every_variable_is_documented_with_its_default(variable: Variable) -> None:
    default, meaning = rows(CONFIGURATION.read_text())[variable.name]
    assert default == (f"`{variable.default}`" if variable.default else variable.when_empty)
    assert len(meaning) > 10


def test_no_page_names_a_variable_that_does_not_exist() -> None:
    known = {variable.name for variable in VARIABLES} | NOT_SETTINGS
    unknown = {page.name: names for page in PAGES if (names := names_in(page.read_text()) - known)}
    assert unknown == {}


def test_the_file_variant_of_every_variable_is_documented() -> None:
    text = CONFIGURATION.read_text()
    assert "Every variable has a variant with `_FILE`" in text
    assert re.search(r"LEADSBOT_\w+_FILE=", text)


def test_the_example_environment_shows_every_variable_with_its_default() -> None:
    shown = dict(re.findall(r"^#(LEADSBOT_[A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert shown == {variable.name: variable.default for variable in VARIABLES}


# --- Links


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(
        r"^#+ +(.+?)\s*$", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: str) -> list[str]:
    """What a page links to or shows, outside of code."""
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(<?([^)\s>]+)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose)


def broken(page: Path) -> list[str]:
    wrong = []
    for link in links(page.read_text()):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(page: Path) -> None:
    assert broken(page) == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One Heading\n[a](#one-heading) [b](#none) [c](gone.md) [d](https://example.com) `[e](code)`\n")
    assert broken(page) == ["#none", "gone.md"]


# --- Channels


def test_every_channel_has_its_page() -> None:
    kinds = set(channels.discover())
    pages = {page.stem for page in ROOT.glob("docs/channels/*.md")}
    assert "telegram" in kinds
    assert kinds - pages == set(), "write its page: what it needs, how to link it, what can go wrong"


# --- Guides


def test_the_largest_room_says_what_each_of_its_modules_is_about() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text().partition("`routing/` is the largest room")[2]
    named = set(re.findall(r"`([a-z_]+)`", told.partition("\n## ")[0]))
    modules = {page.stem for page in (ROOT / "backend" / "leadsbot" / "routing").glob("[!_]*.py")}
    assert named == modules - {"tables"}


GUIDES = sorted(page for page in ROOT.glob("docs/guides/*.md") if page.name != "README.md")


def test_every_guide_is_listed_and_no_other() -> None:
    listed = set(
        re.findall(r"^\| .+? \| \[[\w-]+\.md\]\(([\w-]+\.md)\)", (ROOT / "docs/guides/README.md").read_text(), re.M)
    )
    assert listed == {page.name for page in GUIDES}
    assert {"wordpress", "webflow", "squarespace", "wix", "shopify", "google-tag-manager"} <= {
        page.stem for page in GUIDES
    }
    assert {"html", "nextjs", "zapier", "make", "n8n"} <= {page.stem for page in GUIDES}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_says_where_what_how_to_check_and_what_goes_wrong(page: Path) -> None:
    text = page.read_text()
    titles = " ".join(re.findall(r"^## (.+)$", text, re.M)).lower()
    assert "check it" in titles and ("goes wrong" in titles or "nothing arrives" in titles)
    assert re.search(r"where it goes|with the tag|into leadsbot", titles)
    assert ("HOST" in text or "README.md#the-tag" in text) and not re.search(r"lb_[A-Za-z0-9]{40}", text)


def test_the_sites_page_names_guides_that_there_are() -> None:
    told = (ROOT / "backend/leadsbot/dashboard/templates/parts/where.html").read_text()
    named = set(re.findall(r"'([a-z0-9-]+)'\),$", told, re.M))
    assert named and named <= {page.stem for page in GUIDES}
    assert 'href="/docs/guides/{{ guide }}"' in told


# --- The widget's matrix


def test_the_widgets_page_says_what_the_browsers_runs_found() -> None:
    assert matrix_page.README.read_text() == matrix_page.page(), "`python -m e2e.widget.matrix page` writes it anew"


def test_every_case_of_the_widget_has_its_row_there() -> None:
    rows = re.findall(r"^\| (.+?) \|(?: [^|]+ \|){3}$", matrix_page.README.read_text(), re.MULTILINE)
    assert len(every()) > 0
    assert [
        case.id for case in every() if not any(row.startswith(matrix_page.plain(case.sentence)) for row in rows)
    ] == []


def test_no_result_is_of_a_case_that_is_no_more() -> None:
    assert results.known().cases.keys() - {case.id for case in every()} == set()


# --- README


def test_the_readme_starts_with_the_two_commands_and_the_script_tag() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "git clone" in readme
    assert "make run" in readme
    assert 'id="leadsbot-listener"' in readme
