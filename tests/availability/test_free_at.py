"""The availability in named situations, each with the opening hours in nine ways."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from dispatch_cli.availability import AvailabilityBasis, availability_at
from dispatch_cli.model import (
    Availability,
    Hold,
    Known,
    Observations,
    Phone,
    Provider,
    Span,
    Timetable,
)  # fmt: skip
from dispatch_cli.model.case import Booking
from dispatch_cli.model.check import Maintenance, PhoneReport, Watched

from ..batch.naive_availability import BERLIN
from ..worlds import ALWAYS, NOON, provider

MINUTE = timedelta(minutes=1)
AT_NOON = int(NOON.timestamp())
EVER = 4102444800


def booked(*spans: tuple[int, int], unit: int = 1) -> tuple[Booking, ...]:
    """Make bookings of one unit, in minutes after noon."""
    return tuple(
        Booking(provider="p", unit=unit, case_id=number, offer=1, begin=NOON + begin * MINUTE,
                end=NOON + end * MINUTE)
        for number, (begin, end) in enumerate(spans, start=1)
    )  # fmt: skip


def looks(state: str, *, seen: int = 0, **facts: object) -> Watched:
    """Make the state of checks, the last of them some minutes after noon."""
    return Watched(provider="p", state=state, seen_at=NOON + seen * MINUTE, **facts)


def phoned(
    state: str = "up", *, at: int = -10, until: int = 60, free: int | None = None
) -> PhoneReport:
    """Make a report of the firm, in minutes after noon."""
    return PhoneReport(
        provider="p", at=NOON + at * MINUTE, until=NOON + until * MINUTE, state=state, free=free
    )


class Case(NamedTuple):
    """The facts about a firm, and the availability that follows if it is open."""

    state: str
    wait_min: float = 0.0
    source: str = "file"
    mark: str = "up"
    reason: str = ""
    known: Known = Known()
    units: int = 1
    moment: int = 0
    since: int | None = None
    next_at: int | None = None


RUNNING, LATE, TOMORROW = booked((-20, 40)), booked((-80, -5)), booked((1440, 1500))
SITUATIONS = {
    "nothing known": Case("free"),
    "no unit": Case("none", reason="no_unit", units=0),
    "no unit, seen up": Case("none", reason="no_unit", units=0, known=Known(watched=looks("up"))),
    "on a job": Case("later", 40.0, "case", "busy", known=Known(bookings=RUNNING)),
    "on a job, asked for its end": Case("free", known=Known(bookings=RUNNING), moment=40),
    "on a job, asked for 2 min before": Case(
        "later", 2.0, "case", "busy", known=Known(bookings=RUNNING), moment=38),
    "on a job, asked for 2 h on": Case("free", known=Known(bookings=RUNNING), moment=120),
    "two jobs back to back": Case(
        "later", 100.0, "case", "busy", known=Known(bookings=booked((-20, 40), (40, 100)))),
    "two jobs with a gap": Case(
        "later", 40.0, "case", "busy", known=Known(bookings=booked((-20, 40), (50, 90))),
        next_at=50),
    "a job in half an hour": Case("free", known=Known(bookings=booked((30, 90))), next_at=30),
    "a job tomorrow": Case("free", known=Known(bookings=TOMORROW), next_at=1440),
    "a job tomorrow, asked for it": Case(
        "later", 50.0, "case", "busy", known=Known(bookings=TOMORROW), moment=1450),
    "one of two on a job": Case("free", known=Known(bookings=RUNNING), units=2),
    "two of two on jobs": Case(
        "later", 10.0, "case", "busy", units=2,
        known=Known(bookings=(*RUNNING, *booked((-20, 10), unit=2)))),
    "an extra unit on a job": Case("free", known=Known(bookings=booked((-20, 40), unit=2))),
    "late": Case("overdue", 0.0, "case", "overdue", known=Known(bookings=LATE), since=-5),
    "late, and a job in half an hour": Case(
        "overdue", 0.0, "case", "overdue", known=Known(bookings=booked((-80, -5), (30, 90))),
        since=-5, next_at=30),
    "late, and the other one free": Case("free", known=Known(bookings=LATE), units=2),
    "late, and has said 1 free since": Case(
        "free", source="phone", known=Known(bookings=LATE, report=phoned(at=-2, free=1))),
    "late, and had said 1 free before": Case(
        "overdue", 0.0, "case", "overdue",
        known=Known(bookings=LATE, report=phoned(at=-30, free=1)), since=-5),
    "late, and busy by its word": Case(
        "later", 60.0, "phone", "busy", known=Known(bookings=LATE, report=phoned("busy"))),
    "said 0 free": Case("later", 60.0, "phone", "busy", known=Known(report=phoned(free=0))),
    "said busy, asked for its end": Case(
        "free", known=Known(report=phoned("busy")), moment=60),
    "said busy, asked for 20 min before": Case(
        "later", 20.0, "phone", "busy", known=Known(report=phoned("busy")), moment=40),
    "said 2 free": Case("free", source="phone", known=Known(report=phoned(free=2))),
    "said down": Case("none", 0.0, "phone", "down", "down", Known(report=phoned("down")),
                      since=-10),
    "its word has ended": Case(
        "unknown", 0.0, "phone", "unknown", known=Known(report=phoned(until=-1)), since=-1),
    "its word ended yesterday": Case("free", known=Known(report=phoned(at=-3000, until=-1441))),
    "seen up": Case("free", source="check", known=Known(watched=looks("up"))),
    "seen degraded": Case(
        "free", source="check", mark="degraded", known=Known(watched=looks("degraded"))),
    "seen degraded and on a job": Case(
        "later", 40.0, "case", "degraded",
        known=Known(watched=looks("degraded"), bookings=RUNNING)),
    "seen down": Case("none", 0.0, "check", "down", "down", Known(watched=looks("down"))),
    "seen down, asked for tomorrow": Case(
        "free", known=Known(watched=looks("down")), moment=1440),
    "seen down, then said up": Case(
        "free", source="phone", known=Known(
            watched=looks("down", since=NOON - 30 * MINUTE), report=phoned(at=-10, free=1))),
    "said up, then seen down": Case(
        "none", 0.0, "check", "down", "down", Known(
            watched=looks("down", since=NOON - 5 * MINUTE), report=phoned(at=-10, free=1)),
        since=-5),
    "last seen an hour ago": Case(
        "unknown", 0.0, "check", "unknown", known=Known(watched=looks("up", seen=-60)), since=-30),
    "a maintenance of its page": Case(
        "unknown", 0.0, "check", "unknown", known=Known(
            watched=looks("down"), maintenance=Maintenance(start=NOON, until=NOON + MINUTE))),
    "a feed of 0 free, no end": Case(
        "later", 30.0, "check", "busy", known=Known(watched=looks("busy", free=0))),
    "a feed of 0 free for 25 min": Case(
        "later", 25.0, "check", "busy", known=Known(watched=looks("busy", wait_min=25.0))),
    "a feed of 25 min on a job of 40": Case(
        "later", 40.0, "case", "busy",
        known=Known(watched=looks("busy", wait_min=25.0), bookings=RUNNING)),
    "a feed of 55 min on a job of 40": Case(
        "later", 55.0, "check", "busy",
        known=Known(watched=looks("busy", wait_min=55.0), bookings=RUNNING)),
    "a feed of 3 free on a job": Case(
        "later", 40.0, "case", "busy", known=Known(watched=looks("up", free=3), bookings=RUNNING)),
}  # fmt: skip


def opening(minutes: int) -> Timetable:
    """Make hours that begin some minutes after the moment 0."""
    opens_at = AT_NOON + minutes * 60
    return Timetable((Span(0, opens_at, "closed"), Span(opens_at, EVER, "open")))


OWN = (Phone("1", "1"), Phone("2", "2", hours="24/7", timetable=ALWAYS))
UNANSWERED = (Phone("1", "1"), Phone("2", "2", hours="off", timetable=opening(10_000_000)))


def firm(case: Case, hours: str) -> Provider:
    """Make the firm of a situation with its hours in one of nine ways."""
    shut = Hold("holiday", NOON + (case.moment + 1) * MINUTE)
    over = Hold("holiday", NOON + case.moment * MINUTE)
    facts = {
        "always open": {},
        "unknown hours": {"timetable": Timetable((Span(0, EVER, "unknown"),)), "hours": None},
        "on hold": {"on_hold": shut},
        "hold just over": {"on_hold": over},
        "closed for long": {"timetable": opening(100_000)},
        "opens in 20 min, a number answered": {
            "timetable": opening(case.moment + 20), "phones": OWN},
        "opens in 20 min, no number answered": {
            "timetable": opening(case.moment + 20), "phones": UNANSWERED},
        "opens in 40 min, a number answered": {
            "timetable": opening(case.moment + 40), "phones": OWN},
        "closes in 10 min": {
            "timetable": Timetable((Span(0, AT_NOON + (case.moment + 10) * 60, "open"),
                                    Span(AT_NOON + (case.moment + 10) * 60, EVER, "closed")))},
    }  # fmt: skip
    return provider("p", units=case.units, **facts[hours])


HOURS = (
    "always open", "unknown hours", "on hold", "hold just over", "closed for long",
    "opens in 20 min, a number answered", "opens in 20 min, no number answered",
    "opens in 40 min, a number answered", "closes in 10 min",
)  # fmt: skip


def found_in(case: Case, hours: str) -> Availability:
    """Return the availability of a situation."""
    basis = AvailabilityBasis(
        lambda whose, _: whose.timetable or ALWAYS,
        observations=Observations(now=NOON, known={"p": case.known}),
    )
    return availability_at(firm(case, hours), NOON + case.moment * MINUTE, basis)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("name", SITUATIONS)
def test_situations(name: str, hours: str) -> None:
    """Each situation has its state, wait, source and reason, with each kind of hours."""
    case = SITUATIONS[name]
    found = found_in(case, hours)
    said = (found.state, found.wait_min, found.source, found.reason)
    opens_at = NOON + (case.moment + (20 if "20" in hours else 40)) * MINUTE
    match hours:
        case "on hold":
            assert said == ("none", 0.0, "hold", "on_hold")
        case "closed for long" | "opens in 40 min, a number answered":
            assert said == ("none", 0.0, "hours", "closed_now")
            assert found.call_at is None
        case "opens in 20 min, no number answered":
            assert said == ("none", 0.0, "hours", "closed_now")
            assert (found.call_at is None) == (case.state == "none")
        case "opens in 20 min, a number answered" if case.state == "none":
            assert said == ("none", 0.0, "hours", "closed_now")
        case "opens in 20 min, a number answered" if case.wait_min < 20:
            assert said == ("later", 20.0, "hours", "")
            assert (found.free_at, found.opens_at) == (opens_at, opens_at)
        case "unknown hours" if case.state == "free":
            assert said == ("unknown", 0.0, "hours", "")
        case _:
            assert said == (case.state, case.wait_min, case.source, case.reason)
            assert found.mark == case.mark
            assert found.next_at == (None if case.next_at is None else NOON + case.next_at * MINUTE)
            if case.since is not None:
                assert found.since == NOON + case.since * MINUTE


def test_there_are_two_hundred_situations() -> None:
    """The table has at least two hundred situations."""
    assert len(SITUATIONS) * len(HOURS) >= 200


def test_an_open_firm_says_until_when() -> None:
    """The closing time is known for a week, in the zone of the moment, and so is an opening."""
    case = SITUATIONS["nothing known"]
    assert found_in(case, "closes in 10 min").open_until == NOON + 10 * MINUTE
    assert found_in(case, "always open").open_until is None
    assert found_in(case, "closed for long").opens_at is None
    assert found_in(case, "opens in 40 min, a number answered").opens_at == NOON + 40 * MINUTE


def test_in_the_hour_that_the_clock_shows_twice() -> None:
    """Booked from 01:07 to 02:22 UTC: at the second 02:19 the firm is waited for, as in UTC."""
    second = datetime(2026, 10, 25, 2, 19, fold=1, tzinfo=BERLIN)
    booking = Booking(provider="p", unit=1, case_id=1, offer=1,
                      begin=datetime(2026, 10, 25, 1, 7, tzinfo=UTC),
                      end=datetime(2026, 10, 25, 2, 22, tzinfo=UTC))  # fmt: skip
    seen = Observations(now=second, known={"p": Known(bookings=(booking,))})
    basis = AvailabilityBasis(lambda *_: ALWAYS, observations=seen)
    for moment in (second, second.astimezone(UTC)):
        found = availability_at(provider("p"), moment, basis)
        assert (found.state, found.wait_min) == ("later", 63.0)
