"""The command line: one thin file per command."""

from collections.abc import Sequence
from typing import Annotated

import typer

from . import outcome
from .cascade import cascade
from .doctor import doctor
from .kinds import kinds
from .places import app as places_app
from .providers import app as providers_app

app = typer.Typer(
    name="dispatch",
    help="Whom to call first, second, third, and why: a neutral dispatch desk.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("cascade")(cascade)
app.command("kinds")(kinds)
app.command("doctor")(doctor)
app.add_typer(providers_app, name="providers")
app.add_typer(places_app, name="places")


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
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Whom to call first, second, third, and why: a neutral dispatch desk."""


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    return outcome.run(app, argv)
