"""``dispatch help``: show the help of a command, as ``--help`` does."""

from typing import Annotated

import typer


def show_help(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="The command, such as: case open."),
    ] = None,
) -> int:
    """Show the help of a command, as its option --help does.

    dispatch help case open
    """
    from . import app

    # The parser answers an unknown word with the nearest command.
    return int(app(args=[*(command or ()), "--help"], standalone_mode=False, prog_name="dispatch"))
