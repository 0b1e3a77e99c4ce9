"""The summary, the progress and the final counts of a batch."""

import csv
import os
import random
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.batch.job.tally import BatchTally, ServiceTally, summary_of
from tests.terminal import on_terminal

from .invalid_rows import HEADER, row_of
from .running import ran

NOON = ("--when", "2026-11-27T12:00")


@pytest.fixture
def rows(home, firms):
    """Make six rows: three served, two at a place out of reach, one of them abroad, one invalid."""
    far = {"lat": "52.52", "lon": "13.40"}
    content = [
        row_of(1, {}), row_of(2, {}), row_of(3, {"kind": "breakdown"}), row_of(4, far),
        row_of(5, far), row_of(6, {"lat": "40.1", "lon": "-75.3"}), row_of(7, {"lat": "x"}),
    ]  # fmt: skip
    (home / "in.csv").write_bytes(HEADER + b"".join(content))
    return home


def test_the_summary_as_json(rows, dispatch):
    """Counts, shares, minutes, reasons and places are those of the rows."""
    found = dispatch("batch", "in.csv", *NOON, "--summary", "--json")
    envelope = found.envelope
    assert (found.code, envelope["schema"]) == (6, "dispatch.batch.summary/1")
    assert envelope["status"] == "partial"
    data = envelope["data"]
    assert {name: data[name] for name in ("rows", "ranked", "rejected", "served")} == {
        "rows": 7, "ranked": 6, "rejected": 1, "served": 3,
    }  # fmt: skip
    assert data["reject_reasons"] == {"bad_position": 1}
    tow, repair = data["services"]
    assert (tow["service"], tow["incidents"], tow["served"]) == ("tow", 6, 3)
    assert tow["share_served"] == 0.5
    assert sum(bar["incidents"] for bar in tow["histogram"]) == 3
    assert tow["nobody_reaches"][0]["incidents"] == 2
    assert tow["nobody_reaches"][0]["postcode"].startswith("10")
    assert tow["nobody_reaches"][1] == {"postcode": "abroad", "incidents": 1}
    assert tow["places_nobody_reaches"] == 2
    assert tow["excluded_counts"]["outside_area"] == 6
    assert (repair["service"], repair["served"]) == ("roadside_repair", 1)


def test_the_minutes_are_those_of_the_rows(rows, dispatch):
    """The quantiles are within a tenth of a minute of those of the output."""
    out = dispatch("batch", "in.csv", *NOON, "--format", "csv", "--full").out
    expected = sorted(
        float(line["expected_min"])
        for line in csv.DictReader(out.splitlines())
        if line["service"] == "tow" and line["rank"] == "1"
    )
    data = dispatch("batch", "in.csv", *NOON, "--summary", "--json").envelope["data"]
    quantiles = data["services"][0]["quantiles_min"]
    assert 0 <= expected[1] - quantiles["0.5"] < 0.1
    assert 0 <= expected[-1] - quantiles["0.99"] < 0.1


@given(st.lists(st.integers(0, 3000), min_size=1), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_a_quantile_is_the_least_that_holds_its_share(steps, share):
    """A quantile equals that of the sorted list."""
    tally = ServiceTally(rows=len(steps), served=len(steps))
    for step in steps:
        tally.steps[step] = tally.steps.get(step, 0) + 1
    [service] = summary_of(BatchTally(services={"tow": tally})).services
    least = next(
        step for rank, step in enumerate(sorted(steps), start=1) if rank >= share * len(steps)
    )
    assert service.quantiles_min[str(share)] == least / 10
    assert sum(bar.incidents for bar in service.histogram) == len(steps)


def test_the_summary_as_lines_and_on_a_terminal(rows):
    """Lines with tabs off a terminal, a block for each service on it; both with the output."""
    argv = ["batch", "in.csv", *NOON, "--summary", "--output", "out.csv"]
    code, out, err = ran(rows, *argv[1:])
    assert code == 6
    lines = out.decode().splitlines()
    assert lines[0].split("\t") == ["service", "what", "name", "value"]
    assert "tow\tshare\tserved\t0.5" in lines
    assert err.decode().startswith("done: 7 rows: 6 ranked, 1 rejected (in out.csv.rejects)")
    code, shown = on_terminal(argv)
    text = shown.decode()
    assert code == 6
    assert "TOW   3 of 6 served (50.0 %)" in text
    assert "Unserved places: 10" in text
    assert "bad_position 1" in text


def test_a_terminal_sees_how_far_it_is_and_nothing_else_does(rows):
    """The bar has rows and rejects and disappears; off a terminal there is only the last line."""
    content = b"".join(row_of(number, {}) for number in range(1500))
    (rows / "in.csv").write_bytes(HEADER + content)
    code, shown = on_terminal(["batch", "in.csv", "--output", "out.csv"])
    assert code == 0
    assert b"rejected" in shown.split(b"done:")[0]
    assert b"%" in shown
    code, out, err = ran(rows, "in.csv", "--output", "again.csv", "--now")
    assert (code, out, err.count(b"\n")) == (0, b"", 1)
    code, out, err = ran(rows, "in.csv", "--output", "again.csv", "--quiet")
    assert (code, out, err) == (0, b"", b"")


def test_the_counts_as_json(rows, dispatch):
    """With --output the envelope has the counts of rows."""
    found = dispatch("batch", "in.csv", *NOON, "--output", "out.csv", "--json")
    assert found.envelope["schema"] == "dispatch.batch/1"
    assert found.envelope["data"] == {
        "rows": 7, "ranked": 6, "rejected": 1, "served": 3,
        "reject_reasons": {"bad_position": 1}, "output": "out.csv", "rejects": "out.csv.rejects",
    }  # fmt: skip


def test_a_full_disk_is_said_and_can_be_gone_on_with(rows):
    """Exit 5 on a full disk; with room again, --resume completes the result."""
    chance = random.Random(5)
    cells = [{"lat": f"48.{chance.randint(100, 600)}"} for _ in range(1500)]
    content = b"".join(row_of(number, each) for number, each in enumerate(cells))
    (rows / "in.csv").write_bytes(HEADER + content)
    argv = ("in.csv", *NOON, "--output", "out.csv")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    # Python 3.11 would keep bytecode that the limit has cut off.
    without_bytecode = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    code, _, err = ran(rows, *argv, preexec_fn=limit, env=without_bytecode)
    assert code == 5, err
    assert b"cannot be written" in err
    assert not (rows / "out.csv").exists()
    assert ran(rows, *argv, "--resume")[0] == 0
    assert ran(rows, "in.csv", *NOON, "--output", "whole.csv")[0] == 0
    assert (rows / "out.csv").read_bytes() == (rows / "whole.csv").read_bytes()
