"""``dispatch schema``: print the JSON Schemas of the answers."""

from typing import Annotated

import typer

from .completion import words_of
from .options import DebugOption
from .outcome import Outcome


def _names() -> tuple[str, ...]:
    from .answer_schemas import schema_names

    return schema_names()


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Schema of an answer, such as dispatch.cascade/1. Default: list all names.",
            autocompletion=words_of(_names),
            show_default=False,
        ),
    ] = None,
    debug: DebugOption = False,
) -> Outcome:
    """Print the JSON Schema of the answers of a command with --json.

    dispatch schema dispatch.cascade/1
    """
    import json

    from .answer_schemas import answer_schema

    if name is None:
        text = "\n".join(_names())
    else:
        text = json.dumps(answer_schema(name), indent=2, ensure_ascii=False)
    return Outcome(lambda: print(text))
