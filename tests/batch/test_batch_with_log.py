"""The case log changes results only with an option, and then as of the first start."""

import json
from datetime import UTC, datetime

import msgspec
import pytest

from dispatch_cli.batch.job.checkpoints import StoredObservations
from dispatch_cli.model import Known, Observations
from dispatch_cli.model.case import Booking
from dispatch_cli.model.case_counts import Summary
from dispatch_cli.model.check import CheckSettings, Maintenance, PhoneReport, Watched
from tests.cli.test_ranking_with_log import CASCADE, OPEN, ranked, refused_often

from ..worlds import NOON
from .invalid_rows import HEADER, row_of

__all__ = ["refused_often"]


def rows_of(ran) -> dict[str, dict]:
    """Return the candidates of the only row, by provider."""
    [line] = ran.out.splitlines()
    [cascade] = json.loads(line)["cascades"]
    return {each["provider"]: each for each in cascade["candidates"]}


@pytest.fixture
def one_row(home):
    """Make a tow at 86150, now."""
    (home / "in.csv").write_bytes(
        HEADER + row_of(1, {"lat": "", "lon": "", "at": "86150", "vehicle": ""})
    )


def test_the_file_counts_unless_the_log_is_asked_for(dispatch, refused_often, one_row):
    """Without --history the file's values count; with it those of cascade."""
    assert rows_of(dispatch("batch", "in.csv"))["lech"]["acceptance"] == 0.7
    learned = rows_of(dispatch("batch", "in.csv", "--history"))
    expected = {each["provider"]: each for each in ranked(dispatch(*CASCADE))}
    assert list(learned) == list(expected)
    assert learned["lech"]["acceptance"] == pytest.approx(expected["lech"]["acceptance"], abs=1e-6)
    assert learned["lech"]["acceptance"] < 0.6


def test_a_unit_on_its_way_counts_now_and_not_tomorrow(dispatch, firms, home):
    """With --live a booked unit gives a wait to rows of this hour."""
    rows = [
        row_of(1, {"at": "86150", "lat": "", "lon": "", "vehicle": ""}),
        row_of(2, {"at": "86150", "lat": "", "lon": "", "vehicle": "", "when": "2099-06-01T12:00"}),
        row_of(3, {"at": "86150", "lat": "", "lon": "", "vehicle": ""}),
    ]
    (home / "in.csv").write_bytes(HEADER + b"".join(rows))
    dispatch(*OPEN)
    dispatch("case", "offer", "1")
    assert dispatch("case", "accept", "1.1", "--eta", "30").code == 0
    expected = [each["provider"] for each in ranked(dispatch(*CASCADE))]
    lines = [json.loads(line) for line in dispatch("batch", "in.csv", "--live").out.splitlines()]
    assert [line["row"] for line in lines] == [1, 2, 3]
    now, later, now_again = (
        [each["provider"] for each in line["cascades"][0]["candidates"]] for line in lines
    )
    assert now == now_again == expected
    waits = [each["wait_min"] for each in lines[1]["cascades"][0]["candidates"]]
    assert set(waits) == {0}
    assert "lech" in later


def test_what_was_known_is_written_down_whole():
    """Observations are read from the state file unchanged."""
    learned = Summary(
        provider="lech",
        service="tow",
        accepted_weight=1.5,
        asked_weight=3.25,
        answer_weight=3.0,
        answer_min_weighted=7.1,
        late_weight=0.0,
        late_min_weighted=0.0,
        as_of=datetime(2026, 11, 26, tzinfo=UTC),
    )
    seen = Observations(
        now=NOON,
        known={
            "lech": Known(
                watched=Watched(provider="lech", state="busy", seen_at=NOON, wait_min=12.5),
                report=PhoneReport(provider="lech", at=NOON, until=NOON, free=1),
                bookings=(
                    Booking(provider="lech", unit=1, case_id=1, offer=1, begin=NOON, end=NOON),
                ),
                maintenance=Maintenance(start=NOON, until=NOON),
            )
        },
        checks=CheckSettings(stale_min=20.0),
        last_assigned={"lech": datetime(2026, 11, 27, 12, tzinfo=UTC)},
        summaries={("lech", "tow"): learned},
        as_of=datetime(2026, 11, 27, 13, tzinfo=UTC),
    )
    written = msgspec.json.encode(StoredObservations.of(seen))
    assert msgspec.json.decode(written, type=StoredObservations).observations == seen
