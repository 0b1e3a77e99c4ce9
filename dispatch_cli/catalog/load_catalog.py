"""Load a provider file into a catalog, from its compiled form where that is up to date."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ..errors import BadDataError
from ..messages import Message
from ..model import HolidayDates, Place, Provider, Rules
from ..model.digest import blake2b
from ..model.travel_engines import TravelSettings
from .area_index import AreaIndex
from .cache_files import cache_path, open_file, read_from_bytes, save
from .compiled_catalog import (
    CatalogContent,
    CompiledCatalog,
    DamagedCacheError,
    make_cache_key,
    pack,
)
from .source_files import Folder, distrust, road_presence
from .timetables import LEAST_DAYS_AHEAD
from .untrusted_files import read_bytes, read_file

if TYPE_CHECKING:
    from ..model.check import Checking, Probe

T = TypeVar("T")

_BLOCK = 500
"""Number of providers that ``Catalog.each`` decodes at a time."""


class Catalog:
    """The rules and providers of one provider file; each provider is decoded at its use.

    ``source`` is the setting that names the file; ``files`` are the main file and all files that it
    names; ``compiled_path`` is the file with the compiled form, or None. ``is_trusted`` means that
    the user named the main file and only its owner can write it: it may start programs, read
    secrets and reach private addresses. ``refusal`` says which tables may not, or is "".
    """

    path: Path
    source: str
    rules: Rules
    count: int
    warnings: tuple[Message, ...]
    refusal: Message | str
    files: tuple[Path, ...]
    compiled_path: Path | None
    is_trusted: bool

    def __init__(self, path: Path, source: str, build: Callable[[], CompiledCatalog]) -> None:
        self.path = path
        self.source = source
        self.compiled_path = None
        self.is_trusted = False
        self._build = build
        self._compiled: CompiledCatalog
        self._index: AreaIndex

    def near(self, place: Place) -> list[Provider]:
        """List the providers whose area may hold the place within its uncertainty, in file order.

        It is a superset: some of these areas may not hold the place.
        """
        return self._read(
            lambda compiled: [compiled.provider(number) for number in self._index.near(place)]
        )

    def all(self) -> list[Provider]:
        """List all providers, in the order of the file."""
        with collector_paused():
            return self._read(
                lambda compiled: [compiled.provider(number) for number in range(self.count)]
            )

    def each(self) -> Iterator[Provider]:
        """Iterate over all providers in the order of the file, with few in memory at a time."""
        for start in range(0, self.count, _BLOCK):
            numbers = range(start, min(start + _BLOCK, self.count))
            yield from self._read(partial(_block, numbers))

    def find(self, provider_id: str) -> Provider | None:
        """Find a provider by its id."""

        def provider_of(compiled: CompiledCatalog) -> Provider | None:
            ids = compiled.ids()
            return compiled.provider(ids.index(provider_id)) if provider_id in ids else None

        return self._read(provider_of)

    def ids(self) -> list[str]:
        """List all ids, in the order of the file."""
        return self._read(CompiledCatalog.ids)

    def checking(self) -> "Checking":
        """Return the settings of checks in the main file; a ranking does not read them."""
        found = self._read(CompiledCatalog.checking)
        settings = replace(found.settings, is_trusted=self.is_trusted)
        return replace(found, settings=settings, notify=found.notify if self.is_trusted else ())

    def travel(self) -> TravelSettings:
        """Return the settings of the travel engine; estimates where the file is not trusted."""
        found = self.rules.travel
        if found.url and not self.is_trusted:
            return TravelSettings()
        return replace(found, is_trusted=self.is_trusted)

    def probes(self) -> "dict[str, tuple[Probe, ...]]":
        """Return the checks of each provider by its id; providers without checks are not in it."""
        found = self._read(CompiledCatalog.probes)
        if self.is_trusted:
            return found
        return {
            provider: tuple(replace(probe, is_trusted=False) for probe in probes)
            for provider, probes in found.items()
        }

    def use(self, compiled: CompiledCatalog) -> None:
        """Use a compiled form from now on; raises DamagedCacheError."""
        head = compiled.head
        rules, index = compiled.rules(), compiled.index()
        self._compiled, self._index, self.rules = compiled, index, rules
        self.count = head.count
        self.warnings = tuple(each.restore() for each in head.warnings)
        self.refusal = next((each.restore() for each in head.refusal), "")
        folder = self.path.parent
        roads = (source for source in head.roads if os.path.isfile(source.real))
        others = (*head.included, *head.polygons, *roads)
        self.files = (self.path, *(folder / source.short for source in others))

    @property
    def digest(self) -> str:
        """The cache key: it depends on all files and on the code that reads them."""
        return self._compiled.head.key.hex()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the compiled form, with all providers; a copy is trusted with no program."""
        return restored, (os.fspath(self.path), self.source, self._read(CompiledCatalog.content))

    def _read(self, read: Callable[[CompiledCatalog], T]) -> T:
        """Read from the compiled form; if it is damaged, build it anew and read again."""
        try:
            return read(self._compiled)
        except DamagedCacheError:
            self.use(self._build())
            return read(self._compiled)


def _block(numbers: range, compiled: CompiledCatalog) -> list[Provider]:
    return [compiled.provider(number) for number in numbers]


def load(
    path: Path,
    *,
    source: str,
    now: datetime,
    cache_dir: Path | None,
    holidays: HolidayDates,
) -> Catalog:
    """Load a provider file; raises BadDataError with all problems of all its files.

    The compiled form in ``cache_dir`` is used if it was made from the same bytes by the same code
    and its timetables reach far enough beyond ``now``; otherwise it is built anew. Without a
    writable folder it is built in memory. ``holidays`` lists the public holidays of a region.
    """
    main = os.fspath(path)
    if "\0" in main:
        raise BadDataError("the name of the provider file contains a NUL character")

    def compile_files() -> CompiledCatalog:
        from .build import build

        with collector_paused():
            built, catalog.is_trusted = build(main, found_by=source, now=now, holidays=holidays)
            content = pack(built)
        catalog.compiled_path = None if cache_dir is None else save(cache_dir, main, content)
        return CompiledCatalog(read_from_bytes(content))

    catalog = Catalog(path, source, compile_files)
    if cache_dir is not None:
        try:
            kept, catalog.is_trusted = _kept(cache_dir, main, source, now)
            if kept is not None:
                catalog.use(kept)
                catalog.compiled_path = cache_path(cache_dir, main)
                return catalog
        except DamagedCacheError:
            pass
    catalog.use(compile_files())
    return catalog


_RESTORED: dict[tuple[str, str, bytes], Catalog] = {}
"""The pickled catalogs that this process has unpacked last, by path, source and digest."""

_MOST_RESTORED = 4


def restored(path: str, source: str, content: bytes) -> Catalog:
    """Unpack a pickled catalog; the same one is unpacked once in a process.

    Raises BadDataError if it was packed by another version of the program.
    """
    key = (path, source, blake2b(content, digest_size=16).digest())
    if key in _RESTORED:
        return _RESTORED[key]

    def opened() -> CompiledCatalog:
        return CompiledCatalog(read_from_bytes(content))

    catalog = Catalog(Path(path), source, opened)
    try:
        catalog.use(opened())
    except DamagedCacheError:
        raise BadDataError(
            "the pickled catalog was made by another version of the program, or is damaged"
        ) from None
    while len(_RESTORED) >= _MOST_RESTORED:
        del _RESTORED[next(iter(_RESTORED))]
    _RESTORED[key] = catalog
    return catalog


def empty_catalog() -> Catalog:
    """Make a catalog without providers and with the built-in rules."""
    from ..model.check import Checking

    def compile_nothing() -> CompiledCatalog:
        content = CatalogContent(key=make_cache_key((), {}), checking=Checking())
        return CompiledCatalog(read_from_bytes(pack(content)))

    catalog = Catalog(Path("-"), "none", compile_nothing)
    catalog.use(compile_nothing())
    return catalog


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector while many small values are made."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _kept(
    cache_dir: Path, main: str, found_by: str, now: datetime
) -> tuple[CompiledCatalog | None, bool]:
    """Open the compiled form if it is up to date; the second value: the main file is trusted.

    Raises DamagedCacheError.
    """
    read_at = open_file(cache_dir, main)
    if read_at is None:
        return None, False
    compiled = CompiledCatalog(read_at)
    head = compiled.head
    ahead = (now + timedelta(days=LEAST_DAYS_AHEAD)).timestamp()
    if not (head.start <= now.timestamp() and ahead <= head.end):
        return None, False
    if head.main != os.path.abspath(main):
        return None, False
    try:
        folder = Folder.of(main)
        included = folder.included(head.patterns, main)
        polygons = [folder.source(polygon.short) for polygon in head.polygons]
        roads = [folder.source(road.short) for road in head.roads]
        top = folder.main(main)
        content, found = read_file(top.real, shown=top.shown)
        contents = {top: content}
        for file in (*included, *polygons):
            contents[file] = read_bytes(file.real, shown=file.shown)
        contents |= road_presence(roads)
    except BadDataError:
        return None, False  # the build reports the problem
    reason = distrust(found_by, found) or ""
    is_current = make_cache_key(head.patterns, contents) == head.key
    has_warnings = not head.needs_trust or head.distrust == reason
    return (compiled if is_current and has_warnings else None), not reason
