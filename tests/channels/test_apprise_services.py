"""Apprise's services, each by its own plugin: a whole address asks the service's own hosts and no other, whatever is
added to it."""

from __future__ import annotations

import builtins
import socket
from typing import Any
from urllib.parse import quote

import pytest

from leadsbot.channels.apprise import CHANNEL, running
from leadsbot.channels.apprise.services import FORBIDDEN_WORDS, SERVICES

A, B, PHONE, UUID = "a" * 32, "b" * 16, "15551234567", "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
AZURE = "prod-1.westus.logic.azure.com"
REST = {
    **{"46elks": f"{A}:{A}@{PHONE}", "elks": f"{A}:{A}@{PHONE}", "bulksms": f"{A}:{A}@{PHONE}"},
    **{"burstsms": f"{A}:{B}@{PHONE}/{PHONE}", "kudosity": f"{A}:{B}@{PHONE}/{PHONE}", "clicksend": f"me:{A}@{PHONE}"},
    **{"d7sms": f"{A}@{PHONE}", "freemobile": f"{B}@{B}", "gchat": f"room/{A}/{A}", "httpsms": f"{A}@{PHONE}/{PHONE}"},
    **{"ifttt": f"{A}/event", "join": f"{A}/team", "line": f"{A}/team", "msgbird": f"{'a' * 25}/{PHONE}/{PHONE}"},
    **{"opsgenie": UUID, "pagerduty": f"{A}@{A}", "pagertree": "int_abcdefghij", "pover": f"{A}@{A}"},
    **{"plivo": f"{'A' * 20}@{'b' * 30}/{PHONE}/{PHONE}", "prowl": "a" * 40, "push": UUID, "pushed": f"{A}/{A}"},
    **{"pushy": f"{A}/team", "seven": f"{A}/{PHONE}", "sinch": f"{A}:{A}@{PHONE}/{PHONE}", "splunk": f"{A}@{A}"},
    **{"victorops": f"{A}@{A}", "telnyx": f"{A}@{PHONE}/{PHONE}", "threema": f"*THEGWID@{B}/{PHONE}"},
    **{"twilio": f"AC{A}:{A}@{PHONE}/{PHONE}", "viber": f"{A}/team", "vonage": f"aaaaaaaa:{B}@{PHONE}/{PHONE}"},
    **{"nexmo": f"aaaaaaaa:{B}@{PHONE}/{PHONE}", "workflows": f"{AZURE}/{A}/{A}", "workflow": f"{AZURE}/{A}/{A}"},
    **{"wxteams": f"{A}/team", "webex": f"{A}/team"},
}
ADDRESSES = {schema: f"{schema}://{REST.get(schema, A)}" for schema in SERVICES}
EVIL = ("http://10.0.0.1:9/x", "10.0.0.1", "/etc/passwd")


@pytest.mark.parametrize("schema", list(ADDRESSES))
def test_a_whole_address_is_taken_and_really_asks_its_service(schema: str) -> None:
    url = ADDRESSES[schema]
    assert CHANNEL.check_config({"url": url}) == {"url": url}


@pytest.mark.parametrize("schema", list(ADDRESSES))
def test_nothing_that_is_added_leads_elsewhere_or_reads_a_file(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url, plugin = ADDRESSES[schema], running._class(SERVICES[schema].plugin)
    running.rehearse(url)  # what it loads when it is first used is loaded
    touched: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, place: touched.append(place))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: touched.append(asked))
    real = builtins.open
    monkeypatch.setattr(
        builtins, "open", lambda name, *more, **named: touched.append(name) or real(name, *more, **named)
    )
    words = {*plugin.template_args, "host", "region", "proxy"} - FORBIDDEN_WORDS
    added = [f"{url}?{word}={quote(evil, safe='')}" for word in sorted(words) for evil in EVIL]
    added += [
        url.replace("://", "://10.0.0.1@"),
        f"{url}/../../@10.0.0.1",
        f"{url}#@10.0.0.1/",
        f"{url}?%2Bhost=10.0.0.1",
    ]
    for one in added:
        try:
            at_home, asked = running.rehearse(one)
        except ValueError:
            continue
        assert at_home, (one, asked)
    assert touched == []
