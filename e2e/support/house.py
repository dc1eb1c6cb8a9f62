"""A LeadsBot that somebody has just set up: a workspace, its owner, a site, a key, and the server that runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.support.api import Api
from e2e.support.node import Node
from tests.cli.running import leadsbot
from tests.support.webhook_receiver import WebhookReceiver

OWNER = "owner@lindenhof.example"
PASSWORD = "correct horse battery staple"
# Tried again at once and then ever more slowly, all within a test's patience.
SETTINGS = {"ALLOW_PRIVATE_TARGETS": "1", "RETRY_SCHEDULE": "1s,1s,2s,5s", "SECRET_KEY": "a secret key for tests only"}


@dataclass(frozen=True)
class Hook:
    """A webhook of the workspace and the receiver it calls."""

    id: str
    secret: str
    receiver: WebhookReceiver


@dataclass(frozen=True)
class House:
    """What the tests know of it. `key` is the API key, `site_id` is its one site, `token` that site's public token."""

    node: Node
    api: Api
    key: str
    folder: Path
    token: str
    site_id: str

    @property
    def url(self) -> str:
        return self.node.url

    @property
    def events_url(self) -> str:
        """Where the widget sends to."""
        return f"{self.url}/api/w/{self.token}/events"

    def hook(self, receiver: WebhookReceiver, *events: str) -> Hook:
        """Add a webhook that gets these events."""
        made = self.api.post("/api/v1/webhooks", {"url": receiver.url, "events": list(events)})
        return Hook(made["id"], made["secret"], receiver)

    def set_site(self, **settings: Any) -> None:
        """Change the site."""
        self.api.patch(f"/api/v1/sites/{self.site_id}", settings)


def bootstrap(folder: Path, origins: Sequence[str], **settings: str) -> dict[str, str]:
    """Make a migrated database with one workspace, and give what `leadsbot bootstrap --json` prints."""
    allowed = [part for origin in origins for part in ("--origin", origin)]
    who = ["--workspace", "Lindenhof", "--email", OWNER, "--password", PASSWORD]
    done = leadsbot(folder, "bootstrap", *who, *allowed, "--json", **SETTINGS, **settings)
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout)
    return made


@contextmanager
def house(folder: Path, port: int, origins: Sequence[str] = (), **settings: str) -> Iterator[House]:
    """Set one up in `folder`, for pages of these origins, and run it on `port`; `settings` without `LEADSBOT_`."""
    made = bootstrap(folder, origins, **settings)
    with ExitStack() as stack:
        node = stack.enter_context(Node(folder, "serve", port=port, **SETTINGS, **settings))
        node.start()
        api = stack.enter_context(Api(node.url, made["api_key"]))
        yield House(node, api, made["api_key"], folder, made["public_token"], made["site_id"])
