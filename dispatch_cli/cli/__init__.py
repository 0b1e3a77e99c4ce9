"""The command line: one thin file per command, imported when it is called."""

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup

from . import outcome

# In the order of --help; a command is a function of its module, a group is its ``app``.
COMMANDS = ("cascade", "providers", "places", "kinds", "doctor")


class LazyGroup(TyperGroup):
    """The commands on top; each is built when it is asked for.

    Building all of them would cost every call as much as importing msgspec does.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every command."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Build one command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{cmd_name}", __name__)
        found = getattr(module, "app", None)
        if found is None:
            found = typer.Typer(
                rich_markup_mode=None, add_completion=False, context_settings=HELP_OPTIONS
            )
            found.command(cmd_name)(getattr(module, cmd_name))
        return typer.main.get_command(found)


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="dispatch",
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=HELP_OPTIONS,
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
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Whom to call first, second, third, and why: a neutral dispatch desk."""


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    return outcome.run(app, argv)
