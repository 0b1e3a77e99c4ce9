"""The compiled form of a provider file: all its values, in one flat file of data.

    magic, length and digest of the header
    header: cache key, source files, offsets of the sections
    sections: rules, index, ids, checks, offsets of the records
    records: one for each provider and each timetable, behind its own digest

Every part is compared with its digest before its use; a damaged file is built anew. The digests
include the cache key, so that a part of another file does not match.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message
from ..model import Phone, Provider, Rules, Timetable
from ..model.digest import blake2b
from .area_index import AreaIndex, make_area_index
from .code_digest import CODE_DIGEST
from .source_files import SourceFile

if TYPE_CHECKING:
    from ..model.check import Checking, Probe

MAGIC = b"dispatch-catalog"
_DIGEST = 16
_LEAD = len(MAGIC) + 4 + _DIGEST
_MAX_HEAD = 64 * 1024 * 1024

ReadAt = Callable[[int, int], bytes]
"""Reads bytes from an offset; returns fewer at the end."""
T = TypeVar("T")


class DamagedCacheError(Exception):
    """The compiled form is damaged; the catalog catches it and builds the form anew."""


class StoredMessage(Struct, frozen=True, array_like=True):
    """A warning as it is stored: its template and its values."""

    id: str
    values: "dict[str, str | int | float | StoredMessage]"

    @classmethod
    def of(cls, message: Message) -> "StoredMessage":
        """Store a message; a value that is neither a number nor a message is stored as text."""
        return cls(message.id, {name: _stored(each) for name, each in message.values.items()})

    def restore(self) -> Message:
        """Make the message again."""
        values = {
            name: each.restore() if isinstance(each, StoredMessage) else each
            for name, each in self.values.items()
        }
        return Message(self.id, **values)


def _stored(value: object) -> "str | int | float | StoredMessage":
    if isinstance(value, Message):
        return StoredMessage.of(value)
    return value if isinstance(value, int | float) else str(value)


class _Section(Struct, frozen=True, array_like=True):
    offset: int
    length: int
    digest: bytes


class CompiledHeader(Struct, frozen=True, array_like=True):
    """The source files of the compiled form, and the offsets of its parts.

    ``start`` and ``end`` of the timetables are seconds since the epoch. ``needs_trust`` means that
    the warnings depend on ``distrust``, the reason why the main file is not trusted, or "".
    ``refusal`` has no entry if no table is refused.
    """

    key: bytes
    main: str
    patterns: tuple[str, ...]
    included: tuple[SourceFile, ...]
    polygons: tuple[SourceFile, ...]
    roads: tuple[SourceFile, ...]
    start: int
    end: int
    count: int
    warnings: tuple[StoredMessage, ...]
    needs_trust: bool
    distrust: str
    refusal: tuple[StoredMessage, ...]
    rules: _Section
    index: _Section
    ids: _Section
    checking: _Section
    probes: _Section
    offsets: _Section


class _Record(Struct, frozen=True, array_like=True):
    """A provider, and the numbers of its timetables, which many share; -1 means none."""

    provider: Provider
    timetable: int
    phone_timetables: tuple[int, ...]


def make_cache_key(patterns: Iterable[str], contents: Mapping[SourceFile, bytes]) -> bytes:
    """Make the cache key: a digest of the code and of the files of the compiled form."""
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


class CatalogContent(Struct, frozen=True, kw_only=True):
    """The values of a provider file that are compiled."""

    key: bytes
    checking: "Checking"
    main: str = ""
    patterns: tuple[str, ...] = ()
    included: tuple[SourceFile, ...] = ()
    polygons: tuple[SourceFile, ...] = ()
    roads: tuple[SourceFile, ...] = ()
    start: int = 0
    end: int = 0
    rules: Rules = Rules()
    providers: Sequence[Provider] = ()
    probes: "Mapping[str, tuple[Probe, ...]]" = {}
    warnings: tuple[Message, ...] = ()
    distrust: str = ""
    refusal: Message | str = ""

    @property
    def needs_trust(self) -> bool:
        """Whether a key counts only in a trusted file: a program, a secret, an address."""
        return (
            bool(self.rules.travel.url)
            or bool(self.checking.notify)
            or not isinstance(self.checking.settings.heartbeat, str)
            or any(
                probe.argv
                or probe.allow_private
                or any(not isinstance(value, str) for _, value in probe.headers)
                for probes in self.probes.values()
                for probe in probes
            )
        )


def pack(content: CatalogContent) -> bytes:
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
        encode(make_area_index(content.providers)),
        encode([provider.id for provider in content.providers]),
        encode(content.checking),
        encode(content.probes),
        offsets.tobytes(),
    ):
        sections.append(_Section(at, len(part), _digest(part, key)))
        parts.append(part)
        at += len(part)
    head = encode(
        CompiledHeader(
            key,
            content.main,
            content.patterns,
            content.included,
            content.polygons,
            content.roads,
            content.start,
            content.end,
            len(content.providers),
            tuple(map(StoredMessage.of, content.warnings)),
            content.needs_trust,
            content.distrust,
            (StoredMessage.of(content.refusal),) if isinstance(content.refusal, Message) else (),
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
        # Equal timetables are one object, because each text is evaluated once.
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


class CompiledCatalog:
    """The opened compiled form; each part is read and compared with its digest at its use."""

    def __init__(self, read_at: ReadAt) -> None:
        """Read the header; raises DamagedCacheError."""
        self._read_at = read_at
        lead = read_at(0, _LEAD)
        length = int.from_bytes(lead[len(MAGIC) : len(MAGIC) + 4], "big")
        if not lead.startswith(MAGIC) or len(lead) < _LEAD or length > _MAX_HEAD:
            raise DamagedCacheError
        head = read_at(_LEAD, length)
        if blake2b(head, digest_size=_DIGEST, person=MAGIC).digest() != lead[-_DIGEST:]:
            raise DamagedCacheError
        self.head = _decoded(head, CompiledHeader)
        self._body = _LEAD + length
        self._offsets: array[int] | None = None
        self._timetables: dict[int, Timetable] = {}
        self._record = msgspec.msgpack.Decoder(_Record)

    def content(self) -> bytes:
        """Return all bytes, from which it can be opened elsewhere; raises DamagedCacheError."""
        records = self._body + self.head.offsets.offset + self.head.offsets.length
        offsets = array("Q", self._section(self.head.offsets))
        return self._read_at(0, records + offsets[-1])

    def rules(self) -> Rules:
        """Read the rules; raises DamagedCacheError."""
        return _decoded(self._section(self.head.rules), Rules)

    def index(self) -> AreaIndex:
        """Read the index of areas; raises DamagedCacheError."""
        return _decoded(self._section(self.head.index), AreaIndex)

    def ids(self) -> list[str]:
        """Read the ids in the order of the files; raises DamagedCacheError."""
        return _decoded(self._section(self.head.ids), list[str])

    def checking(self) -> "Checking":
        """Read the settings of checks; raises DamagedCacheError."""
        from ..model.check import Checking

        return _decoded(self._section(self.head.checking), Checking)

    def probes(self) -> "dict[str, tuple[Probe, ...]]":
        """Read the checks of each provider by its id; raises DamagedCacheError."""
        from ..model.check import Probe

        return _decoded(self._section(self.head.probes), dict[str, tuple[Probe, ...]])

    def provider(self, number: int) -> Provider:
        """Read a provider by its position; raises DamagedCacheError."""
        try:
            record = self._record.decode(self._blob(number))
        except msgspec.MsgspecError:
            raise DamagedCacheError from None
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
            raise DamagedCacheError
        return blob

    def _section(self, section: _Section) -> bytes:
        found = self._read_at(self._body + section.offset, section.length)
        if len(found) != section.length or _digest(found, self.head.key) != section.digest:
            raise DamagedCacheError
        return found


def _decoded(content: bytes, shape: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(content, type=shape)
    except msgspec.MsgspecError:
        # The digest is right: another program wrote other shapes under the same cache key.
        raise DamagedCacheError from None
