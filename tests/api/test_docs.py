"""The API's description, and the page that shows it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, get
from litestar.di import Provide

from leadsbot.api import docs
from leadsbot.jobs.handlers import modules_in

PUBLIC = Path(__file__).resolve().parents[2] / "public"
LIBRARY = PUBLIC / "vendor" / "swagger-ui"


@get("/inbox")
async def page() -> str:
    """Stand for the dashboard's pages, which the description leaves out."""
    return "for people"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """The REST doors as they describe themselves; nothing behind them is asked."""
    routes = [route for module in modules_in("leadsbot.api") for route in getattr(module, "ROUTES", ())]
    app = Litestar(
        [*routes, page],
        dependencies={"services": Provide(object, sync_to_thread=False)},
        openapi_config=docs.openapi_config(),
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://leads.example") as made:
        yield made


async def test_the_description_names_the_doors_and_how_to_open_them(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["openapi"].startswith("3.1") and set(told["components"]["securitySchemes"]) == {"bearer", "header"}
    assert {"/api/leads", "/api/v1/sites/{site_id}", "/health"} <= set(told["paths"])
    names = {parameter["name"] for parameter in told["paths"]["/api/leads"]["get"]["parameters"]}
    assert names == {"stage", "search", "source", "campaign", "from", "to", "page", "limit", "spam"}
    assert told["paths"]["/api/leads"]["get"]["security"] and "requestBody" in told["paths"]["/api/v1/sites"]["post"]
    assert "allowed_origins" in told["components"]["schemas"]["NewSite"]["properties"]


async def test_the_description_leaves_pages_out(client: httpx.AsyncClient) -> None:
    assert not {"/inbox", "/docs", "/openapi.json"} & set((await client.get("/openapi.json")).json()["paths"])


async def test_the_reference_loads_from_here_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert named and all(address.startswith("/") and not address.startswith("//") for address in named)
    for address in named:
        if address.startswith("/static/"):
            assert (PUBLIC / address.removeprefix("/static/").partition("?")[0]).is_file(), address
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy


def test_the_vendored_library_is_the_one_of_its_readme() -> None:
    named = dict(re.findall(r"^\| `([\w.-]+)` \| `([0-9a-f]{64})` \|$", (LIBRARY / "README.md").read_text(), re.M))
    held = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in LIBRARY.iterdir()
        if path.suffix in (".js", ".css")
    }
    assert named == held and len(held) == 2
