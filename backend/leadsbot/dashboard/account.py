"""Your account: one's own name, password, sign-ins and Telegram account."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.bot import accounts, links
from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.sign_in import MAX_PASSWORD, address_of
from leadsbot.dashboard.views import Form, LinkOffer, Toast
from leadsbot.dashboard.views.account import Account, SignedIn, TelegramAccount
from leadsbot.db.tx import Row
from leadsbot.devices import parse_device
from leadsbot.errors import InvalidInput, LeadsBotError, TooManyRequests, Unauthorized
from leadsbot.workspaces import own_account

PAGE = "/account"
_NO_BOT = "This server has no Telegram bot, so there is nothing to link your account with."


@get(PAGE)
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post(PAGE)
async def rename(desk: Here) -> Response[str]:
    try:
        await own_account.rename(desk.database, desk.person.user_id, desk.posted.text("name"))
    except InvalidInput as error:
        return await _wrong(desk, error, "name")
    return desk.go(PAGE, Toast("Saved."))


@post(PAGE + "/password")
async def change_password(desk: Here) -> Response[str]:
    """Change the password of somebody who knows the one before, and sign out whoever else uses it."""
    posted, person = desk.posted, desk.person
    try:
        given = posted.raw("password")[:MAX_PASSWORD]
        user = await desk.services.sign_ins.prove(person.email, given, address_of(desk.services, desk.request))
    except (Unauthorized, TooManyRequests) as error:
        wrong = InvalidInput("That is not your password.") if isinstance(error, Unauthorized) else error
        return await _wrong(desk, wrong, "password")
    try:
        changed = await own_account.set_password(desk.database, user, posted.raw("new_password"), person.sign_in_id)
    except InvalidInput as error:
        return await _wrong(desk, error, "new_password")
    if not changed:
        return await _wrong(desk, InvalidInput("It was changed meanwhile. Type the new one."), "password")
    return desk.go(PAGE, Toast("Your password is changed. You are signed out everywhere else."))


@post(PAGE + "/sign-outs")
async def sign_out_elsewhere(desk: Here) -> Response[str]:
    await own_account.sign_out_elsewhere(desk.database, desk.person.user_id, desk.person.sign_in_id)
    return desk.go(PAGE, Toast("You are signed out everywhere else."))


@get(PAGE + "/telegram")
async def look(desk: Here) -> Response[str]:
    """Give the linked Telegram account; until there is one there is nothing new to show."""
    if not desk.is_htmx:
        return desk.go(PAGE)
    if await accounts.account_of(desk.database, desk.person.user_id) is None:
        return answers.bare(HTTP_204_NO_CONTENT)
    return desk.part("telegram_account.html", Toast("Linked."), telegram=await _telegram(desk))


@post(PAGE + "/telegram/unlink")
async def unlink(desk: Here) -> Response[str]:
    await accounts.unlink(desk.database, desk.person.user_id)
    return desk.go(PAGE, Toast("Unlinked. What you press in Telegram no longer counts as yours."))


async def _wrong(desk: Desk, error: LeadsBotError, field: str) -> Response[str]:
    """Show again what was typed, but for passwords, with what is wrong."""
    form = Form({"name": desk.posted.text("name")} if field == "name" else {}, {field: error.message})
    return await desk.page(await _view(desk, form), HTTP_422_UNPROCESSABLE_ENTITY)


async def _view(desk: Desk, form: Form | None = None) -> Account:
    rows = await own_account.sign_ins_of(desk.database, desk.person.user_id)
    sign_ins = tuple(_signed_in(row, desk.person.sign_in_id) for row in rows)
    return Account(desk.person.name, desk.person.email, await _telegram(desk), form or Form(), sign_ins)


def _signed_in(row: Row, here: str) -> SignedIn:
    device = parse_device(row["user_agent"])
    known = " on ".join(filter(None, (device.browser, device.os)))
    return SignedIn(known or "Another program", row["ip_address"], row["created_at"], row["id"] == here)


async def _telegram(desk: Desk) -> TelegramAccount:
    row = await accounts.account_of(desk.database, desk.person.user_id)
    if row is not None:
        return TelegramAccount(row["name"], row["username"], row["linked_at"])
    offer = await links.account_offer(desk.services, desk.person.user_id, desk.workspace_id)
    if offer is None:
        return TelegramAccount(missing=_NO_BOT)
    return TelegramAccount(link=LinkOffer(offer.url or "", offer.code, offer.expires_at))


ROUTES = [pages(show, rename, change_password, sign_out_elsewhere, look, unlink)]
