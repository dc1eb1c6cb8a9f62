"""The guides as pages: all of the folder and nothing else, every link leads somewhere, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from leadsbot.api.reference import guides
from tests.api.conftest import Client, Serve
from tests.api.test_docs import Page

DOCS = Path(__file__).resolve().parents[2] / "docs"
FILES = sorted(path.stem for path in (DOCS / "guides").glob("*.md"))
CHANNELS = [*guides.SHARED, *sorted(path.stem for path in (DOCS / "channels").glob("*.md"))]
BASE = "https://leads.example"


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[Client]:
    async with serve() as made:
        yield made


async def test_a_guide_is_a_page_that_loads_from_here_alone(client: Client) -> None:
    answer = await client.get("/docs/guides/wordpress", headers={"cookie": "leadsbot_theme=dark"})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    told = Page(answer.text)
    assert told.loads and all(re.match(r"/static/[^/]", one) for one in told.loads) and told.inline == []
    assert 'data-theme="dark"' in answer.text and "<h1" in answer.text
    overview = (await client.get("/docs/guides")).text
    assert "All guides" in overview and "</table>" in overview


async def test_only_what_lies_in_the_folder_is_served(client: Client) -> None:
    for name in ("nothing", "..%2Fapi", "../api", "%2e%2e%2fapi", "wordpress.md", "wordpress%00", "a/b"):
        answer = await client.get(f"/docs/guides/{name}")
        assert answer.status_code == 404, name


async def test_a_channels_page_shows_what_arrives_there(client: Client) -> None:
    told = Page((await client.get("/docs/guides/discord")).text)
    [picture] = [address for address in told.loads if address.startswith(guides.IMAGES_PATH)]
    shown = await client.get(picture)
    assert shown.headers["content-type"] == "image/png" and shown.content.startswith(b"\x89PNG")
    assert list(guides.channels()) == CHANNELS and not set(CHANNELS) & set(FILES)
    for name in ("nothing.png", "..%2Farchitecture.md", "%2e%2e%2fapi.md"):
        assert (await client.get(f"{guides.IMAGES_PATH}/{name}")).status_code == 404, name


def test_every_file_is_a_guide_and_stands_in_the_overview() -> None:
    assert sorted(guides.names()) == FILES and guides.names()[0] == guides.OVERVIEW


@pytest.mark.parametrize("name", [*FILES, *CHANNELS])
def test_every_link_of_a_guide_leads_somewhere(name: str) -> None:
    told = Page(guides.page(name, BASE, lambda path: f"/static/{path}", "system"))
    assert len(told.ids) == len(set(told.ids))
    for link in told.links:
        path, _, place = link.partition("#")
        if not path:
            assert place in told.ids, link
        elif path.startswith(guides.PATH):
            other = path.removeprefix(guides.PATH).strip("/") or guides.OVERVIEW
            assert other in [*FILES, *CHANNELS] and (not place or f'id="{place}"' in guides.read(other, BASE).html), (
                link
            )
        else:
            assert path in ("/", "/docs") or link.startswith("https://"), link


def test_this_leadsbot_stands_in_it_and_what_is_not_served_is_named() -> None:
    text = guides.read("zapier", BASE).html
    assert ">the guide</a>" in guides.read("README", BASE).html and ".md</a>" not in guides.read("README", BASE).html
    assert f"{BASE}/api/v1/leads" in text and "HOST" not in text
    assert "docs/" not in re.sub(r'href="[^"]*"', "", text) and 'href="/docs"' in text
    assert f'href="{guides.PATH}/webhook"' in text
    assert f"{BASE}/api/v1/channels" in guides.read("slack", BASE).html
    assert f'href="{guides.PATH}/webhooks"' in guides.read("webhook", BASE).html
    assert f'href="{guides.PATH}/telegram"' in guides.read("channels", BASE).html


def test_what_a_file_holds_is_shown_as_text() -> None:
    assert "<script" not in guides.read("README", BASE).html and "&lt;script" in guides.read("README", BASE).html


@pytest.mark.parametrize(
    "href", ["../widget.md", "nothing.md", "javascript:alert(1)", "//elsewhere.example", "../../x"]
)
def test_other_links_lead_nowhere(href: str) -> None:
    assert guides.served(href) == ""
