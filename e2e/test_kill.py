"""A server that is killed under load: what it had acknowledged is there afterwards, once, and is delivered."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path

from e2e.support.house import House, house
from e2e.support.load import Load
from e2e.support.waiting import eventually
from e2e.support.wire import Submission
from tests.support.webhook_receiver import Answer, WebhookReceiver

VISITORS = 400
KILLED_AFTER = 150


def test_what_was_acknowledged_survives_a_kill_and_is_delivered(
    tmp_path: Path, ports: int, database_url: str, receiver: WebhookReceiver
) -> None:
    # However long it lives, it is killed in the middle.
    submissions = (Submission(f"visitor-{number}@example.com") for number in count())
    with house(tmp_path, ports, DATABASE_URL=database_url) as leadsbot:
        hook = leadsbot.hook(receiver, "lead.created")
        leadsbot.set_site(burst_per_second=100_000)  # they all come from one address here

        with Load(leadsbot.events_url, submissions) as load:
            load.wait_for(KILLED_AFTER)
            leadsbot.node.kill()
        acknowledged = load.acknowledged()
        assert len(acknowledged) == len(load.answers), load.answers
        assert len(acknowledged) >= KILLED_AFTER

        leadsbot.node.start()
        assert _leads(leadsbot).keys() >= acknowledged
        assert set(_leads(leadsbot).values()) == {1}

        eventually(lambda: _told(receiver) >= acknowledged, "a delivery for each")
        for request in list(receiver.requests):
            request.verify(hook.secret)
        assert _deliveries_by_email(receiver) == dict.fromkeys(_told(receiver), 1)


def test_what_was_not_acknowledged_arrives_once_when_it_is_sent_again(
    tmp_path: Path, ports: int, database_url: str
) -> None:
    submissions = [Submission(f"visitor-{number}@example.com") for number in range(VISITORS)]
    with house(tmp_path, ports, DATABASE_URL=database_url) as leadsbot:
        leadsbot.set_site(burst_per_second=100_000)
        with Load(leadsbot.events_url, submissions) as load:
            load.wait_for(KILLED_AFTER)
            leadsbot.node.kill()
        leadsbot.node.start()

        # What had no answer, and what had one: a widget that was cut off before it read it can't tell them apart.
        with Load(leadsbot.events_url, submissions) as again:
            again.wait_for(VISITORS)
        assert len(again.acknowledged()) == VISITORS
        assert _leads(leadsbot) == {one.email: 1 for one in submissions}


def _leads(leadsbot: House) -> Counter[str]:
    return Counter(lead["email"] for lead in leadsbot.api.every("/api/v1/leads"))


def _told(receiver: WebhookReceiver) -> set[str]:
    return {request.json["data"]["lead"]["email"] for request in list(receiver.requests)}


def _deliveries_by_email(receiver: WebhookReceiver) -> dict[str, int]:
    """Count the different delivery ids that each lead came under: a repeat has the same."""
    pairs = {
        (request.json["data"]["lead"]["email"], request.headers["x-leadsbot-delivery"])
        for request in list(receiver.requests)
    }
    return dict(Counter(email for email, _ in pairs))


def test_a_kill_between_retries_loses_nothing_and_keeps_the_order_of_each_lead(
    tmp_path: Path, ports: int, database_url: str, receiver: WebhookReceiver
) -> None:
    leads, stages = [f"lead-{number}@example.com" for number in range(6)], ["Contacted", "Quoted", "Won"]
    with house(tmp_path, ports, DATABASE_URL=database_url) as leadsbot:
        hook = leadsbot.hook(receiver, "lead.created", "lead.stage_changed")
        receiver.next(*[Answer(500), Answer(204), Answer(503)] * 6)
        receiver.always(Answer(500))
        ids = [leadsbot.api.post("/api/postback", {"email": email})["lead_id"] for email in leads]
        for stage in stages:
            for lead_id in ids:
                leadsbot.api.post("/api/postback", {"lead_id": lead_id, "stage": stage})
        receiver.wait_for(len(leads))
        leadsbot.node.kill()  # some have arrived, some wait to be tried again, the others wait behind those
        receiver.always(Answer(204))
        leadsbot.node.start()

        due = len(leads) * (1 + len(stages))
        eventually(lambda: len(_delivery_ids(receiver)) == due, "a delivery for each")
        path = f"/api/v1/webhooks/{hook.id}/deliveries"
        eventually(lambda: {one["status"] for one in leadsbot.api.every(path)} == {"delivered"}, "the word of it")
        for lead_id in ids:
            assert _stages_told(receiver, lead_id) == ["New", *stages]


def _delivery_ids(receiver: WebhookReceiver) -> set[str]:
    return {request.headers["x-leadsbot-delivery"] for request in list(receiver.requests)}


def _stages_told(receiver: WebhookReceiver, lead_id: str) -> list[str]:
    """Give the stages that a lead was told to have, in the order in which each was told first: a repeat of what came
    last is no news."""
    told: list[str] = []
    for request in list(receiver.requests):
        lead = request.json["data"]["lead"]
        if lead["id"] == lead_id and (not told or told[-1] != lead["stage"]):
            told.append(lead["stage"])
    return told
