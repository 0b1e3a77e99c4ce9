"""Merge imported providers into a provider file; what the user changed in it stays, comments too.

Every value has three states: as the last import wrote it, as it is in the file, as the map has it
now. A value that is still as the last import wrote it becomes that of the map. Every other value is
the user's and stays; so do missing keys and providers that the user has deleted.
"""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..catalog.entry_text import Entry, toml_item, with_entries
from .import_memory import Written, fingerprint, read_memory, with_memory

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_ABSENT = ""
"""The fingerprint of a key that is not there."""
_PHONE_KEYS = ("phone", "phones")
"""Two keys for one value: a file has one of them."""


class KeptValue(Struct, frozen=True):
    """A value that the user has changed, where the map has another one than at the last import."""

    id: str
    key: str
    on_map: Any


class Merged(Struct, frozen=True):
    """A provider file after a merge, and what has become of the providers, by their ids.

    ``edited`` have values of the user. ``gone`` are in the file and no longer on the map.
    ``deleted`` are on the map and were deleted from the file.
    """

    text: str
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    edited: tuple[str, ...]
    gone: tuple[str, ...]
    deleted: tuple[str, ...]
    kept_values: tuple[KeptValue, ...]
    names: Mapping[str, str]
    """The names in the file of those that are gone."""


def merge_entries(text: str, entries: Sequence[Entry]) -> Merged:
    """Merge entries into the text of a valid provider file, which may be empty.

    All lines that need no change stay as they are.
    """
    memory, plain = read_memory(text)
    merge = _Merge(plain, memory)
    wanted = {str(entry["id"]): entry for entry in entries}
    for provider, entry in wanted.items():
        merge.add(provider, entry)
    body = merge.text()
    new = [wanted[provider] for provider in merge.new]
    if new:
        body = with_entries(body.encode(), new).decode()
    gone = [each for each in merge.tables if each in memory and each not in wanted]
    # What was deleted or has left the map is remembered: it may come back.
    remembered = {**memory, **merge.memory}
    return Merged(
        text=with_memory(body, dict(sorted(remembered.items()))),
        new=tuple(merge.new),
        changed=tuple(merge.changed),
        unchanged=tuple(merge.unchanged),
        edited=tuple(merge.edited),
        gone=tuple(gone),
        deleted=tuple(merge.deleted),
        kept_values=tuple(merge.kept_values),
        names={each: str(merge.tables[each].get("name", "")) for each in gone},
    )


class _Merge:
    """The document of a provider file while providers are merged into it."""

    def __init__(self, text: str, memory: Mapping[str, Written]) -> None:
        import tomlkit

        self._text = text
        self._document: TOMLDocument = tomlkit.parse(text)
        self._written = memory
        self.tables: dict[str, MutableMapping[str, Any]] = dict(_tables(self._document))
        self.memory: dict[str, Written] = {}
        self.new: list[str] = []
        self.changed: list[str] = []
        self.unchanged: list[str] = []
        self.edited: list[str] = []
        self.deleted: list[str] = []
        self.kept_values: list[KeptValue] = []

    def text(self) -> str:
        """Return the text of the document; the original text where nothing was changed."""
        import tomlkit

        return tomlkit.dumps(self._document) if self.changed else self._text

    def add(self, provider: str, entry: Entry) -> None:
        """Merge one provider."""
        now = _values(entry)
        self.memory[provider] = {key: fingerprint(value) for key, value in now.items()}
        table = self.tables.get(provider)
        if table is None:
            (self.deleted if provider in self._written else self.new).append(provider)
            return
        before = self._written.get(provider, {})
        is_changed = is_edited = False
        for key in (*now, *(each for each in before if each not in now)):
            there = _value(table, key)
            there_print = _ABSENT if there is None else fingerprint(_plain(there))
            new_print = self.memory[provider].get(key, _ABSENT)
            if there_print == new_print:
                continue
            is_own = there_print == before.get(key, _ABSENT)
            if is_own and not (new_print == _ABSENT and _comment(table, key)):
                _put(table, key, now.get(key))
                is_changed = True
                continue
            is_edited = True
            if new_print != before.get(key, _ABSENT):
                self.kept_values.append(KeptValue(provider, key, now.get(key)))
        (self.changed if is_changed else self.unchanged).append(provider)
        if is_edited:
            self.edited.append(provider)


def _tables(document: "TOMLDocument") -> Iterator[tuple[str, MutableMapping[str, Any]]]:
    for table in document.get("provider", ()):
        if isinstance(table, MutableMapping) and isinstance(table.get("id"), str):
            yield str(table["id"]), table


def _values(entry: Entry) -> dict[str, Any]:
    """Return the values of an entry by key, without its id; a number is a list of one."""
    values = {key: value for key, value in entry.items() if key not in ("id", *_PHONE_KEYS)}
    phones = _value(entry, "phones")
    return {"phones": phones, **values} if phones is not None else values


def _value(table: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key, None if it is missing; those of phone and phones are one list."""
    if key != "phones":
        return table.get(key)
    if "phone" in table and "phones" not in table:
        return [table["phone"]]
    return table.get("phones")


def _plain(value: Any) -> Any:
    """Return a value without the classes of the library that keeps its format."""
    found = value.unwrap() if hasattr(value, "unwrap") else value
    if isinstance(found, list):
        return [_plain(each) for each in found]
    if isinstance(found, dict):
        return {key: _plain(each) for key, each in found.items()}
    return found


def _key(table: Mapping[str, Any], key: str) -> str:
    return "phone" if key == "phones" and "phone" in table else key


def _comment(table: MutableMapping[str, Any], key: str) -> str:
    """Return the comment behind a value; a value with one is not deleted."""
    item = table.get(_key(table, key))
    trivia = getattr(item, "trivia", None)
    return str(trivia.comment) if trivia is not None else ""


def _put(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Replace, add or delete a value; one that is added stands behind all others."""
    there = _key(table, key)
    if value is None:
        del table[there]
        return
    if key == "phones" and len(value) == 1:
        key, value = "phone", value[0]
    if there not in table:
        _append(table, key, value)
    elif there == key:
        table[key] = toml_item(value)
    else:
        container: Any = getattr(table, "value", table)
        container._replace(there, key, toml_item(value))


def _append(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Add a value behind the last one, before the comments that precede the next table."""
    from tomlkit.items import Table

    if isinstance(table, Table):
        last = [name for name, _ in table.value.body if name is not None][-1]
        table.value._insert_after(last, key, toml_item(value))
    else:
        table[key] = toml_item(value)
