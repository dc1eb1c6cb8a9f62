"""Whatever is sent to a described call, a served LeadsBot answers as described, and never with a 5xx.

Schemathesis makes the requests from `/openapi.json`, the same ones on every run.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.served import House, Rows, house

__all__ = ["house"]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Enough to meet each kind of value; a run takes about half a minute on each database.
EXAMPLES = {"sqlite": 6, "postgresql": 3}
HEALTH = list(HealthCheck)


def test_every_answer_is_as_described(house: House) -> None:
    described: Any = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    rows, client = Rows(house, house.owner), house.client(house.owner.api_key)
    wrong = {}
    for found in described.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, rows, client, EXAMPLES[house.kind])
        except Exception as error:
            wrong[operation.label] = str(error)[:2_000]
    assert wrong == {}


def _try(operation: Any, rows: Rows, client: httpx.Client, examples: int) -> None:
    """Make requests of an operation, to rows that there are, and check each answer."""
    ids = {name: rows.make(name, operation.label) for name in re.findall(r"{(\w+)}", operation.path)}

    @given(case=operation.as_strategy())
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=HEALTH)
    def asked(case: Any) -> None:
        case.path_parameters = ids
        case.call_and_validate(
            session=session, headers={"Authorization": client.headers["authorization"]}, checks=CHECKS
        )

    with requests.Session() as session:
        asked()
