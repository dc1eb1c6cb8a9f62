"""What Prometheus reads: this process, and the work that waits or failed, counted in the database at each scrape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadsbot import clock
from leadsbot.db import Database

CONTENT_TYPE = CONTENT_TYPE_LATEST
JOB_STATES = ("ready", "running", "dead")
DELIVERY_STATUSES = ("pending", "delivered", "failed", "dead", "withheld")


async def exposition(database: Database) -> bytes:
    """Give everything in Prometheus's text format: what is registered in this process, then the database's counts."""
    counted = CollectorRegistry(auto_describe=False)
    counted.register(_Counted(await _families(database)))
    return generate_latest(REGISTRY) + generate_latest(counted)


class _Counted(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


async def _families(database: Database) -> list[Metric]:
    jobs = await database.fetch("SELECT state, count(*) AS n FROM jobs WHERE state <> 'done' GROUP BY state")
    oldest = await database.fetch_one("SELECT min(due) AS due FROM jobs WHERE state = 'ready' AND waits <> 'turn'")
    deliveries = await database.fetch("SELECT status, count(*) AS n FROM deliveries GROUP BY status")
    late = GaugeMetricFamily("leadsbot_jobs_overdue_seconds", "How long the job that is due longest has waited.")
    late.add_metric([], _overdue(oldest["due"] if oldest else None))
    return [
        _gauge(
            "leadsbot_jobs",
            "Jobs by state; the finished are left out.",
            "state",
            JOB_STATES,
            {row["state"]: row["n"] for row in jobs},
        ),
        late,
        _gauge(
            "leadsbot_deliveries",
            "Deliveries that are kept, by status.",
            "status",
            DELIVERY_STATUSES,
            {row["status"]: row["n"] for row in deliveries},
        ),
    ]


def _gauge(name: str, meaning: str, label: str, known: tuple[str, ...], counts: Mapping[str, int]) -> Metric:
    """Give a gauge that has every known label, so that an alert on one that never occurred finds a 0."""
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value in dict.fromkeys((*known, *counts)):
        family.add_metric([value], counts.get(value, 0))
    return family


def _overdue(due: int | None) -> float:
    return 0.0 if due is None else max(0, clock.now() - due) / 1000
