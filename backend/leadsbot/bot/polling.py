"""Asking Telegram for updates, from one node at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from leadsbot import clock
from leadsbot.bot import menu, rivals
from leadsbot.bot.answers import seconds_of
from leadsbot.bot.hooks import USED_ELSEWHERE, is_ours
from leadsbot.bot.lease import Lease
from leadsbot.bot.line import Line, line_of, named
from leadsbot.bot.updates import WANTED, handle, read
from leadsbot.channels.telegram.api import mark_of
from leadsbot.errors import LeadsBotError
from leadsbot.services import Services

LISTEN_S = 25
AT_ONCE = 8
RETRY_S = (1.0, 2.0, 5.0, 15.0, 30.0)
WRONG_TOKEN_RETRY_S = 300.0
# A lone conflict may be an old call of our own that hadn't ended; the second within this time isn't.
CONFLICTS_S = 180.0

log = structlog.get_logger("leadsbot.bot")


class Poller:
    """Holds one bot's lease and polls, or waits for the lease; until it is cancelled."""

    def __init__(self, services: Services, lease: Lease | None = None, token: str = "") -> None:
        """`token` is that of a workspace's own bot, else the instance's is heard."""
        self._services = services
        self._own = bool(token)
        self._line = line_of(services, token or services.settings.telegram_token)
        self._lease = lease or Lease(services.database, f"telegram updates {mark_of(self._line.token)}")
        self._introduced = False
        self._done: set[int] = set()
        # Telegram keeps what wasn't confirmed by a later offset, so this need not outlive the process.
        self._offset: int | None = None
        self._failures = 0
        self._conflict_at: float | None = None

    async def run(self) -> None:
        try:
            while True:
                if await self._held():
                    await self._poll_while_held()
                await asyncio.sleep(self._lease.length_ms / 3 / clock.SECOND)
        finally:
            with contextlib.suppress(LeadsBotError):
                await self._lease.release()

    async def _held(self) -> bool:
        try:
            return await self._lease.take()
        except Exception as error:  # whatever it is, the bot must outlive it
            log.warning("bot.lease_failed", error=repr(error))
            return False

    async def _poll_while_held(self) -> None:
        polling = asyncio.create_task(self._poll(), name="telegram-updates")
        try:
            while await self._held() and not polling.done():
                await asyncio.wait([polling], timeout=self._lease.length_ms / 3 / clock.SECOND)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)

    async def _poll(self) -> None:
        """Ask for updates for ever. Whatever goes wrong is logged and tried again, ever more slowly."""
        while True:
            try:
                await self._listen_once()
                self._failures = 0
            except (TelegramError, LeadsBotError) as error:
                await asyncio.sleep(await self._after(error))
            except Exception as error:
                log.error("bot.broke", error=repr(error), exc_info=True)
                await asyncio.sleep(self._pause())

    async def _listen_once(self) -> None:
        # The first time without waiting: only a bot that Telegram knows is introduced.
        wait = LISTEN_S if self._introduced else 0
        told = await self._line.bot.told(self._offset, wait, WANTED)
        if not self._introduced:
            await menu.introduce(self._line.bot)
            self._introduced = True
        if told:
            updates = [update for one in told if (update := read(one, self._line.bot))]
            await self._handle(await named(self._services, self._line), updates)
            self._offset = max(int(one["update_id"]) for one in told) + 1
            self._done.clear()

    async def _handle(self, line: Line, updates: Sequence[Update]) -> None:
        """Handle a batch: those of a chat one after the other, chats beside each other, so that one that has to wait
        its turn holds up no other. Nothing is confirmed before all of it is done; what was done isn't done again."""
        chats: dict[int, list[Update]] = {}
        for update in updates:
            chats.setdefault(update.effective_chat.id if update.effective_chat else 0, []).append(update)
        at_once = asyncio.Semaphore(AT_ONCE)
        ended = await asyncio.gather(
            *(self._one_by_one(line, told, at_once) for told in chats.values()), return_exceptions=True
        )
        for failure in ended:
            if isinstance(failure, BaseException):
                raise failure

    async def _one_by_one(self, line: Line, updates: Sequence[Update], at_once: asyncio.Semaphore) -> None:
        for update in updates:
            if update.update_id in self._done:
                continue
            try:
                async with at_once:
                    await handle(self._services, line, update)
            except LeadsBotError:
                raise  # the database is away: the update comes again
            except Exception as error:
                log.error("bot.update_broke", update=update.update_id, error=repr(error), exc_info=True)
            self._done.add(update.update_id)

    async def _after(self, error: TelegramError | LeadsBotError) -> float:
        """Say what is wrong in one line, and give the seconds until the next try."""
        if isinstance(error, InvalidToken):
            whose = "the token of a channel's own bot" if self._own else "LEADSBOT_TELEGRAM_TOKEN"
            hint = f"Telegram refuses {whose}. Check it with @BotFather."
            log.error("bot.token_refused", bot=self._line.bot_id, hint=hint)
            return WRONG_TOKEN_RETRY_S
        if isinstance(error, RetryAfter):
            return seconds_of(error)
        log.warning("bot.poll_failed", error=error.message)
        if isinstance(error, Conflict):
            await self._meet_rival()
        return self._pause()

    async def _meet_rival(self) -> None:
        """Telegram lets nobody poll while an address is set; it may be from a time before this setting. A workspace's
        own bot may have another program behind it, which is left alone. Without an address somebody else polls."""
        with contextlib.suppress(TelegramError, LeadsBotError):
            url = (await self._line.bot.get_webhook_info()).url
            if not url:
                await self._meet_poller()
            elif self._own and not is_ours(self._services, url):
                log.error("bot.used_elsewhere", bot=self._line.bot_id, hint=USED_ELSEWHERE)
                self._failures = len(RETRY_S)
                await rivals.note(self._services, self._line.token, "is pushed to")
            else:
                await self._line.bot.delete_webhook()

    async def _meet_poller(self) -> None:
        """Wait long between two tries, as each of them ends the other's, and say so."""
        before, self._conflict_at = self._conflict_at, asyncio.get_running_loop().time()
        if before is None or self._conflict_at - before > CONFLICTS_S:
            return
        self._failures = len(RETRY_S)
        log.error("bot.polled_elsewhere", bot=self._line.bot_id, hint=rivals.SAID["polls"])
        await rivals.note(self._services, self._line.token, "polls")

    def _pause(self) -> float:
        self._failures += 1
        return RETRY_S[min(self._failures, len(RETRY_S)) - 1]
