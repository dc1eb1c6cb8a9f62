"""LeadsBot as a process of its own, with two workspaces in it, and rows of each kind made over HTTP.

What a path names in braces is made here, by that name: `Rows(house, house.owner).make("lead_id")`. A new name needs a
maker.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadsbot.ids import new_id
from tests.cli.running import Running, free_ports, leadsbot, wait_until
from tests.conftest import KINDS, a_database
from tests.support.capture import FORM, batch, email_field, submit, view
from tests.support.waiting import PATIENCE_S

ORIGIN = "https://lindenhof.example"
PAGE = f"{ORIGIN}/contact"
PASSWORD = "correct horse battery"
# No name ends so (RFC 6761): what is sent there leaves no machine.
NOWHERE = "https://hooks.invalid/hook"
WORKSPACES = {"Lindenhof": "owner@example.com", "Elsewhere": "stranger@example.com"}


@dataclass(frozen=True, slots=True)
class Made:
    """What `leadsbot bootstrap --json` printed."""

    workspace_id: str
    user_email: str
    site_id: str
    public_token: str
    api_key: str
    api_key_id: str
    endpoint_id: str
    inbound_url: str


@dataclass(frozen=True, slots=True)
class House:
    """A served LeadsBot: where it answers, its two workspaces, and what is to be closed at the end."""

    kind: str
    url: str
    owner: Made
    stranger: Made
    closing: contextlib.ExitStack

    def client(self, key: str | None = None) -> httpx.Client:
        """Give a client that sends this key; it is closed with the house."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return self.closing.enter_context(httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S))


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A process on a database of each kind in turn."""
    folder = tmp_path_factory.mktemp("served")
    with a_database(request, request.param, folder) as url, serving(folder, url) as served:
        yield served


@contextlib.contextmanager
def serving(folder: Path, database_url: str) -> Iterator[House]:
    """Make both workspaces on an empty database, and serve it."""
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": "a key for tests"}
    owner, stranger = (_bootstrapped(folder, name, email, settings) for name, email in WORKSPACES.items())
    port = free_ports()
    with (
        Running(folder, "serve", port=port, module=True, **settings) as running,
        contextlib.ExitStack() as closing,
    ):
        house = House(database_url.partition(":")[0], running.up().url, owner, stranger, closing)
        answer = house.client(owner.api_key).patch("/api/v1/workspace", json={"leads_per_hour": 100_000})
        assert answer.status_code == 200, answer.text
        yield house


def _bootstrapped(folder: Path, name: str, email: str, settings: dict[str, str]) -> Made:
    args = ("bootstrap", "--workspace", name, "--email", email, "--password", PASSWORD, "--json")
    done = leadsbot(folder, *args, **settings)
    assert done.returncode == 0, done.stderr
    return Made(**json.loads(done.stdout))


class Rows:
    """Makes what calls are about, in one workspace, with its key."""

    def __init__(self, house: House, made: Made) -> None:
        self._made = made
        self._client = house.client(made.api_key)
        self._count = ""
        self._door = ""
        self._latest: dict[str, str] = {}

    def make(self, name: str, door: str = "") -> str:
        """Make a row and give its id, or what else a path names so; one that the call of `door` can be made on."""
        self._count, self._door = new_id()[-8:], door
        maker = getattr(self, f"_{name}", None)
        assert maker is not None, f"tests/api/served.py knows no maker for {name}"
        made: str = maker()
        self._latest[name] = made
        return made

    def sent_by_a_page(self) -> None:
        """Let a visitor see a form and send it, as the widget tells it."""
        body = batch(view(), submit(email_field(f"visitor{self._count}@example.com")))
        answer = self._client.post(
            f"/api/w/{self._made.public_token}/events", content=json.dumps(body), headers={"origin": ORIGIN}
        )
        assert answer.status_code == 202, answer.text

    def _post(self, path: str, **body: Any) -> str:
        answer = self._client.post(path, json=body)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        made: str = answer.json()["id"]
        return made

    def _first(self, path: str) -> str:
        found: str = self._client.get(path).json()["data"][0]["id"]
        return found

    def _workspace_id(self) -> str:
        return self._made.workspace_id

    def _token(self) -> str:
        return self._made.public_token

    def _lead_id(self) -> str:
        return self._post(
            "/api/v1/leads", name="Ada Byron", email=f"ada{self._count}@example.com", phone="0660 1234567"
        )

    def _other_id(self) -> str:
        return self._lead_id()

    def _merge_id(self) -> str:
        kept, gone = self._lead_id(), self._lead_id()
        merged: str = self._client.post(f"/api/v1/leads/{kept}/merge", json={"lead_id": gone}).json()["merge_id"]
        return merged

    def _note_id(self) -> str:
        return self._post(f"/api/v1/leads/{self._latest['lead_id']}/notes", text="Called.")

    def _site_id(self) -> str:
        return self._post("/api/v1/sites", name=f"Site {self._count}")

    def _endpoint_id(self) -> str:
        return self._post("/api/v1/endpoints", name=f"Endpoint {self._count}", signing=False)

    def _key_id(self) -> str:
        return self._post("/api/v1/keys", name=f"Key {self._count}", scopes=["leads:read"])

    def _form_id(self) -> str:
        self.sent_by_a_page()
        return self._first("/api/v1/forms")

    def _session_id(self) -> str:
        self.sent_by_a_page()
        return self._first("/api/v1/sessions")

    def _hosted_form_id(self) -> str:
        fields = [{"name": "email", "label": "E-mail", "type": "email"}]
        definition = {"fields": fields}
        return self._post(
            "/api/v1/hosted-forms", site_id=self._made.site_id, name=f"Form {self._count}", definition=definition
        )

    def _webhook_id(self) -> str:
        return self._post("/api/v1/webhooks", url=NOWHERE, events=["lead.deleted"])

    def _channel_id(self) -> str:
        return self._post("/api/v1/channels", kind="email", config={"to": [f"sales{self._count}@example.com"]})

    def _removed_id(self) -> str:
        made = self._channel_id()
        assert self._client.delete(f"/api/v1/channels/{made}").status_code == 204
        return made

    def _delivery_id(self) -> str:
        return self._post(f"/api/v1/webhooks/{self._webhook_id()}/test")

    def _member_id(self) -> str:
        return self._post("/api/v1/workspace/members", email=f"member{self._count}@example.com", role="member")

    def _stage_id(self) -> str:
        return self._post("/api/v1/stages", name=f"Stage {self._count}", position=2)

    def _lead_type_id(self) -> str:
        return self._post("/api/v1/lead-types", name=f"Lead type {self._count}")

    def _event_type_id(self) -> str:
        return self._post("/api/v1/event-types", name=f"Event type {self._count}")

    def _source_id(self) -> str:
        return self._post("/api/v1/sources", name=f"Source {self._count}")

    def _import_id(self) -> str:
        csv = f"name,email,phone\nAda Byron,import{self._count}@example.com,0660 1\nNobody,,\n"
        params = {} if self._door.endswith("/undo") else {"dry_run": "1"}
        answer = self._client.post("/api/v1/imports", content=csv, headers={"content-type": "text/csv"}, params=params)
        assert answer.status_code == 202, answer.text
        made: str = answer.json()["id"]
        wait_until(lambda: self._client.get(f"/api/v1/imports/{made}").json()["state"] == "done")
        return made


__all__ = ["FORM", "NOWHERE", "ORIGIN", "PAGE", "PASSWORD", "House", "Made", "Rows", "house"]
