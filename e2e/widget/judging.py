"""What became of a visit: what was stored, by the API, and what left the page, by the relay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from e2e.support.api import Api
from e2e.widget.patience import eventually
from e2e.widget.site import Site
from e2e.widget.world import World

Json = dict[str, Any]
T = TypeVar("T")


class WithoutTag(Exception):
    """There is no widget on the page, and so nothing to judge: the visitor's part of the case is over."""


class Judge:
    """Asks about one case: its site of LeadsBot, and its website, whose port no other case has."""

    def __init__(self, world: World, site: Site, site_row: Json, *, tagged: bool) -> None:
        number = next(world.numbers)
        self.world = world
        self.site = site
        self.site_row = site_row
        self.tagged = tagged
        self.judged = False
        self.token: str = site_row["public_token"]
        self.email = f"jane{number}@example.com"
        self.phone = f"+43 660 {1000000 + number}"

    @property
    def api(self) -> Api:
        self.judge()
        return self.world.house.api

    def judge(self) -> None:
        """From here on things are judged."""
        self.judged = True
        if not self.tagged:
            raise WithoutTag

    def set_site(self, **settings: Any) -> None:
        """Change the site's settings, as the dashboard does."""
        self.world.house.api.patch(f"/api/v1/sites/{self.site_row['id']}", settings)

    # What was stored

    def leads(self) -> list[Json]:
        """Give the leads from the case's pages, spam too."""
        return self._leads_from(self.site.url + "/")

    def lead(self, **known: Any) -> Json:
        """Give the one lead of the case, once it is there and is as said (`confirmation="confirmed"`)."""
        return self.submissions(1, **known)[0]

    def lead_at(self, page_url: str, **known: Any) -> Json:
        """Give the one lead from pages whose address begins so, once it is there and is as said."""

        def ask() -> Json | None:
            fit = self._leads_from(page_url)
            assert len(fit) <= 1, f"{len(fit)} leads instead of one"
            return next((one for one in fit if all(one[name] == value for name, value in known.items())), None)

        return eventually(ask, f"a lead of {page_url} with {known}") or {}

    def _leads_from(self, page_url: str) -> list[Json]:
        found = self.api.get("/api/leads", limit=100, spam="true")["leads"]
        # A port may have been another case's before.
        since = self.site_row["created_at"]
        return [lead for lead in found if lead["page_url"].startswith(page_url) and lead["created_at"] >= since]

    def submissions(self, count: int, **known: Any) -> list[Json]:
        """Give all leads of the case, oldest first, once there are so many that are as said; more of them fail."""

        def ask() -> list[Json]:
            found = self.leads()
            assert len(found) <= count, f"{len(found)} leads instead of {count}"
            fit = [lead for lead in found if all(lead[name] == value for name, value in known.items())]
            return found if len(fit) == count else []

        try:
            return list(reversed(eventually(ask, f"{count} leads with {known}")))
        except AssertionError as error:
            raise AssertionError(f"{error}\nthere were {[_short(lead, known) for lead in self.leads()]}") from None

    def until(self, ask: Callable[[], T], what: str) -> T:
        """Give an answer once it is true."""
        self.judge()
        return eventually(ask, what)

    def named(self, form_name: str) -> list[Json]:
        """Give the leads of one form, once there are any."""
        return eventually(lambda: [lead for lead in self.leads() if lead["form_name"] == form_name], form_name)

    def values(self, lead: Json) -> dict[str, str]:
        """Give what the lead's one submission sent, by field name."""
        [one] = self.told(lead)
        return {field["name"]: field["value"] for field in one["fields"]}

    def told(self, lead: Json) -> list[Json]:
        """Give every submission of a lead, oldest first."""
        return self.api.timeline(lead["id"], "submitted")

    def forms(self) -> list[Json]:
        return self.api.every("/api/v1/forms", site_id=self.site_row["id"])

    def form(self, key: str = "") -> Json:
        """Give the form with this key, the only one when none is named, once it was found."""
        found = eventually(lambda: [one for one in self.forms() if key in ("", one["key"])], f"the form {key}")
        assert len(found) == 1, found
        return found[0]

    def sessions(self) -> list[Json]:
        return self.api.every("/api/v1/sessions", site_id=self.site_row["id"])

    def session(self, **known: Any) -> Json:
        """Give the session that is as said, once it is there."""
        found: list[Json] = []

        def ask() -> Json | None:
            found[:] = self.sessions()
            return next((one for one in found if all(one[name] == value for name, value in known.items())), None)

        try:
            return eventually(ask, f"a session with {known}") or {}
        except AssertionError as error:
            raise AssertionError(f"{error}\nthere were {[_short(one, known) for one in found]}") from None

    def report(self, key: str = "", until: Callable[[Json], object] = bool) -> Json:
        """Give a form's report, once it is as `until` wants it."""
        form = self.form(key)
        path = f"/api/v1/forms/{form['id']}/report"
        eventually(lambda: until(self.api.get(path)), f"the report of {form['key']}")
        return self.api.get(path)

    def audit(self, path: str, until: Callable[[Json], object] = bool) -> Json:
        """Give what the site's owner is told of a page of theirs, once it is as `until` wants it."""
        address = f"/api/v1/sites/{self.site_row['id']}/pages"

        def ask() -> Json | None:
            pages = self.api.every(address)
            return next((one for one in pages if one["page_url"] == self.site.url + path and until(one)), None)

        return eventually(ask, f"the audit of {path}") or {}

    def refusals(self) -> list[Json]:
        found: list[Json] = self.api.get(f"/api/v1/sites/{self.site_row['id']}/refusals")["data"]
        return found

    def stored(self) -> str:
        """Give every byte of LeadsBot's data folder: the database, what it has yet to fold in, and the rest."""
        self.judge()
        folder = self.world.house.folder / "data"
        return "".join(file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file())

    def settings(self) -> Json:
        """Give what the widget is told of its site."""
        self.judge()
        found: Json = httpx.get(f"{self.world.house.url}/api/w/{self.token}", headers={"origin": self.site.url}).json()
        return found

    # What left the page

    def events(self, *types: str) -> list[Json]:
        self.judge()
        return self.world.relay.events(self.token, *types)

    def event(self, kind: str, count: int = 1) -> Json:
        """Give the newest event of a kind, once there are so many."""
        self.judge()
        self.world.relay.wait(lambda: len(self.events(kind)) >= count, f"{kind} number {count}")
        return self.events(kind)[-1]

    @property
    def sent(self) -> str:
        """All that left the page for us, as text."""
        self.judge()
        return self.world.relay.sent(self.token)


def _short(row: Json, known: dict[str, Any]) -> Json:
    names = ["email", "state", "confirmation", "completion_percent", "form_name", "page_url", *known]
    return {name: row[name] for name in names if name in row}
