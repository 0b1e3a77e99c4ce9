"""Find out how a file belongs to a provider file: whether it is included, and the ids beside it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from ..errors import BadDataError
from .build import FileReader, read_included
from .problem_collector import TomlFile


def is_part(main: Path, found_by: str, output: Path) -> bool:
    """Return whether a file, which may not exist yet, is the main file or included by it."""
    if os.path.realpath(main) == os.path.realpath(output):
        return True
    folder = os.path.realpath(main.parent)
    relative = os.path.relpath(os.path.realpath(output), folder)
    if relative.startswith(os.pardir):
        return False
    try:
        top, _ = FileReader(os.fspath(main), found_by).main_file()
    except BadDataError:
        return False
    patterns = top.top.get("include", [])
    return any(
        "**" in pattern or PurePath(relative).match(pattern)
        for pattern in (patterns if isinstance(patterns, list) else [])
        if isinstance(pattern, str)
    )


def ids_beside(main: Path, found_by: str, output: Path) -> Mapping[str, str]:
    """Return the ids of all providers in the other files of a provider file, with their files.

    A file with problems has none: "dispatch providers validate" reports them.
    """
    reader = FileReader(os.fspath(main), found_by)
    try:
        top, _ = reader.main_file()
        _, included = read_included(top, reader)
    except BadDataError:
        return {}
    own = os.path.realpath(output)
    return {
        provider: file.name
        for file in (top, *included)
        if os.path.realpath(file.name) != own
        for provider in _ids_in(file)
    }


def _ids_in(file: TomlFile) -> Iterator[str]:
    tables = file.top.get("provider")
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, dict) and isinstance(table.get("id"), str):
            yield table["id"]
