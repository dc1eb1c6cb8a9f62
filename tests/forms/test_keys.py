"""A form has one key, however often a builder draws it anew."""

from __future__ import annotations

import pytest

from leadsbot.forms.keys import stable

FORM = "be50d20f-3ff9-4ac2-aee2-fcc3fcfb9d65"
OTHER = "0d1f1e33-3b4d-4f2e-9a51-6f6c3e1f7a20"


@pytest.mark.parametrize(
    ("drawn", "key"),
    [
        (f"hsForm_{FORM}_6071", f"hsForm_{FORM}"),
        (f"hsForm_{FORM}_{OTHER}", f"hsForm_{FORM}"),
        ("hbspt-form-1629360041534-9791445167", "hbspt-form"),
        ("contact_1790000000000", "contact"),
        ("form-0.7312894650123", "form"),
        ("webform-contact--Wn3kR2q7aQ1", "webform-contact"),
        ("1790000000000", "form"),
    ],
)
def test_what_is_new_on_every_visit_is_no_part_of_it(drawn: str, key: str) -> None:
    assert stable(drawn) == key


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
        ":r3:",
    ],
)
def test_what_is_the_form_s_own_stays(key: str) -> None:
    assert stable(key) == key
