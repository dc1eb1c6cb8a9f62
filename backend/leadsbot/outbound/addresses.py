"""Which addresses stand in the public network, whatever spelling or translation they hide behind."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Reachable only from inside, though `ipaddress` counts some of them as global: Azure's metadata and name server, the
# relays of 6to4 (RFC 7526), IETF protocol assignments with Oracle's metadata host (RFC 6890), documentation (RFC 9637).
_ALSO_REFUSED = tuple(map(ip_network, ("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24", "3fff::/20")))
_GLOBAL_UNICAST = ip_network("2000::/3")  # all that IANA has given out for the public network (RFC 4291)
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is really called


def is_public(address: str) -> bool:
    """Tell whether `address` (IPv4 or IPv6 text) stands in the public network, in whatever form it hides another."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _ALSO_REFUSED)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """Give the IPv4 address that the system or a translator on the way would call instead of `ip`."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
