"""The sums for learning equal those of all offers, after any answers and corrections."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from dispatch_cli.learning import HALF_LIFE_DAYS, summarise
from dispatch_cli.model.case import ACCEPTED_OUTCOMES, Case, Offer, Promise
from dispatch_cli.store import Reader, Transaction

from .sample import MINUTE, NOW, accepted, case, closed, declined, offer, personal
from .working import opened

PROVIDERS = ("huber", "isar", "lech")
SOURCES = ("crow_fly", "road")
REFUSALS = ("declined", "no_answer", "unreachable", "wrong_equipment", "cancelled")
STEPS = ("ask", "accept", "refuse", "arrive", "fail", "cancel", "correct", "wish", "close")


def _sums_agree(reader: Reader) -> None:
    """Compare the sums with all offers, each provider and service at its own moment."""
    tallies = reader.tallies()
    for source in SOURCES:
        found = {(each.provider, each.service): each for each in reader.summaries(source)}
        for key, kept in found.items():
            own = [each for each in tallies if (each.provider, each.service) == key]
            [fresh] = summarise(own, kept.as_of, source)
            assert astuple(kept)[2:-1] == pytest.approx(astuple(fresh)[2:-1], rel=1e-9, abs=1e-9)
    assert found.keys() == {
        (each.provider, each.service) for each in summarise(tallies, NOW + timedelta(days=999))
    }
    assigned: dict[str, list[Offer]] = {}
    for each in reader.cases(open_only=False):
        for made in each.offers:
            if made.outcome in ACCEPTED_OUTCOMES and not made.corrected:
                assigned.setdefault(made.provider, []).append(made)
    assert reader.last_assigned() == {
        provider: max(each.answered_at for each in offers if each.answered_at)
        for provider, offers in assigned.items()
    }


def _step(tx: Transaction, before: Case, what: str, provider: str, day: int) -> Case:
    """Change the last offer of a case, or make another one."""
    last = before.offers[-1] if before.offers else None
    at = NOW + timedelta(days=day)
    if what in ("ask", "wish") or last is None:
        number = len(before.offers) + 1
        override = "wish" if what == "wish" else ""
        said = {"acceptance": day / 200, "base_min": day % 40, "forecast_min": day % 50}
        source = SOURCES[day % 2]
        made = offer(
            number, provider, opened_at=at, override=override, travel_source=source, **said
        )
        return replace(before, offers=(*before.offers, made))
    changed = {
        "accept": replace(
            last,
            outcome="accepted",
            answered_at=last.opened_at + day % 5 * MINUTE,
            promises=(Promise(last.opened_at + 31 * MINUTE, last.opened_at, "provider"),),
        ),
        "refuse": replace(
            last, outcome=REFUSALS[day % 5], answered_at=last.opened_at + day % 7 * MINUTE
        ),
        "arrive": replace(last, arrived_at=last.opened_at + (20 + day) * MINUTE),
        "fail": replace(last, outcome="failed", ended_at=at),
        "cancel": replace(last, outcome="cancelled", answered_at=last.answered_at or at),
        "correct": replace(last, corrected=True),
    }.get(what, last)
    if changed.outcome is not None and changed.answered_at is None:
        changed = replace(changed, answered_at=at)
    # One acceptance stands in a service at a time.
    rest = [
        replace(each, ended_at=at) if each.outcome == "accepted" and not each.ended_at else each
        for each in before.offers[:-1]
    ]
    after = replace(before, offers=(*rest, changed))
    return closed(after, at) if what == "close" and before.closed_at is None else after


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(STEPS),
            st.sampled_from(PROVIDERS),
            st.integers(0, 200),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_sums_follow_any_course(steps: list[tuple[int, str, str, int]]) -> None:
    """After any offers, answers, arrivals and corrections the sums are those of all offers."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "cases.sqlite3") as store:
        with store.deciding() as tx:
            cases = [tx.new_case(case(), personal()) for _ in range(3)]
        for which, what, provider, day in steps:
            with store.deciding() as tx:
                after = _step(tx, cases[which], what, provider, day)
                tx.save(cases[which], after)
                cases[which] = after
                _sums_agree(tx)
        with store.reading() as reader:
            assert reader.cases(open_only=False) == cases[::-1]


def test_a_correction_leaves_no_trace(tmp_path: Path) -> None:
    """A corrected answer is removed from the sums to the last bit."""
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        for number in range(1, 8):
            tx.new_case(
                case(offers=(declined(number, opened_at=NOW - number * MINUTE),)), personal()
            )
        clean = tx.summaries()
        before = tx.new_case(case(offers=(accepted(9),)), personal())
        assert tx.summaries() != clean
        tx.save(before, replace(before, offers=(replace(accepted(9), corrected=True),)))
        [after], [summed] = tx.summaries(), summarise(tx.tallies(), clean[0].as_of)
        assert after == summed
        assert tx.last_assigned() == {}


def test_another_half_life_is_worked_out_anew(tmp_path: Path) -> None:
    """Sums with another half-life are not used, and are replaced."""
    with opened(tmp_path / "cases.sqlite3") as store:
        with store.deciding() as tx:
            tx.new_case(case(offers=(declined(1),)), personal())
            right = tx.summaries()
            tx._connection.execute("UPDATE learned SET half_life_days = 1, asked_weight = 77")
            assert tx.summaries() == right
            tx.new_case(case(offers=(declined(2),)), personal())
            _sums_agree(tx)
            pace = tx._connection.execute("SELECT half_life_days FROM learned").fetchall()
        assert pace == [(HALF_LIFE_DAYS,)]


def test_a_unit_is_booked_as_long_as_its_offer_lives(tmp_path: Path) -> None:
    """The booking follows the offer, stays past its end, and goes with the closing."""
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        before = tx.new_case(case(offers=(accepted(1),)), personal())
        [booking] = tx.bookings()["huber"]
        offer = before.offers[0]
        assert (booking.begin, booking.end) == (offer.booked_from, offer.booked_until)
        until = booking.end + 10 * MINUTE
        after = replace(before, offers=(replace(offer, booked_until=until),))
        tx.save(before, after)
        assert tx.bookings()["huber"][0].end == until
        tx.save(after, closed(after, until + timedelta(days=1)))
        assert tx.bookings() == {}
