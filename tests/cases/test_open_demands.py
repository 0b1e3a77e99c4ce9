"""What open cases still need: read as their cascades and the desk would see them."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli import eligibility, incident_ranking
from dispatch_cli.cases import (
    answer_call,
    cascade_now,
    case_states,
    emergency_record,
    end_case,
    keep_promises,
    offer_call,
    provider_reports,
)
from dispatch_cli.cases.gates_now import entry_of, gate_now, needs_now
from dispatch_cli.cases.observe_log import observe
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.errors import DispatchError
from dispatch_cli.model import Phone
from dispatch_cli.model.words import EMERGENCY_SERVICES

from ..worlds import provider
from .conftest import NOON
from .planning import book_at, called_in_turn, opened, plan
from .test_undo import Desk, drawn, perform


def needs(book):
    """Return what is read: the case, the service and who can be asked."""
    return [(each.case.id, each.service, each.can_ask) for each in read_demands(book).demands]


def test_a_waiting_service_is_a_need_with_its_age(desk):
    """Two cases of different age, each with the providers of its cascade and none asked."""
    opened(desk(0))
    opened(desk(5))
    found = read_demands(desk(12))
    assert [each.waiting_min for each in found.demands] == [12.0, 7.0]
    assert {each.can_ask for each in found.demands} == {("anna", "bert", "carl")}
    for each in found.demands:
        assert (each.is_asked, each.planned, each.incident.asked) == (False, None, ())
        assert each.incident.when == desk(12).now == found.at
        assert each.incident.place == each.case.incident.place
        assert each.incident.number == each.case.id


def test_a_service_for_later_is_not_needed_yet(desk):
    """The tow of a breakdown waits for the repair, and is needed once that was unsuccessful."""
    case = opened(desk(0), "breakdown")
    assert needs(desk(1)) == [(case, "roadside_repair", ("anna", "bert"))]
    ref = offer_call.place_call(desk(1), case).ref
    answer_call.accept(desk(2), ref, NOON + timedelta(minutes=20), is_compared=True)
    assert needs(desk(3)) == []
    answer_call.record(desk(30), ref, "unsuccessful")
    assert [each[:2] for each in needs(desk(31))] == [(case, "tow")]


def test_no_emergency_service_is_a_need(desk):
    """A case with hurt persons has its tow among the needs, and never the ambulance."""
    opened(desk(0), "accident", injured=2, spot="lane")
    services = {each[1] for each in needs(desk(1))}
    assert "tow" in services
    assert not services & EMERGENCY_SERVICES.keys()


def test_help_cases_that_have_ended_and_appointments_are_not_needs(desk):
    """Accepted, taken over by the last resort, closed, cancelled with a firm to call off, later."""
    accepted = opened(desk(0))
    ref = offer_call.place_call(desk(0), accepted).ref
    answer_call.accept(desk(0), ref, NOON + timedelta(minutes=20), is_compared=True)
    taken = opened(desk(0), "lockout")
    emergency_record.record_last_resort(desk(1), taken, "takes_over", caller="desk")
    over = opened(desk(0))
    end_case.close(desk(1), over)
    cancelled = opened(desk(0))
    ref = offer_call.place_call(
        desk(1), cancelled, provider="carl", because="x", override="decision"
    ).ref
    answer_call.accept(desk(1), ref, NOON + timedelta(minutes=20), is_compared=True)
    end_case.cancel(desk(1), cancelled)
    opened(desk(0), when=NOON + timedelta(hours=5))
    with desk(2).store.reading() as reader:
        assert cancelled in {each.id for each in reader.cases(open_only=True)}
    assert needs(desk(2)) == []
    assert [each[0] for each in needs(desk(5 * 60))] == [5]


def test_an_appointment_waits_from_its_own_time_on(desk):
    """A tow for five hours later is a new need when it is due, and does not wait since the call."""
    opened(desk(0), when=NOON + timedelta(hours=5))
    assert [each.waiting_min for each in read_demands(desk(5 * 60)).demands] == [0.0]
    assert [each.waiting_min for each in read_demands(desk(5 * 60 + 7)).demands] == [7.0]


def test_an_emergency_call_is_due_also_without_a_need(desk):
    """Cases of an ambulance alone and of an accepted tow are told until 112 is recorded."""
    medical = opened(desk(0), "medical", injured=1)
    accepted = opened(desk(0), "accident", injured=1)
    ref = offer_call.place_call(desk(0), accepted).ref
    answer_call.accept(desk(0), ref, NOON + timedelta(minutes=20), is_compared=True)
    waiting = opened(desk(0), "accident", injured=1)
    opened(desk(0))
    assert accepted not in {each[0] for each in needs(desk(1))}
    due = [case.id for case in read_demands(desk(1)).emergencies]
    assert due == [medical, accepted, waiting]
    emergency_record.record_emergency(desk(1), medical, "called", caller="desk")
    assert [case.id for case in read_demands(desk(1)).emergencies] == [accepted, waiting]


def test_a_firm_being_asked_is_said_and_stays_unasked_for_others(desk):
    """While Anna is asked nothing is planned for the case; another case can still plan her."""
    first, second = opened(desk(0)), opened(desk(0))
    offer_call.place_call(desk(1), first)
    one, other = read_demands(desk(1)).demands
    assert (one.case.id, one.is_asked, one.can_ask) == (first, True, ("bert", "carl"))
    assert (other.case.id, other.is_asked) == (second, False)
    assert "anna" in other.can_ask
    assert not read_demands(desk(1)).observations.known


def test_a_firm_that_rings_back_lets_the_service_wait(desk):
    """Anna asks her driver: another firm may be planned meanwhile, and Anna is not."""
    case = opened(desk(0))
    ref = offer_call.place_call(desk(0), case).ref
    keep_promises.ring_back(desk(1), ref, NOON + timedelta(minutes=9))
    [found] = read_demands(desk(2)).demands
    assert (found.is_asked, found.can_ask, found.incident.asked) == (
        False, ("bert", "carl"), ("anna",),
    )  # fmt: skip


def test_an_exhausted_service_has_nobody_to_ask(desk):
    """After three refusals only the last resort is left for a plan."""
    case = opened(desk(0))
    for minute in range(3):
        ref = offer_call.place_call(desk(minute), case).ref
        answer_call.record(desk(minute), ref, "decline")
    [found] = read_demands(desk(4)).demands
    assert (found.can_ask, found.incident.asked) == ((), ("anna", "bert", "carl"))


def test_a_second_number_can_still_be_asked(desk):
    """Anna did not answer her first number: she can be asked, on her second one."""
    case = opened(desk(0))
    answer_call.record(desk(1), offer_call.place_call(desk(1), case).ref, "no_answer")
    [found] = read_demands(desk(2)).demands
    assert (found.can_ask, found.incident.asked) == (("anna", "bert", "carl"), ())


def test_the_second_id_of_a_firm_that_declined_cannot_be_asked(desk, catalog):
    """Anna Two has Anna's number: after Anna's refusal a plan must not propose it."""
    same = (Phone("+49891", "089 1"),)
    catalog.providers.append(provider("anna-2", phones=same, turnout_min=30.0))
    case = opened(desk(0))
    answer_call.record(desk(1), offer_call.place_call(desk(1), case).ref, "decline")
    [found] = read_demands(desk(2)).demands
    assert (found.can_ask, found.incident.asked) == (("bert", "carl"), ("anna", "anna-2"))


def test_a_firm_asked_out_of_order_is_among_the_asked(desk, catalog):
    """Dora is not in the frozen cascade; once asked she is named, so that no plan has her."""
    case = opened(desk(0))
    catalog.providers.append(provider("dora", turnout_min=5.0))
    ref = offer_call.place_call(
        desk(1), case, provider="dora", because="x", override="decision"
    ).ref
    answer_call.record(desk(1), ref, "decline")
    [found] = read_demands(desk(2)).demands
    assert found.incident.asked == ("dora",)


def test_bookings_and_reports_are_those_of_the_ranking(desk):
    """The observations name the booked truck and the reported firm, as a new ranking has them."""
    case, _ = opened(desk(0)), opened(desk(0))
    ref = offer_call.place_call(desk(0), case).ref
    answer_call.accept(desk(0), ref, NOON + timedelta(minutes=20), is_compared=True)
    provider_reports.report(desk(1), "bert", state="busy", until=NOON + timedelta(minutes=60))
    known = read_demands(desk(2)).observations.known
    assert [each.case_id for each in known["anna"].bookings] == [case]
    assert known["bert"].report is not None


def test_the_last_plan_is_read(desk):
    """The provider of the last plan, "" for the last resort, None without one."""
    for _ in range(3):
        opened(desk(0))
    plan(desk(1), (1, "carl"), (2, None))
    assert [each.planned for each in read_demands(desk(2)).demands] == ["carl", "", None]


def check_need(book, reader, case, service, need):
    """Compare a need with the cascade of the card and with a new ranking; return who can be called.

    A provider that a gate of now excludes (its truck was booked) is a need all the same, since a
    plan can wait for its truck.
    """
    gate, _ = gate_now(book, reader, case, service)
    left = [each for each in need.can_ask if gate(service.option_of(each)) is None]
    shown = cascade_now.cascade_now(book, reader, case, service)
    turns = case_states.still_to_ask(case, shown.service, shown.gate, shown.numbers)
    assert [each.provider for each, _ in turns] == left
    entry = entry_of(service)
    _, needed = needs_now(book, reader, case, entry)
    assert need.incident == replace(needed.incident, asked=need.incident.asked)
    seen = observe(book.catalog, reader, book.now)
    rules = book.catalog.rules
    [ranked] = eligibility.needs_of(rules, need.incident, [entry], book.holidays, seen)
    out = incident_ranking.rank_need(ranked, book.catalog.providers).excluded
    asked = {each.provider for each in out if each.reason == "already_asked"}
    assert not asked & set(need.can_ask)
    return left


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(each, marks=pytest.mark.ci) for each in range(6, 60))]
)
def test_needs_equal_what_calls_in_turn_find(tmp_path, catalog, seed):
    """After random acts, those who can be asked are those called when every call is declined."""
    chance = random.Random(seed)
    desk = Desk(tmp_path / "log.sqlite3", catalog).open()
    last, minute = 1, 0
    for _ in range(24):
        minute += 1
        act = drawn(chance, desk, last)
        last = act[1]
        try:
            perform(desk, minute, act)
        except DispatchError:
            continue
        book = book_at(desk.path, catalog, minute)
        found = {(each.case.id, each.service): each for each in read_demands(book).demands}
        with book.store.reading() as reader:
            for case in reader.cases(open_only=True):
                for service in case.services:
                    state = case_states.service_state(case, service)
                    need = found.pop((case.id, service.service), None)
                    assert (need is not None) == (state in ("waiting", "asking", "exhausted"))
                    if need is None:
                        continue
                    assert need.is_asked == (state == "asking")
                    left = check_need(book, reader, case, service, need)
                    if state == "waiting":
                        place = desk.path, catalog, case.id, service.service, minute
                        assert called_in_turn(*place) == left
        assert not found


def test_a_busy_log_is_read_as_fast_as_many_cases_need(desk, monkeypatch):
    """The states of the providers are read once for all cases, and not once for each."""
    from dispatch_cli.cases import gates_now, observe_log, open_demands

    for _ in range(5):
        opened(desk(0))
    reads = []

    def counted(*args, **kinds):
        reads.append(args)
        return observe_log.observe(*args, **kinds)

    monkeypatch.setattr(open_demands, "observe", counted)
    monkeypatch.setattr(gates_now, "observe", counted)
    assert len(read_demands(desk(1)).demands) == 5
    assert len(reads) == 1
