"""The command line: a file for each command, imported when the command is called."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from ..translations import available
from . import colour, outcome
from .completion import complete_screen_languages
from .lazy import EXIT_CODES, HELP_OPTIONS, LazyGroup


class TopLevelCommands(LazyGroup):
    """The commands and groups of ``dispatch``."""

    package = __name__
    commands_at: ClassVar = {
        "cascade": "cascade:cascade",
        "desk": "desk:desk",
        "case": "case",
        "batch": "batch:batch",
        "storm": "storm:storm",
        "check": "check:check",
        "check ack": "check_ack:acknowledge",
        "report": "report",
        "log": "log",
        "providers": "providers",
        "travel": "travel",
        "places": "places",
        "osm": "osm",
        "kinds": "kinds:kinds",
        "doctor": "doctor:doctor",
        "schema": "schema_command:schema",
        "help": "help_command:show_help",
    }


app = typer.Typer(
    name="dispatch",
    cls=TopLevelCommands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=HELP_OPTIONS,
    epilog=EXIT_CODES,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        print(f"dispatch {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="|".join(available()),
            envvar="DISPATCH_LANG",
            help="Language of screens and help. It may stand anywhere."
            " Default: that of the provider file, else of the locale.",
            autocompletion=complete_screen_languages,
        ),
    ] = None,
    no_color: Annotated[
        bool,
        typer.Option(
            "--no-color",
            help="Screens without colours, as with NO_COLOR. It may stand anywhere.",
        ),
    ] = False,
) -> None:
    """Rank the providers to call for a stranded vehicle, and work on cases."""


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    with colour.set_from([_composed(each) for each in argv]) as arguments:
        return outcome.run(app, arguments, TopLevelCommands.command_words)


def _composed(argument: str) -> str:
    """Return an argument with composed letters; the path of an existing file stays as it is."""
    if argument.isascii():
        return argument
    from os.path import exists

    from ..model.words import composed

    return argument if exists(argument) else composed(argument)
