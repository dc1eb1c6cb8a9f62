"""`leadsbot doctor`: what an operator would have to find out one by one, in a sentence per problem."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from leadsbot.cli.support.configured import configured
from leadsbot.settings import Settings

if TYPE_CHECKING:
    from leadsbot.db import Database

WAIT_S = 10.0
LATE_MS = 5 * 60 * 1000
SHORTEST_KEY = 32
FEWEST_LETTERS = 10  # of a key: below that it is a word or a row of one digit


@click.command("doctor")
def command() -> None:
    """Check database, secret key, Telegram token, SMTP, public URL and job backlog."""
    problems = asyncio.run(_problems(configured()))
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo("All is well.")


async def _problems(settings: Settings) -> list[str]:
    checks: tuple[Callable[[Settings], AsyncIterator[str]], ...] = (
        _database,
        _secret_key,
        _telegram,
        _smtp,
        _public_url,
    )
    return [problem for check in checks async for problem in check(settings)]


async def _database(settings: Settings) -> AsyncIterator[str]:
    from leadsbot.cli.support.opening import opened
    from leadsbot.db.migrate import require_current
    from leadsbot.errors import LeadsBotError

    if settings.database_kind == "sqlite" and not settings.sqlite_path.exists():
        # Looking would make it.
        yield f"The database {settings.sqlite_path} does not exist yet: run `leadsbot migrate`."
        return
    try:
        async with opened(settings) as database:
            await require_current(database)
            async for problem in _jobs(database):
                yield problem
            async for problem in _rivals(settings, database):
                yield problem
    except LeadsBotError as error:
        yield error.message


async def _jobs(database: Database) -> AsyncIterator[str]:
    from leadsbot.db.sql import now_ms

    now = now_ms(database.dialect)
    late = await database.fetch_one(
        f"SELECT count(*) AS jobs, min(due) AS oldest, {now} AS now FROM jobs"
        f" WHERE state = 'ready' AND waits <> 'turn' AND due < {now} - {LATE_MS}"
    )
    if late and late["jobs"]:
        minutes = (late["now"] - late["oldest"]) // 60_000
        yield (
            f"{late['jobs']} job(s) are overdue, the oldest by {minutes} minutes:"
            " is `leadsbot serve` or `leadsbot worker` running?"
        )
    for row in await database.fetch(
        "SELECT kind, count(*) AS jobs, max(error) AS error FROM jobs WHERE state = 'dead' GROUP BY kind ORDER BY kind"
    ):
        yield f"{row['jobs']} job(s) of the kind {row['kind']} are dead: {row['error'] or 'no reason was given'}."


async def _rivals(settings: Settings, database: Database) -> AsyncIterator[str]:
    from leadsbot.bot.rivals import all_noted
    from leadsbot.channels.telegram.api import mark_of

    for mark, said in (await all_noted(database)).items():
        ours = mark == mark_of(settings.telegram_token)
        yield f"{'LEADSBOT_TELEGRAM_TOKEN' if ours else 'A Telegram bot of a workspace'}: {said}"


async def _secret_key(settings: Settings) -> AsyncIterator[str]:
    key, name, path = settings.secret_key, "LEADSBOT_SECRET_KEY", settings.data_dir / "secret.key"
    if not key:
        if not path.exists():
            yield f"There is no secret key: set {name}, or start once and {path} is made."
            return
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path} can be read by others: run `chmod 600 {path}`."
        try:
            key, name = path.read_text(encoding="ascii").strip(), str(path)
        except (OSError, ValueError):
            yield f"{path} can't be read."
            return
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS:
        yield f"{name} is weak: take {SHORTEST_KEY} or more random characters."


async def _telegram(settings: Settings) -> AsyncIterator[str]:
    if not settings.telegram_token:
        return
    if settings.telegram_mode == "webhook" and not settings.public_url.startswith("https://"):
        yield "LEADSBOT_TELEGRAM_MODE=webhook needs an https LEADSBOT_PUBLIC_URL: Telegram pushes to no other."

    from leadsbot.outbound import Outbound, OutboundError

    outbound = Outbound(trusted=(settings.telegram_api,))
    try:
        url = f"{settings.telegram_api}/bot{settings.telegram_token}/getMe"
        answer = await outbound.send("doctor", "GET", url, headers={}, timeout=WAIT_S, to_trusted=True)
    except OutboundError as error:
        yield f"Telegram can't be asked about LEADSBOT_TELEGRAM_TOKEN: {error.message}"
        return
    finally:
        await outbound.aclose()
    if answer.status in (401, 404):
        yield "Telegram doesn't know LEADSBOT_TELEGRAM_TOKEN: take the token from @BotFather again."
    elif answer.status != 200:
        yield f"The Bot API server at {settings.telegram_api} answers {answer.status}: check LEADSBOT_TELEGRAM_API."


async def _smtp(settings: Settings) -> AsyncIterator[str]:
    if not settings.smtp_url:
        return

    from email.utils import parseaddr

    from leadsbot.channels.email import problem_with

    problem = await problem_with(settings.smtp_url, parseaddr(settings.mail_from)[1], WAIT_S)
    if problem:
        yield problem if "LEADSBOT_" in problem else f"{problem.rstrip('.')}. Check LEADSBOT_SMTP_URL."


async def _public_url(settings: Settings) -> AsyncIterator[str]:
    url = urlsplit(settings.public_url)
    if url.scheme != "https" and not _is_loopback(url.hostname or ""):
        yield (
            f"LEADSBOT_PUBLIC_URL is {settings.public_url}: browsers on https:// pages refuse to talk to it,"
            " and what visitors send travels in the open. Put a proxy with a certificate in front."
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
