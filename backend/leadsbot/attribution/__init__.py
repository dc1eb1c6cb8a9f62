"""Where a visitor came from: pure functions from addresses and campaign parameters to a source."""

from __future__ import annotations

from leadsbot.attribution.personal import is_personal, strip_personal, without_query
from leadsbot.attribution.sources import Attribution, attribute
from leadsbot.attribution.touch import CLICK_IDS, MAX_LENGTH, CampaignTags, parse_touch

__all__ = [
    "CLICK_IDS",
    "MAX_LENGTH",
    "Attribution",
    "CampaignTags",
    "attribute",
    "is_personal",
    "parse_touch",
    "strip_personal",
    "without_query",
]
