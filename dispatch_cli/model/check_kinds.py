"""The kinds of checks, with the keys that each has in the provider file.

A new kind is an entry here and a file in ``checks`` with its function ``look_KIND``. A key that no
kind has had so far also stands in ``catalog/raw.py`` and in ``Probe``, since both are typed.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

UrlForm = Literal["http", "sip"]


class CheckKeys(Struct, frozen=True, kw_only=True):
    """The keys of a kind of check, and the module of ``checks`` that has its function.

    ``needs`` are alternative groups of keys; a table has all keys of exactly one group. Every kind
    has ``every_min`` and ``timeout_s``; network kinds also have ``allow_private``. ``port`` is the
    default port of ``host``, 0 if there is none. ``is_secure``: every look of the kind uses TLS.
    """

    module: str
    needs: tuple[tuple[str, ...], ...]
    may_have: tuple[str, ...] = ()
    port: int = 0
    url: UrlForm | None = None
    is_network: bool = True
    is_secure: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of this kind except ``kind``."""
        found: list[str] = []
        for group in self.needs:
            found += group
            if "host" in group and self.port:
                found.append("port")
        common = ("every_min", "timeout_s", *(("allow_private",) if self.is_network else ()))
        return (*found, *self.may_have, *common)


CHECK_KINDS: Mapping[str, CheckKeys] = {
    "http": CheckKeys(
        module="http",
        needs=(("url",),),
        may_have=("status", "capacity", "headers", "certificate_days"),
        url="http",
    ),
    "tcp": CheckKeys(module="ports", needs=(("host", "port"),)),
    "tls": CheckKeys(
        module="ports", needs=(("host",),), may_have=("certificate_days",), port=443, is_secure=True
    ),
    "dns": CheckKeys(module="dns", needs=(("host",),), may_have=("addresses",)),
    "content": CheckKeys(
        module="content",
        needs=(("url", "contains"),),
        may_have=("status", "headers", "certificate_days"),
        url="http",
    ),
    "sip": CheckKeys(module="telephone", needs=(("host",), ("url",)), port=5060, url="sip"),
    "command": CheckKeys(module="command", needs=(("command",),), is_network=False),
}
