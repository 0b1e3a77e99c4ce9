"""The options for the motorist's personal data."""

from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from ...model.case import Personal
from ..typed_input import read_text
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


def read_personal(data: Personal) -> Personal:
    """Read a line of stdin for each ``-``, in the order of the options."""
    return replace(
        data,
        **{
            name: read_text("-", name.replace("_", "-"))
            for name in (*MotoristOptions.__struct_fields__, "note")
            if getattr(data, name) == "-"
        },
    )


def typed(motorist: MotoristOptions) -> dict[str, str | None]:
    """Return the typed personal data, by option."""
    return {
        option_name(name): getattr(motorist, name) for name in MotoristOptions.__struct_fields__
    }
