"""From the files to rules and providers: the whole way, with every problem found on it."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from msgspec import Struct

from ..errors import BadDataError, Problem
from ..model import Provider, Rules
from ..model.check import Checking, Probe
from ..model.provider import Ring
from .check_tables import Trust, probes_of
from .findings import Findings, Owner, TomlFile
from .oddities import warn_of_oddities
from .parsers import Parsers
from .polygon import parse_polygon
from .provider_tables import Known, provider_of
from .raw import RawFile, RawProvider
from .read import parse_toml, read_bytes, read_file
from .rules_reader import MAIN_KEYS, read_checking, read_rules
from .sources import INCLUDED, Folder, Source, distrust
from .suggest import quoted, unknown_key
from .tables import numbered_tables, read_table
from .timetables import HolidayDates, Timetables


class Built(Struct, frozen=True, kw_only=True):
    """What the files say, and which files said it.

    ``contents`` is everything that was read: the main file, then the included ones, then the
    polygons. ``is_trusted``: the main file may start programs (see ``sources.distrust``).
    """

    is_trusted: bool
    rules: Rules
    providers: list[Provider]
    checking: Checking
    probes: dict[str, tuple[Probe, ...]]
    warnings: tuple[str, ...]
    patterns: tuple[str, ...]
    included: tuple[Source, ...]
    polygons: tuple[Source, ...]
    contents: dict[Source, bytes]


class _Reading:
    """One reading of all files."""

    def __init__(self, main: str, found_by: str) -> None:
        self.main = main
        self.found_by = found_by
        self.folder = Folder.of(main)
        self.findings = Findings()
        self.contents: dict[Source, bytes] = {}
        self.polygon = cache(self._polygon)

    def main_file(self) -> tuple[TomlFile, Trust]:
        """Read and parse the main file, and say whether it is trusted; raises BadDataError."""
        source = Folder.main(self.main)
        self.findings.files.append(source.shown)
        content, found = read_file(source.real, shown=source.shown)
        self.contents[source] = content
        trust = Trust(distrust(self.found_by, found), self.folder.real)
        return parse_toml(content, shown=source.shown, short=source.short), trust

    def file(self, source: Source) -> TomlFile:
        """Read and parse one included file; raises BadDataError."""
        self.findings.files.append(source.shown)
        return parse_toml(self._content(source), shown=source.shown, short=source.short)

    def _polygon(self, relative: str) -> tuple[tuple[Ring, ...], ...]:
        source = self.folder.source(relative)
        return parse_polygon(self._content(source), shown=source.shown)

    def _content(self, source: Source) -> bytes:
        content = read_bytes(source.real, shown=source.shown)
        self.contents[source] = content
        return content


def build(main: str, *, found_by: str, now: datetime, holidays: HolidayDates) -> Built:
    """Read the main file and everything that it names; raises BadDataError with all problems.

    ``found_by`` is what ``find_file`` says of the main file: not every file may do everything.
    """
    reading = _Reading(main, found_by)
    findings = reading.findings
    top, trust = reading.main_file()
    patterns, included = _included(top, reading)
    parsers = Parsers()
    rules = read_rules(top, parsers, findings)
    known = Known(parsers, rules.clients, rules.settings.timezone, reading.polygon)
    checking = read_checking(top, rules.settings.timezone, trust, findings)
    strangers = Trust(INCLUDED, trust.folder, is_main=False)
    trusts = [(top, trust), *((file, strangers) for file in included)]
    providers, probes = _providers(trusts, known, findings)
    if not providers and not findings:
        findings.add(Problem("no provider: write at least one [[provider]]", file=main))
    findings.raise_all()
    timetables = Timetables(now, rules.settings.timezone, holidays)
    providers = [timetables.filled_in(provider) for provider in providers]
    warn_of_oddities(rules, checking, providers, timetables, findings, main=top.short)
    _, *others = reading.contents
    return Built(
        is_trusted=not trust.why_not,
        rules=rules,
        providers=providers,
        checking=checking,
        probes=probes,
        warnings=findings.warnings,
        patterns=patterns,
        included=tuple(others[: len(included)]),
        polygons=tuple(others[len(included) :]),
        contents=reading.contents,
    )


def _included(top: TomlFile, reading: _Reading) -> tuple[tuple[str, ...], list[TomlFile]]:
    """Read the included files; one that is broken does not keep the others from being read."""
    findings = reading.findings
    owner = Owner(findings, top, (), "", [])
    patterns = read_table({"include": top.top.get("include", [])}, RawFile, owner).include or []
    files: list[TomlFile] = []
    seen = {reading.folder.main(reading.main).real}
    for number, pattern in enumerate(patterns):
        sources = owner.read(("include", number), reading.folder.matches, pattern, what="include")
        if sources is not None and not sources:
            findings.warn(f"include {quoted(pattern)} matches no file", file=top.short)
        for source in sources or ():
            if source.real in seen:
                continue
            seen.add(source.real)
            try:
                files.append(reading.file(source))
            except BadDataError as error:
                findings.add(error.problems[0])
    for file in files:
        _check_keys_of_included(file, findings)
    return tuple(patterns), files


def _check_keys_of_included(file: TomlFile, findings: Findings) -> None:
    """Report everything in an included file that is not a provider."""
    for key in file.top:
        if key == "provider":
            continue
        if key in MAIN_KEYS:
            text = f"{key} belongs in the main file: an included file holds [[provider]] only"
        else:
            text = unknown_key(key, ["provider"])
        findings.at(file, (key,), "", text)


def _providers(
    files: Iterable[tuple[TomlFile, Trust]], known: Known, findings: Findings
) -> tuple[list[Provider], dict[str, tuple[Probe, ...]]]:
    """Read the providers of all files, in the order of the files, and how to look at them."""
    found: list[Provider] = []
    probes: dict[str, tuple[Probe, ...]] = {}
    owners: dict[str, Owner] = {}
    for file, trust in files:
        for table, owner in numbered_tables(file, "provider", "id", findings):
            raw = read_table(table, RawProvider, owner)
            if raw.id is not None:
                first = owners.setdefault(raw.id, owner)
                if first is not owner:
                    line = findings.line_of(first.file, (*first.path, "id"))
                    owner.wrong("id", f"the id is taken: {first.file.name}:{line} has it too")
            provider = provider_of(raw, owner, known)
            looks = probes_of(raw.check or [], owner, trust)
            if provider is not None:
                found.append(provider)
                if looks:
                    probes[provider.id] = looks
            if findings:
                found.clear()  # they are read for their problems only
    return found, probes
