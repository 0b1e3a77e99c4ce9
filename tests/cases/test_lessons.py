"""The values learned from cases worked verb by verb equal values computed by hand."""

from datetime import timedelta

import pytest

from dispatch_cli import fairness, learning, reliability
from dispatch_cli import incident_ranking as ranking_desk
from dispatch_cli.cases import (
    answer_call,
    correct_case,
    end_case,
    erase_case,
    offer_call,
    open_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.cases.experience import experience_of
from dispatch_cli.cases.observe_log import observe
from dispatch_cli.model import Phone
from dispatch_cli.model.case import Personal
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, incident, no_holidays, provider
from .conftest import NOON

MINUTE = timedelta(minutes=1)
FIRMS = MemoryCatalog(
    [
        provider("near", turnout_min=8.0),
        provider("far", turnout_min=30.0, phones=(Phone("1", "089 1"), Phone("2", "089 2"))),
    ]
)


@pytest.fixture
def at(tmp_path):
    """Return the desk with a near and a far firm, some minutes after noon."""

    def at(minutes: float) -> Book:
        now = NOON + minutes * MINUTE
        store = open_store(tmp_path / "cases.sqlite3", now=now)
        return Book(store=store, catalog=FIRMS, holidays=no_holidays, now=now, operator="desk")

    return at


def opened(at, minutes, *, ahead=0):
    """Open a case at a minute, for an incident that begins then or later; give its number."""
    of = incident(when=NOON + (minutes + ahead) * MINUTE)
    return open_case.open_case(at(minutes), of, Personal()).case.id


def order(at, minutes):
    """Return the candidates of a case at a minute, in the order in which they would be asked."""
    book = at(minutes)
    with book.store.reading() as reader:
        seen = observe(FIRMS, reader, book.now)
    answer = ranking_desk.rank_incident(
        FIRMS, incident(when=book.now), holidays=no_holidays, observations=seen
    )
    return answer.cascades[0].candidates


def summary(at, firm, source="crow_fly"):
    """Return the log's values of a firm."""
    with at(0).store.reading() as reader:
        return next((each for each in reader.summaries(source) if each.provider == firm), None)


def call(at, number, minutes, firm):
    """Ask until it is a firm's turn; the others decline. Give the reference of its offer."""
    while (card := offer_call.place_call(at(minutes), number)).provider != firm:
        answer_call.record(at(minutes), card.ref, "decline", reason="no_unit")
    return card.ref


def come(at, number, minutes, firm, *, promised, after):
    """Let a firm accept with a promise and arrive after some minutes, and close the case."""
    ref = call(at, number, minutes, firm)
    answer_call.accept(at(minutes), ref, NOON + (minutes + promised) * MINUTE)
    answer_call.arrive(at(minutes + after), ref)
    end_case.close(at(minutes + after), number)
    return ref


def test_twelve_late_arrivals_move_a_firm_down(at):
    """A firm that comes after 75 minutes, as it promises, is late against an estimate of 8."""
    assert [each.provider for each in order(at, 0)] == ["near", "far"]
    for number in range(12):
        begin = number * 200
        come(at, opened(at, begin), begin, "near", promised=75, after=75)
    now = 12 * 200
    first, second = order(at, now)
    assert (first.provider, second.provider) == ("far", "near")
    assert second.late_min == pytest.approx(12 * (75 - 10) / (10 + 12), rel=0.01)
    assert second.arrival_min == pytest.approx(8 + second.late_min)
    book = at(now)
    with book.store.reading() as reader:
        [of_tow] = experience_of(reader, FIRMS.find("near"), FIRMS.rules.settings, book.now)
    assert of_tow.late_min == second.late_min
    assert of_tow.promise_late_min == 0


def test_two_numbers_of_a_firm_are_one_turn(at):
    """Nine minutes in vain on the first number and one on the second are ten minutes of answer."""
    number = opened(at, 0)
    call(at, number, 0, "far")
    answer_call.record(at(9), f"{number}.2", "no_answer")
    card = offer_call.place_call(at(9), number)
    assert (card.provider, card.phone) == ("far", "089 2")
    assert summary(at, "far") is None
    answer_call.accept(at(10), card.ref, NOON + 45 * MINUTE)
    found = summary(at, "far")
    assert (found.asked_weight, found.accepted_weight) == (1, 1)
    assert (found.answer_weight, found.answer_min_weighted) == (1, 10)
    with at(11).store.reading() as reader:
        cases, tallies = reader.cases(open_only=False), reader.tallies()
        [row] = reliability.report(
            reader.chance_counts(), reader.arrival_counts(), reader.chance_sums()
        ).providers[:1]
    assert (row.provider, row.asked, row.accepted) == ("far", 1, 1)
    rows = {each.provider: each for each in fairness.report(cases, tallies, NOON).rows}
    assert (rows["far"].offered, rows["far"].answer_min) == (1, 10)


def test_the_time_of_a_first_number_goes_with_its_correction(at):
    """If there never was a first call, the answer took only the minute of the second."""
    number = opened(at, 0)
    call(at, number, 0, "far")
    answer_call.record(at(9), f"{number}.2", "no_answer")
    answer_call.accept(at(10), offer_call.place_call(at(9), number).ref, NOON + 45 * MINUTE)
    correct_case.correct(at(11), f"{number}.2", "not_called", "wrong line")
    assert summary(at, "far").answer_min_weighted == 1


def test_a_promise_counts_until_the_arrival(at):
    """The last promise counts until the arrival is known; a firm that does not come is not late.

    The estimate of 8 minutes counts as 10, as rounded for erasure.
    """
    number = opened(at, 0)
    ref = call(at, number, 0, "near")
    answer_call.accept(at(2), ref, NOON + 22 * MINUTE)
    assert summary(at, "near").late_min_weighted == 20 - 10
    answer_call.promise(at(10), ref, NOON + 32 * MINUTE)
    assert summary(at, "near").late_min_weighted == 30 - 10
    answer_call.arrive(at(42), ref)
    found = summary(at, "near")
    assert (found.late_weight, found.late_min_weighted) == (1, 40 - 10)
    assert (found.promise_weight, found.promise_min_weighted) == (1, 20)
    number = opened(at, 100)
    ref = call(at, number, 100, "far")
    answer_call.accept(at(100), ref, NOON + 190 * MINUTE)
    assert summary(at, "far").late_min_weighted == 90 - 30
    answer_call.record(at(200), ref, "fail")
    assert summary(at, "far").late_weight == 0
    assert summary(at, "far").accepted_weight == 1


def test_the_passed_part_of_a_wait_is_subtracted(at):
    """A truck that is out for 20 minutes at the opening is out for 5 at the call."""
    first = opened(at, 0)
    answer_call.accept(at(0), call(at, first, 0, "near"), NOON + 8 * MINUTE)
    number = opened(at, 8 + 75 - 20)  # tows take 75 minutes from the arrival on
    with at(63).store.reading() as reader:
        case = reader.case(number)
    [option] = [each for each in case.services[0].options if each.provider == "near"]
    assert (option.wait_min, option.base_min) == (20, 28)
    call(at, number, 78, "near")
    with at(78).store.reading() as reader:
        offer = reader.case(number).offers[-1]
    assert (offer.provider, offer.base_min, offer.forecast_min) == ("near", 13, 13)


def test_an_appointment_teaches_no_minutes(at):
    """A job for tomorrow counts for the acceptance and not for lateness."""
    number = opened(at, 0, ahead=1440)
    come(at, number, 0, "near", promised=1440, after=1450)
    found = summary(at, "near")
    assert (found.late_weight, found.promise_min_weighted) == (0, 10)
    with at(0).store.reading() as reader:
        assert [each.asked for each in reader.chance_counts()] == [1]
        assert reader.arrival_counts() == []


@pytest.mark.parametrize(("ahead", "is_counted"), [(0, True), (1, True), (2, False)])
def test_a_time_of_this_minute_is_no_appointment(at, ahead, is_counted):
    """An incident at 12:01 with a call at 12:00 is not an appointment."""
    number = opened(at, 0, ahead=ahead)
    come(at, number, 0, "near", promised=20, after=20)
    assert summary(at, "near").late_weight == is_counted


def test_another_source_of_travel_minutes_is_learned_apart(at):
    """Road minutes do not count for crow-fly minutes; offers of old versions count for neither."""
    come(at, opened(at, 0), 0, "near", promised=28, after=28)
    with at(0).store.deciding() as tx:
        tx._connection.execute("UPDATE offer SET travel_source = 'road'")
    come(at, opened(at, 200), 200, "near", promised=48, after=48)
    with at(0).store.deciding() as tx:
        tx._connection.execute("UPDATE offer SET base_min = NULL WHERE case_id = 2")
    come(at, opened(at, 400), 400, "near", promised=18, after=18)
    # A correction has the sums worked out anew, from what the offers say now.
    number = opened(at, 600)
    correct_case.correct(at(600), call(at, number, 600, "near"), "not_called", "test")
    number = opened(at, 700)
    answer_call.record(at(700), ref := call(at, number, 700, "near"), "decline", reason="no_unit")
    correct_case.correct(at(701), ref, "not_called", "test")
    road, crow = summary(at, "near", "road"), summary(at, "near")
    assert (road.late_weight, crow.late_weight) == pytest.approx((1, 1), rel=0.01)
    assert (road.late_min_weighted, crow.late_min_weighted) == pytest.approx((20, 10), rel=0.01)
    assert crow.accepted_weight == road.accepted_weight == pytest.approx(3, rel=0.01)


def kept(at):
    """Return all stored forecast counts."""
    with at(0).store.reading() as reader:
        return reader.chance_counts(), reader.arrival_counts(), reader.chance_sums()


def test_corrections_and_cancels_take_their_counts_out(at):
    """A wrong answer, a call that never was and a motorist who calls off leave no count behind."""
    come(at, opened(at, 0), 0, "near", promised=12, after=14)
    before = kept(at)
    assert [(each.tenth, each.asked, each.accepted) for each in before[0]] == [(7, 1, 1)]
    assert [(e.band_min, e.arrived, e.observed_min) for e in before[1]] == [(0, 1, 15)]
    assert [(each.year, each.asked, each.millionths) for each in before[2]] == [("2026", 1, 700000)]
    number = opened(at, 100)
    ref = call(at, number, 100, "near")
    answer_call.record(at(101), ref, "decline", reason="no_unit")
    assert kept(at)[0] != before[0]
    correct_case.correct(at(102), ref, "accepted", "wrong line", there_at=NOON + 120 * MINUTE)
    with at(0).store.reading() as reader:
        first, second = reader.case(number).offers
    assert first.corrected
    assert (second.acceptance, second.base_min) == (first.acceptance, first.base_min)
    assert sum(each.accepted for each in kept(at)[0]) == 2
    end_case.cancel(at(103), number)
    assert kept(at) == before
    number = opened(at, 200)
    ref = call(at, number, 200, "near")
    answer_call.record(at(201), ref, "unreachable")
    correct_case.correct(at(202), ref, "not_called", "never rang")
    assert kept(at) == before


def test_an_offer_out_of_order_is_no_forecast(at):
    """An offer by the caller's wish is not in the learned values and counts."""
    number = opened(at, 0)
    card = offer_call.place_call(
        at(0), number, provider="far", because="their wish", override="wish"
    )
    answer_call.accept(at(1), card.ref, NOON + 40 * MINUTE)
    answer_call.arrive(at(40), card.ref)
    assert kept(at) == ([], [], [])
    assert summary(at, "far") is None


def test_erasure_keeps_the_report_and_the_learned_values(at):
    """After ``forget`` report and sums are the same, without exact forecasts."""
    for turn in range(8):
        begin = turn * 200
        come(at, opened(at, begin), begin, "near", promised=17, after=21 + turn)
        number = opened(at, begin + 100)
        card = offer_call.place_call(at(begin + 100), number)
        answer_call.record(at(begin + 101), card.ref, "decline", reason="no_unit")
        end_case.close(at(begin + 101), number)
    before = kept(at), summary(at, "near")
    assert sum(each.arrived for each in before[0][1]) == 8
    done = erase_case.forget(at(2000), older_than_days=0, dry_run=False)
    assert len(done.cases) == 16
    assert (kept(at), summary(at, "near")) == before
    with at(0).store.reading() as reader:
        offers = [offer for case in reader.cases(open_only=False) for offer in case.offers]
        again = learning.summarise(reader.tallies(), before[1].as_of)
    assert {(each.acceptance, each.forecast_min) for each in offers} == {(None, None)}
    # Declined offers keep no minutes; of the others the base is as coarse as the drive.
    assert {each.base_min is None for each in offers if each.outcome != "accepted"} == {True}
    assert all(each.base_min is not None for each in offers if each.outcome == "accepted")
    [fresh] = [each for each in again if each.provider == "near"]
    assert fresh.late_min_weighted == pytest.approx(before[1].late_min_weighted)
