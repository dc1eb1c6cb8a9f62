"""The door that Telegram pushes updates to, in webhook mode. It keeps them as jobs and answers: 200 only once an update
is stored, so that Telegram repeats what the database couldn't take."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
import structlog
from litestar import Request, Response, post
from litestar.params import FromPath
from msgspec import Meta

from leadsbot import clock
from leadsbot.bot import chats
from leadsbot.bot.hooks import PATH, secret_of
from leadsbot.bot.line import Line, line_of, named
from leadsbot.bot.updates import STALE_MS, handle, lasts, read
from leadsbot.channels.telegram.api import mark_of
from leadsbot.db import Tx
from leadsbot.errors import Unavailable
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.services import Services

UPDATE: Final = "telegram.update"
MAX_BODY: Final = 256 * 1024
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105
_AGAIN_MS: Final = 2 * clock.SECOND

log = structlog.get_logger("leadsbot.bot")


class _Head(msgspec.Struct):
    update_id: Annotated[int, Meta(ge=0, le=2**53)]


@post(PATH + "/{bot_id:str}", status_code=200, include_in_schema=False, request_max_body_size=MAX_BODY)
async def receive(request: Request[Any, Any, Any], bot_id: FromPath[str]) -> Response[bytes]:
    """Keep an update, once however often it comes. 404 for a bot that isn't ours, 401 without its secret, 400 for what
    is no update; 503 where the database can't take it, and Telegram repeats it."""
    services: Services = request.app.state.services
    tokens = await chats.tokens_of(services, bot_id)
    if not tokens or services.settings.telegram_mode != "webhook":
        return Response(b"", status_code=404)
    given = request.headers.get(SECRET_HEADER, "").encode()
    # A workspace may have a token that isn't right: for such a one Telegram takes no address, and sends no secret.
    right = [one for one in tokens if hmac.compare_digest(given, secret_of(services.vault, one).encode())]
    if not right:
        return Response(b"", status_code=401)
    body = await request.body()
    try:
        head = msgspec.json.decode(body, type=_Head)
        update = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Response(b"", status_code=400)
    await services.database.write(lambda tx: _keep(tx, right[0], head.update_id, update))
    return Response(b"")


async def _keep(tx: Tx, token: str, update_id: int, update: Mapping[str, Any]) -> None:
    """Keep an update, to be handled after those before it of the same chat."""
    bot_id = token.partition(":")[0]
    enqueue(
        tx,
        UPDATE,
        {"bot": bot_id, "token": mark_of(token), "at": clock.now(), "update": update},
        lane=f"telegram in:{bot_id}",
        unique_key=_key(bot_id, update_id),
        chain=f"telegram in:{bot_id}:{_chat_of(update)}",
        position=update_id,
    )


async def _forget(tx: Tx, unique_key: str) -> None:
    """Keep of a handled update that it came, and nothing of what it said."""
    await tx.execute("UPDATE jobs SET payload = '{}' WHERE unique_key = $1", unique_key)


def _key(bot_id: str, update_id: int) -> str:
    return f"telegram:{bot_id}:{update_id}"


def _chat_of(update: Mapping[str, Any]) -> object:
    """Give the chat that an update is from; what has none is in one line with its like."""
    for told in update.values():
        about = told.get("message", told) if isinstance(told, dict) else {}
        if isinstance(about, dict) and isinstance(about.get("chat"), dict):
            return about["chat"].get("id")
    return ""


def job_handlers(services: Services) -> dict[str, JobHandler]:
    lines: dict[str, Line] = {}

    async def run(payload: dict[str, Any]) -> Outcome:
        tokens = await chats.tokens_of(services, payload["bot"])
        token = next((one for one in tokens if mark_of(one) == payload["token"]), None)
        update_id = payload["update"]["update_id"]
        done = Done(writes=lambda tx: _forget(tx, _key(payload["bot"], update_id)))
        if token is None:
            return done
        line = await named(services, lines.setdefault(token, line_of(services, token)))
        update = read(payload["update"], line.bot)
        if update is None or (payload["at"] < clock.now() - STALE_MS and not lasts(update)):
            return done
        try:
            await handle(services, line, update)
        except Unavailable as error:
            return Again(_AGAIN_MS, error=error.message)
        except Exception as error:  # as when polling: one update that breaks holds up no other
            log.error("bot.update_broke", update=update_id, error=repr(error), exc_info=True)
        return done

    return {UPDATE: run}


ROUTES = [receive]
