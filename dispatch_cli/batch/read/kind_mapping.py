"""Translate the texts of a file into kinds, by the file of ``--map-kinds``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import BadDataError, Problem, UsageError
from ...intake import read_kind
from ...model import Plan
from ...model.words import composed

MOST_BYTES = 1 << 20


class KindMapping:
    """Kinds by exact text and by prefix; an exact text comes first, then the longest prefix."""

    def __init__(self, exact: Mapping[str, str], prefixes: Mapping[str, str]) -> None:
        self._exact = exact
        self._prefixes = sorted(prefixes.items(), key=lambda each: -len(each[0]))

    def kind_of(self, text: str) -> str:
        """Return the kind of a text; the text itself if the mapping has no entry for it."""
        found = self._exact.get(text)
        if found is not None:
            return found
        for prefix, kind in self._prefixes:
            if text.startswith(prefix):
                return kind
        return text


def parse_kinds(content: bytes, name: str, plans: Mapping[str, Plan]) -> KindMapping:
    """Read the table ``[kinds]``: ``"EMS*" = "medical"``.

    Raises BadDataError with all problems of the file.
    """
    import tomli

    try:
        table: dict[str, Any] = tomli.loads(composed(content.decode("utf-8-sig")))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadDataError(Problem.at(name, "is not valid TOML: {error}", error=error)) from None
    kinds = table.get("kinds")
    if not isinstance(kinds, dict) or set(table) != {"kinds"}:
        raise BadDataError(
            Problem("must have the table [kinds] and no other", file=name),
            hint='write entries such as "Traffic: VEHICLE FIRE -" = "fire" below [kinds]',
        )
    exact: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    problems = []
    for text, word in kinds.items():
        try:
            kind = read_kind(word, plans) if isinstance(word, str) and word.strip() else ""
        except UsageError as error:
            problems += [
                Problem.at(name, "{text!r}: {problem}", text=text, problem=each.text)
                for each in error.problems
            ]
            continue
        if not kind:
            problems.append(
                Problem.at(name, "{text!r} has no kind in quotes as its value", text=text)
            )
        elif text.endswith("*"):
            prefixes[text[:-1].strip()] = kind
        else:
            exact[text.strip()] = kind
    if problems:
        raise BadDataError(*problems, hint='"dispatch kinds" lists kinds, services and words')
    return KindMapping(exact, prefixes)


def read_mapping_file(path: Path) -> bytes:
    """Read the file of ``--map-kinds``; raises BadDataError if it is missing or over 1 MiB."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadDataError(Problem.at(path, "cannot be read: {error}", error=error)) from None
    if len(content) > MOST_BYTES:
        raise BadDataError(
            Problem.at(path, "is over the limit of {most_bytes} bytes", most_bytes=MOST_BYTES)
        )
    return content
