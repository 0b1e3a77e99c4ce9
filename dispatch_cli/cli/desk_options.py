"""The options and arguments of every command that works with the case log."""

import sys
from typing import Annotated

import typer

from .options import CommonOptions

RefArgument = Annotated[
    str, typer.Argument(metavar="REF", help="The offer, as 17.2; 17 while only one is open.")
]
ExtraUnitOption = Annotated[
    bool, typer.Option("--extra-unit", help="The firm has a truck that the log does not know.")
]
CaseArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="The case.")]


class DeskOptions(CommonOptions, frozen=True, kw_only=True):
    """The options that every verb of a case has."""

    operator: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", envvar="DISPATCH_OPERATOR", help="Who works; else your login name."
        ),
    ] = None
    say: Annotated[
        str, typer.Option(metavar="LANG", envvar="DISPATCH_SAY", help="What to say in: de, en.")
    ] = "de"

    @property
    def is_asking(self) -> bool:
        """Whether somebody at a terminal can be asked."""
        return not (self.json or self.quiet) and sys.stdin.isatty() and sys.stdout.isatty()
