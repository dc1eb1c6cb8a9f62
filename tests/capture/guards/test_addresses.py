"""Allowlists of addresses: what users type, and who lies in it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.capture.guards.addresses import allowed, check_network
from leadsbot.errors import InvalidInput

TYPED = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789abcdefABCDEF:./% \t*", max_size=50),
    st.ip_addresses().map(str),
    st.tuples(st.ip_addresses().map(str), st.integers(0, 200)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)


@given(TYPED)
def test_what_is_typed_is_a_network_in_its_normal_form_or_invalid(text: str) -> None:
    try:
        normal = check_network(text)
    except InvalidInput as error:
        assert error.fields == ("allowed_ips",) and error.message.endswith(".")
    else:
        assert check_network(normal) == normal


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_mapped_address_is_the_address_it_maps(base: IPv4Address, length: int, client: IPv4Address) -> None:
    network = IPv4Network((int(base) >> (32 - length) << (32 - length) if length < 32 else int(base), length))
    plain = check_network(str(network))
    mapped = check_network(f"::ffff:{network.network_address}/{96 + length}")
    assert plain == mapped
    inside = client in network
    assert allowed(str(client), [plain]) is inside
    assert allowed(str(IPv6Address(0xFFFF << 32 | int(client))), [mapped]) is inside


@given(st.text(max_size=60))
def test_what_is_no_address_lies_nowhere(text: str) -> None:
    allowed(text, ["10.0.0.0/8", "2001:db8::/32"])  # raises nothing
    assert allowed(f"{text}!", ["10.0.0.0/8", "2001:db8::/32", "::/0"]) is False


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_a_network_is_kept_in_its_normal_form(typed: str, normal: str) -> None:
    assert check_network(typed) == normal


@pytest.mark.parametrize(
    "typed",
    ["", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "fe80::1%eth0", "a.example", "*"],
)
def test_what_is_no_network_is_told_how_one_looks(typed: str) -> None:
    with pytest.raises(InvalidInput, match="is no address: write it like"):
        check_network(typed)


def test_an_address_with_a_networks_length_is_told_both_that_may_be_meant() -> None:
    with pytest.raises(InvalidInput, match='write "2001:db8::/32" for the network, or "2001:db8::5" for the address'):
        check_network("2001:db8::5/32")


def test_an_empty_list_lets_nobody_in() -> None:
    assert allowed("10.0.0.1", []) is False
