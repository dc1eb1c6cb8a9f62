"""Channels' templates: what they say, what they may not hold, and that none of them runs away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leadsbot.channels.base import summarize
from leadsbot.errors import InvalidInput
from leadsbot.routing import templates
from leadsbot.routing.options import MAX_TEMPLATE
from leadsbot.routing.template_rules import MAX_DEPTH, MAX_LOOPS
from leadsbot.routing.template_sandbox import FILTERS, MAX_ITEMS, MAX_STEPS
from leadsbot.routing.templates import MAX_TEXT, TemplateFailed, check, render, told
from tests.channels.parcels import LEAD, SESSION, parcel

DATA = {
    "lead": {**LEAD, "tags": ["VIP", "Back"], "created_at": "2026-05-04T12:30:00.000Z", "event_date": "2026-06-01",
             "custom_data": {"Budget": "10k", "items": ["a", "b"], "keys": 5}, "spam": False, "notes": None},
    "session": SESSION, "from_stage": "New", "to_stage": "Won",
}  # fmt: skip
EVENT = {"id": "e1", "type": "lead.created", "at": "2026-05-04T12:30:00.000Z"}
THERE = {"name": "Admirals", "timezone": "Europe/Vienna"}


def said(template: str, **more: Any) -> str:
    return render(check(template), {**DATA, **more}, EVENT, THERE).text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ lead.name }} <{{ lead.email }}>", "Grace Hopper <grace@navy.example>"),
        ("{{ lead['company'] | upper }} & {{ workspace.name }}", "NAVY & Admirals"),
        ("{% if lead.phone %}Call {{ lead.phone }}{% else %}Write{% endif %}", "Call +1 202 555 0101"),
        ("{{ from_stage }} → {{ to_stage }} ({{ event.type }})", "New → Won (lead.created)"),
        ("{% for tag in lead.tags %}{{ loop.index }}. {{ tag }}\n{% endfor %}", "1. VIP\n2. Back"),
        ("{% for name, value in lead.custom_data | items %}{{ name }}={{ value }};{% endfor %}",
         "Budget=10k;items=a, b;keys=5;"),
        ("{{ lead.custom_data.items[1] }} {{ lead.custom_data.keys }} {{ lead.custom_data.Budget }}", "b 5 10k"),
        ("{{ lead.created_at | local }}; {{ lead.event_date | local }}", "4 May 2026, 14:30 CEST; 1 Jun 2026"),
        ("[{{ lead.notes }}{{ lead.custom_data.nothing.at.all }}{{ lead.notes | d('-') }}] {{ lead.spam }}", "[-] no"),
        ("{{ lead.message[:8] }}|{{ lead.message | truncate(7) }}", "We need |We nee…"),
        ("{{ lead.tags | join(' + ') }} {{ lead.tags | length }} {{ lead.tags | first }}", "VIP + Back 2 VIP"),
        ("{{ (session.completion_percent | number / 7) | round(1) }} {{ 'yes' if 'VIP' in lead.tags }}", "8.6 yes"),
        ("a\n\n\n\n\nb\r\n", "a\n\nb"),
        ("{# a remark #}{{ lead.name ~ '!' }}", "Grace Hopper!"),
        ("{{ '\\ud83d' ~ lead.name }}", "?Grace Hopper"),
    ],
)  # fmt: skip
def test_it_says(template: str, text: str) -> None:
    assert said(template) == text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ lead.name", "Line 1: unexpected end of template"),
        ("fine\n{% if lead.name %}\nnever closed", "Line 3: {% if … %} is still open; {% endif %} has to follow"),
        ("\n\n{{ leed.name }}", "Line 3: there is no leed. There are: lead, session"),
        ("{{ lead.nmae }}", "lead has no nmae. Is it name?"),
        ("{{ session.email }}", "session has no email"),
        ("{{ lead.name | eval }}", "filter"),
        ("{{ lead.name | _few(-1000000) }}", "there is no filter _few"),
        ("{{ _budget }}", "there is no _budget"),
        ("{{ lead.__class__ }}", "lead has no __class__"),
        ("{{ lead.name.upper() }}", "nothing can be called here"),
        ("{{ range(10) }}", "nothing can be called here"),
        ("{{ 'x' * 100000000 }}", "nothing can be multiplied"),
        ("{{ 2 ** 1000000000 }}", "can not be used"),
        ("{{ '%1000000000d' % 5 }}", "can not be used"),
        ("{% set a = 'x' %}", "{% set %} can't be used"),
        ("{% with a = 'x' %}{% endwith %}", "can not be used"),
        ("{% macro a() %}{% endmacro %}", "{% macro %}"),
        ("{% include 'x' %}", "included"),
        ("{% import 'x' as y %}", "can not be used"),
        ("{% extends 'x' %}", "can not be used"),
        ("{% block a %}{% endblock %}", "can not be used"),
        ("{% autoescape true %}{% endautoescape %}", "Line 1: that can not be used"),
        ("{% filter upper %}x{% endfilter %}", "can not be used"),
        ("{% call lead.name() %}{% endcall %}", "can not be used"),
        ("{% do lead.name %}", "Line 1: "),
        ("{% for _budget in lead.tags %}{% endfor %}", "underscore"),
        ("{% for a in lead.tags recursive %}{% endfor %}", "none in itself"),
        ("{% for a in lead.tags %}" * (MAX_LOOPS + 1) + "{% endfor %}" * (MAX_LOOPS + 1), "nest at most"),
        ("{{ lead.name | join(*lead.tags) }}", "can't be used"),
        ("{{ " + "not " * (MAX_DEPTH + 1) + "lead }}", "nested too deeply"),
        ("{{ " + "(" * 1900 + "1" + ")" * 1900 + " }}", "nested too deeply"),
        ("x" * (MAX_TEMPLATE + 1), "at most 4,000"),
    ],
)  # fmt: skip
def test_what_may_not_be_in_it_is_refused(template: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(template)
    assert words in refused.value.message and list(refused.value.fields) == ["options.template"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ lead.name - 1 }}", "unsupported operand"),
        ("{{ lead.notes > 5 }}", "not supported"),
        ("{% if lead.phone == 'x' %}hello{% endif %}", "says nothing"),
        ("\u202e{{ lead.notes }}\x07", "says nothing"),
        ("{{ lead.name | number }}", "could not convert"),
        ("{% for a in lead.message %}{% for b in lead.message %}{{ a }}{{ b }}{% endfor %}{% endfor %}", "too long"),
    ],
)
def test_what_comes_to_nothing_says_why(template: str, words: str) -> None:
    with pytest.raises(TemplateFailed, match=words):
        said(template, lead={**DATA["lead"], "message": "m" * 20_000})


def test_however_it_is_written_it_ends_and_stays_short() -> None:
    long = {**DATA["lead"], "message": "ß\n" * 10_000, "tags": ["x" * 2_000] * 1_000}
    for body in (
        "lead.message",
        "lead.message ~ lead.message | upper",
        "lead.tags | join(lead.message)",
        "lead",
        "lead ~ lead ~ lead",
    ):
        many = "{{ " + body + " }}"
        template = "{% for a in lead.tags %}" + many * 20 + "{% endfor %}" + many * 40
        try:
            assert len(said(template, lead=long)) <= MAX_TEXT
        except TemplateFailed as failed:
            assert "too long" in str(failed)
    assert said("{% for a in lead.tags %}.{% endfor %}", lead=long) == "." * MAX_ITEMS
    assert MAX_STEPS >= 10 * MAX_ITEMS


def test_a_cut_is_told() -> None:
    cut = render("{{ lead.message }}", {"lead": {"message": "m" * (MAX_TEXT + 1)}}, EVENT, THERE)
    assert cut.cut and len(cut.text) == MAX_TEXT and cut.text.endswith("…")
    assert not render("{{ lead.message }}", {"lead": {"message": "m" * MAX_TEXT}}, EVENT, THERE).cut


def test_no_filter_reaches_what_is_behind_a_value() -> None:
    for name in FILTERS:
        for of in ("lead", "lead.tags", "lead.message", "lead.spam", "lead.notes", "session.nothing_there"):
            if of == "session.nothing_there":
                of = "lead.custom_data.nothing"
            try:
                text = said(f"{{{{ ({of} | {name}).__class__ }}}}-{{{{ {of} | {name} }}}}")
            except (TemplateFailed, InvalidInput):
                continue
            assert "class" not in text and " at 0x" not in text and "built-in" not in text


def test_a_parcels_message_is_the_templates() -> None:
    text, note = told("{{ lead.name }} called\n\nBack at <{{ lead.phone }}>", parcel({}))
    assert (text, note) == ("Grace Hopper called\n\nBack at <+1 202 555 0101>", "")
    summary = summarize(replace(parcel({}), text=text))
    assert (summary.title, summary.facts, summary.message) == ("Grace Hopper called", (), "Back at <+1 202 555 0101>")
    assert summary.link == LEAD["lead_url"]


def test_a_long_first_line_is_a_title_and_the_message() -> None:
    summary = summarize(replace(parcel({}), text="x" * 200 + "\nrest"))
    assert summary.title == "x" * 149 + "…" and summary.message == "x" * 200 + "\nrest"


@pytest.mark.parametrize("type", ["test", "summary", "webhook.disabled", "lead.unclaimed"])
def test_what_is_no_news_of_a_lead_keeps_its_words(type: str) -> None:
    assert told("{{ lead.name }}", parcel({}, type, lead=None)) == ("", "")


def test_a_form_without_a_lead_can_be_told() -> None:
    text, _ = told("{{ lead.name | d('Somebody') }} left {{ session.form_name }}",
                   parcel({}, "form.abandoned", lead=None, session=SESSION))  # fmt: skip
    assert text == "Somebody left Application"


def test_what_fails_leaves_the_usual_message_and_a_note() -> None:
    text, note = told("{{ 1 / 0 }}", parcel({}))
    assert text == "" and note == "The usual message was sent, as the template failed: division by zero."
    text, note = told("{{ lead.gone_since }}", parcel({}))
    assert text == "" and "can't be used" in note


def test_templates_are_compiled_once() -> None:
    said("once {{ lead.name }}")
    before = templates._compiled.cache_info().misses
    said("once {{ lead.name }}")
    assert templates._compiled.cache_info().misses == before
