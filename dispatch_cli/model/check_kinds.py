"""The kinds of checks: what each asks for in the provider file.

A new kind is an entry here and a function in ``checks``, named in ``checks/round.py``. A key that
no kind has had so far also stands in ``catalog/raw.py`` and in ``Probe``.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

UrlForm = Literal["http", "sip"]


class CheckKeys(Struct, frozen=True, kw_only=True):
    """Which keys a kind of check has.

    ``needs`` are alternatives, of which a table has exactly one: each is a group of keys that it
    must all have. Every kind has ``timeout_s``, one that looks over the network ``allow_private``
    as well. ``port`` is the default beside ``host``, 0 where there is none. ``is_secure`` says that
    every look of the kind speaks TLS.
    """

    needs: tuple[tuple[str, ...], ...]
    may_have: tuple[str, ...] = ()
    port: int = 0
    url: UrlForm | None = None
    is_network: bool = True
    is_secure: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of this kind beside ``kind``."""
        found: list[str] = []
        for group in self.needs:
            found += group
            if "host" in group and self.port:
                found.append("port")
        common = ("timeout_s", "allow_private") if self.is_network else ("timeout_s",)
        return (*found, *self.may_have, *common)


CHECK_KINDS: Mapping[str, CheckKeys] = {
    "http": CheckKeys(
        needs=(("url",),),
        may_have=("status", "capacity", "headers", "certificate_days"),
        url="http",
    ),
    "tcp": CheckKeys(needs=(("host", "port"),)),
    "tls": CheckKeys(needs=(("host",),), may_have=("certificate_days",), port=443, is_secure=True),
    "sip": CheckKeys(needs=(("host",), ("url",)), port=5060, url="sip"),
    "command": CheckKeys(needs=(("command",),), is_network=False),
}
