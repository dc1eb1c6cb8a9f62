"""Channels are found by themselves and all keep the same promise."""

from __future__ import annotations

import pytest

from leadsbot.channels import discover
from leadsbot.errors import InvalidInput


def test_every_channel_is_found_by_its_kind() -> None:
    found = discover()
    assert {"webhook", "telegram", "email"} <= set(found)
    assert all(channel.kind == kind and channel.label for kind, channel in found.items())


def test_helpers_beside_the_channels_are_not_taken_for_channels() -> None:
    assert "base" not in discover()


@pytest.mark.parametrize(("kind", "config"), [("webhook", {}), ("email", {}), ("telegram", {"chat_id": "my chat"})])
def test_a_config_that_cannot_work_is_refused_by_the_name_of_its_field(kind: str, config: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        discover()[kind].check_config(config)
    assert all(field.startswith("config.") for field in refused.value.fields) and refused.value.fields
