"""Who must still be called off, told or rung, after the acts that change it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    case_deadlines,
    case_states,
    correct_case,
    emergency_record,
    end_case,
    keep_promises,
    offer_call,
    open_case,
    view_case,
)
from dispatch_cli.cases.offer_changes import open_services
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model.case import Personal

from ..worlds import incident
from .conftest import NOON
from .sample_cases import case, option, service

SOON = NOON + timedelta(minutes=30)


def opened(desk, kind="breakdown", **facts):
    """Open a case; the tow is planned after the repair."""
    return open_case.open_case(desk(), incident(kind=kind, when=NOON, **facts), Personal()).case.id


def due(desk, case_id, minutes=0):
    """Return what is due in a case, and for which offer or service."""
    book = desk(minutes)
    with book.store.reading() as reader:
        of = reader.case(case_id)
    return {
        (each.what, each.offer or each.service) for each in case_deadlines.deadlines(of, book.now)
    }


def ask(desk, case_id, minutes=0, *, later=False, **how):
    """Place a call, and let the firm ring back if it must ask its driver."""
    card = offer_call.place_call(desk(minutes), case_id, **how)
    if later:
        keep_promises.ring_back(desk(minutes), card.ref, NOON + timedelta(minutes=minutes + 5))
    return card.ref


def refuse_all(desk, case_id, service_name):
    """Let every firm refuse a service, until none is left."""
    while isinstance(
        card := offer_call.place_call(desk(), case_id, services=[service_name]),
        offer_call.OfferCard,
    ):
        answer_call.record(desk(), card.ref, "unreachable")


def two_firms(desk):
    """Ask one firm that rings back, and another one that accepts."""
    case_id = opened(desk)
    first = ask(desk, case_id, later=True)
    second = ask(desk, case_id)
    answer_call.accept(desk(), second, SOON, is_compared=True)
    assert ("call off", 1) in due(desk, case_id)
    return case_id, first, second


def test_a_firm_that_rings_back_is_called_off_when_another_one_accepts(desk):
    """It is due at once, also in the list and the audit, until it is recorded."""
    case_id, first, _ = two_firms(desk)
    found = view_case.audit(desk(1)).overdue
    assert (first, "call off", "Anna") in [(each.ref, each.what, each.name) for each in found]
    keep_promises.call_off(desk(1), first)
    assert ("call off", 1) not in due(desk, case_id, 1)


@pytest.mark.parametrize("lost", ["fail", "wrong_equipment", "declined", "no_answer"])
def test_a_firm_that_owes_an_answer_is_needed_again_when_the_help_is_lost(desk, lost):
    """Neither after a failure nor after a corrected acceptance is it called off."""
    case_id, _, second = two_firms(desk)
    if lost in ("declined", "no_answer"):
        correct_case.correct(desk(), second, lost, "misheard")
    else:
        answer_call.record(desk(), second, lost)
    assert ("call off", 1) not in due(desk, case_id)
    assert ("ring back", 1) in due(desk, case_id)


def test_a_firm_stays_to_be_called_off_when_the_motorist_needs_no_help(desk):
    """A cancelled acceptance does not make the other firm needed again."""
    case_id, _, second = two_firms(desk)
    answer_call.record(desk(), second, "cancel")
    assert {("call off", 1), ("call off", 2)} <= due(desk, case_id)


def test_a_firm_that_comes_after_all_is_not_called_off(desk):
    """Its acceptance was taken back by mistake; after the second one nothing is to be undone."""
    case_id = opened(desk)
    ref = ask(desk, case_id)
    answer_call.accept(desk(), ref, SOON, is_compared=True)
    fresh = correct_case.correct(desk(), ref, "no_answer", "wrong line").ref
    assert ("call off", 1) in due(desk, case_id)
    answer_call.accept(desk(), fresh, SOON, is_compared=True)
    assert not any(what == "call off" for what, _ in due(desk, case_id))


@pytest.mark.parametrize("right", ["accepted", "declined", "unreachable", "not_called"])
def test_a_cancellation_that_was_none_calls_no_firm_off(desk, right):
    """A firm that comes, or that has refused itself, must not be told that it is not needed."""
    case_id = opened(desk)
    ref = ask(desk, case_id)
    answer_call.record(desk(), ref, "cancel")
    assert ("call off", 1) in due(desk, case_id)
    at = SOON if right == "accepted" else None
    correct_case.correct(desk(), ref, right, "wrong key", there_at=at)
    assert not any(what == "call off" for what, _ in due(desk, case_id))


def test_a_call_can_be_reopened_while_another_firm_rings_back(desk):
    """A firm that rings back leaves room for one call, also for one that is undone."""
    case_id = opened(desk)
    ask(desk, case_id, later=True)
    second = ask(desk, case_id)
    answer_call.record(desk(), second, "decline", reason="no_unit")
    assert correct_case.correct(desk(), second, "open", "wrong key").state == "open"
    assert {("ring back", 1), ("answer", 3)} <= due(desk, case_id)


def test_a_firm_out_of_order_can_be_asked_while_the_last_one_rings_back(desk):
    """The cascade is at its end, but the operator knows another firm; one call at a time."""
    case_id = opened(desk)
    answer_call.record(desk(), ask(desk, case_id), "decline", reason="no_unit")
    ask(desk, case_id, later=True)
    with pytest.raises(ConflictError, match="asking already"):
        ask(desk, case_id, services=["roadside_repair"])
    how = {"services": ["roadside_repair"], "because": "knows it", "override": "decision"}
    ask(desk, case_id, provider="carl", **how)
    assert {("ring back", 2), ("answer", 3)} <= due(desk, case_id)
    with pytest.raises(ConflictError, match="asking already"):
        ask(desk, case_id, provider="anna", **how)


def test_a_cancelled_case_is_listed_until_its_firms_are_called_off(desk):
    """The list, the audit and the number of the case itself lead to the call."""
    case_id = opened(desk)
    ask(desk, case_id)
    end_case.cancel(desk(), case_id)
    assert [each.id for each in view_case.cases(desk())] == [case_id]
    keep_promises.call_off(desk(), str(case_id))
    assert view_case.cases(desk()) == []
    assert due(desk, case_id) == set()


def test_nothing_is_on_the_line_of_a_case_that_is_over(desk):
    """A line that is held in an ended case is refused."""
    case_id = opened(desk)
    end_case.cancel(desk(), case_id)
    with pytest.raises(ConflictError, match="was cancelled"):
        keep_promises.hold_line(desk(), case_id, is_waiting=True)


def test_spot_in_traffic_that_becomes_known_later_hurries_the_call_to_the_caller(desk):
    """The caller is then due a minute after the promise, and the clock is not thought wrong."""
    case_id = opened(desk)
    answer_call.accept(desk(), ask(desk, case_id), SOON, is_compared=True)
    amend_case.amend(desk(), case_id, {"spot": "shoulder"})
    book = desk(0.5)
    with book.store.reading() as reader:
        found = case_deadlines.deadlines(reader.case(case_id), book.now)
    told = next(each for each in found if each.what == "tell caller")
    assert (told.at, told.is_ahead) == (NOON + timedelta(minutes=1), False)


# The last resort.


def test_the_last_resort_of_firms_that_cannot_be_asked_now_is_recorded(desk, catalog):
    """The card says to call it, though firms are left that are closed or booked out."""
    case_id = opened(desk, "tow")
    catalog.providers[:] = [replace(each, services=()) for each in catalog.providers]
    card = offer_call.place_call(desk(), case_id)
    assert (card.service, card.phone) == ("tow", "110")
    assert view_case.show(desk(), case_id).state == "waiting"
    emergency_record.record_last_resort(desk(), case_id, "called", caller="desk")
    assert due(desk, case_id) == {("last resort answer", "tow")}
    [overdue] = view_case.audit(desk(4)).overdue
    assert (overdue.what, overdue.name, overdue.phone) == ("last resort answer", "tow", "110")
    emergency_record.record_last_resort(desk(4), case_id, "takes_over")
    assert view_case.show(desk(), case_id).state == "taken_over"


def test_a_last_resort_that_takes_over_can_still_fail(desk):
    """The case is due to be closed three minutes later; after all it needs another way."""
    case_id = opened(desk, "tow")
    refuse_all(desk, case_id, "tow")
    emergency_record.record_last_resort(desk(20), case_id, "called", caller="desk")
    emergency_record.record_last_resort(desk(21), case_id, "takes_over")
    assert due(desk, case_id, 22) == {("closing", "")}
    assert view_case.audit(desk(23)).overdue == ()
    emergency_record.record_last_resort(desk(25), case_id, "does_not")
    assert due(desk, case_id, 26) == {("last resort", "tow")}
    assert view_case.audit(desk(27)).overdue == ()
    assert [each.what for each in view_case.audit(desk(29)).overdue] == ["last resort"]


@pytest.mark.parametrize(
    ("said", "state"),
    [("called", "last_resort"), ("takes_over", "taken_over"), ("does_not", "exhausted")],
)
def test_new_facts_do_not_forget_the_last_resort(desk, said, state):
    """An amendment ranks again, but the promise of the last resort stays."""
    case_id = opened(desk, "tow")
    refuse_all(desk, case_id, "tow")
    emergency_record.record_last_resort(desk(), case_id, said, caller="desk")
    amend_case.amend(desk(1), case_id, {"brand": "Opel"})
    assert view_case.show(desk(1), case_id).state == state


def test_several_services_without_help_need_the_name_of_one(desk):
    """One of two exhausted services must be named; taking over one is enough."""
    case_id = opened(desk)
    refuse_all(desk, case_id, "roadside_repair")
    refuse_all(desk, case_id, "tow")
    with pytest.raises(UsageError, match="several services"):
        emergency_record.record_last_resort(desk(), case_id, "called", caller="desk")
    emergency_record.record_last_resort(desk(), case_id, "takes_over", service="tow")
    assert due(desk, case_id) == {("closing", "")}


def test_the_answer_of_a_last_resort_is_due_also_while_the_next_service_is_asked(desk):
    """The last resort for the repair was called, then a firm for the tow: both owe an answer."""
    case_id = opened(desk)
    refuse_all(desk, case_id, "roadside_repair")
    emergency_record.record_last_resort(
        desk(), case_id, "called", caller="desk", service="roadside_repair"
    )
    ask(desk, case_id)
    assert {what for what, _ in due(desk, case_id)} == {"last resort answer", "answer"}


def test_the_last_resort_is_first_meant_for_a_service_without_another_one(desk):
    """The repair is followed by the tow, whose firms cannot be asked: it is for the tow."""
    case_id = opened(desk)
    refuse_all(desk, case_id, "roadside_repair")
    emergency_record.record_last_resort(desk(), case_id, "called", caller="desk")
    assert due(desk, case_id) == {("last resort answer", "tow")}


# Services that were planned after another.


def test_an_exhausted_service_needs_no_call_while_the_next_one_is_asked(desk):
    """The default call does not repeat that no firm is left, but says that none is needed."""
    case_id = opened(desk)
    refuse_all(desk, case_id, "roadside_repair")
    ask(desk, case_id)
    assert {what for what, _ in due(desk, case_id)} == {"answer"}
    with pytest.raises(ConflictError, match="needs no call now"):
        offer_call.place_call(desk(), case_id)


def chain(*states):
    """Return a case with three services, one after the other; ``states`` have firms, or none."""
    names = ("jump_start", "battery_replacement", "tow")
    services = [
        service(name, *([option("anna")] if has_firm else []), after=before)
        for name, before, has_firm in zip(names, (None, *names), states, strict=False)
    ]
    return case(*services)


def test_an_exhausted_service_waits_for_the_last_one_of_its_chain():
    """Two exhausted services in a row have no deadline while a third one has firms."""
    of = chain(False, False, True)
    assert [case_states.service_state(of, each) for each in of.services] == [
        "exhausted", "exhausted", "waiting",
    ]  # fmt: skip
    found = case_deadlines.deadlines(of, NOON)
    assert [(each.what, each.service) for each in found] == [("next call", "tow")]
    of = chain(False, False, False)
    assert {each.what for each in case_deadlines.deadlines(of, NOON)} == {"last resort"}


def test_services_that_wait_for_each_other_are_open():
    """A log of an older provider file can have them; no other service could ever open them."""
    of = case(
        service("roadside_repair", option("anna"), after="tow"),
        service("tow", option("bert"), after="roadside_repair"),
    )
    assert [case_states.service_state(of, each) for each in of.services] == ["waiting"] * 2
    of = case(service("roadside_repair", after="tow"), service("tow", after="roadside_repair"))
    assert {each.what for each in case_deadlines.deadlines(of, NOON)} == {"last resort"}
    assert open_services(of, lambda _: True).services[0].opened
