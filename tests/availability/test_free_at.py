"""Who is free, and when: named situations, each with the hours of the firm in nine ways."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from dispatch_cli.availability import Basis, Fleet, availability_at, changes, facts_behind
from dispatch_cli.casework.bookings import JobMinutes, NoUnitError, take_unit
from dispatch_cli.coverage import Stretch, find_gaps
from dispatch_cli.desk import rank_incident
from dispatch_cli.model import (
    Availability,
    Hold,
    Known,
    Observations,
    Phone,
    Provider,
    ServiceSettings,
    Settings,
    Span,
    Timetable,
)  # fmt: skip
from dispatch_cli.model.case import Booking, Offer
from dispatch_cli.model.check import Maintenance, Report, Watched

from ..batch.stands import BERLIN, some_known, stands
from ..batch.worlds import HOLIDAYS, World
from ..batch.worlds import holidays as holidays_of_worlds
from ..worlds import ALWAYS, NOON, MemoryCatalog, incident, provider

MINUTE = timedelta(minutes=1)
AT_NOON = int(NOON.timestamp())
EVER = 4102444800


def booked(*spans: tuple[int, int], unit: int = 1) -> tuple[Booking, ...]:
    """Bookings of one unit, in minutes after noon."""
    return tuple(
        Booking(provider="p", unit=unit, case_id=number, offer=1, begin=NOON + begin * MINUTE,
                end=NOON + end * MINUTE)
        for number, (begin, end) in enumerate(spans, start=1)
    )  # fmt: skip


def looks(state: str, *, seen: int = 0, **facts: object) -> Watched:
    """What looks have found, the last of them so many minutes after noon."""
    return Watched(provider="p", state=state, seen_at=NOON + seen * MINUTE, **facts)


def phoned(state: str = "up", *, at: int = -10, until: int = 60, free: int | None = None) -> Report:
    """What the firm has said, in minutes after noon."""
    return Report(provider="p", at=NOON + at * MINUTE, until=NOON + until * MINUTE, state=state,
                  free=free)  # fmt: skip


class Case(NamedTuple):
    """What is known of a firm, and what must be said of it if it is open."""

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
    """Closed until so many minutes after the moment 0, then open."""
    opens_at = AT_NOON + minutes * 60
    return Timetable((Span(0, opens_at, "closed"), Span(opens_at, EVER, "open")))


OWN = (Phone("1", "1"), Phone("2", "2", hours="24/7", timetable=ALWAYS))
UNANSWERED = (Phone("1", "1"), Phone("2", "2", hours="off", timetable=opening(10_000_000)))


def firm(case: Case, hours: str) -> Provider:
    """The firm of a situation with its hours in one of nine ways, from the moment asked about."""
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
    """Ask for the availability of a situation."""
    basis = Basis(
        lambda whose, _: whose.timetable or ALWAYS,
        observations=Observations(now=NOON, known={"p": case.known}),
    )
    return availability_at(firm(case, hours), NOON + case.moment * MINUTE, basis)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("name", SITUATIONS)
def test_situations(name: str, hours: str) -> None:
    """State, wait, source and reason of each situation, with each kind of hours."""
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
    """The table is as long as it was promised to be."""
    assert len(SITUATIONS) * len(HOURS) >= 200


def test_an_open_firm_says_until_when() -> None:
    """As far as a week ahead, in the zone of the moment; a closed one says when it opens."""
    case = SITUATIONS["nothing known"]
    assert found_in(case, "closes in 10 min").open_until == NOON + 10 * MINUTE
    assert found_in(case, "always open").open_until is None
    assert found_in(case, "closed for long").opens_at is None
    assert found_in(case, "opens in 40 min, a number answered").opens_at == NOON + 40 * MINUTE


def random_case(seed: int) -> tuple[World, Random]:
    """A random file with random looks, reports and bookings."""
    world = World(seed)
    random = Random(seed)
    known = {each.id: some_known(random, each.id, world.now) for each in world.providers}
    world.observations = replace(world.observations, now=world.now, known=known)
    return world, random


def basis_of(world: World, when: datetime) -> Basis:
    """What the availability of a random world is worked out from."""
    from dispatch_cli.availability import hours_around

    hours_of = hours_around(when - 2 * timedelta(days=1), "Europe/Berlin", holidays_of_worlds,
                            days=9)  # fmt: skip
    return Basis(hours_of, FAR, world.observations)


@pytest.mark.parametrize("seed", range(30))
def test_ranking_coverage_and_acceptance_do_not_contradict_it(seed: int) -> None:
    """In random files, logs and moments all of them say of every firm what it says."""
    world, random = random_case(seed)
    for _ in range(6):
        when = world.now + random.randrange(-60, 300) * MINUTE
        basis = basis_of(world, when)
        firms = [replace(each, area=ALL, services=("tow",), clients=None, vehicle_classes=None,
                         max_weight_t=None, acceptance=0.9, turnout_min=0.0)
                 for each in world.providers]  # fmt: skip
        answer = rank_incident(
            MemoryCatalog(firms, replace(world.rules, settings=FAR)), incident(when=when),
            holidays=holidays_of_worlds, observations=world.observations, explain=True,
        )  # fmt: skip
        [tow] = [each for each in answer.cascades if each.service == "tow"]
        rows = {row.provider: row for row in tow.candidates}
        out = {each.provider: each.reason for each in tow.excluded}
        stretch = Stretch(start=when, days=1, minimum=len(firms) + 1, services=("tow",),
                          regions=("86150",))  # fmt: skip
        gaps = find_gaps(firms, stretch, basis=basis).gaps
        can_come = {*gaps[0].providers, *gaps[0].unknown} if firms else set()
        for one in firms:
            found = availability_at(one, when, basis)
            assert out.get(one.id, "") == found.reason, one.id
            assert (one.id in can_come) == (found.state != "none"), one.id
            if one.id in rows:
                assert (rows[one.id].wait_min, rows[one.id].state) == (found.wait_min, found.mark)
            mine = stands(one, when, HOLIDAYS, world.observations, FAR)
            assert (mine.is_out, mine.wait_min) == (
                found.state == "none",
                pytest.approx(found.wait_min),
            ), one.id
            _accepts_as_it_says(one, when, found, world.observations)


FAR = Settings(default=ServiceSettings(fallback_min=1e6))
ALL = provider("any").area


def _accepts_as_it_says(
    one: Provider, when: datetime, found: Availability, seen: Observations
) -> None:
    """An acceptance for the moment takes a unit exactly where one can set off by our cases."""
    known = seen.known[one.id]
    fleet = Fleet(one.units, seen.now, known.bookings)
    offer = Offer(number=9, service="tow", provider=one.id, name="X", phone="1", opened_at=when,
                  answer_by=when, operator="o")  # fmt: skip
    try:
        unit = take_unit(
            offer, fleet, (when, when + MINUTE / 60), JobMinutes(0.0, 0.0), extra=False
        )
    except NoUnitError:
        assert found.state == "none" or found.wait_min > 0
        return
    if found.state == "later" and found.source == "case":
        pytest.fail(f"{one.id} is out by our cases, and unit {unit} was taken")
    if found.state == "overdue":
        assert fleet.overdue(unit) is not None


@pytest.mark.parametrize("seed", range(20))
def test_nothing_changes_between_two_changes(seed: int) -> None:
    """Between two neighbours in the list only the wait differs, and what it is counted from."""
    world, _ = random_case(100 + seed)
    basis = basis_of(world, world.now)
    for one in world.providers:
        moments = [each for each in changes(one, basis)
                   if abs(each - world.now) < timedelta(days=1)]  # fmt: skip
        for begin, end in pairwise(moments):
            first = availability_at(one, begin, basis)
            for part in (0.3, 0.7, 0.999):
                later = availability_at(one, begin + (end - begin) * part, basis)
                assert (later.state, later.reason) == (first.state, first.reason)
                assert later.hours.state == first.hours.state


def test_the_same_facts_give_the_same_answer() -> None:
    """Firms that share their facts share their availability, at any moment."""
    groups: dict[object, Availability] = {}
    shared = 0
    for seed in range(20):
        world = World(seed)
        if world.observations.known:
            continue
        basis = basis_of(world, world.now)
        groups.clear()
        for one in world.providers:
            found = availability_at(one, world.now, basis)
            key = facts_behind(one, world.observations)
            shared += key in groups
            assert groups.setdefault(key, found) == found
    assert shared > 20
    assert BERLIN.key == Settings().timezone
