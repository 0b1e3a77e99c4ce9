"""The compiled form: everything that was worked out from the files, in one flat file of data.

    magic, length and digest of the head
    head: cache key, what it was made from, where the sections are
    sections: rules, index, ids, offsets of the records
    records: one per provider, one per timetable, each behind its own digest

Nothing is used before its digest was compared, so that any damage only means building it anew. A
digest covers the key of the sources as well, so that a part of another file does not pass.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..model import Phone, Provider, Rules, Timetable
from ..model.digest import blake2b
from .code_digest import CODE_DIGEST
from .index import Index, make_index
from .sources import Source

if TYPE_CHECKING:
    from ..model.check import Checking, Probe

MAGIC = b"dispatch-catalog"
_DIGEST = 16
_LEAD = len(MAGIC) + 4 + _DIGEST
_MAX_HEAD = 64 * 1024 * 1024

ReadAt = Callable[[int, int], bytes]
"""Reads so many bytes from an offset; fewer where there are no more."""
T = TypeVar("T")


class DamagedError(Exception):
    """The compiled form is not what was written; never seen outside this package."""


class _Section(Struct, frozen=True, array_like=True):
    offset: int
    length: int
    digest: bytes


class Head(Struct, frozen=True, array_like=True):
    """What the compiled form was made from, and where its parts are.

    ``start`` and ``end`` are the seconds since the epoch between which timetables are known.
    ``needs_trust``: it was made from a trusted file and is of no use for one that is not.
    """

    key: bytes
    main: str
    patterns: tuple[str, ...]
    included: tuple[Source, ...]
    polygons: tuple[Source, ...]
    start: int
    end: int
    count: int
    warnings: tuple[str, ...]
    needs_trust: bool
    rules: _Section
    index: _Section
    ids: _Section
    checking: _Section
    probes: _Section
    offsets: _Section


class _Record(Struct, frozen=True, array_like=True):
    """A provider without its timetables, which many share; -1 is none."""

    provider: Provider
    timetable: int
    phone_timetables: tuple[int, ...]


def key_of(patterns: Iterable[str], contents: Mapping[Source, bytes]) -> bytes:
    """Digest the code and the files from which the compiled form is made: its cache key."""
    digest = blake2b(digest_size=32)
    digest.update(msgspec.msgpack.encode((CODE_DIGEST, tuple(patterns))))
    for source, content in contents.items():
        digest.update(msgspec.msgpack.encode((source.real, len(content))))
        digest.update(content)
    return digest.digest()


def _digest(content: bytes, key: bytes, number: int = -1) -> bytes:
    return blake2b(
        content, digest_size=_DIGEST, key=key, salt=number.to_bytes(16, "big", signed=True)
    ).digest()


class Content(Struct, frozen=True, kw_only=True):
    """What is to be compiled."""

    key: bytes
    main: str
    patterns: tuple[str, ...]
    included: tuple[Source, ...]
    polygons: tuple[Source, ...]
    start: int
    end: int
    rules: Rules
    providers: Sequence[Provider]
    checking: "Checking"
    probes: "Mapping[str, tuple[Probe, ...]]"
    warnings: tuple[str, ...]

    @property
    def needs_trust(self) -> bool:
        """Whether it starts programs, reads secrets or reaches private addresses."""
        return not isinstance(self.checking.settings.heartbeat, str) or any(
            probe.argv
            or probe.allow_private
            or any(not isinstance(value, str) for _, value in probe.headers)
            for probes in self.probes.values()
            for probe in probes
        )


def pack(content: Content) -> bytes:
    """Make the bytes of the compiled form."""
    key = content.key
    encode = msgspec.msgpack.Encoder().encode
    records = [
        _digest(record, key, number) + record
        for number, record in enumerate(_records(content.providers, encode))
    ]
    offsets = array("Q", [0])
    for record in records:
        offsets.append(offsets[-1] + len(record))
    sections: list[_Section] = []
    parts: list[bytes] = []
    at = 0
    for part in (
        encode(content.rules),
        encode(make_index(content.providers)),
        encode([provider.id for provider in content.providers]),
        encode(content.checking),
        encode(content.probes),
        offsets.tobytes(),
    ):
        sections.append(_Section(at, len(part), _digest(part, key)))
        parts.append(part)
        at += len(part)
    head = encode(
        Head(
            key,
            content.main,
            content.patterns,
            content.included,
            content.polygons,
            content.start,
            content.end,
            len(content.providers),
            content.warnings,
            content.needs_trust,
            *sections,
        )
    )
    digest = blake2b(head, digest_size=_DIGEST, person=MAGIC).digest()
    return b"".join((MAGIC, len(head).to_bytes(4, "big"), digest, head, *parts, *records))


def _records(providers: Iterable[Provider], encode: Callable[[object], bytes]) -> Iterable[bytes]:
    """Encode the providers, then the timetables that they refer to."""
    numbers: dict[int, int] = {}
    timetables: list[Timetable] = []

    def number_of(timetable: Timetable | None) -> int:
        if timetable is None:
            return -1
        # Equal ones are the same object: each text was worked out once.
        if id(timetable) not in numbers:
            numbers[id(timetable)] = len(timetables)
            timetables.append(timetable)
        return numbers[id(timetable)]

    for provider in providers:
        phones = tuple(
            phone if phone.timetable is None else replace(phone, timetable=None)
            for phone in provider.phones
        )
        yield encode(
            _Record(
                replace(provider, timetable=None, phones=phones),
                number_of(provider.timetable),
                tuple(number_of(phone.timetable) for phone in provider.phones),
            )
        )
    yield from map(encode, timetables)


class Compiled:
    """The compiled form, opened; each part is read and compared when it is asked for."""

    def __init__(self, read_at: ReadAt) -> None:
        """Read the head; raises DamagedError."""
        self._read_at = read_at
        lead = read_at(0, _LEAD)
        length = int.from_bytes(lead[len(MAGIC) : len(MAGIC) + 4], "big")
        if not lead.startswith(MAGIC) or len(lead) < _LEAD or length > _MAX_HEAD:
            raise DamagedError
        head = read_at(_LEAD, length)
        if blake2b(head, digest_size=_DIGEST, person=MAGIC).digest() != lead[-_DIGEST:]:
            raise DamagedError
        self.head = _decoded(head, Head)
        self._body = _LEAD + length
        self._offsets: array[int] | None = None
        self._timetables: dict[int, Timetable] = {}
        self._record = msgspec.msgpack.Decoder(_Record)

    def rules(self) -> Rules:
        """Everything but the providers; raises DamagedError."""
        return _decoded(self._section(self.head.rules), Rules)

    def index(self) -> Index:
        """Which areas may reach a place; raises DamagedError."""
        return _decoded(self._section(self.head.index), Index)

    def ids(self) -> list[str]:
        """The ids in the order of the files; raises DamagedError."""
        return _decoded(self._section(self.head.ids), list[str])

    def checking(self) -> "Checking":
        """What the main file says of checks; raises DamagedError."""
        from ..model.check import Checking

        return _decoded(self._section(self.head.checking), Checking)

    def probes(self) -> "dict[str, tuple[Probe, ...]]":
        """How to look at each provider, by its id; raises DamagedError."""
        from ..model.check import Probe

        return _decoded(self._section(self.head.probes), dict[str, tuple[Probe, ...]])

    def provider(self, number: int) -> Provider:
        """One provider by its position; raises DamagedError."""
        try:
            record = self._record.decode(self._blob(number))
        except msgspec.MsgspecError:
            raise DamagedError from None
        provider = record.provider
        phones = provider.phones
        if any(at >= 0 for at in record.phone_timetables):
            pairs = zip(phones, record.phone_timetables, strict=True)
            phones = tuple(self._with_timetable(phone, at) for phone, at in pairs)
        return replace(provider, timetable=self._timetable(record.timetable), phones=phones)

    def _with_timetable(self, phone: Phone, at: int) -> Phone:
        return replace(phone, timetable=self._timetable(at))

    def _timetable(self, at: int) -> Timetable | None:
        if at < 0:
            return None
        if at not in self._timetables:
            self._timetables[at] = _decoded(self._blob(self.head.count + at), Timetable)
        return self._timetables[at]

    def _blob(self, number: int) -> bytes:
        """Read a record and compare its digest."""
        if self._offsets is None:
            offsets = array("Q")
            offsets.frombytes(self._section(self.head.offsets))
            self._offsets = offsets
        start, end = self._offsets[number], self._offsets[number + 1]
        records = self._body + self.head.offsets.offset + self.head.offsets.length
        found = self._read_at(records + start, end - start)
        blob = found[_DIGEST:]
        if len(found) != end - start or _digest(blob, self.head.key, number) != found[:_DIGEST]:
            raise DamagedError
        return blob

    def _section(self, section: _Section) -> bytes:
        found = self._read_at(self._body + section.offset, section.length)
        if len(found) != section.length or _digest(found, self.head.key) != section.digest:
            raise DamagedError
        return found


def _decoded(content: bytes, shape: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(content, type=shape)
    except msgspec.MsgspecError:
        # The digest was right, so another program wrote other shapes under the same cache key.
        raise DamagedError from None
