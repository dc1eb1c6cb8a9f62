"""Whatever is sent to a described call, a served LeadsBot answers as described, and never with a 5xx.

Schemathesis makes the requests from `/openapi.json`, the same ones on every run: such as fit, and such as don't.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.served import House, Rows, house

__all__ = ["house"]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Of each call. Enough to meet each kind of value; for a thorough search make it 100 and `derandomize` False.
EXAMPLES = {"sqlite": 5, "postgresql": 3}
HEALTH = list(HealthCheck)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
def test_every_answer_is_as_described(house: House, mode: GenerationMode) -> None:
    described: Any = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    rows, client = Rows(house, house.owner), house.client(house.owner.api_key)
    wrong, tried = {}, 0
    for found in described.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, rows, client, mode, EXAMPLES[house.kind])
            tried += 1
        except Exception as error:
            wrong[operation.label] = str(error)[:2_000]
    assert wrong == {} and tried > 80


def _try(operation: Any, rows: Rows, client: httpx.Client, mode: GenerationMode, examples: int) -> None:
    """Make requests of an operation, to rows that there are, and check each answer."""
    ids = {name: rows.make(name, operation.label) for name in re.findall(r"{(\w+)}", operation.path)}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=HEALTH)
    def asked(case: Any) -> None:
        case.path_parameters = ids
        case.call_and_validate(
            session=session, headers={"Authorization": client.headers["authorization"]}, checks=CHECKS
        )

    # Unsatisfiable: a call that takes nothing can't be asked wrongly.
    with requests.Session() as session, contextlib.suppress(Unsatisfiable):
        asked()
