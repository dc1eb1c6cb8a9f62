"""Which news a channel's filter lets pass, without a database."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadsbot.errors import InvalidInput
from leadsbot.routing.destination import Destination
from leadsbot.routing.news import News
from leadsbot.routing.wants import check_filter, wants

LEAD = {"source": "google", "stage": "New", "email": "a@b.example", "created_at": "2026-05-03T22:30:00.000Z"}
OVER_HALF = {"all": [{"field": "form_completion_percent", "op": ">=", "value": 50}]}


def told(filter: dict[str, Any], type: str = "lead.created", lead: Any = LEAD, **data: Any) -> bool:
    channel = Destination("slack", {"events": json.dumps([type]), "filter": json.dumps(check_filter(filter))})
    news = News({"type": type}, b"", lead, False, {"lead": lead, **data}, ZoneInfo("Europe/Vienna"))
    return wants(channel, news)


@pytest.mark.parametrize(
    "filter",
    [
        {},
        {"source": " Google"},
        {"source": ["bing", "google"], "stage": "new"},
        {"campaign": ""},
        {"field": "source", "op": "==", "value": "google"},
        {"all": [{"field": "email", "op": "exists"}, {"not": {"field": "stage", "op": "in", "value": ["Won"]}}]},
        {"field": "created_at", "op": "==", "value": "2026-05-04"},
    ],
)
def test_it_lets_pass(filter: dict[str, Any]) -> None:
    assert told(filter)


@pytest.mark.parametrize(
    "filter",
    [
        {"source": "bing"},
        {"source": "google", "stage": ["Won"]},
        {"campaign": "spring"},
        {"any": [{"field": "source", "op": "==", "value": "bing"}, {"field": "tags", "op": "exists"}]},
    ],
)
def test_it_holds_back(filter: dict[str, Any]) -> None:
    assert not told(filter)


def test_where_there_is_no_lead_the_visit_is_asked() -> None:
    for percent in (49, 50):
        said = told(OVER_HALF, "form.abandoned", None, session={"completion_percent": percent})
        assert said is (percent == 50)
    assert not told({"source": "google"}, "form.started", None, session={"utm_source": None})


def test_news_of_the_house_passes_every_filter() -> None:
    assert told({"source": "bing"}, "webhook.disabled", None)


@pytest.mark.parametrize(
    ("filter", "path"),
    [
        ([], "filter"),
        ({"email": "x"}, "filter.email"),
        ({"source": []}, "filter.source"),
        ({"source": ["x" * 501]}, "filter.source.value[0]"),
        ({"all": [{"field": "email"}]}, "filter.all[0].op"),
        ({"source": "x", "all": []}, "filter"),
    ],
)
def test_a_filter_without_sense_is_named(filter: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_filter(filter)
    assert list(refused.value.fields) == [path]
