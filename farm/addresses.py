"""Which network addresses belong to the public internet."""

from __future__ import annotations

import ipaddress

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether ``text``, an IPv4 or IPv6 address, is a host's on the public internet.

    Not public are private, loopback, link-local, multicast, shared (carrier-grade NAT), documentation and
    reserved addresses (the IANA registries for special purposes), whatever is no address, and IPv6
    addresses that lead to such an IPv4 one: mapped (RFC 4291), 6to4 (RFC 3056), Teredo (RFC 4380) and
    NAT64 (RFC 6052).
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if (inner := _inner(address)) is not None:
        return inner.is_global and not inner.is_multicast
    return address in _GLOBAL_UNICAST and address.is_global


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that ``address`` stands for; None when it stands for itself."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
