"""Options that several commands share, and the completion of kinds, clients and providers."""

from pathlib import Path
from typing import Annotated, ClassVar

import typer
from msgspec import Struct

from ..errors import DispatchError
from .completion import begun

ProvidersOption = Annotated[
    Path | None,
    typer.Option(
        "--providers",
        metavar="FILE",
        help="Provider file. Default: DISPATCH_PROVIDERS, ./providers.toml, that of your config"
        " folder, or the packaged sample, in this order.",
    ),
]
DbOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        envvar="DISPATCH_DB",
        help="Case log. Default: that of your state folder.",
    ),
]
DbOnNetworkOption = Annotated[
    bool,
    typer.Option(
        "--db-on-network",
        envvar="DISPATCH_DB_ON_NETWORK",
        help="Allow a case log on a network file system, where only one machine may use it.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, also after an error.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Suppress hints and warnings, but no errors.")
]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Allow the packaged sample file with invented firms.")
]
DebugOption = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")
]


class CommonOptions(Struct, frozen=True, kw_only=True):
    """The options of every command that uses a provider file and the case log."""

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
    return begun(words, incomplete)


def complete_clients(incomplete: str) -> list[str]:
    """Complete the clients of the default provider file, and "none"."""
    from ..model import NO_CLIENT

    return begun([*_named_in_file()[0], NO_CLIENT], incomplete)


def complete_providers(incomplete: str) -> list[str]:
    """Complete the provider ids of the default provider file."""
    return begun(_named_in_file()[1], incomplete)


def _named_in_file() -> tuple[list[str], list[str]]:
    """Return clients and provider ids; none for a broken file, as completion shows no errors."""
    from .open_files import open_catalog

    try:
        catalog = open_catalog(None)
    except DispatchError:
        return [], []
    return sorted(catalog.rules.clients), catalog.ids()
