"""Entries are written as TOML that means the same, behind content of which no byte changes."""

from random import Random

import pytest
import tomli

from dispatch_cli.catalog.entry_text import entry_text, with_entries

from .files import HUBER
from .generated_files import valid_file

NEW = {"id": "new", "name": "Neu", "area": {"radius_km": 30}, "services": ["tow", "Pannenhilfe"]}


@pytest.mark.parametrize(
    "before",
    [
        f"# the head{HUBER}# the end",
        f"{HUBER}[[provider.check]]\nkind = 'tcp' # look\n\n# tail\n",
        f"{HUBER}[ranking]\nband_min = 5\n",
        "# only a comment",
        "",
        "\ufeff# marked\n" + HUBER,
        HUBER.replace("\n", "\r\n"),
    ],
)
def test_new_tables_stand_behind_the_same_bytes(before: str) -> None:
    """Comments, a mark and line ends stay; the new tables come last, with the same line ends."""
    content = before.encode()
    after = with_entries(content, [NEW, NEW])
    assert after.startswith(content)
    old, new = (tomli.loads(each.decode("utf-8-sig")) for each in (content, after))
    assert new.pop("provider") == [*old.pop("provider", []), NEW, NEW]
    assert new == old
    assert (b"\r\n" in content) is (b"\r\n" in after)
    assert after.count(b"\r\n") in (0, after.count(b"\n"))


def test_a_list_in_brackets_gets_items() -> None:
    """Behind ``provider = [...]`` no table may stand: the entry becomes an item, comments stay."""
    before = '# head\nprovider = [ # all\n  { id = "a" }, # first\n]\n# tail\n[ranking]\n'
    after = with_entries(before.encode(), [NEW]).decode()
    assert tomli.loads(after)["provider"] == [{"id": "a"}, NEW]
    for comment in ("# head", "# all", "# first", "# tail"):
        assert comment in after
    assert tomli.loads(after)["ranking"] == {}


def test_any_valid_provider_is_written_and_read() -> None:
    """Texts with quotes, signs and umlauts, dates and inner tables come back as they were."""
    hostile = {"id": "x", "name": 'a"b\\c\n\t[/b] \x1b[0m ß {x}', "notes": "'''\"\"\""}
    entries = [hostile]
    for number in range(40):
        entries += valid_file(Random(number))["provider"]
    assert tomli.loads(entry_text(entries))["provider"] == entries
