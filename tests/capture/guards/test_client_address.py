"""The visitor's address is believed from our own proxies, and from nobody else."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.guards.client_address import client_address

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
VISITOR = "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "header", "expected"),
    [
        ("10.0.0.1", VISITOR, VISITOR),
        ("10.0.0.1", f"{VISITOR}, 10.9.9.9", VISITOR),
        ("10.0.0.1", f"1.1.1.1, {VISITOR}", VISITOR),
        ("fd00::1", "2001:DB8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", f"::ffff:{VISITOR}", VISITOR),
        ("10.0.0.1", f"{VISITOR}:4711", VISITOR),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
    ],
)
def test_a_trusted_proxy_is_believed_up_to_the_first_stranger(peer: str, header: str, expected: str) -> None:
    assert client_address(peer, header, TRUSTED) == expected


def test_a_stranger_s_header_is_ignored() -> None:
    assert client_address("198.51.100.1", VISITOR, TRUSTED) == "198.51.100.1"
    assert client_address("198.51.100.1", VISITOR, []) == "198.51.100.1"


@pytest.mark.parametrize("header", [None, "", ",", "unknown", "1.2.3", f"{VISITOR}, junk", f"{VISITOR},", "<script>"])
def test_junk_ends_the_walk_at_the_last_address_known(header: str | None) -> None:
    assert client_address("10.0.0.1", header, TRUSTED) == "10.0.0.1"


def test_an_endless_header_is_walked_for_a_few_hops_only() -> None:
    assert client_address("10.0.0.1", f"{VISITOR}," + "10.0.0.2," * 5_000 + "10.0.0.3", TRUSTED) == "10.0.0.2"


def test_a_peer_without_an_address_is_given_as_it_is() -> None:
    assert client_address("unix:", VISITOR, TRUSTED) == "unix:"
    assert client_address("fe80::1%eth0", None, TRUSTED) == "fe80::1"


@given(st.text(), st.text() | st.lists(st.sampled_from(["10.0.0.1", ",", ":", "[", "]", "fd00::1", " "])).map("".join))
def test_it_never_raises_and_its_answer_is_final(peer: str, header: str) -> None:
    for start in (peer, "10.0.0.1"):
        answer = client_address(start, header, TRUSTED)
        assert client_address(answer, None, TRUSTED) == answer
