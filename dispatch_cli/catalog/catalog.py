"""The provider file as the other parts see it."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ..errors import BadDataError, Problem
from ..model import Place, Provider, Rules
from .compiled import Compiled, Content, DamagedError, key_of, pack
from .index import Index
from .read import read_bytes, read_file
from .sources import Folder, distrust
from .store import in_memory, open_file, path_of, save
from .timetables import DAYS, LEAST_DAYS_AHEAD, HolidayDates, first_moment

if TYPE_CHECKING:
    from ..model.check import Checking, Probe

T = TypeVar("T")

_BLOCK = 500
"""Providers that are decoded at once when all are gone through."""


class Catalog:
    """The rules and providers of one provider file; providers are decoded when asked for.

    ``path`` and ``source`` say which file and where that setting came from; ``files`` are all
    that belong to it; ``compiled_path`` is where its compiled form is kept, if anywhere.
    ``is_trusted``: the user named the main file and nobody else can write it, so that it may start
    programs, read secrets and reach private addresses.
    """

    path: Path
    source: str
    rules: Rules
    count: int
    warnings: tuple[str, ...]
    files: tuple[Path, ...]
    compiled_path: Path | None
    is_trusted: bool

    def __init__(self, path: Path, source: str, build: Callable[[], Compiled]) -> None:
        self.path = path
        self.source = source
        self.compiled_path = None
        self.is_trusted = False
        self._build = build
        self._compiled: Compiled
        self._index: Index

    def near(self, place: Place) -> list[Provider]:
        """List all whose area may hold the place within its uncertainty, in the file's order.

        A superset; nobody else's area does.
        """
        return self._read(
            lambda compiled: [compiled.provider(number) for number in self._index.near(place)]
        )

    def all(self) -> list[Provider]:
        """List everybody, in the file's order."""
        with collector_paused():
            return self._read(
                lambda compiled: [compiled.provider(number) for number in range(self.count)]
            )

    def each(self) -> Iterator[Provider]:
        """Yield all providers in the file's order, with few of them in memory at a time."""
        for start in range(0, self.count, _BLOCK):
            numbers = range(start, min(start + _BLOCK, self.count))
            yield from self._read(partial(_block, numbers))

    def find(self, provider_id: str) -> Provider | None:
        """Find a provider by its id."""

        def look(compiled: Compiled) -> Provider | None:
            ids = compiled.ids()
            return compiled.provider(ids.index(provider_id)) if provider_id in ids else None

        return self._read(look)

    def ids(self) -> list[str]:
        """List all ids, in the file's order."""
        return self._read(Compiled.ids)

    def checking(self) -> "Checking":
        """Say what the main file lays down of checks; rankings do without and do not pay."""
        found = self._read(Compiled.checking)
        return replace(found, settings=replace(found.settings, is_trusted=self.is_trusted))

    def probes(self) -> "dict[str, tuple[Probe, ...]]":
        """Say how to look at each provider, by its id; who has no check is not in it."""
        found = self._read(Compiled.probes)
        if self.is_trusted:
            return found
        return {
            provider: tuple(replace(probe, is_trusted=False) for probe in probes)
            for provider, probes in found.items()
        }

    def use(self, compiled: Compiled) -> None:
        """Take everything from a compiled form; raises DamagedError."""
        head = compiled.head
        rules, index = compiled.rules(), compiled.index()
        self._compiled, self._index, self.rules = compiled, index, rules
        self.count, self.warnings = head.count, head.warnings
        folder = self.path.parent
        others = (*head.included, *head.polygons)
        self.files = (self.path, *(folder / source.short for source in others))

    @property
    def digest(self) -> str:
        """The cache key: it differs where any file or the code that reads them differs."""
        return self._compiled.head.key.hex()

    def _read(self, look: Callable[[Compiled], T]) -> T:
        """Read from the compiled form, and build it anew if it turns out to be damaged."""
        try:
            return look(self._compiled)
        except DamagedError:
            self.use(self._build())
            return look(self._compiled)


def _block(numbers: range, compiled: Compiled) -> list[Provider]:
    return [compiled.provider(number) for number in numbers]


def load(
    path: Path,
    *,
    source: str,
    now: datetime,
    cache_dir: Path | None,
    holidays: HolidayDates,
) -> Catalog:
    """Load a provider file; raises BadDataError with everything that is wrong in any of its files.

    The compiled form in ``cache_dir`` is used if it was made from the same bytes by the same
    code and reaches far enough beyond ``now``; else it is made anew. Without a folder that can
    be written it is made in memory. ``holidays`` gives the public holidays of a region.
    """
    main = os.fspath(path)
    if "\0" in main:
        raise BadDataError(Problem("the name of the provider file holds a NUL character"))

    def build() -> Compiled:
        content, catalog.is_trusted = _compile(main, source, now, holidays)
        catalog.compiled_path = None if cache_dir is None else save(cache_dir, main, content)
        return Compiled(in_memory(content))

    catalog = Catalog(path, source, build)
    if cache_dir is not None:
        try:
            kept, catalog.is_trusted = _kept(cache_dir, main, source, now)
            if kept is not None:
                catalog.use(kept)
                catalog.compiled_path = path_of(cache_dir, main)
                return catalog
        except DamagedError:
            pass
    catalog.use(build())
    return catalog


def nobody() -> Catalog:
    """Make a catalog without providers and with the built-in rules, for what calls nobody."""
    from ..model.check import Checking

    def build() -> Compiled:
        content = Content(
            key=key_of((), {}),
            main="",
            patterns=(),
            included=(),
            polygons=(),
            start=0,
            end=0,
            rules=Rules(),
            checking=Checking(),
            probes={},
            providers=(),
            warnings=(),
        )
        return Compiled(in_memory(pack(content)))

    catalog = Catalog(Path("-"), "none", build)
    catalog.use(build())
    return catalog


@contextmanager
def collector_paused() -> Iterator[None]:
    """Make many small values without the cyclic garbage collector looking at each again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _kept(cache_dir: Path, main: str, found_by: str, now: datetime) -> tuple[Compiled | None, bool]:
    """Open the compiled form if it is still true, and say whether the main file is trusted.

    Raises DamagedError.
    """
    read_at = open_file(cache_dir, main)
    if read_at is None:
        return None, False
    compiled = Compiled(read_at)
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
        top = folder.main(main)
        content, found = read_file(top.real, shown=top.shown)
        contents = {top: content}
        for file in (*included, *polygons):
            contents[file] = read_bytes(file.real, shown=file.shown)
    except BadDataError:
        return None, False  # building it says what is wrong
    is_trusted = not distrust(found_by, found)
    is_true = key_of(head.patterns, contents) == head.key and (is_trusted or not head.needs_trust)
    return (compiled if is_true else None), is_trusted


def _compile(main: str, found_by: str, now: datetime, holidays: HolidayDates) -> tuple[bytes, bool]:
    """Read the files and make the bytes of their compiled form; raises BadDataError.

    The second value says whether the main file is trusted.
    """
    from .build import build

    with collector_paused():
        built = build(main, found_by=found_by, now=now, holidays=holidays)
        start = int(first_moment(now).timestamp())
        content = pack(
            Content(
                key=key_of(built.patterns, built.contents),
                main=os.path.abspath(main),
                patterns=built.patterns,
                included=built.included,
                polygons=built.polygons,
                start=start,
                end=start + DAYS * 86400,
                rules=built.rules,
                providers=built.providers,
                checking=built.checking,
                probes=built.probes,
                warnings=built.warnings,
            )
        )
        return content, built.is_trusted
