"""What watches the server sees: health, metrics and who may read them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from leadsbot.db import Database, Tx
from leadsbot.jobs.queue import enqueue
from tests.api.conftest import Client, Serve

TOKEN = {"LEADSBOT_METRICS_TOKEN": "a-metrics-token"}


async def test_health_is_good_while_the_database_answers(nobody: Client) -> None:
    answer = await nobody.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_health_is_bad_while_the_database_takes_no_writes(nobody: Client, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "leadsbot.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await nobody.get("/health")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        other.execute("ROLLBACK")
    assert (await nobody.get("/health")).status_code == 200


async def test_metrics_count_the_work(serve: Serve, database: Database) -> None:
    async def unit(tx: Tx) -> None:
        enqueue(tx, "anything", {})
        enqueue(tx, "anything", {})
        await tx.flush()
        await tx.execute("UPDATE jobs SET state = 'dead' WHERE id = (SELECT min(id) FROM jobs)")

    async with serve(peer="127.0.0.1") as client:
        before = await samples(client)
        await database.write(unit)
        after = await samples(client)
    dead, ready = 'leadsbot_jobs{state="dead"}', 'leadsbot_jobs{state="ready"}'
    assert after[dead] == before[dead] + 1 and after[ready] == before[ready] + 1
    assert before['leadsbot_deliveries{status="dead"}'] == 0
    assert after["leadsbot_jobs_overdue_seconds"] >= 0 and after["process_resident_memory_bytes"] > 0


async def samples(client: Client) -> dict[str, float]:
    """Read the metrics as Prometheus would."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        sample.name
        + (
            str(sample.labels).replace("': '", '="').replace("'", "").replace("}", '"}') if sample.labels else ""
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_metrics_are_read_from_loopback_or_with_the_token(serve: Serve) -> None:
    for peer, headers, status in (
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 401),
        ("192.0.2.7", {"authorization": "Bearer a-metrics-token"}, 200),
        ("192.0.2.7", {"authorization": "Bearer a-metrics-toke"}, 401),
        ("192.0.2.7", {"authorization": "Basic a-metrics-token"}, 401),
        ("192.0.2.7", {"x-forwarded-for": "127.0.0.1"}, 401),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
    ):
        async with serve(TOKEN, peer=peer) as client:
            assert (await client.get("/metrics", headers=headers)).status_code == status, (peer, headers)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_a_token_no_bearer_opens_the_metrics(serve: Serve) -> None:
    async with serve(peer="192.0.2.7") as client:
        for value in ("Bearer ", "Bearer", "Bearer a-metrics-token"):
            assert (await client.get("/metrics", headers={"authorization": value})).status_code == 403
