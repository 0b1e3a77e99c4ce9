"""The options for the motorist's personal data."""

import sys
from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from ...errors import UsageError
from ...model.case import Personal
from ..desk_options import DeskOptions
from ..typed_input import ask, read_text
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


def read_personal(desk: DeskOptions, motorist: MotoristOptions, data: Personal) -> Personal:
    """Read a line of stdin for each ``-``, in the order of the options.

    Raises UsageError for a typed call-back number that cannot be dialled.
    """
    read: dict[str, str] = {}
    for name in (*MotoristOptions.__struct_fields__, "note"):
        if name == "call_back" and motorist.call_back is not None:
            read[name] = read_call_back(desk, data.call_back)
        elif getattr(data, name) == "-":
            read[name] = read_text("-", name.replace("_", "-"))
    return replace(data, **read)


def read_call_back(desk: DeskOptions, typed: str) -> str:
    """Read a call-back number; an empty text means no number.

    One that cannot be dialled is asked for again on a terminal, and elsewhere raises UsageError.
    """
    from ...cases.intake_answers import dialled
    from ...render import stderr_lines

    text = read_text(typed, "call-back")
    while text:
        try:
            return dialled(text)
        except UsageError as error:
            if not desk.is_asking:
                raise
            stderr_lines.print_error(error, stream=sys.stderr)
        text = ask("call-back")
    return text


def typed(motorist: MotoristOptions) -> dict[str, str | None]:
    """Return the typed personal data, by option."""
    return {
        option_name(name): getattr(motorist, name) for name in MotoristOptions.__struct_fields__
    }
