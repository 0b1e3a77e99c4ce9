"""Find the file and line of each setting, for ``doctor``."""

import os
from pathlib import Path

from msgspec import Struct

from .line_numbers import LineNumbers
from .source_files import Folder
from .untrusted_files import read_bytes


class Origins(Struct, frozen=True):
    """The names of the included files, and the file and line of each key of ``[ranking]``."""

    included: tuple[str, ...]
    keys: dict[tuple[str, ...], str]


def origins_of(path: Path) -> Origins:
    """Find the lines of the settings of a file that ``load`` accepts."""
    from tomli import loads

    main = os.fspath(path)
    folder = Folder.of(main)
    source = folder.main(main)
    text = read_bytes(source.real, shown=source.shown).decode("utf-8")
    table = loads(text)
    lines = LineNumbers(text)
    keys: dict[tuple[str, ...], str] = {}

    def walk(values: dict[str, object], names: tuple[str, ...]) -> None:
        for name, value in values.items():
            if isinstance(value, dict):
                walk(value, (*names, name))
            else:
                line = lines.of(("ranking", *names, name))
                keys[*names, name] = f"{source.short}:{line}"

    walk(table.get("ranking", {}), ())
    included = folder.included(table.get("include", []), main)
    return Origins(tuple(each.short for each in included), keys)
