"""Add providers to a provider file: check each entry, then the whole file, and then write it."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

from ..errors import BadDataError, ConflictError, UnavailableError
from ..files import hold_file, rewrite
from ..messages import Message, quoted
from ..model import HolidayDates
from ..model.words import fold
from .build import FileReader, build, read_included
from .check_tables import make_probes
from .entry_text import Entry, entry_text, with_entries
from .parsers import Parsers
from .problem_collector import ProblemCollector, TomlFile
from .provider_tables import ProviderContext, make_provider
from .raw import RawProvider
from .rules_reader import read_rules
from .tables import numbered_tables, read_table
from .untrusted_files import read_file

_UNWRITTEN = "nothing is written"
_LONGEST_ID = 60
"""So that a number fits behind it."""
_SAMPLE: Entry = {
    "id": "x", "name": "x", "phone": "110", "services": ["tow"], "base": "86150", "area": "country",
}  # fmt: skip
"""A valid entry in which one value is tried."""


class EntryChecker:
    """Checks entries against the rules and providers of one provider file.

    ``language`` is that of the screens. The file may have no providers; raises BadDataError for one
    with other problems in its rules.
    """

    def __init__(self, main: Path, found_by: str) -> None:
        reader = FileReader(os.fspath(main), found_by)
        top, self._trust = reader.main_file()
        _, included = read_included(top, reader)
        tables = [
            table
            for file in (top, *included)
            for table in _list_of(file.top.get("provider"))
            if isinstance(table, dict)
        ]
        self._ids = {str(table.get("id")) for table in tables}
        self._firms = {firm for table in tables for firm in _firms_of(table)}
        parsers = Parsers()
        rules = read_rules(top, parsers, self._trust, reader.collector)
        reader.collector.raise_all()
        self.language = rules.desk.language
        timezone = rules.settings.timezone
        self._context = ProviderContext(parsers, rules.clients, timezone, reader.polygon)

    def problems_of(self, entry: Entry) -> list[Message]:
        """List the problems of an entry by itself."""
        return [problem for _, problem in self._found(entry)]

    def faults_of(self, entry: Entry) -> Sequence[tuple[tuple[str | int, ...], Message]]:
        """List the problems of an entry with the path of each, from its key on."""
        return [(path[2:], problem) for path, problem in self._found(entry)]

    def conflicts_of(self, entry: Entry) -> list[Message]:
        """List what an entry has in common with a provider: its id, or name and number."""
        if entry.get("id") and str(entry["id"]) in self._ids:
            return [Message("the id {id} is in use", id=quoted(entry["id"]))]
        if self._firms.intersection(_firms_of(entry)):
            return [Message("a provider with this name and number is already there")]
        return []

    def reserve(self, entry: Entry) -> None:
        """Remember an entry that will be added."""
        self._ids.add(str(entry["id"]))
        self._firms.update(_firms_of(entry))

    def problems_of_value(self, key: str, value: object) -> list[Message]:
        """List the problems of one value, as if all other keys were valid."""
        left_out = ("phone",) if key == "phones" else ()
        entry = {name: each for name, each in _SAMPLE.items() if name not in left_out}
        return [problem for path, problem in self._found({**entry, key: value}) if key in path]

    def new_id(self, name: str) -> str:
        """Make an id of a name that is not in use."""
        plain = normalize("NFKD", fold(name)).encode("ascii", "ignore").decode()
        first = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_ID].rstrip("-") or "provider"
        found, number = first, 1
        while found in self._ids:
            number += 1
            found = f"{first}-{number}"
        return found

    def _found(self, entry: Entry) -> Sequence[tuple[tuple[str | int, ...], Message]]:
        import tomli

        collector = ProblemCollector()
        text = entry_text([entry])
        file = TomlFile("", "", text, tomli.loads(text))
        for table, reporter in numbered_tables(file, "provider", "id", collector):
            raw = read_table(table, RawProvider, reporter)
            make_provider(raw, reporter, self._context)
            make_probes(raw.check or [], reporter, self._trust)
        return collector.found


def _firms_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Iterate over the name of an entry with the digits of each of its numbers."""
    found = [entry.get("phone"), *_list_of(entry.get("phones"))]
    for each in found:
        text = each.get("number") if isinstance(each, dict) else each
        if text is not None:
            yield fold(str(entry.get("name"))), re.sub("[^0-9]", "", str(text))


def add_entries(
    main: Path,
    found_by: str,
    entries: Sequence[Entry],
    *,
    now: datetime,
    holidays: HolidayDates,
) -> tuple[Message, ...]:
    """Append providers to a provider file; returns the warnings about the new file.

    The new content is read like the file itself first. If it is not valid, or the file has changed
    meanwhile, nothing is written: raises BadDataError or ConflictError. Raises UnavailableError if
    the file cannot be written; it is then as before.
    """
    real = Path(os.path.realpath(main))
    try:
        with hold_file(real):
            content, found = read_file(os.fspath(real), shown=str(main))
            changed = with_entries(content, entries)
            compiled, _ = build(
                os.fspath(main), found_by=found_by, now=now, holidays=holidays, content=changed
            )
            if read_file(os.fspath(real), shown=str(main))[0] != content:
                raise ConflictError(
                    "{path} was changed by another program meanwhile", path=main, hint=_UNWRITTEN
                )
            rewrite(real, changed, found)
    except BadDataError as error:
        raise BadDataError(*error.problems, hint=_UNWRITTEN) from None
    except OSError as error:
        raise UnavailableError(
            "{path} cannot be written: {strerror}",
            path=main,
            strerror=error.strerror,
            hint=_UNWRITTEN,
        ) from None
    return compiled.warnings


def _list_of(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()
