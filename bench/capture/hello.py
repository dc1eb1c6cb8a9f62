"""The yardstick: the smallest Litestar application, served the way LeadsBot is."""

from __future__ import annotations

from litestar import Litestar, post


@post("/", status_code=202)
async def hello() -> dict[str, bool]:
    return {"ok": True}


app = Litestar([hello], openapi_config=None)
