"""The REST API as an integration uses it, with a workspace's key."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from e2e.support.waiting import PATIENCE_S, eventually

Json = dict[str, Any]


class Api:
    """Calls under one key; an answer other than 2xx fails the test with its body.

    Every call has a connection of its own, since the server may have died since the one before.
    """

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=PATIENCE_S,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **params: str | int) -> Json:
        return self._answer(self._http.get(path, params=params))

    def post(self, path: str, body: Json) -> Json:
        return self._answer(self._http.post(path, json=body))

    def patch(self, path: str, body: Json) -> Json:
        return self._answer(self._http.patch(path, json=body))

    def delete(self, path: str) -> None:
        self._http.delete(path).raise_for_status()

    def every(self, path: str, **params: str | int) -> list[Json]:
        """Give all of a list, page by page."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = self.get(path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            found += page["data"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    def leads(self, email: str) -> list[Json]:
        """Give the leads with this email."""
        found = self.get("/api/leads", search=email)["leads"]
        return [lead for lead in found if lead["email"] == email]

    def lead(self, email: str, within: float = PATIENCE_S) -> Json:
        """Give the one lead with this email, once it is there."""
        found = eventually(lambda: self.leads(email), f"a lead of {email}", within)
        assert len(found) == 1, found
        return found[0]

    def timeline(self, lead_id: str, kind: str) -> list[Json]:
        """Give a lead's entries of one kind."""
        entries: list[Json] = self.get(f"/api/v1/leads/{lead_id}/timeline")["data"]
        return [entry for entry in entries if entry["kind"] == kind]

    @staticmethod
    def _answer(response: httpx.Response) -> Json:
        assert response.is_success, f"{response.request.method} {response.url}: {response.status_code} {response.text}"
        answer: Json = response.json()
        return answer
