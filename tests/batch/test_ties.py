"""Equal firms at a repeated place: the digest of each row breaks the tie."""

import csv
import subprocess
import sys
from collections import Counter

import pytest

from dispatch_cli.batch.engine import Engine

from ..worlds import MIDDLE, MemoryCatalog, incident, no_holidays, provider
from .test_resume import DYING

EQUALS = "".join(
    f"""
[[provider]]
id = "equal-{letter}"
name = "Equal {letter}"
phone = "089 99998-{number}"
services = ["tow"]
base = "86150"
area = {{ radius_km = 30 }}
hours = "24/7"
"""
    for number, letter in enumerate("abcd", start=301)
)
HEAD = b"at,kind,when\n"
ROW = b"86150,tow,2026-11-27T12:00\n"


def firsts(lines: bytes) -> list[str]:
    """Return the first provider of each row."""
    rows = csv.DictReader(lines.decode().splitlines())
    return [each["provider"] for each in rows if each["rank"] == "1"]


@pytest.fixture
def equals(home):
    """Make four firms that differ only in their names, and 200 rows with one postcode."""
    (home / "providers.toml").write_text(EQUALS, encoding="utf-8")
    (home / "in.csv").write_bytes(HEAD + 200 * ROW)
    return home


def test_no_firm_owns_a_postcode(dispatch, equals):
    """Each of four equal firms is first in 15 to 35 % of 200 rows, in every run."""
    found = dispatch("batch", "in.csv", "--format", "csv").out
    assert dispatch("batch", "in.csv", "--format", "csv").out == found
    count = Counter(firsts(found.encode()))
    assert len(count) == 4
    assert all(30 <= each <= 70 for each in count.values()), count


def test_cascade_stays_repeatable(dispatch, equals):
    """An incident without a number has one order in every call."""
    argv = ("cascade", "tow", "--at", "86150", "--when", "2026-11-27T12:00", "--json")
    first, second = (dispatch(*argv).envelope["data"]["cascades"] for _ in range(2))
    assert first == second


def test_the_lot_goes_by_the_number_of_the_row(dispatch, equals):
    """A rejected row changes no order of equals, because all rows of the file are counted."""
    whole = firsts(dispatch("batch", "in.csv", "--format", "csv").out.encode())
    (equals / "in.csv").write_bytes(HEAD + b"nowhere,tow,\n" + 199 * ROW)
    assert firsts(dispatch("batch", "in.csv", "--format", "csv").out.encode()) == whole[1:]


def test_a_batch_that_was_killed_draws_the_same_lots(dispatch, equals):
    """A batch resumed behind its second checkpoint gives the undisturbed output."""
    (equals / "in.csv").write_bytes(HEAD + 2_000 * ROW)
    assert dispatch("batch", "in.csv", "--output", "whole.csv").code == 0
    argv = ("batch", "in.csv", "--output", "again.csv")
    died = subprocess.run([sys.executable, "-c", DYING, *argv], cwd=equals, check=False)
    assert died.returncode == 9
    assert dispatch(*argv, "--resume").code == 0
    assert (equals / "again.csv").read_bytes() == (equals / "whole.csv").read_bytes()


def test_engines_draw_one_lot():
    """Plain and compiled engine, and a batch cut in two, give each row the same order."""
    pytest.importorskip("numba", reason='the extra "batch" is not installed')
    from dispatch_cli.batch.compiled.column_engine import ColumnEngine

    firms = [provider(f"equal-{letter}") for letter in "abcd"]
    rows = [incident(place=MIDDLE, number=number) for number in range(1, 101)]
    plain, compiled = (
        made(MemoryCatalog(firms), holidays=no_holidays) for made in (Engine, ColumnEngine)
    )
    whole = plain.rank(rows)
    assert len({ranks.rows[0].provider for [ranks] in whole}) == 4
    assert compiled.rank(rows) == whole
    assert compiled.rank(rows[:37]) + compiled.rank(rows[37:]) == whole
