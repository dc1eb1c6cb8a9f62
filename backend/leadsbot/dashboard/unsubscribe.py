"""Leaving a mail channel by the link in its mails: by a press on this page, or by the mail program's own button.

That button posts `List-Unsubscribe=One-Click` without a cookie (RFC 8058). Opening the page changes nothing: mail
scanners open every link.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Here, pages
from leadsbot.dashboard.posted import MAX_BODY
from leadsbot.dashboard.shell import bare_shell
from leadsbot.dashboard.views import Toast
from leadsbot.dashboard.views.unsubscribe import Unsubscribe
from leadsbot.routing import mailboxes
from leadsbot.routing.mailboxes import Mailbox
from leadsbot.services import Services

AnyRequest = Request[Any, Any, Any]


@get("/unsubscribe/{token:str}")
async def show(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Ask once more; nothing is changed."""
    return _page(request, await mailboxes.look(_services(request), token))


@post("/unsubscribe/{token:str}", status_code=200)
async def leave(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Take the address off. The link itself is the proof that it is theirs."""
    box = await mailboxes.unsubscribe(_services(request), token)
    return _page(request, box, done=True)


@post("/channels/{channel_id:uuid}/resubscribe", status_code=200)
async def resubscribe(desk: Here, channel_id: FromPath[Any]) -> Response[str]:
    """Undo it: let the posted address be mailed again."""
    address = desk.posted.text("address")
    await mailboxes.resubscribe(desk.services, desk.workspace_id, str(channel_id), address)
    return desk.go(f"/channels#channel-{channel_id}", Toast(f"{address} is mailed again."))


def _page(request: AnyRequest, box: Mailbox, *, done: bool = False) -> Response[str]:
    view = Unsubscribe(request.url.path, box.channel, box.workspace, box.address, done or box.gone or not box.address)
    response = answers.page(request.app.state.renderer.page(bare_shell(request), view))
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _services(request: AnyRequest) -> Services:
    services: Services = request.app.state.services
    return services


_OPEN_TO_ALL = Router("/", route_handlers=[show, leave], request_max_body_size=MAX_BODY, include_in_schema=False)
ROUTES = [_OPEN_TO_ALL, pages(resubscribe)]
