"""Read all files of a provider file into rules and providers, and collect all their problems."""

import os
from collections.abc import Iterable
from datetime import datetime
from functools import cache, partial

from msgspec.structs import replace

from ..errors import BadDataError, Problem
from ..messages import Message, quoted
from ..model import HolidayDates, Provider
from ..model.check import Probe
from ..model.provider import Ring
from .check_tables import Trust, make_probes
from .compiled_catalog import CatalogContent, make_cache_key
from .file_warnings import add_warnings
from .geojson import parse_polygon
from .parsers import Parsers
from .problem_collector import ProblemCollector, TableReporter, TomlFile
from .provider_tables import ProviderContext, make_provider
from .raw import RawFile, RawProvider
from .rules_reader import MAIN_KEYS, read_checking, read_rules
from .source_files import INCLUDED, Folder, SourceFile, distrust, road_presence
from .tables import numbered_tables, read_table
from .timetables import DAYS, TimetableCache, first_moment
from .unknown_keys import unknown_key
from .untrusted_files import parse_toml, read_bytes, read_file

_KEYS_OF_INCLUDED = ("provider", "roads")


class FileReader:
    """Reads the main file and files of its folder, and keeps their contents."""

    def __init__(self, main: str, found_by: str) -> None:
        self.main = main
        self.found_by = found_by
        self.folder = Folder.of(main)
        self.collector = ProblemCollector()
        self.contents: dict[SourceFile, bytes] = {}
        self.polygon = cache(self._polygon)

    def main_file(self, content: bytes | None = None) -> tuple[TomlFile, Trust]:
        """Read and parse the main file, and find whether it is trusted; raises BadDataError.

        ``content`` is parsed instead of the content of the file.
        """
        source = Folder.main(self.main)
        self.collector.files.append(source.shown)
        read, found = read_file(source.real, shown=source.shown)
        content = read if content is None else content
        self.contents[source] = content
        trust = Trust(distrust(self.found_by, found), self.folder.real)
        return parse_toml(content, shown=source.shown, short=source.short), trust

    def file(self, source: SourceFile) -> TomlFile:
        """Read and parse one included file; raises BadDataError."""
        self.collector.files.append(source.shown)
        return parse_toml(self._content(source), shown=source.shown, short=source.short)

    def _polygon(self, relative: str) -> tuple[tuple[Ring, ...], ...]:
        source = self.folder.source(relative)
        return parse_polygon(self._content(source), shown=source.shown)

    def _content(self, source: SourceFile) -> bytes:
        content = read_bytes(source.real, shown=source.shown)
        self.contents[source] = content
        return content


def build(
    main: str,
    *,
    found_by: str,
    now: datetime,
    holidays: HolidayDates,
    content: bytes | None = None,
) -> tuple[CatalogContent, bool]:
    """Read the main file and all files that it names; raises BadDataError with all problems.

    ``found_by`` is the second value of ``find_file``: it decides whether the file is trusted, which
    is the second value of the result. ``content`` is read as if it were in the main file.
    """
    reader = FileReader(main, found_by)
    collector = reader.collector
    top, trust = reader.main_file(content)
    patterns, included = read_included(top, reader)
    parsers = Parsers()
    rules = read_rules(top, parsers, trust, collector)
    timezone = rules.settings.timezone
    context = ProviderContext(parsers, rules.clients, timezone, reader.polygon)
    checking = read_checking(top, timezone, trust, collector)
    untrusted = Trust(INCLUDED, trust.folder, is_main=False)
    trusts = [(top, trust), *((file, untrusted) for file in included)]
    roads = _roads((top, *included), reader)
    providers, probes = _providers(trusts, context, collector)
    if not providers and not collector:
        collector.add(Problem("no provider: write at least one [[provider]]", file=main))
    collector.raise_all()
    timetables = TimetableCache(now, timezone, holidays)
    providers = [timetables.filled_in(provider) for provider in providers]
    add_warnings(rules, checking, providers, timetables, collector, probes=probes, main=top.short)
    rules = replace(rules, roads=tuple(source.real for source in roads))
    _, *others = reader.contents
    start = int(first_moment(now).timestamp())
    compiled = CatalogContent(
        key=make_cache_key(patterns, reader.contents | road_presence(roads)),
        main=os.path.abspath(main),
        patterns=patterns,
        included=tuple(others[: len(included)]),
        polygons=tuple(others[len(included) :]),
        roads=tuple(roads),
        start=start,
        end=start + DAYS * 86400,
        rules=rules,
        providers=providers,
        checking=checking,
        probes=probes,
        warnings=collector.warnings,
        distrust=trust.reason or "",
        refusal=collector.refusal,
    )
    return compiled, trust.reason is None


def read_included(top: TomlFile, reader: FileReader) -> tuple[tuple[str, ...], list[TomlFile]]:
    """Read the included files; after an invalid one the others are read, too."""
    collector, folder = reader.collector, reader.folder
    reporter = TableReporter(collector, top, (), "")
    patterns = read_table({"include": top.top.get("include", [])}, RawFile, reporter).include or []
    files: list[TomlFile] = []
    seen = {folder.main(reader.main).real}
    for number, pattern in enumerate(patterns):
        sources = reporter.read(("include", number), folder.matches, pattern, what="include")
        if sources is not None and not sources:
            template = "include {pattern} matches no file"
            collector.warn(template, file=top.short, pattern=quoted(pattern))
        for source in sources or ():
            if source.real in seen:
                continue
            seen.add(source.real)
            try:
                files.append(reader.file(source))
            except BadDataError as error:
                collector.add(error.problems[0])
    for file in files:
        _check_keys_of_included(file, collector)
    return tuple(patterns), files


def _check_keys_of_included(file: TomlFile, collector: ProblemCollector) -> None:
    """Report all keys of an included file that belong in the main file, or are unknown."""
    for key in file.top:
        if key in _KEYS_OF_INCLUDED:
            continue
        if key in MAIN_KEYS:
            problem = Message(
                "{key} belongs in the main file: an included file contains [[provider]] only",
                key=key,
            )
        else:
            problem = unknown_key(key, _KEYS_OF_INCLUDED)
        collector.at(file, (key,), "", problem)


def _roads(files: Iterable[TomlFile], reader: FileReader) -> list[SourceFile]:
    """Find the road tables that the files name, each once; a missing one is a warning."""
    found: dict[str, SourceFile] = {}
    for file in files:
        reporter = TableReporter(reader.collector, file, (), "")
        table = {"roads": file.top.get("roads", [])}
        for number, path in enumerate(read_table(table, RawFile, reporter).roads or ()):
            locate = partial(reader.folder.beside, file.short)
            source = reporter.read(("roads", number), locate, path, what="roads")
            if source is None:
                continue
            found.setdefault(source.real, source)
            if not os.path.isfile(source.real):
                template = "the road table {path} is missing: motorway kilometres are not found"
                reader.collector.warn(template, file=file.short, path=quoted(path))
    return list(found.values())


def _providers(
    files: Iterable[tuple[TomlFile, Trust]], context: ProviderContext, collector: ProblemCollector
) -> tuple[list[Provider], dict[str, tuple[Probe, ...]]]:
    """Read the providers of all files, in their order, and the checks of each."""
    found: list[Provider] = []
    probes: dict[str, tuple[Probe, ...]] = {}
    reporters: dict[str, TableReporter] = {}
    for file, trust in files:
        for table, reporter in numbered_tables(file, "provider", "id", collector):
            raw = read_table(table, RawProvider, reporter)
            if raw.id is not None:
                first = reporters.setdefault(raw.id, reporter)
                if first is not reporter:
                    line = collector.line_of(first.file, (*first.path, "id"))
                    reporter.report(
                        "id",
                        "the id is in use: {path}:{number} has it, too",
                        path=first.file.name,
                        number=line,
                    )
            provider = make_provider(raw, reporter, context)
            checks = make_probes(raw.check or [], reporter, trust)
            if provider is not None:
                found.append(provider)
                if checks:
                    probes[provider.id] = checks
            if collector:
                found.clear()  # the next ones are read for their problems only
    return found, probes
