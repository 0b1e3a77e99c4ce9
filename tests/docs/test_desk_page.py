"""The page about the desk has the keys that the desk has."""

from pathlib import Path

from dispatch_cli.cli.case import CaseCommands
from dispatch_cli.desk_app.key_table import KEYS, as_markdown

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_the_one_that_the_desk_has() -> None:
    """The page's table is printed from the registry of keys."""
    table = PAGE.split("<!-- keys -->\n")[1].split("<!-- end -->")[0]
    assert table == as_markdown()


def test_every_key_that_records_is_a_verb() -> None:
    """Nothing can be recorded at the desk that a script cannot record."""
    for each in KEYS:
        if each.records:
            group, name = each.verb.split()[:2]
            assert (group, name) == ("providers", "report") or name in CaseCommands.commands_at
