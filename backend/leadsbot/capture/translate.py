"""From the widget's batch to the house's own terms: what was seen, how far they got, what was submitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from msgspec.structs import replace

from leadsbot.attribution import strip_personal, without_query
from leadsbot.attribution.hosts import host_of
from leadsbot.capture import sifting, wire
from leadsbot.capture.decoding import clock_skew, server_time
from leadsbot.capture.guards import spam
from leadsbot.capture.visits import Sender, visit_of
from leadsbot.forms.audits import Audited, audited
from leadsbot.forms.growth import Met, met
from leadsbot.forms.registry import Seen, form_id
from leadsbot.forms.sessions import Reached
from leadsbot.forms.visit import Visit
from leadsbot.leads.contact import Contact, from_fields
from leadsbot.leads.submission import Submission
from leadsbot.workspaces.sites import SiteRules

DOOR = "widget"
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Captured:
    """One batch in the house's terms."""

    site: SiteRules
    page_url: str = ""
    seen: list[Seen] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    audited: list[Audited] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)


class Known(Protocol):
    """What needs no telling again; most batches are about a session and a form that were just written down."""

    def session(self, session_id: str) -> bool: ...

    def form(self, form_id: str, at: int) -> bool: ...


def captured(batch: wire.Batch, site: SiteRules, sender: Sender, known: Known) -> Captured:
    """Translate a batch; what the site or the contract forbids to keep is dropped here a second time."""
    return _Translation(batch, site, sender, known).run()


class _Translation:
    def __init__(self, batch: wire.Batch, site: SiteRules, sender: Sender, known: Known) -> None:
        self._known = known
        self._batch = batch
        self._site = site
        self._sender = sender
        self._skew = clock_skew(batch, sender.received_at)
        self._page_url = strip_personal(batch.page.url)
        self._visit: Visit | None = None
        # What stands there of the page may come from a visitor who wasn't asked yet: no click ids.
        self._page = without_query(self._page_url)
        self._out = Captured(site, self._page)

    def run(self) -> Captured:
        ignored = self._site.ignored_keys
        for number, event in enumerate(self._batch.events):
            if ignored and _is_of(event, ignored):
                continue
            match event:
                case wire.View():
                    self._saw(event.form, viewed=True)
                case wire.Progress():
                    self._progress(event)
                case wire.Submit():
                    self._submit(event)
                case wire.Identify():
                    self._identify(event, number)
                case wire.Stage():
                    self._stage(event, number)
                case wire.Audit():
                    self._audit(event)
        return self._out

    def _whence(self) -> Visit:
        if self._visit is None:
            self._visit = visit_of(self._batch, self._sender)
        return self._visit

    def _time(self, client: int) -> int:
        return server_time(client, self._skew, self._sender.received_at)

    def _saw(self, form: wire.Form, *, viewed: bool) -> None:
        site = self._site
        received = self._sender.received_at
        if not viewed and self._known.form(form_id(site.id, form.key), received):
            return
        viewed_in = self._batch.visit.id if viewed else None
        seen = Seen(site.workspace_id, site.id, form.key, form.name, self._page, received, viewed_in)
        self._out.seen.append(seen)

    def _progress(self, event: wire.Progress) -> None:
        self._saw(event.form, viewed=False)
        fields = sifting.partial(self._site, event.fields)
        stored = _encode(fields).decode() if fields else None
        reached = self._reached(event, submitted=False, fields=stored)
        self._out.reached.append(reached)
        contact = from_fields(fields) if fields else None
        if contact and (contact.email or contact.phone):
            self._out.submissions.append(self._submission(event, contact, fields, reached))

    def _submit(self, event: wire.Submit) -> None:
        self._saw(event.form, viewed=False)
        fields = sifting.allowed(self._site, event.fields)
        reached = self._reached(event, submitted=True)
        if event.url:  # by the time it was sent the page may have gone on to another address
            reached = replace(reached, page_url=strip_personal(event.url[: wire.MAX_TEXT]))
        self._out.reached.append(reached)
        sub = self._submission(event, from_fields(fields), fields, reached)
        spam_reasons = self._judged(event, sub)
        self._out.submissions.append(replace(sub, spam_reasons=spam_reasons) if spam_reasons else sub)
        known = self._site.totals.get(event.form.key, 0)
        units = event.total if event.met is None else event.met
        named = max(len(event.stats or ()), len(event.fields))
        grown = met(str(reached.form_id), event.begun, units, named, known, self._sender.received_at)
        if grown and not spam_reasons:
            self._out.met.append(grown)

    def _judged(self, event: wire.Submit, sub: Submission) -> tuple[str, ...]:
        return spam.reasons(
            sub.contact,
            trapped=sifting.trapped(self._site, event.fields),
            user_agent=self._sender.user_agent,
            took_ms=event.at - event.start,
            typed=sifting.typed(event.stats),
            own_host=host_of(sub.page_url),
        )

    def _identify(self, event: wire.Identify, number: int) -> None:
        contact = from_fields(sifting.allowed(self._site, sifting.named(event.values)))
        if contact.email or contact.phone:
            # A visitor's own lead may always learn more; one begins only where the site keeps values that weren't sent.
            begins = self._site.partial_values != "off"
            self._out.submissions.append(self._bare(f"{self._batch.id}:{number}", event.at, contact, begins=begins))

    def _stage(self, event: wire.Stage, number: int) -> None:
        wanted = next((s for s in self._site.page_stages if s.lower() == event.name.strip().lower()), None)
        if wanted in self._site.stages:
            # What comes with a stage is kept aside, under its own names: it must not say whose lead is meant.
            told = Contact(
                custom={one.name: one.value for one in sifting.allowed(self._site, sifting.named(event.data))}
            )
            self._out.submissions.append(
                self._bare(f"{self._batch.id}:{number}", event.at, told, stage=wanted, begins=False)
            )

    def _audit(self, event: wire.Audit) -> None:
        missed = sifting.missed(event.missed)
        at = self._time(event.at)
        self._out.audited.append(audited(self._site.id, self._page_url, event.forms, missed, at))

    def _reached(self, event: wire.Attempt, *, submitted: bool, fields: str | None = None) -> Reached:
        return Reached(
            session_id=event.session,
            workspace_id=self._site.workspace_id,
            site_id=self._site.id,
            form_id=form_id(self._site.id, event.form.key),
            form_name=event.form.name or event.form.key,
            seq=event.seq,
            percent=event.percent,
            completed=event.done,
            total=event.total,
            last_field=event.last,
            page_url=self._page_url,
            started_at=self._time(event.start),
            at=self._time(event.at),
            visit=None if self._known.session(event.session) else self._whence(),
            submitted=submitted,
            fields=fields,
            tries=event.tries,
            wait=event.wait,
            stats=_encode(event.stats).decode() if event.stats else None,
        )

    def _submission(
        self, event: wire.Attempt, contact: Contact, fields: list[wire.Field], reached: Reached
    ) -> Submission:
        site, complete = self._site, reached.submitted
        return Submission(
            id=event.id if isinstance(event, wire.Submit) else event.session,
            workspace_id=site.workspace_id,
            stages=site.stages,
            door=DOOR,
            contact=contact,
            received_at=self._sender.received_at,
            submitted_at=reached.at,
            country=site.country,
            fields=_encode(fields).decode(),
            visit=self._whence(),
            site_id=site.id,
            session_id=event.session,
            seq=event.seq,
            form_id=reached.form_id,
            form_name=reached.form_name,
            page_url=reached.page_url,
            percent=event.percent,
            completed=event.done,
            total=event.total,
            confirmation=event.confirmation if isinstance(event, wire.Submit) else "attempted",
            complete=complete,
            reached=reached,
        )

    def _bare(
        self, submission_id: str, at: int, contact: Contact, *, stage: str | None = None, begins: bool = True
    ) -> Submission:
        """A page's own word about its visitor: it belongs to the visit, and to no form."""
        site = self._site
        return Submission(
            id=submission_id,
            workspace_id=site.workspace_id,
            stages=site.stages,
            door=DOOR,
            contact=contact,
            received_at=self._sender.received_at,
            submitted_at=self._time(at),
            country=site.country,
            visit=self._whence(),
            site_id=site.id,
            page_url=self._page_url,
            stage=stage,
            complete=False,
            begins=begins,
        )


def _is_of(event: wire.Event, forms: frozenset[str]) -> bool:
    """Tell whether an event is about one of these forms, by its key (a name or an id). What any other selector means
    only the page knows; there the widget has seen to it."""
    if isinstance(event, wire.Identify | wire.Stage | wire.Audit):
        return False
    return any(key.strip().casefold() in forms for key in (event.form.key, event.form.drawn))
