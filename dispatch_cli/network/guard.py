"""Refuse connections to private and reserved addresses.

Addresses come from files that providers may supply. Each numeric address is compared
where the socket to it is opened, so that neither a name that changes its address in between nor an
unusual spelling of a number gets through.
"""

import socket
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Network,
    ip_address,
    ip_network,
)

from ..messages import Message

# From IANA's special-purpose registries and RFC 6890. Python's `is_global` has changed between
# patch releases.
_KINDS = (
    ("0.0.0.0/8", Message("this host itself")),
    ("10.0.0.0/8", Message("private")),
    ("100.64.0.0/10", Message("shared by a carrier (CGNAT)")),
    ("127.0.0.0/8", Message("loopback")),
    ("168.63.129.16/32", Message("a cloud's metadata")),
    ("169.254.0.0/16", Message("link-local, where clouds keep metadata")),
    ("172.16.0.0/12", Message("private")),
    ("192.0.0.0/24", Message("reserved")),
    ("192.0.2.0/24", Message("reserved for documentation")),
    ("192.88.99.0/24", Message("a 6to4 relay")),
    ("192.168.0.0/16", Message("private")),
    ("198.18.0.0/15", Message("reserved for benchmarks")),
    ("198.51.100.0/24", Message("reserved for documentation")),
    ("203.0.113.0/24", Message("reserved for documentation")),
    ("224.0.0.0/4", Message("multicast")),
    ("240.0.0.0/4", Message("reserved")),
    ("::/128", Message("this host itself")),
    ("::1/128", Message("loopback")),
    ("::/96", Message("IPv4 in a form no longer used")),
    ("::ffff:0:0:0/96", Message("IPv4 translated")),
    ("64:ff9b:1::/48", Message("a local NAT64")),
    ("100::/64", Message("discarded")),
    ("2001::/23", Message("reserved or Teredo")),
    ("2001:db8::/32", Message("reserved for documentation")),
    ("2002::/16", Message("IPv4 in 6to4")),
    ("3fff::/20", Message("reserved for documentation")),
    ("5f00::/16", Message("reserved for segment routing")),
    ("fc00::/7", Message("private (unique local)")),
    ("fe80::/10", Message("link-local")),
    ("fec0::/10", Message("private (site-local)")),
    ("ff00::/8", Message("multicast")),
)
_REFUSED: tuple[tuple[IPv4Network | IPv6Network, Message], ...] = tuple(
    (ip_network(network), kind) for network, kind in _KINDS
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
_ISATAP = (0x5EFE, 0x200_5EFE)


class RefusedAddressError(OSError):
    """An address that may not be connected to; ``what`` names the address and its kind."""

    def __init__(self, address: str, kind: Message | str) -> None:
        self.what = Message("refused: {address} is {kind}", address=address, kind=kind)
        super().__init__(str(self.what))


def kind_refused(address: str) -> Message | str:
    """Return the kind of a private or reserved address; "" for a public one.

    Only the numeric form that a resolver returns is an address.
    """
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return Message("not an address")
    for network, kind in _REFUSED:
        if number.version == network.version and number in network:
            return kind
    if isinstance(number, IPv4Address):
        return ""
    inner = IPv4Address(int(number) & 0xFFFF_FFFF)
    if number in _MAPPED or number in _NAT64:
        return kind_refused(str(inner))
    if number not in _UNICAST:
        return Message("not assigned")
    is_isatap = int(number) >> 32 & 0xFFFF_FFFF in _ISATAP
    return kind_refused(str(inner)) if is_isatap else ""


def open_socket(
    family: int, kind: int, address: str, *, may_be_private: bool = False
) -> socket.socket:
    """Open a socket for a connection to an address; raises RefusedAddressError."""
    refusal = "" if may_be_private else kind_refused(address)
    if refusal:
        raise RefusedAddressError(address, refusal)
    opened = socket.socket(family, kind)
    opened.setblocking(False)
    return opened
