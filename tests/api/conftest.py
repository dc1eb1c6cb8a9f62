"""The REST doors over HTTP, with the keys of two workspaces."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from leadsbot.api import errors
from leadsbot.channels import discover
from leadsbot.db import Database
from leadsbot.jobs.handlers import modules_in
from leadsbot.outbound import Outbound
from leadsbot.services import Services
from leadsbot.settings import Settings
from leadsbot.vault import Vault
from leadsbot.workspaces import api_keys
from leadsbot.workspaces.api_keys import Keys
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.sign_in import SignIns
from leadsbot.workspaces.sites import SiteBook

Serve = Callable[..., contextlib.AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
async def services(database: Database) -> AsyncIterator[Services]:
    vault = Vault("a secret key for tests")
    outbound = Outbound(allow_private=True)
    yield Services(
        settings=Settings.load({"LEADSBOT_PUBLIC_URL": "https://leads.example"}, dotenv=None),
        database=database,
        vault=vault,
        outbound=outbound,
        channels=discover(),
        sites=SiteBook(database),
        keys=Keys(database),
        sign_ins=SignIns(database, vault),
    )
    await outbound.aclose()


@pytest.fixture
def serve() -> Serve:
    return _serve


@contextlib.asynccontextmanager
async def _serve(services: Services, peer: str = "192.0.2.7", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the REST doors to a client at `peer` that sends `headers`."""
    app = Litestar(
        route_handlers=[route for module in modules_in("leadsbot.api") for route in getattr(module, "ROUTES", ())],
        state=State({"services": services}),
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={Exception: errors.answer},
        request_max_body_size=1024 * 1024,
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=app, client=(peer, 50_000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://leads.example", headers=headers) as client:
        yield client


@pytest.fixture
async def nobody(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with _serve(services) as client:
        yield client


@pytest.fixture
async def api(services: Services, workspace: Created) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the owner's key, which has every scope."""
    async with _serve(services, authorization=f"Bearer {workspace.api_key}") as client:
        yield client


@pytest.fixture
async def stranger_api(services: Services, stranger: Created) -> AsyncIterator[httpx.AsyncClient]:
    """A client with every scope, in another workspace."""
    async with _serve(services, authorization=f"Bearer {stranger.api_key}") as client:
        yield client


@pytest.fixture
async def reader_api(services: Services, workspace: Created) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the owner's workspace that may read leads and nothing else."""

    async def unit(tx: Any) -> tuple[str, str]:
        return api_keys.create(tx, workspace.workspace_id, "Reader", ["leads:read"])

    _, key = await services.database.write(unit)
    async with _serve(services, **{"x-api-key": key}) as client:
        yield client
