"""Tab-separated lines: what a script or a pipe gets."""

import csv
import io
from datetime import datetime
from math import inf

from dispatch_cli.render.cascade_plain import COLUMNS, print_plain

from .screens import (
    AMBULANCE,
    accident,
    answer,
    candidate,
    cascade,
    exclusion,
    worked_example,
)


def rows_of(result, **options):
    stream = io.StringIO()
    print_plain(result, stream=stream, **options)
    return list(
        csv.DictReader(io.StringIO(stream.getvalue()), delimiter="\t", quoting=csv.QUOTE_NONE)
    )


def test_every_candidate_and_the_last_resort():
    """One line per candidate in order, then the last resort, all numbers unrounded."""
    rows = rows_of(worked_example())
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "last"]
    assert [row["phone"] for row in rows][0::4] == ["089 99998-114", "089 99998-900"]
    (expected,) = worked_example().cascades
    for row, one in zip(rows, expected.candidates, strict=False):
        assert float(row["order_min"]) == one.order_min
        assert datetime.fromisoformat(row["there"]) == one.there_at
    assert rows[0]["open_until"] == ""
    assert rows[1]["outside_contract"] == "false"


def test_emergency_first():
    """One row for each number, then the advice, before all others, with rank 0."""
    rows = rows_of(accident())
    assert [(row["service"], row["rank"], row["phone"]) for row in rows[:2]] == [
        ("ambulance", "0", "112"),
        ("advice", "0", ""),
    ]


def test_nothing_is_cropped():
    """A name of 10,000 letters comes out whole."""
    (row, _) = rows_of(answer(cascade("tow", [candidate(name="x" * 10_000)])))
    assert row["name"] == "x" * 10_000


def test_the_excluded_only_on_request():
    """``explain`` adds excluded providers; slower ones are always there, once."""
    slower = exclusion(1, reason="beyond_fallback")
    only = cascade("tow", beyond_fallback=(slower,), excluded=(slower, exclusion(2)))
    assert [row["provider"] for row in rows_of(answer(only))] == ["", "x1"]
    explained = rows_of(answer(only), explain=True)
    assert [row["provider"] for row in explained] == ["", "x1", "x2"]
    assert {row["rank"] for row in explained[1:]} == {""}
    assert explained[2]["detail"] == "area ends 2.2 km short"


def test_the_header_is_always_there():
    """Without a cascade there is a header; an infinite number is an empty cell."""
    assert rows_of(answer(kind="medical", emergency=(AMBULANCE,)))[0]["service"] == "ambulance"
    stream = io.StringIO()
    print_plain(answer(kind="medical"), stream=stream)
    assert stream.getvalue() == "\t".join(COLUMNS) + "\n"
    assert rows_of(answer(cascade("tow", fallback_min=inf)))[0]["order_min"] == ""


def test_a_pipe_without_utf8():
    """A pipe whose encoding lacks a character gets its replacement, never an error."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    print_plain(answer(cascade("tow", [candidate(name="Müller")])), stream=stream)
    stream.flush()
    assert b"Mueller" in raw.getvalue()
