"""No row is lost: output and rejects together are the input, to the byte."""

import csv
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_cli.batch.read.row_reader import REASONS
from dispatch_cli.records.values import MOST_BYTES

from ..reject_files import read_rejects
from .invalid_rows import HEADER, INVALID, invalid_row, random_rows, row_of


def test_there_are_forty_ways_and_every_reason_of_a_csv_row_is_among_them():
    """They cover all reasons but those of JSON and of long records."""
    assert len(INVALID) >= 40
    apart = {"bad_json", "bad_csv", "bad_cell", "too_long"}
    assert {reason for reason, _ in INVALID.values()} == set(REASONS) - apart


def ran(dispatch, home, rows, *options):
    """Rank rows into out.jsonl; returns results by row, and the rejects."""
    (home / "in.csv").write_bytes(HEADER + b"".join(raw for raw, _ in rows))
    found = dispatch("batch", "in.csv", "--output", "out.jsonl", *options)
    with (home / "out.jsonl").open("rb") as file:
        ranked = [json.loads(line) for line in file]
    with (home / "out.jsonl.rejects").open("rb") as file:
        rejects = list(read_rejects(file))
    return found, ranked, rejects


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.1, 0.5, 1.0]))
def test_output_and_rejects_are_the_input(dispatch, home, firms, seed, share):
    """Each row is in one of the two, with reason and bytes if it is invalid."""
    rows = random_rows(seed, 60, share)
    found, ranked, rejects = ran(dispatch, home, rows)
    expected = dict(enumerate(rows, start=1))
    assert [each["row"] for each in ranked] == [n for n, (_, why) in expected.items() if not why]
    assert [(each.number, each.reason, each.raw) for each in rejects] == [
        (number, why, raw) for number, (raw, why) in expected.items() if why
    ]
    lines = (home / "in.csv").read_bytes().split(b"\n")
    for each in rejects:
        assert lines[each.line - 1] == each.raw.rstrip(b"\n")
    assert found.code == (4 if not ranked else 6 if rejects else 0)
    assert f"{len(ranked)} ranked, {len(rejects)} rejected" in found.err


@pytest.mark.parametrize("way", INVALID)
def test_each_way_has_its_reason_and_spoils_no_neighbour(dispatch, home, firms, way):
    """Between two valid rows only the invalid one is rejected."""
    raw, reason = invalid_row(2, way)
    multiline = row_of(3, {"note": '"one\ntwo"'})
    rows = [(row_of(1, {}), ""), (raw, reason), (multiline, "")]
    found, ranked, rejects = ran(dispatch, home, rows)
    assert [each["row"] for each in ranked] == [1, 3]
    assert [(each.reason, each.raw) for each in rejects] == [(reason, raw)]
    assert rejects[0].detail
    assert found.code == 6


def test_a_record_over_a_mebibyte_is_set_aside_piece_by_piece(dispatch, home, firms):
    """Its bytes are in several lines of the rejects, and its neighbours are ranked."""
    long = row_of(2, {"note": "x" * (3 * MOST_BYTES)})
    rows = [(row_of(1, {}), ""), (long, "too_long"), (row_of(3, {}), "")]
    _, ranked, rejects = ran(dispatch, home, rows)
    assert [each["row"] for each in ranked] == [1, 3]
    assert {(each.number, each.line, each.reason) for each in rejects} == {(2, 3, "too_long")}
    assert [each.part for each in rejects] == list(range(1, len(rejects) + 1))
    assert [each.more for each in rejects] == [True] * (len(rejects) - 1) + [False]
    assert b"".join(each.raw for each in rejects) == long
    assert max(len(each.raw) for each in rejects) < 2 * MOST_BYTES


def test_the_same_rows_as_json_lines_have_the_same_fate(dispatch, home, firms):
    """A valid row as an object is ranked as in CSV; a list in a text cell is a bad cell."""
    objects = [
        {"lat": 48.37, "lon": 10.89, "kind": "tow"},
        {"lat": "48,37", "lon": "10,89", "kind": "tow", "injured": 1.0, "ev": True},
        {"lat": [48.37], "lon": 10.89, "kind": "tow"},
        {"lat": 48.37, "lon": 10.89, "kind": {"a": 1}},
        {"lat": 148.37, "lon": 10.89, "kind": "tow"},
        {"at": 86150, "kind": "tow", "asked": ["lech"], "when": None},
        {"kind": "tow"},
        {"lat": True, "lon": 10.89, "kind": "tow"},
        {"lat": 48.37, "lon": 10.89, "kind": "tow", "injured": True},
        {"lat": 48.37, "lon": 10.89, "kind": "tow", "weight_t": True},
        {"lat": 48.37, "lon": 10.89, "kind": ["tow", "fire"]},
        {"lat": 48.37, "lon": 10.89, "kind": "tow", "when": [1]},
        {"lat": 48.37, "lon": 10.89, "kind": "tow", "id": {"a": 1}},
        {"lat": 10**400, "lon": 10.89, "kind": "tow"},
    ]
    (home / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in objects))
    found = dispatch("batch", "in.jsonl", "--output", "out.csv", "--keep", "injured")
    assert found.code == 6
    with (home / "out.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["row"] for line in lines} == {"1", "2", "6"}
    assert {line["injured"] for line in lines if line["row"] == "2"} == {"1.0"}
    assert {line["provider"] for line in lines if line["row"] == "6"} <= {"wertach", ""}
    with (home / "out.csv.rejects").open("rb") as file:
        reasons = [(each.number, each.reason) for each in read_rejects(file)]
    assert reasons == [
        (3, "bad_cell"), (4, "bad_cell"), (5, "bad_position"), (7, "no_place"), (8, "bad_cell"),
        (9, "bad_cell"), (10, "bad_cell"), (11, "bad_cell"), (12, "bad_cell"), (13, "bad_cell"),
        (14, "bad_position"),
    ]  # fmt: skip


def test_a_kind_for_all_rows_is_not_translated(dispatch, home, firms):
    """--map-kinds translates words of the file, not of options."""
    (home / "kinds.toml").write_text('[kinds]\n"*" = "other"\n')
    (home / "in.csv").write_bytes(b"lat,lon\n48.37,10.89\n")
    found = dispatch("batch", "in.csv", "--kind", "tow", "--map-kinds", "kinds.toml")
    [line] = found.out.splitlines()
    assert json.loads(line)["kind"] == "tow"


def test_a_column_that_only_has_the_name_of_a_fact_can_be_left_out(dispatch, home, firms):
    """--columns state= ignores a column "state" with names of federal states."""
    (home / "in.csv").write_bytes(b"lat,lon,kind,state\n48.37,10.89,tow,PA\n")
    assert dispatch("batch", "in.csv").code == 4
    assert dispatch("batch", "in.csv", "--columns", "state=").code == 0
