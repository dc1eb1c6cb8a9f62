"""Conditions on a lead and the visit it came from: checked when they are saved, met or not when something happens.

`{"all": […]}`, `{"any": […]}` and `{"not": …}` nest; at the leaves is `{"field", "op", "value"}` (contract, section 7).
Pure: no database, no clock. Users write them, visitors' values meet them, so everything about them is bounded.
"""

from __future__ import annotations

from leadsbot.conditions.check import check
from leadsbot.conditions.facts import Facts
from leadsbot.conditions.fields import FIELDS, OBJECTS, kind_of
from leadsbot.conditions.met import met
from leadsbot.conditions.ops import OPS, UNVALUED
from leadsbot.conditions.walk import leaves, renamed

__all__ = ["FIELDS", "OBJECTS", "OPS", "UNVALUED", "Facts", "check", "kind_of", "leaves", "met", "renamed"]
