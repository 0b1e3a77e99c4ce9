"""The words of somebody else's file for what happened, put into ours."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import BadDataError, Problem, UsageError
from ...intake import read_kind
from ...model import Plan

MOST_BYTES = 1 << 20


class Kinds:
    """Kinds by exact text and by beginning; of two beginnings that fit the longer one counts."""

    def __init__(self, exact: Mapping[str, str], beginnings: Mapping[str, str]) -> None:
        self._exact = exact
        self._beginnings = sorted(beginnings.items(), key=lambda each: -len(each[0]))

    def of(self, text: str) -> str:
        """The kind that a text stands for; the text itself where the file has nothing for it."""
        found = self._exact.get(text)
        if found is not None:
            return found
        for beginning, kind in self._beginnings:
            if text.startswith(beginning):
                return kind
        return text


def parse_kinds(content: bytes, name: str, plans: Mapping[str, Plan]) -> Kinds:
    """Read ``[kinds]``: ``"EMS*" = "medical"``; raises BadDataError with everything wrong in it."""
    import tomli

    try:
        table: dict[str, Any] = tomli.loads(content.decode("utf-8-sig"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadDataError(Problem(f"is no TOML file: {error}", file=name)) from None
    kinds = table.get("kinds")
    if not isinstance(kinds, dict) or set(table) != {"kinds"}:
        raise BadDataError(
            Problem("needs one table [kinds] and nothing else", file=name),
            hint='write "Traffic: VEHICLE FIRE -" = "fire" below [kinds]',
        )
    exact: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    problems = []
    for text, word in kinds.items():
        try:
            kind = read_kind(word, plans) if isinstance(word, str) else ""
        except UsageError as error:
            problems += [Problem(f"{text!r}: {each.text}", file=name) for each in error.problems]
            continue
        if not kind:
            problems.append(Problem(f"{text!r} is not a kind in quotes", file=name))
        elif text.endswith("*"):
            beginnings[text[:-1].strip()] = kind
        else:
            exact[text.strip()] = kind
    if problems:
        raise BadDataError(*problems, hint='"dispatch kinds" lists kinds, services and words')
    return Kinds(exact, beginnings)


def read_file(path: Path) -> bytes:
    """Read the file of kinds; raises BadDataError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadDataError(Problem(f"cannot be read: {error}", file=str(path))) from None
    if len(content) > MOST_BYTES:
        raise BadDataError(Problem(f"is over {MOST_BYTES} bytes", file=str(path)))
    return content
