"""The options for the motorist's personal data."""

from typing import Annotated

import typer
from msgspec import Struct

from .typed_data import option_name


class MotoristOptions(Struct, frozen=True, kw_only=True):
    """The options for the motorist's personal data; ``-`` asks for a value, away from the shell."""

    caller: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the caller (- asks for it).")
    ] = None
    call_back: Annotated[
        str | None,
        typer.Option("--call-back", metavar="NUMBER", help="Call-back number (- asks for it)."),
    ] = None
    plate: Annotated[
        str | None, typer.Option(metavar="PLATE", help="Number plate (- asks for it).")
    ] = None
    ref: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Membership number (- asks for it).")
    ] = None
    to: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Destination of the vehicle (- asks for it)."),
    ] = None


def typed(motorist: MotoristOptions) -> dict[str, str | None]:
    """Return the typed personal data, by option."""
    return {
        option_name(name): getattr(motorist, name) for name in MotoristOptions.__struct_fields__
    }
