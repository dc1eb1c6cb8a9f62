"""What a variable's text may be, and what is made of it: each raises ValueError with the end of a sentence that begins
with the variable's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MAX_RETRIES = 20


def _split(text: str, schemes: tuple[str, ...], *, host: bool = True) -> SplitResult:
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        url = urlsplit(text)
        sound = url.scheme in schemes and url.port != 0 and bool(url.hostname or not host)
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\x00-\x1f]", text):
        raise ValueError(f"must be an address that begins with {wanted} and names a host")
    return url


def database_url(text: str) -> str:
    if text.startswith("sqlite:"):
        path = unquote(text.removeprefix("sqlite:///"))
        if path == unquote(text) or path in ("", ":memory:") or path.endswith("/") or "?" in path or "\0" in path:
            raise ValueError("must name a file, such as sqlite:///data/leadsbot.db")
        return text
    url = _split(text, ("postgresql", "postgres"), host=False)
    if not url.path.strip("/"):
        raise ValueError("must name the database, such as postgresql://user:password@host/leadsbot")
    return "postgresql" + text[len(url.scheme) :]


def http_url(text: str) -> str:
    if text and _split(text, ("http", "https")).fragment:
        raise ValueError("must not have a fragment (#)")
    return text.rstrip("/")


def public_url(text: str) -> str:
    url = _split(text, ("http", "https"))
    if url.path.strip("/") or url.query or url.fragment or url.username is not None:
        raise ValueError("must be scheme, host and port alone, such as https://leads.example.com")
    return f"{url.scheme}://{url.netloc}"


def smtp_url(text: str) -> str:
    if not text:
        return text
    for name, value in parse_qsl(_split(text, ("smtp", "smtps")).query, keep_blank_values=True):
        if name != "starttls" or value not in ("0", "1"):
            raise ValueError("knows no option but ?starttls=1 (or 0)")
    return text


def host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_%-]+", text):
        raise ValueError("must be an IP address or a host name, without scheme or port")
    return text


def port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65_535:
        raise ValueError("must be a whole number from 1 to 65535")
    return int(text)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part) for part in re.split(r"[\s,]+", text) if part)
    except ValueError:
        raise ValueError("must list networks such as 10.0.0.0/8 or 10.1.2.3, separated by commas") from None


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be {' or '.join(allowed)}")
        return text.lower()

    return parse


def flag(text: str) -> bool:
    if text.lower() not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
        raise ValueError("must be 1 or 0")
    return text.lower() in ("1", "true", "yes", "on")


def telegram_token(text: str) -> str:
    if text and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", text):
        raise ValueError("must be a token as @BotFather gives it: digits, a colon, letters and digits")
    return text


def mail_from(text: str) -> str:
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address) or not text.isprintable():
        raise ValueError("must be one mail address, such as leads@example.com or LeadsBot <leads@example.com>")
    return text


def bearer(text: str) -> str:
    if text and not re.fullmatch(r"[!-~]+", text):
        raise ValueError("must be ASCII without spaces, since it travels in a header")
    return text


def schedule(text: str) -> tuple[float, ...]:
    waits = [re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd])", part.strip()) for part in text.split(",")]
    if len(waits) > _MAX_RETRIES or not all(waits):
        raise ValueError(f"must be at most {_MAX_RETRIES} waits such as 30s, 5m, 2h or 1d, separated by commas")
    return tuple(float(wait[1]) * _UNITS[wait[2]] for wait in waits if wait)
