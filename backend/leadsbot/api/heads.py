"""HEAD wherever there is GET: the same answer without its body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from leadsbot.capture.edge import App, Receive, Scope, Send


def heads(app: App) -> App:
    """Answer HEAD as `app` answers GET, and keep the body back. `app` is told that the client has gone once the headers
    are out, so that what goes on for long (a stream of events, an export) ends there."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        answered = False

        async def ask() -> dict[str, object]:
            return {"type": "http.disconnect"} if answered else await receive()

        async def tell(message: dict[str, object]) -> None:
            nonlocal answered
            if message["type"] == "http.response.start" and not answered:
                answered = True
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        await app({**scope, "method": "GET"}, ask, tell)

    return run
