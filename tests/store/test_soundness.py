"""``log verify``, ``doctor``, backup and restore use one check."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError
from dispatch_cli.store import Store, soundness

from .programs import open_case, plain, tokens_in
from .sample import act


def _log(path: Path) -> Store:
    with plain(path) as store:
        for token in range(3):
            open_case(store, token)
    return plain(path)


def _change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(script)


@pytest.mark.parametrize(
    "script",
    [
        "ANALYZE",
        "CREATE INDEX mine ON case_file (client)",
        "ANALYZE; CREATE INDEX m ON journal (seq)",
    ],
)
def test_what_changes_no_row_is_no_damage(tmp_path: Path, script: str) -> None:
    """Statistics and an additional index are accepted by check, backup and restore."""
    path, copy = tmp_path / "cases.sqlite3", tmp_path / "copy"
    with _log(path) as store:
        _change(path, script)
        assert tokens_in(store) == [0, 1, 2]
        store.back_up(copy, keep=None)
        store.restore(copy, operator="mara")
        assert tokens_in(store) == [0, 1, 2]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("DROP INDEX open_cases", "index open_cases is not as this version makes it"),
        ("DROP INDEX open_cases; CREATE INDEX open_cases ON case_file (id)", "index open_cases"),
        ("CREATE TABLE notes (id)", "table notes does not belong to a case log"),
        ("CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM personal; END", "trigger t"),
        ("CREATE VIEW v AS SELECT 1", "view v"),
        ("ALTER TABLE personal ADD COLUMN more TEXT", "table personal is not as"),
        ("UPDATE journal SET rest = rest || ' ' WHERE seq = 2", "record 2 was changed"),
        ("DELETE FROM journal WHERE seq = 3", "case 3 has no record"),
    ],
)  # fmt: skip
def test_all_judge_alike(tmp_path: Path, script: str, why: str) -> None:
    """``log verify``, ``doctor`` and a backup find the same problem."""
    path = tmp_path / "cases.sqlite3"
    with _log(path) as store:
        _change(path, script)
        found = store.check()
        assert why in str(found[0])
        with store.reading() as reader:
            assert reader.verify() == found
        with pytest.raises(BadDataError) as caught:
            store.back_up(tmp_path / "copy", keep=None)
        assert [each.text for each in caught.value.problems] == found


def test_only_the_action_opens_a_case(tmp_path: Path) -> None:
    """An operator with the name of the action opens no case."""
    with plain(tmp_path / "cases.sqlite3") as store:
        open_case(store, 1)
        with store.deciding() as tx:
            for name in ("open", ',"open",', '","open","'):
                record = act("note", 1)
                tx.append(type(record)(at=record.at, operator=name, action="note", case_id=1,
                                       details={}))  # fmt: skip
        assert store.check() == []


def test_many_findings_are_told_in_few_lines() -> None:
    """Of a schema with many problems the first ones are listed."""
    schema = frozenset(("table", f"t{number}", "") for number in range(90))
    assert len(soundness.schema_problems(schema, frozenset())) == 21
