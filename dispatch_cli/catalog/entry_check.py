"""Check entries of a provider file by themselves, without a file."""

from collections.abc import Sequence
from typing import NoReturn

from ..errors import BadDataError
from ..messages import Message
from ..model import Settings
from .entry_text import Entry, entry_text
from .parsers import Parsers
from .problem_collector import ProblemCollector, TomlFile
from .provider_tables import ProviderContext, make_provider
from .raw import RawProvider
from .tables import numbered_tables, read_table


def problems_of_entries(entries: Sequence[Entry]) -> dict[int, Message]:
    """Find the first problem of each invalid entry, by its position.

    The entries refer to no client, polygon or check.
    """
    import tomli

    found: dict[int, Message] = {}
    context = ProviderContext(Parsers(), (), Settings().timezone, _no_polygon)
    text = entry_text(entries)
    # A collector has only the first problems of all entries: each entry gets its own.
    tables = tomli.loads(text).get("provider", []) if entries else []
    for number, entry in enumerate(tables):
        collector = ProblemCollector()
        file = TomlFile("", "", text, {"provider": [entry]})
        for table, reporter in numbered_tables(file, "provider", "id", collector):
            make_provider(read_table(table, RawProvider, reporter), reporter, context)
        for _, problem in collector.found[:1]:
            found[number] = problem
    return found


def _no_polygon(path: str) -> NoReturn:
    raise BadDataError("{path} cannot be read here", path=path)
