"""A browser without a window: it keeps cookies, and posts forms with the token of the page that it saw last."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import httpx

from leadsbot import clock

ADDRESS = "https://leads.example"
ORIGIN = "https://lindenhof.example"
_TOKEN = re.compile(r'name="csrf-token" content="(\w+)"')
PAGES = (
    *(
        "/",
        "/leads",
        "/imports",
        "/forms",
        "/sites",
        "/endpoints",
        "/attempts",
        "/channels",
        "/webhooks",
        "/deliveries",
    ),
    "/account",
    "/settings",
    *(f"/settings/{page}" for page in ("workspace", "members", "keys", "pipeline", "lists")),
)


class Browser:
    """What a person does: look at pages and press buttons. Redirects are not followed unless asked."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def see(self, path: str, *, follow: bool = False, **headers: str) -> httpx.Response:
        """Get a page and remember its token."""
        answer = await self.client.get(path, headers=_named(headers), follow_redirects=follow)
        found = _TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    async def press(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Post a form from a page of ours."""
        form = {"_csrf_token": self.token, **(data or {})}
        return await self.client.post(path, data=form, headers={"origin": ADDRESS, **_named(headers)})

    async def sign_in(self, email: str, password: str, wanted: str = "/leads") -> httpx.Response:
        """Sign in and look at a first page."""
        await self.see("/login")
        answer = await self.press("/login", {"email": email, "password": password, "next": wanted})
        if answer.status_code == 303:
            await self.see(wanted)
        return answer


def over_app(app: Any) -> Browser:
    """Give a browser that talks to the application without a socket; what breaks inside becomes an answer."""
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 50_000), raise_app_exceptions=False)
    return Browser(httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept": "text/html"}))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def shown(answer: httpx.Response) -> str:
    """Give the page as people read it, entities resolved."""
    return html.unescape(answer.text)


def submission(said: dict[str, str], **more: Any) -> dict[str, Any]:
    """Give the widget's batch of a form that says `said` (value by field); `more` replaces parts of the batch."""
    now = clock.now()
    touch = {"at": now - clock.DAY, "url": f"{ORIGIN}/?utm_source=google", "ref": "https://www.google.com/",
             "utm": {"source": "google", "campaign": "summer"}, "ids": {}}  # fmt: skip
    fields = [{"name": name, "label": name, "type": "text", "value": value} for name, value in said.items()]
    return {
        "v": 1,
        "id": str(uuid4()),
        "sent": now,
        "visit": {"id": str(uuid4()), "at": now},
        "page": {"url": f"{ORIGIN}/contact", "title": "Contact", "ref": ""},
        "first": touch,
        "last": touch,
        "device": {"w": 390, "h": 844, "touch": True, "lang": "de-AT", "tz": "Europe/Vienna"},
        "events": [
            {
                "type": "submit",
                "id": str(uuid4()),
                "session": str(uuid4()),
                "seq": 1,
                "form": {"key": "contact", "name": "Contact us"},
                "start": now - 9_000,
                "at": now,
                "percent": 100,
                "done": len(fields),
                "total": len(fields),
                "last": fields[-1]["name"],
                "fields": fields,
                "confirmation": "confirmed",
            }
        ],
        **more,
    }


ANNA = {"name": "Anna Berger", "email": "anna@berger.example", "message": "A table for eighty?"}


async def capture(client: httpx.AsyncClient, token: str, said: dict[str, str] = ANNA, **more: Any) -> None:
    """Send a visitor's submission through the widget's door."""
    answer = await client.post(
        f"/api/w/{token}/events", json=submission(said, **more), headers={"origin": ORIGIN, "cookie": ""}
    )
    assert answer.status_code == 202, answer.text


async def captured(browser: Browser, token: str, said: dict[str, str] = ANNA, **more: Any) -> str:
    """Let a visitor send a form, and give the id of the newest lead in the inbox."""
    await capture(browser.client, token, said, **more)
    return ids_in(await browser.see("/leads"))[0]


def ids_in(answer: httpx.Response) -> list[str]:
    """Give the ids of the leads in a list, as they stand there."""
    return re.findall(r'<li class="row[^>]* data-lead="([^"]+)"', answer.text)
