"""A value that an integration sent, in plain text that a person can read."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> str:
    """Write any JSON value out: `yes` for true, lists with commas, objects as `name: value; name: value`."""
    return _plain(value, inside=False)


def _plain(value: Any, *, inside: bool) -> str:
    if isinstance(value, dict):
        text = "; ".join(f"{name}: {_plain(inner, inside=True)}" for name, inner in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(_plain(inner, inside=isinstance(inner, dict | list)) for inner in value)
    else:
        return _scalar(value)
    return f"({text})" if inside and isinstance(value, dict) else text


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
