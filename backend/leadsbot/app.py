"""The composition root: settings in, a running LeadsBot out. Nothing else knows how the parts are put together.

Routes, job handlers and cron ticks are found in the package (a module's `ROUTES`, `job_handlers`, `TICKS`), so that a
new page, door, channel or job is a new file and no line here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from litestar import Litestar, Request, Response
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.static_files import create_static_files_router

from leadsbot.api import errors as api_errors
from leadsbot.api.docs import openapi_config
from leadsbot.api.heads import heads
from leadsbot.bot import BotService
from leadsbot.capture.edge import App, Door, front
from leadsbot.capture.script import script_doors
from leadsbot.capture.widget import PREFIX as WIDGET_PREFIX
from leadsbot.capture.widget import WidgetDoor
from leadsbot.channels import discover
from leadsbot.dashboard import errors as dashboard_errors
from leadsbot.dashboard.render import STATIC_PATH, Renderer
from leadsbot.db import Database
from leadsbot.db.migrate import require_current
from leadsbot.devices import warm_up
from leadsbot.jobs.cron import Cron
from leadsbot.jobs.handlers import handlers_of, modules_in, ticks_of
from leadsbot.jobs.runner import Runner
from leadsbot.outbound import Outbound
from leadsbot.services import Services
from leadsbot.settings import Settings
from leadsbot.vault import Vault
from leadsbot.workspaces.api_keys import Keys
from leadsbot.workspaces.bursts import Bursts, NodesTogether
from leadsbot.workspaces.endpoints import EndpointBook
from leadsbot.workspaces.refusals import Tally
from leadsbot.workspaces.sign_in import SignIns
from leadsbot.workspaces.sites import SiteBook

PUBLIC = Path(__file__).resolve().parents[2] / "public"
# Pages name static files with their digest, so that a changed file has another address.
_FOR_GOOD = CacheControlHeader(public=True, max_age=365 * 24 * 3600, immutable=True)
# Not below: the widget's own addresses, answered in front with limits of their own.
MAX_BODY = 1024 * 1024


def make_services(settings: Settings) -> Services:
    """Put the parts together; nothing is connected yet."""
    database = Database(settings.database_url)
    vault = Vault(settings.ensure_secret_key())
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        outbound=Outbound(
            allow_private=settings.allow_private_targets,
            trusted=[url for url in (settings.telegram_api, settings.captcha_verify_url) if url],
        ),
        channels=discover(),
        sites=SiteBook(database),
        endpoints=EndpointBook(database),
        keys=Keys(database),
        sign_ins=SignIns(database, vault),
        refusals=Tally(database),
        # SQLite has one node: what it remembers is all there is.
        bursts=Bursts(NodesTogether(database) if database.dialect == "postgres" else None),
    )


class House:
    """A LeadsBot that can be started and stopped: the database, and the background work if `jobs`."""

    def __init__(self, settings: Settings, *, jobs: bool = True) -> None:
        self.services = make_services(settings)
        self.modules = modules_in("leadsbot")
        self._jobs = jobs
        self._runner = Runner(self.services.database, handlers_of(self.modules, self.services))
        self._cron = Cron(self.services.database, ticks_of(self.modules))
        self._bot = BotService(self.services)

    async def start(self) -> None:
        """Open the database (refusing one that is behind) and begin the background work."""
        warm_up()
        await self.services.database.open()
        await require_current(self.services.database)
        if self._jobs:
            self._runner.start()
            self._cron.start()
            await self._bot.start()

    async def stop(self) -> None:
        """Finish what runs, write what waits, close everything."""
        if self._jobs:
            await self._bot.stop()
            await self._cron.stop()
            await self._runner.stop()
        await self.services.refusals.close()
        await self.services.outbound.aclose()
        await self.services.database.close()


def create_app(settings: Settings, *, jobs: bool = True, web: Litestar | None = None) -> App:
    """Give the ASGI application: the thin capture path in front, which knows HEAD by itself, Litestar for all else.

    `web` is a Litestar of `create_web()` that serves nobody any more; building one takes a quarter of a second.
    """
    house = House(settings, jobs=jobs)
    web = web or create_web()
    web.state = State({"house": house, "services": house.services, "renderer": Renderer(PUBLIC)})
    doors: dict[str, Door] = {WIDGET_PREFIX: WidgetDoor(house.services), **script_doors(PUBLIC)}
    return front(doors, heads(cast("App", web)))


def create_web() -> Litestar:
    """Build all routes. Whose they are, `create_app()` says."""
    return Litestar(
        route_handlers=[
            *_routes(modules_in("leadsbot")),
            create_static_files_router(path=STATIC_PATH, directories=[PUBLIC], cache_control=_FOR_GOOD),
        ],
        lifespan=[_living],
        dependencies={"services": Provide(_services, sync_to_thread=False)},
        exception_handlers={Exception: _answer_error},
        openapi_config=openapi_config(),
        logging_config=None,
        request_max_body_size=MAX_BODY,
        debug=False,
    )


@asynccontextmanager
async def _living(app: Litestar) -> AsyncIterator[None]:
    house: House = app.state.house
    try:
        await house.start()
        yield
    finally:
        await house.stop()


def _services(request: Request[Any, Any, Any]) -> Services:
    services: Services = request.app.state.services
    return services


def _routes(modules: Iterable[ModuleType]) -> list[Any]:
    return [route for module in modules for route in getattr(module, "ROUTES", ())]


def _answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Programs get the contract's error body, people a page."""
    if dashboard_errors.wanted(request):
        return dashboard_errors.answer(request, error)
    return api_errors.answer(request, error)
