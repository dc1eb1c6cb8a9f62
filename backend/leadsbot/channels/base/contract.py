"""A channel's promise, and the plain data that passes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from leadsbot.channels.base.standing import Standing
from leadsbot.outbound import Outbound

TEST_EVENT = "test"
"""The event type of a channel's or webhook's test message; it belongs to no lead."""
SUMMARY_EVENT = "summary"
"""The event type of what a day or a week came to; its `data.summary` has a title, facts, and a chart or none."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event for one destination. `delivery_id` is the same on every attempt, `timestamp` (ms) is the event's.

    `body` is the exact JSON of the contract's section 5 and `payload` the same, decoded. `config` is the channel's,
    decrypted, with what the instance adds (such as `api_base`); `workspace` has `name` and `timezone` (IANA). `state`
    is what an earlier attempt at this delivery left to go on from, `standing` how the lead stands now, for channels
    whose messages show it. `text` is what a template of the user's says in place of the usual message (`summarize`).
    `destination_id` tells two apart that lead to the same place.
    """

    delivery_id: str
    event_id: str
    event_type: str
    timestamp: int
    workspace_id: str
    body: bytes
    payload: Mapping[str, Any]
    config: Mapping[str, Any]
    workspace: Mapping[str, Any]
    state: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing | None = None
    text: str = ""
    destination_id: str = ""

    @property
    def data(self) -> Mapping[str, Any]:
        """The payload's `data`."""
        found: Mapping[str, Any] = self.payload.get("data") or {}
        return found


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery that arrived. `note` is up to 1 KB for the record; `state` is kept for later edits of the message.

    `pause` (s): the other side has taken this one, and takes no other before then.
    """

    status_code: int | None = None
    note: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    pause: float | None = None


class DeliveryFailed(Exception):
    """An attempt that did not arrive.

    `message` is a sentence for the user. `permanent`: trying this delivery again won't help. `retry_after` (s): not
    before then. `disable`: the channel itself no longer works, and why. `moved`: config values to follow from now on.
    `answer`: up to 1 KB of what the other side said, for the record. `state`: what the next attempt at this
    delivery goes on from. `unfit`: it is this message that was refused (for good), the place takes others.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
        disable: str | None = None,
        moved: Mapping[str, Any] | None = None,
        answer: str = "",
        state: Mapping[str, Any] | None = None,
        unfit: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.permanent = permanent or unfit
        self.unfit = unfit
        self.retry_after = retry_after
        self.disable = disable
        self.moved = moved
        self.answer = answer
        self.state = state


class Channel(Protocol):
    """One way out. Stateless: everything it needs arrives with the parcel."""

    kind: str
    label: str

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Give the user's config in its normal form. Raises InvalidInput with fields such as `config.url`."""
        ...

    def destination(self, config: Mapping[str, Any]) -> str:
        """Name where it goes, for the record: the same for the same place, and without secrets."""
        ...

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Make one attempt. Raises DeliveryFailed and nothing else that it could foresee."""
        ...


@runtime_checkable
class AtHome(Protocol):
    """A channel whose service has hosts of its own; no other is written to, unless private targets are allowed."""

    def check_home(self, config: Mapping[str, Any]) -> None:
        """Raise InvalidInput where the checked `config` leads elsewhere."""
        ...


@runtime_checkable
class Edits(Protocol):
    """A channel whose messages stand where people act on them: they are given a lead's `standing` and kept current."""

    def shown(self, parcel: Parcel) -> str:
        """Give a mark of what the message would show: the same mark, the same message."""
        ...

    async def edit(self, parcel: Parcel, state: Mapping[str, Any], outbound: Outbound) -> Receipt:
        """Let the message that `state` tells of (a receipt's) show the parcel as it is now. Raises DeliveryFailed,
        `permanent` where the message can't be edited any more.
        """
        ...

    async def edit_digest(self, parcels: Sequence[Parcel], state: Mapping[str, Any], outbound: Outbound) -> Receipt:
        """Let the digest that `state` tells of name these parcels and no others."""
        ...
