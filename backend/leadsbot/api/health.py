"""For whoever watches the server: `/health` for load balancers, `/metrics` for Prometheus."""

from __future__ import annotations

import asyncio
import hmac
from ipaddress import ip_address
from typing import Any

from litestar import Request, Response, get

from leadsbot.api.keyed import House
from leadsbot.api.metrics import CONTENT_TYPE, exposition
from leadsbot.db import Tx
from leadsbot.errors import Forbidden, Unauthorized, Unavailable
from leadsbot.services import Services

ANSWERS_WITHIN_S = 3.0
# Any of them: somebody stands between, so the peer's address says nothing of who asks.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
_NO_STORE = {"Cache-Control": "no-store"}


@get("/health", tags=["operations"], summary="200 when this node can serve, else 503")
async def health(services: House) -> Response[dict[str, str]]:
    """Read, and open a transaction as every capture does: a database that only reads can't serve."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await services.database.fetch("SELECT id FROM workspaces LIMIT 1")
            await services.database.write(_nothing)
    except Exception as error:
        raise Unavailable("The database doesn't answer.", retry_after=5) from error
    return Response({"status": "ok"}, headers=_NO_STORE)


async def _nothing(tx: Tx) -> None:
    await tx.fetch("SELECT id FROM workspaces LIMIT 1")


@get("/metrics", tags=["operations"], summary="Metrics for Prometheus; loopback or token")
async def metrics(request: Request[Any, Any, Any], services: House) -> Response[bytes]:
    _check_reader(request, services)
    body = await exposition(services.database)
    return Response(body, media_type=CONTENT_TYPE, headers=_NO_STORE)


def _check_reader(request: Request[Any, Any, Any], services: Services) -> None:
    """Let in loopback, and whoever brings LEADSBOT_METRICS_TOKEN."""
    wanted = services.settings.metrics_token
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if wanted and scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), wanted.encode()):
        return
    if _from_loopback(request):
        return
    if wanted:
        raise Unauthorized("Send the metrics token: Authorization: Bearer …")
    raise Forbidden("Metrics are read from this machine, or with LEADSBOT_METRICS_TOKEN.")


def _from_loopback(request: Request[Any, Any, Any]) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


ROUTES = [health, metrics]
