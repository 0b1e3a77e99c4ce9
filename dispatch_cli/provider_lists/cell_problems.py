"""Word the problem of a row of a list of firms with the names of its columns."""

from collections.abc import Iterator, Mapping, Sequence

from ..errors import as_message
from ..messages import Message, joined, quoted

_COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone", "phone_2"),
    "base": ("base", "lat", "lon", "postcode", "town"),
    "area": ("radius_km", "postcodes", "area"),
}
"""The keys of columns that a key of the provider file is made of."""
_WITH_KEY = "{key}: {problem}"


def in_columns(
    problem: Message,
    path: Sequence[str | int],
    cells: Mapping[str, str],
    by_key: Mapping[str, str],
    *,
    is_missing: bool = False,
) -> Message:
    """Name the columns of a problem; ``path`` begins with the key of the provider file.

    ``is_missing`` says that the entry has no value for this key.
    """
    key = "phone" if path[:1] == ("phones",) else str(path[0]) if path else ""
    wanted = _COLUMNS_OF.get(key, (key,))
    keys = [each for each in wanted if each in by_key]
    filled = [each for each in keys if cells.get(each)]
    if not keys or not (filled or is_missing):
        return problem
    if not filled:
        return Message(
            "{columns}: empty, but each firm needs {key}", columns=_named(keys, by_key), key=key
        )
    if problem.id == _WITH_KEY:  # the column says it
        problem = as_message(problem.values["problem"])
    number = path[1] if len(path) > 1 else None
    if key == "phone" and isinstance(number, int) and number < len(filled):
        filled = [filled[number]]
    return Message("{columns}: {problem}", columns=_named(filled, by_key), problem=problem)


def _named(keys: Sequence[str], by_key: Mapping[str, str]) -> Message | str:
    return joined(_names(keys, by_key), ", ")


def _names(keys: Sequence[str], by_key: Mapping[str, str]) -> Iterator[Message]:
    for key in keys:
        yield Message("column {name}", name=quoted(by_key[key]))
