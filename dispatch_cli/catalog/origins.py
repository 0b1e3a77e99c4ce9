"""Where a setting comes from: for ``doctor``, which reads the text once more to find the line."""

import os
from pathlib import Path

from msgspec import Struct

from .file_lines import Lines
from .read import read_bytes
from .sources import Folder


class Origins(Struct, frozen=True):
    """The included files as they are named, and the file and line of each key of ``[ranking]``."""

    included: tuple[str, ...]
    keys: dict[tuple[str, ...], str]


def origins_of(path: Path) -> Origins:
    """Find the lines of the settings; the file is one that ``load`` has accepted."""
    from tomli import loads

    main = os.fspath(path)
    folder = Folder.of(main)
    source = folder.main(main)
    text = read_bytes(source.real, shown=source.shown).decode("utf-8")
    table = loads(text)
    lines = Lines(text)
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
