"""The page that shows the API's description, and the code that it shows for each call."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leadsbot.api.reference.call import Call, every_call
from leadsbot.api.reference.codes import CODES
from leadsbot.api.reference.page import anchor, prose, sample_ids
from leadsbot.api.reference.samples import SAMPLE_KEY, Asked, asked, samples
from leadsbot.errors import LeadsBotError
from tests.api.conftest import Client, Serve

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ROOT / "public"
CALLS = every_call()
SAMPLED = [call for call in CALLS.values() if call.sampled]
AWKWARD: dict[str, Any] = {
    "quote": 'it\'s "so"',
    "tail": "C:\\dir\\",
    "dollar": "$HOME `id` !x",
    "none": None,
    "yes": True,
    "list": [{}],
}
# Raised where no program comes by: the dashboard, the command line, deliveries' own story.
NOT_FOR_PROGRAMS = {
    *("csrf", "signed_out", "wrong_credentials", "too_many_sign_ins", "link_code_wrong", "link_code_expired"),
    *("database_behind", "migration_failed", "invalid_settings", "role_missing", "no_workspace"),
    *("invitation_used", "invitation_expired", "invitation_unknown"),
}


@pytest.fixture
async def page(serve: Serve) -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


class Page(HTMLParser):
    """What the page names: its anchors, what it links to, what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.ids += [told["id"]] if "id" in told else []
        self.inline += [name for name in told if name == "style" or name.startswith("on")]
        if tag == "a":
            self.links.append(told["href"])
        elif tag in ("script", "link", "img"):
            self.loads.append(told.get("src") or told.get("href", ""))
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in told) else []


async def test_the_page_loads_from_here_alone(page: Client) -> None:
    answer = await page.get("/docs")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    told = Page(answer.text)
    assert told.loads and all(re.match(r"/static/[^/]", address) for address in told.loads)
    for address in told.loads:
        assert (PUBLIC / address.removeprefix("/static/").partition("?")[0]).is_file(), address
        assert (await page.get(address)).status_code == 200
    assert told.inline == []
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy


async def test_what_the_page_loads_asks_nobody_else() -> None:
    for name in ("css/docs.css", "css/tokens.css", "css/base.css", "js/docs.js"):
        text = (PUBLIC / name).read_text()
        assert not re.search(r"https?://|@import|url\(\s*['\"]?//", text), name


async def test_every_call_stands_on_the_page_once_and_every_link_leads_somewhere(page: Client) -> None:
    told = Page((await page.get("/docs")).text)
    assert len(told.ids) == len(set(told.ids))
    paths = (await page.get("/openapi.json")).json()["paths"]
    doors = [f"{method.upper()} {path}" for path, item in paths.items() for method in item]
    assert {anchor(door) for door in doors} <= set(told.ids)
    assert {link[1:] for link in told.links if link.startswith("#")} <= set(told.ids)
    assert {link for link in told.links if not link.startswith("#")} == {
        *("/", "/openapi.json", "/docs/guides", "/settings/keys"),
    }


async def test_no_two_calls_bear_one_title_and_keys_are_found_in_the_settings(page: Client) -> None:
    paths = (await page.get("/openapi.json")).json()["paths"]
    titles = [one["summary"] for item in paths.values() for one in item.values()]
    assert sorted(titles) == sorted(set(titles))
    text = (await page.get("/docs")).text
    assert "of several the newest" in text and text.index("Settings → API keys") < text.index("leadsbot bootstrap")


async def test_the_page_speaks_of_this_leadsbot_and_in_the_chosen_theme(page: Client) -> None:
    text = (await page.get("/docs", headers={"cookie": "leadsbot_theme=dark"})).text
    assert 'data-theme="dark"' in text and "https://leads.example/api/v1/leads" in unescape(text)
    assert 'data-theme="system"' in (await page.get("/docs", headers={"cookie": "leadsbot_theme=x"})).text


def test_texts_are_escaped_but_for_what_stands_in_backticks() -> None:
    assert prose("a <b> `<form>`") == "a &lt;b&gt; <code>&lt;form&gt;</code>"


# --- Codes


def raised() -> set[str]:
    """Every `code` in the house's source."""
    text = "".join(path.read_text() for path in (ROOT / "backend" / "leadsbot").rglob("*.py"))
    kinds: list[type[LeadsBotError]] = [LeadsBotError, *LeadsBotError.__subclasses__()]
    return set(re.findall(r'\bcode ?= ?"([a-z_]+)"', text)) | {kind.default_code for kind in kinds}


def test_every_code_of_a_refusal_is_explained() -> None:
    assert raised() - NOT_FOR_PROGRAMS - CODES.keys() == set(), "say in api/reference/codes.py what to do about it"


def test_no_code_is_explained_that_nobody_raises() -> None:
    assert CODES.keys() - raised() == set()


# --- Examples


def shown(call: Call) -> Asked:
    return asked(call, "https://leads.example", SAMPLE_KEY, sample_ids(call), call.query)


@pytest.mark.parametrize("call", SAMPLED, ids=lambda call: call.door)
def test_the_python_of_every_call_compiles(call: Call) -> None:
    compile(samples(shown(call))["python"], call.door, "exec")


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here; CI has one")
def test_the_javascript_of_every_call_parses(tmp_path: Path) -> None:
    for number, call in enumerate(SAMPLED):
        (tmp_path / f"{number}.mjs").write_text(samples(shown(call))["fetch"])
    reader = "import {readFileSync} from 'node:fs'; import vm from 'node:vm'; for (const f of process.argv.slice(1)) "
    reader += "new vm.SourceTextModule(readFileSync(f, 'utf8'), {identifier: f})"
    files = sorted(map(str, tmp_path.glob("*.mjs")))
    line = ["node", "--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", reader, *files]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("php") is None, reason="no php here")
def test_the_php_of_every_call_parses() -> None:
    for call in SAMPLED:
        done = subprocess.run(
            ["php", "-l"], input=samples(shown(call))["php"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (call.door, done.stdout)


def test_awkward_values_keep_their_meaning_in_every_language() -> None:
    code = samples(Asked("POST", "https://leads.example/x", "lb_x", body=AWKWARD))
    arguments = code["python"].partition("    json=")[2].partition(",\n    timeout")[0]
    said = eval(arguments)
    assert said == AWKWARD
    assert r"""'it\'s "so"'""" in code["php"] and r"'C:\\dir\\'" in code["php"] and "'none' => null" in code["php"]
    printed = re.sub(r"^curl .*?--data-binary ", "printf %s ", code["curl"], flags=re.DOTALL)
    heard = subprocess.run(["sh", "-c", printed], capture_output=True, text=True, check=True).stdout
    assert heard.startswith("{") and "`id` !x" in heard and "it's" in heard


def test_a_key_is_shown_only_where_one_is_needed() -> None:
    for call in SAMPLED:
        held = [SAMPLE_KEY in text for text in samples(shown(call)).values()]
        assert held == [call.keyed] * 4, call.door
