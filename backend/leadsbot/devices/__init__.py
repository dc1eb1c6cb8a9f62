"""What a visitor sits at: a pure function from user agent and hints to browser, system and type of device."""

from __future__ import annotations

from leadsbot.devices.parse import Device, DeviceType, parse_device, warm_up

__all__ = ["Device", "DeviceType", "parse_device", "warm_up"]
