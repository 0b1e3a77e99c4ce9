"""Ranking, offer and acceptance use the bookings of a unit."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli.cases import (
    answer_call,
    end_case,
    keep_promises,
    offer_call,
    offer_card,
    open_case,
    provider_reports,
    view_case,
)
from dispatch_cli.cases.unit_bookings import NoUnitError
from dispatch_cli.model import Rules, ServiceSettings, Settings
from dispatch_cli.model.case import Personal
from tests.english import english

from ..worlds import incident
from .conftest import NOON
from .test_provider_reports import ranked, rows

CHRISTMAS = datetime(2026, 12, 24, 22, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def after_noon(minutes):
    return NOON + timedelta(minutes=minutes)


def accepted(desk, minutes, there_at, *, when=NOON, kind="tow"):
    """Open a case, ask Anna, and record that she accepts; returns what was recorded."""
    case = open_case.open_case(desk(minutes), incident(kind=kind, when=when), Personal()).case.id
    card = offer_call.place_call(desk(minutes), case)
    assert card.provider == "anna"
    return answer_call.accept(desk(minutes), card.ref, there_at)


def test_a_job_for_christmas_books_no_unit_today(desk):
    """Anna has promised to come on 24 December: she is first today, and booked then."""
    done = accepted(desk, 1, CHRISTMAS + timedelta(minutes=15), when=CHRISTMAS)
    # No other firm would be there sooner: firms set off for a later case at its begin.
    assert done.warnings == ()
    today = ranked(desk(5))
    assert next(iter(rows(today))) == "anna"
    assert rows(today)["anna"] == ("up", 0.0, ("soonest of all",))
    then = rows(ranked(desk(5), CHRISTMAS + timedelta(minutes=30)))
    assert then["anna"][:2] == ("busy", 60.0)  # 75 minutes from 22:45 on
    # And a second case for that evening passes her over.
    assert accepted_by(desk, 6, CHRISTMAS + timedelta(minutes=10)) == "bert"


def accepted_by(desk, minutes, when):
    """Return the firm of the first offer of a second case at the same time."""
    found = open_case.open_case(desk(minutes), incident(kind="tow", when=when), Personal())
    return offer_call.place_call(desk(minutes), found.case.id).provider


def test_the_wait_is_counted_from_the_incident_on(desk):
    """A breakdown accepted for 13:00 is done at 13:45: 45 minutes at 13:00, 43 at 13:02."""
    accepted(desk, 0, after_noon(60), kind="breakdown")
    for clock in (1, 30):
        for minutes, wait_min in ((60, 45.0), (62, 43.0), (104, 1.0), (105, 0.0)):
            found = rows(ranked(desk(clock), after_noon(minutes)))["anna"]
            assert (found[0], found[1]) == ("busy" if wait_min else "up", wait_min)


def test_an_overdue_unit_is_ranked_and_named(desk):
    """The case is not closed: wait 0, "back since", in offer and acceptance."""
    accepted(desk, 0, after_noon(30))
    assert rows(ranked(desk(50)))["anna"][:2] == ("busy", 55.0)
    found = rows(ranked(desk(110)))
    assert next(iter(found)) == "anna"
    assert found["anna"] == ("overdue", 0.0, ("back since 13:45?",))
    # Between now and a later incident the end passes, and she is free.
    assert rows(ranked(desk(50), after_noon(110)))["anna"][:2] == ("up", 0.0)
    when = after_noon(110)
    case = open_case.open_case(desk(110), incident(kind="tow", when=when), Personal()).case.id
    card = offer_call.place_call(desk(110), case)
    # The centre's clock is an hour ahead of UTC.
    assert (card.provider, english(card.overdue)) == (
        "anna",
        "Anna was due back at 14:45 from case 1: ask",
    )
    assert offer_card.card(desk(111), _case(desk, case), _case(desk, case).offers[0]).overdue
    done = answer_call.accept(desk(111), card.ref, after_noon(140))
    assert english(done.warnings[0]) == "Anna was due back at 14:45 from case 1: ask"
    end_case.close(desk(112), 1)
    found = rows(ranked(desk(113)))["anna"]
    assert found[:2] == ("up", 0.0)
    assert found[2][0].startswith("next job ")


def _case(desk, number):
    with desk(111).store.reading() as reader:
        return reader.case(number)


def test_a_time_that_the_unit_cannot_keep_is_said_before_it_is_recorded(desk):
    """Anna's only unit is booked until 14:45 local time: twelve minutes cannot be.

    She has promised 20 minutes more than her estimate, so that she is taken to need 12 by now.
    """
    accepted(desk, 0, after_noon(30))
    case = open_case.open_case(
        desk(40), incident(kind="tow", when=after_noon(40)), Personal()
    ).case.id
    card = offer_call.place_call(desk(40), case, provider="anna", because="x", override="decision")
    refusal = "its only unit is booked for case 1; the next one can be there from 14:57 on"
    with pytest.raises(NoUnitError, match=refusal) as refused:
        answer_call.accept(desk(41), card.ref, after_noon(53))
    assert "another time (--eta) or one more truck (--extra-unit), or decline" in str(
        refused.value.hint
    )
    # The time that was named needs no further truck.
    assert answer_call.accept(desk(42), card.ref, after_noon(117)).state == "accepted"


def test_the_next_job_is_in_the_row(desk):
    """A unit that is free now, but booked again before the end of this job, is not free."""
    accepted(desk, 0, after_noon(90))
    assert rows(ranked(desk(5)))["anna"] == ("up", 0.0, ("next job 13:20",))


@pytest.mark.parametrize(
    ("there_at", "told", "recorded"),
    [
        (
            CHRISTMAS,
            "Anna kommt zu Ihnen, voraussichtlich bis Do 24.12. 22:30 Uhr. ",
            "there by Thu 24 Dec 22:30",
        ),
        (CHRISTMAS.replace(year=2027), "bis Fr 24.12.2027 22:30 Uhr. ", "by Fri 24 Dec 2027 22:30"),
        (CHRISTMAS.replace(month=11, day=28), "bis Sa 22:30 Uhr. ", "there by Sat 22:30"),
    ],
)
def test_the_text_for_the_caller_has_german_days(desk, there_at, told, recorded):
    """The text to read aloud has German days, the record English ones."""
    done = accepted(desk, 0, there_at, when=there_at)
    assert told in done.tell_caller[0]
    assert recorded in english(done.message)


def test_a_truck_that_arrives_early_is_at_the_scene(desk):
    """A unit expected at 13:30 that arrives at 12:20 is busy at once, and free in 75 minutes."""
    done = accepted(desk, 0, after_noon(90))
    answer_call.arrive(desk(20), done.ref)
    assert rows(ranked(desk(21)))["anna"][:2] == ("busy", 74.0)
    assert rows(ranked(desk(96)))["anna"][0] == "overdue"


def test_a_truck_on_the_road_stays_booked_when_it_is_late(desk):
    """A truck that set off at 12:20 and is late until 13:10 is not free in between."""
    done = accepted(desk, 0, after_noon(30), kind="breakdown")
    answer_call.promise(desk(25), done.ref, after_noon(70))
    assert rows(ranked(desk(26)))["anna"][:2] == ("busy", 89.0)


def test_a_later_job_of_the_unit_gives_way_and_is_named(desk):
    """After a late arrival the second job sets off later, with a warning."""
    first = accepted(desk, 0, after_noon(10), kind="breakdown")
    case = open_case.open_case(
        desk(1), incident(kind="breakdown", when=after_noon(120)), Personal()
    ).case.id
    card = offer_call.place_call(desk(1), case, provider="anna", because="x", override="decision")
    second = answer_call.accept(desk(2), card.ref, after_noon(130))
    told(desk, 2, card.ref)
    late = answer_call.arrive(desk(100), first.ref)
    assert english(late.warnings) == ("2.1: its unit cannot set off before 15:25",)
    assert rows(ranked(desk(101)))["anna"][:2] == ("busy", 44.0 + 55.0)
    # It is written down under the case that gives way, and its promise is not kept silently.
    moved = [act for act in view_case.acts(desk(100), case) if act.action == "give way"]
    assert [act.details for act in moved] == [
        {"offer": 1, "to": "1.1", "begin": "2026-11-27T15:25:00+01:00",
         "end": "2026-11-27T16:20:00+01:00"},
    ]  # fmt: skip
    with desk(100).store.reading() as reader:
        [kept] = [act for act in reader.acts(case) if act.action == "give way"]
    assert kept.details["begin"] == after_noon(145).isoformat() == "2026-11-27T14:25:00+00:00"
    assert view_case.acts(desk(100), 1)[-1].action == "arrive"
    view = view_case.show(desk(101), case)
    assert (view.due, view.overdue, view.next_deadline) == ("new time", True, after_noon(130))
    assert (view.services[0].due, view.services[0].overdue) == ("new time", True)
    [missed] = view_case.audit(desk(101)).overdue
    assert (missed.ref, missed.what, missed.name, missed.is_broken) == (
        "2.1", "new time", "Anna", True,
    )  # fmt: skip
    # Without the second job only the first one is left of both.
    end_case.cancel(desk(102), case)
    assert rows(ranked(desk(103)))["anna"][:2] == ("busy", 42.0)
    assert second.state == "accepted"


def told(desk, minutes, ref):
    """Record that driver and caller of an acceptance were told."""
    for person in keep_promises.TOLD:
        keep_promises.tell(desk(minutes), ref, person)


def displaced(desk):
    """Let the second of Anna's two jobs give way to the first; returns its case and promise."""
    first = accepted(desk, 0, after_noon(10), kind="breakdown")
    case = open_case.open_case(
        desk(1), incident(kind="breakdown", when=after_noon(120)), Personal()
    ).case.id
    card = offer_call.place_call(desk(1), case, provider="anna", because="x", override="decision")
    answer_call.accept(desk(2), card.ref, after_noon(130))
    answer_call.arrive(desk(100), first.ref)
    return case


def new_times(desk, minutes):
    """Return the offers for which a new time is due."""
    found = view_case.audit(desk(minutes)).overdue
    return [each.ref for each in found if each.what == "new time"]


def test_a_new_time_ends_the_broken_promise(desk):
    """After a new promise of the firm only its arrival is due."""
    case = displaced(desk)
    assert new_times(desk, 101) == ["2.1"]
    answer_call.promise(desk(102), "2.1", after_noon(155))
    assert new_times(desk, 103) == []
    told(desk, 103, "2.1")
    assert view_case.show(desk(103), case).due == "arrival"


@pytest.mark.parametrize("end", ["arrive", "fail", "cancel"])
def test_only_help_on_its_way_can_break_a_promise(desk, end):
    """A new time is due only while help is on its way."""
    case = displaced(desk)
    if end == "arrive":
        answer_call.arrive(desk(103), "2.1")
    elif end == "fail":
        answer_call.record(desk(103), "2.1", "fail")
    else:
        end_case.cancel(desk(103), case)
    assert new_times(desk, 104) == []


def later_and_sooner(desk):
    """Anna has promised 13:40 for one case and then 12:40 for another; returns the first offer."""
    first = accepted(desk, 0, after_noon(100), kind="breakdown", when=after_noon(90))
    case = open_case.open_case(desk(1), incident(kind="breakdown", when=NOON), Personal()).case.id
    card = offer_call.place_call(desk(1), case, provider="anna", because="x", override="decision")
    answer_call.accept(desk(1), card.ref, after_noon(40))
    return first.ref


def test_a_unit_that_is_needed_elsewhere_breaks_its_promise(desk):
    """It set off at 12:30 for the second case, and is at the scene of the first by 12:35."""
    moved = answer_call.arrive(desk(35), later_and_sooner(desk))
    assert english(moved.warnings) == ("2.1: its unit is needed for 1.1 from 13:35 on",)
    assert new_times(desk, 36) == ["2.1"]


def test_an_arrival_before_another_job_is_not_refused(desk):
    """The second case is moved to where the first one was booked, which is free by then."""
    moved = answer_call.arrive(desk(29), later_and_sooner(desk))
    assert english(moved.warnings) == ("2.1: its unit cannot set off before 14:14",)
    assert new_times(desk, 30) == ["2.1"]
    assert desk(31).store.check() == []


def test_a_promise_of_the_firm_itself_is_not_broken(desk):
    """Every new promise is accepted: sooner than the way takes, later, and sooner on the way."""
    done = accepted(desk, 0, after_noon(5))
    assert new_times(desk, 1) == []
    answer_call.promise(desk(2), done.ref, after_noon(60))
    assert new_times(desk, 3) == []
    answer_call.promise(desk(55), done.ref, after_noon(56))
    assert new_times(desk, 56) == []
    appointment = accepted(desk, 57, after_noon(300), when=after_noon(290), kind="breakdown")
    answer_call.promise(desk(58), appointment.ref, after_noon(280))
    assert new_times(desk, 59) == []


def test_a_firm_from_outside_the_cascade_breaks_a_promise_as_well(desk):
    """Carl is not listed for a breakdown, so that his truck is booked from the incident on."""
    cases = [
        open_case.open_case(
            desk(minute), incident(kind="breakdown", when=after_noon(when)), Personal()
        ).case.id
        for minute, when in ((0, 10), (1, 120))
    ]
    for case, there in zip(cases, (20, 130), strict=True):
        card = offer_call.place_call(
            desk(2), case, provider="carl", because="x", override="decision"
        )
        answer_call.accept(desk(2), card.ref, after_noon(there))
    # The second truck of his is out for the rest of the day.
    third = open_case.open_case(desk(3), incident(kind="tow"), Personal()).case.id
    card = offer_call.place_call(desk(3), third, provider="carl", because="x", override="decision")
    answer_call.accept(desk(3), card.ref, after_noon(600), extra_unit=False)
    assert new_times(desk, 4) == []
    answer_call.promise(desk(15), "1.1", after_noon(110))
    assert new_times(desk, 16) == ["2.1"]


def test_one_more_truck_is_not_the_one_that_should_be_back(desk):
    """--extra-unit books none of the known units, also if they are only overdue."""
    accepted(desk, 0, after_noon(10))
    case = open_case.open_case(
        desk(100), incident(kind="tow", when=after_noon(100)), Personal()
    ).case.id
    card = offer_call.place_call(desk(100), case)
    done = answer_call.accept(desk(100), card.ref, after_noon(115), extra_unit=True)
    assert done.warnings == ()
    end_case.close(desk(101), 1)
    assert rows(ranked(desk(102)))["anna"][:2] == ("up", 0.0)


def test_a_firm_that_reports_free_units_is_not_overdue(desk):
    """A report of free units after the end of the booking counts."""
    accepted(desk, 0, after_noon(30))
    assert rows(ranked(desk(110)))["anna"][0] == "overdue"
    provider_reports.report(desk(111), "anna", free=1, until=after_noon(240))
    assert rows(ranked(desk(112)))["anna"][:2] == ("up", 0.0)


def test_nothing_is_known_of_the_day_before(desk):
    """A report and a booking of today change no ranking for yesterday."""
    provider_reports.report(desk(0), "anna", state="busy", until=after_noon(60))
    accepted_later = accepted_by(desk, 1, after_noon(1))
    assert accepted_later in ("anna", "bert")
    yesterday = after_noon(-24 * 60)
    assert rows(ranked(desk(200), yesterday))["anna"][:2] == ("up", 0.0)


def test_without_the_provider_file_the_booked_minutes_hold(desk, catalog):
    """While the file cannot be read, an arrival books the minutes of the acceptance."""
    catalog.rules = Rules(settings=Settings(services={"tow": ServiceSettings(job_min=90.0)}))
    done = accepted(desk, 0, after_noon(30))
    catalog.rules, catalog.source = Rules(), "none"
    answer_call.promise(desk(5), done.ref, after_noon(40))
    answer_call.arrive(desk(41), done.ref)
    [offer] = _case(desk, 1).offers
    assert offer.booked_until == after_noon(41 + 90)
