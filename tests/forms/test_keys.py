"""A form has one key, however often a builder draws it anew."""

from __future__ import annotations

import pytest

from leadsbot.forms.keys import JUST_NOW_MS, stable

FORM = "be50d20f-3ff9-4ac2-aee2-fcc3fcfb9d65"
OTHER = "0d1f1e33-3b4d-4f2e-9a51-6f6c3e1f7a20"
DRAWN_AT = 1790000000000
AT = DRAWN_AT + 5000


@pytest.mark.parametrize(
    ("drawn", "key"),
    [
        (f"hsForm_{FORM}_6071", f"hsForm_{FORM}"),
        (f"hsForm_{FORM}_{OTHER}", f"hsForm_{FORM}"),
        (f"hbspt-form-{DRAWN_AT}-9791445167", "hbspt-form"),
        (f"contact_{DRAWN_AT}", "contact"),
        ("form-0.7312894650123", "form"),
        ("webform-contact--Wn3kR2q7aQ1", "webform-contact"),
        (f"{DRAWN_AT}", "form"),
        (f"form-1629360041534-at-{DRAWN_AT}", "form-at"),
    ],
)
def test_what_is_new_on_every_visit_is_no_part_of_it(drawn: str, key: str) -> None:
    assert stable(drawn, AT) == key


@pytest.mark.parametrize(
    "key",
    [
        "contact",
        f"hsForm_{FORM}",
        "gform_7",
        "wpcf7-f123-p45-o1",
        "form_231234567890123",  # Jotform's own number
        "mktoForm_1234567890",
        "form--contactpage",
        "newsletter--compact",
        "name,email,message",
        "form-1629360041534",  # the time at which its author made it
        ":r3:",
    ],
)
def test_what_is_the_form_s_own_stays(key: str) -> None:
    assert stable(key, AT) == key


def test_a_time_is_new_on_every_visit_within_a_day_of_it() -> None:
    drawn = f"contact_{DRAWN_AT}"
    for met_at in (DRAWN_AT - JUST_NOW_MS, DRAWN_AT + JUST_NOW_MS):  # a clock may be slow, a page stay open
        inside = met_at + (1 if met_at < DRAWN_AT else -1)
        assert (stable(drawn, inside), stable(drawn, met_at)) == ("contact", drawn)
