"""Which addresses may be called from here, where somebody else says the name.

Invariant: an address is public, or in a network that an operator has named. What leads elsewhere in another notation
(IPv4 within IPv6, a translator's prefix) counts as what it leads to.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Final

from pydantic import AfterValidator

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # of protocols (RFC 6890); some are the clouds' own
            "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
            "168.63.129.16/32",  # a public number of which Azure tells a machine about itself
            "2002::/16",  # 6to4 (RFC 3056): leads to whatever IPv4 address is in it
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""What Python's `is_global` lets pass and is nobody's on the internet."""
_UNICAST: Final = ip_network("2000::/3")
"""All of IPv6 that is given to anybody on the internet (RFC 4291)."""
_TRANSLATED: Final = ip_network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052), as networks without IPv4 have it."""
_NEVER: Final = tuple(
    map(ip_network, ("169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8", "0.0.0.0/8", "::/128"))
)
"""What no operator may name: a cloud tells its machines their secrets at link-local addresses."""


def _nameable(networks: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    for network in networks:
        if any(network.version == never.version and network.overlaps(never) for never in _NEVER):
            raise ValueError("link-local, multicast and unspecified addresses are never called")
    return networks


Networks = Annotated[tuple[IPNetwork, ...], AfterValidator(_nameable)]
"""A setting: networks of the clinic's own that may be called from here, as JSON: `["10.20.0.0/24"]`."""


def is_callable(address: str, named: Iterable[IPNetwork] = ()) -> bool:
    """Whether this numeric address may be called: a public one, or one in the networks that are `named`."""
    meant = _meant(ip_address(address.partition("%")[0]))
    return any(meant in network for network in named) or _is_public(meant)


def _meant(address: IPAddress) -> IPAddress:
    """Where it leads."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _TRANSLATED else address


def _is_public(address: IPAddress) -> bool:
    if not address.is_global or address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or address in _UNICAST
