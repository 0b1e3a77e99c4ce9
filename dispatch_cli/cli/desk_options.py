"""The options and arguments of every command that works with the case log."""

import sys
from typing import Annotated

import typer

from .completion import complete_cases, complete_offers, complete_spoken_languages
from .options import CommonOptions

RefArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="Number of the offer (17.2), or 17 if only one is open.",
        autocompletion=complete_offers,
    ),
]
ExtraUnitOption = Annotated[
    bool,
    typer.Option("--extra-unit", help="Book a truck that the provider has in addition to units."),
]
CaseArgument = Annotated[
    int,
    typer.Argument(metavar="ID", min=1, help="Number of the case.", autocompletion=complete_cases),
]


class DeskOptions(CommonOptions, frozen=True, kw_only=True):
    """The options that every verb of a case has."""

    operator: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="DISPATCH_OPERATOR",
            help="Name of the operator. Default: your login name.",
        ),
    ] = None
    say: Annotated[
        str,
        typer.Option(
            metavar="LANG",
            envvar="DISPATCH_SAY",
            help="Language of the texts to read aloud: de, en.",
            autocompletion=complete_spoken_languages,
        ),
    ] = "de"

    @property
    def is_asking(self) -> bool:
        """Whether the command may ask questions: it runs on a terminal, not in a script."""
        return not (self.json or self.quiet) and sys.stdin.isatty() and sys.stdout.isatty()
