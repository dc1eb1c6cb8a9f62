"""Ids that are made from others stand in databases: they must stay what they were."""

from __future__ import annotations

from leadsbot.ids import derived_id


def test_a_derived_id_is_the_same_for_good() -> None:
    # RFC 9562, section 5.5, of this house's own namespace.
    assert derived_id("form", "site", "kontakt ö") == "6894d269-2045-5151-9d4e-402bf281852d"
