"""Write entries of providers as TOML, and append them to a file whose other bytes stay."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tomlkit.items import Item

Entry = Mapping[str, Any]
"""The keys of a provider and their values, as in the provider file."""


def entry_text(entries: Sequence[Entry]) -> str:
    """Write entries as tables ``[[provider]]``, inner tables and lists in one line each."""
    import tomlkit

    tables = tomlkit.aot()
    for entry in entries:
        table = tomlkit.table()
        for key, value in entry.items():
            table.add(key, toml_item(value))
        tables.append(table)
    document = tomlkit.document()
    document.add("provider", tables)
    return "\n".join(_separated(tomlkit.dumps(document)))


def with_entries(content: bytes, entries: Sequence[Entry]) -> bytes:
    """Append entries to the content of a valid provider file; returns the new content.

    All comments stay. Every byte before the new tables stays, too, unless the file has its
    providers in one list ``provider = [...]``: then the entries become items of it.
    """
    import tomli

    is_windows = b"\r\n" in content
    block = entry_text(entries)
    head = content if not content or content.endswith(b"\n") else content + b"\n"
    gap = b"\n" if head.strip() and not head.endswith((b"\n\n", b"\n\r\n")) else b""
    added = gap + block.encode()
    whole = head + (added.replace(b"\n", b"\r\n") if is_windows else added)
    try:
        tomli.loads(whole.decode("utf-8-sig"))
    except tomli.TOMLDecodeError:
        return _in_list(content, entries)
    return whole


def _in_list(content: bytes, entries: Sequence[Entry]) -> bytes:
    """Append entries to ``provider = [...]``, behind which TOML allows no ``[[provider]]``."""
    import tomlkit
    from tomlkit.items import Array

    text = content.decode("utf-8-sig")
    document = tomlkit.parse(text)
    providers = document["provider"]
    assert isinstance(providers, Array)  # noqa: S101 - otherwise the tables were appended
    for entry in entries:
        providers.append(toml_item(entry))
    mark = content[: len(content) - len(text.encode())]
    changed: str = tomlkit.dumps(document)
    return mark + changed.encode()


def toml_item(value: Any) -> "Item":
    """Make a value of the library that keeps formats; a table or list is written in one line."""
    import tomlkit

    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({key: toml_item(inner) for key, inner in value.items()})
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend(toml_item(inner) for inner in value)
        return array
    item: Item = tomlkit.item(value)
    return item


def _separated(text: str) -> Iterator[str]:
    """Yield the lines of tables, with one empty line between two tables."""
    is_first = True
    for line in text.rstrip("\n").split("\n"):
        if line == "[[provider]]" and not is_first:
            yield ""
        if line:
            yield line
        is_first = False
    yield ""
