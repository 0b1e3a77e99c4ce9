"""Options that several commands share, and completion of what the provider file names."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, ClassVar

import typer
from msgspec import Struct

from ..errors import DispatchError

ProvidersOption = Annotated[
    Path | None,
    typer.Option(
        "--providers",
        metavar="FILE",
        help="Provider file; else DISPATCH_PROVIDERS, ./providers.toml, yours, the sample.",
    ),
]
DbOption = Annotated[
    Path | None,
    typer.Option("--db", metavar="FILE", envvar="DISPATCH_DB", help="The case log; else yours."),
]
DbOnNetworkOption = Annotated[
    bool,
    typer.Option(
        "--db-on-network",
        envvar="DISPATCH_DB_ON_NETWORK",
        help="Take a case log on a network file system; only one machine may then use it.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON envelope on stdout, always.")]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Drop hints and warnings, never errors.")
]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Work with the sample file, whose firms are invented.")
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
]


class CommonOptions(Struct, frozen=True, kw_only=True):
    """Whose providers, which log, and in what form: for every command that works with both."""

    stands_last: ClassVar[bool] = True

    db: DbOption = None
    db_on_network: DbOnNetworkOption = False
    providers: ProvidersOption = None
    sample: SampleOption = False
    json: JsonOption = False
    quiet: QuietOption = False
    debug: DebugOption = False


def complete_kinds(incomplete: str) -> list[str]:
    """Complete incident kinds, services and their German words."""
    from ..model.words import SERVICES
    from ..plans import BUILT_IN

    words = [*BUILT_IN, *SERVICES]
    for plan in BUILT_IN.values():
        words += [word.casefold().replace(" ", "_") for word in plan.words[:1]]
    return _starting(words, incomplete)


def complete_clients(incomplete: str) -> list[str]:
    """Complete the clients of the provider file that would be read here."""
    return _starting(_named_in_file()[0], incomplete)


def complete_providers(incomplete: str) -> list[str]:
    """Complete the provider ids of the provider file that would be read here."""
    return _starting(_named_in_file()[1], incomplete)


def _named_in_file() -> tuple[list[str], list[str]]:
    """Clients and ids; nothing where the file is broken: completion has no place to say so."""
    from .open_files import open_catalog

    try:
        catalog = open_catalog(None)
    except DispatchError:
        return [], []
    return sorted(catalog.rules.clients), catalog.ids()


def _starting(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
