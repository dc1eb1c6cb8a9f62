"""Campaign parameters of an address: UTM and click ids, from the query and from where single-page apps put them."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote_plus

MAX_LENGTH: Final = 2_000
UTM_NAMES: Final = ("source", "medium", "campaign", "term", "content")
# Click id -> the source and the medium it stands for. Facebook adds its id to unpaid posts too, so it isn't "cpc".
CLICK_IDS: Final[dict[str, tuple[str, str]]] = {
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "dclid": ("google", "display"),
    "msclkid": ("bing", "cpc"),
    "fbclid": ("facebook", "social"),
    "ttclid": ("tiktok", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "twclid": ("twitter", "cpc"),
    "yclid": ("yandex", "cpc"),
    "epik": ("pinterest", "social"),
    "rdt_cid": ("reddit", "cpc"),
}
_UTM_PARAMETERS: Final = {f"utm_{name}": name for name in UTM_NAMES}


class CampaignTags(NamedTuple):
    """UTM parameters without their `utm_`, and click ids, both by lower-case name; only those that hold something."""

    utm: dict[str, str]
    click_ids: dict[str, str]


def parse_touch(url: str) -> CampaignTags:
    """Read the campaign parameters of `url`, names in any case; the first of a name wins, the query before what
    follows `#`. Values are cut to `MAX_LENGTH` characters. Never raises."""
    tags = CampaignTags({}, {})
    before, _, fragment = url.partition("#")
    for part in (before.partition("?")[2], fragment):
        for pair in part.replace("?", "&").split("&"):
            name, found, value = pair.partition("=")
            if found:
                _note(tags, name, value)
    return tags


def _note(tags: CampaignTags, name: str, value: str) -> None:
    name = name.lower()
    utm_name = _UTM_PARAMETERS.get(name)
    if utm_name is None and name not in CLICK_IDS:
        return
    # "%00" is a NUL here, which no database column takes.
    text = unquote_plus(value).replace("\0", "").strip()[:MAX_LENGTH]
    if not text:
        return
    if utm_name is not None:
        tags.utm.setdefault(utm_name, text)
    else:
        tags.click_ids.setdefault(name, text)
