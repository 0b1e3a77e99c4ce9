"""The firm and number of a deadline: the same in list, show, audit and hand-over."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    answer_call,
    case_deadlines,
    contacts,
    emergency_record,
    end_case,
    keep_case,
    merge_cases,
    open_case,
    take_over,
    urgency,
    view_case,
    view_drafts,
)
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model.case import Personal
from dispatch_cli.model.draft import Draft
from dispatch_cli.render import case_list, case_views
from dispatch_cli.render.layout import Screen, line_text
from dispatch_cli.results.case_results import EmergencyRecord

from ..worlds import incident
from .conftest import NOON
from .test_promises import ask, opened, two_firms

SOON = NOON + timedelta(minutes=30)


def shown(desk, case_id, minutes=1.0):
    """Return the view of a case."""
    return view_case.show(desk(minutes), case_id)


def screen_of(view, minutes=1.0):
    """Return the screen of a case as one text."""
    now = NOON + timedelta(minutes=minutes)
    return "\n".join(map(line_text, case_views.show_lines(view, now, Screen(140))))


def test_the_firm_to_call_off_is_named_and_not_the_one_on_its_way(desk):
    """Anna rings back later, Bert accepts: list, screen, rows and audit name Anna for the call."""
    case_id, first, second = two_firms(desk)
    view = shown(desk, case_id)
    assert (view.due, view.deadlines[0].ref, view.deadlines[0].name) == ("call off", first, "Anna")
    for width in (80, 140):
        [_, line] = case_list.list_lines([view], desk(1).now, Screen(width))
        assert "Anna" in line_text(line)
        assert "Bert" not in line_text(line)
        assert ("089 1" in line_text(line)) == (width == 140)
    row = next(iter(case_views.list_rows([view])))
    assert (row["due"], row["offer"], row["provider"], row["phone"]) == (
        "call off", first, "Anna", "089 1",
    )  # fmt: skip
    assert f"call off 089 1  since 12:00  {first}  Anna" in screen_of(view)
    repair = view.services[0]
    assert (repair.offer, repair.provider, repair.state) == (second, "Bert", "accepted")
    assert (repair.due, repair.due_ref, repair.due_name, repair.due_phone) == (
        "call off", first, "Anna", "089 1",
    )  # fmt: skip
    handed = take_over.hand_over(desk(1), "MB").cases[0]
    assert (handed.deadlines[0].ref, handed.deadlines[0].phone) == (first, "089 1")


def test_an_accepted_firm_stands_before_an_open_call_that_must_be_called_off(desk):
    """The firm that rang back accepts while another one is asked: it is the one that comes."""
    case_id = opened(desk)
    first = ask(desk, case_id, later=True)
    second = ask(desk, case_id)
    answer_call.accept(desk(), first, SOON, is_compared=True)
    service = shown(desk, case_id).services[0]
    assert (service.state, service.offer, service.there_at) == ("accepted", first, SOON)
    assert (service.due, service.due_ref) == ("call off", second)


@pytest.mark.parametrize("how", ["merge", "cancel"])
def test_an_ended_case_shows_whom_to_call_off(desk, how):
    """After the end of a case its firm stands on the screen and in the list, with its number."""
    case_id = opened(desk)
    ref = ask(desk, case_id)
    answer_call.accept(desk(), ref, SOON, is_compared=True)
    if how == "merge":
        stays = opened(desk)
        answer_call.record(desk(), ask(desk, stays), "decline", reason="no_unit")
        answer_call.accept(desk(), ask(desk, stays), SOON, is_compared=True)
        merge_cases.merge(desk(), stays, case_id)
    else:
        end_case.cancel(desk(), case_id)
    view = shown(desk, case_id)
    assert f"call off 089 1  since 12:00  {ref}  Anna" in screen_of(view)
    row = next(iter(case_views.list_rows([view])))
    assert (row["offer"], row["provider"], row["phone"]) == (ref, "Anna", "089 1")
    [_, line] = case_list.list_lines([view], desk(1).now, Screen(140))
    assert "089 1" in line_text(line)


def test_no_merge_loses_an_emergency_call(desk):
    """That no call is needed in one case says nothing about the persons of its duplicate."""
    stays, hurt = opened(desk), opened(desk, injured=1)
    why = "all well"
    emergency_record.record_emergency(desk(), stays, "not_needed", caller="", because=why)
    with pytest.raises(ConflictError, match="is not recorded"):
        merge_cases.merge(desk(), stays, hurt)


def test_a_call_back_keeps_its_promise_after_a_merge(desk):
    """If the clock is set back later, the call back of the duplicate is overdue, as before."""
    stays, duplicate = opened(desk), opened(desk)
    keep_case.remind(desk(60), duplicate, desk(70).now)
    merge_cases.merge(desk(61), stays, duplicate)
    [due] = [each for each in shown(desk, stays, 1).deadlines if each.what == "call back"]
    assert (due.at, due.overdue) == (desk(70).now, True)


@pytest.mark.parametrize("firm", [False, True])
def test_the_first_row_has_the_emergency_call(desk, firm):
    """Off a terminal the emergency call stands in the first row, with its number and no firm."""
    case_id = opened(desk, injured=1)
    if firm:
        ask(desk, case_id)
    view = shown(desk, case_id, 2)
    row, *others = case_views.list_rows([view])
    assert (row["due"], row["overdue"], row["phone"]) == ("emergency call", True, "112")
    assert (row["offer"], row["provider"]) == ("", "")
    assert (view.services[0].due, view.services[0].overdue) == ("emergency call", True)
    assert all(each["due"] != "emergency call" for each in others)
    [_, line] = case_list.list_lines([view], desk(2).now, Screen(140))
    assert "Anna" not in line_text(line)


def test_nothing_precedes_the_emergency_call_of_a_case(desk):
    """A call off or a next call that is overdue for longer stands behind it, also in the audit."""
    case_id, _, _ = two_firms(desk)
    book = desk(10)
    with book.store.deciding() as tx:
        case = tx.case(case_id)
        tx.save(case, replace(case, emergency_by=book.now + timedelta(seconds=30)))
    due = view_case.show(book, case_id)
    assert [each.what for each in due.deadlines][:2] == ["emergency call", "call off"]
    assert (due.due, due.overdue, due.deadlines[0].overdue) == ("emergency call", True, False)
    [first, *_] = view_case.audit(desk(12)).overdue
    assert first.what == "emergency call"


def test_every_deadline_is_listed_with_whom_to_call(desk):
    """Also those that are not missed yet: of an offer that rings back the time is known."""
    case_id, first, second = two_firms(desk)
    view = shown(desk, case_id)
    with desk().store.reading() as reader:
        case = reader.case(case_id)
    due = case_deadlines.deadlines(case, desk(1).now)
    assert [(each.what, each.at) for each in view.deadlines] == [(d.what, d.at) for d in due]
    found = {each.what: each for each in view.deadlines}
    assert (found["tell driver"].name, found["tell driver"].ref) == ("Bert", second)
    assert (found["tell caller"].phone, found["tell caller"].name) == ("", "Bert")
    text = screen_of(view)
    assert all(each.what in text for each in view.deadlines)
    rows = [row for row in case_views.show_rows(view) if row["what"] == "deadline"]
    assert (rows[0]["reason"], rows[0]["ref"], rows[0]["state"]) == ("call off", first, "overdue")
    assert len(rows) == len(view.deadlines)


def test_a_service_without_help_names_its_last_resort(desk):
    """The number of the last resort belongs to its deadline; the next call has none."""
    case_id = opened(desk)
    with desk().store.reading() as reader:
        case = reader.case(case_id)
    [next_call] = case_deadlines.deadlines(case, NOON)
    assert contacts.contact_of(case, next_call) == contacts.Contact("1", "roadside_repair", "", "")
    bare = replace(case, services=tuple(replace(each, options=()) for each in case.services))
    resorts = [d for d in case_deadlines.deadlines(bare, NOON) if d.what == "last resort"]
    assert resorts
    for each in resorts:
        assert contacts.contact_of(bare, each).phone == case.services[0].last_resort_phone


@pytest.mark.parametrize(
    ("state", "caller", "said", "is_red"),
    [
        ("called", "caller", "the caller made the emergency call at 12:01", False),
        ("not_reached", "", "the emergency number was not reached at 12:01", True),
        ("not_needed", "", "no emergency call is needed", False),
    ],
)
def test_what_was_recorded_of_the_emergency_call_is_shown(desk, state, caller, said, is_red):
    """The screen says it in one line, instead of the red number, once no further call is needed."""
    case_id = opened(desk, injured=1)
    assert shown(desk, case_id).emergency_call is None
    assert "EMERGENCY  112" in screen_of(shown(desk, case_id))
    at = NOON + timedelta(minutes=1)
    emergency_record.record_emergency(
        desk(3), case_id, state, caller=caller, at=at, because="Canary" * (state == "not_needed")
    )
    view = shown(desk, case_id, 3)
    assert view.emergency_call == EmergencyRecord(state, caller, at)
    text = screen_of(view, 3)
    assert (said in text, "EMERGENCY  112" in text, "Canary" in text) == (True, is_red, False)
    [act] = [each for each in view_case.acts(desk(3), case_id) if each.action == "emergency"]
    called_at = None if state == "not_needed" else "2026-11-27T13:01:00+01:00"
    assert (act.details["state"], act.details["called_at"]) == (state, called_at)


@pytest.mark.parametrize(("minutes", "is_refused"), [(-22 * 60, True), (-31, True), (-5, False)])
def test_an_emergency_call_of_another_day_is_refused(desk, minutes, is_refused):
    """Its time may be some minutes before the case, but not that of the night before."""
    case_id = opened(desk, injured=1)
    at = NOON + timedelta(minutes=minutes)

    def record():
        return emergency_record.record_emergency(desk(3), case_id, "called", caller="desk", at=at)

    if not is_refused:
        assert record().state == "called"
        return
    with pytest.raises(UsageError, match="is long before case 1, which was opened at "):
        record()
    assert shown(desk, case_id).emergency_call is None


def test_an_emergency_call_is_taken_in_a_case_that_a_clock_ahead_has_opened(desk):
    """The clock was set back by 45 minutes; a call of now is long before the recorded opening."""
    case_id = opened(desk, injured=1)
    done = emergency_record.record_emergency(desk(-45), case_id, "called", caller="desk")
    assert done.state == "called"


def test_a_hand_over_has_the_one_order_of_urgency(desk):
    """A case with hurt persons that is not overdue stands before an overdue one."""
    calm = opened(desk)
    facts = incident(kind="breakdown", when=NOON, injured=1)
    hurt = open_case.open_case(desk(3), facts, Personal()).case.id
    book = desk(3.5)
    assert [each.id for each in view_case.cases(book)] == [hurt, calm]
    assert not view_case.show(book, hurt).overdue
    assert view_case.show(book, calm).overdue
    assert [each.case_id for each in take_over.hand_over(book, "MB").cases] == [hurt, calm]


@pytest.mark.parametrize("on_line", [False, True])
@pytest.mark.parametrize("minutes", [0, 11])
@pytest.mark.parametrize(
    "facts",
    [
        {}, {"injured": ""}, {"injured": "0", "spot": "home"}, {"injured": "2"},
        {"injured": "0", "trapped": "yes"}, {"trapped": "no", "injured": "0"},
        {"injured": "0", "spot": "lane"}, {"spot": "shoulder"}, {"injured": "0", "spot": "tunnel"},
    ],
)  # fmt: skip
def test_a_parked_call_is_as_urgent_as_its_case(desk, facts, on_line, minutes):
    """Danger and urgency of a draft follow the rules of a case with the same facts."""
    draft = Draft(
        id=1, operator="AK", opened_at=NOON, changed_at=NOON, parked_at=NOON, facts=facts,
        on_line=on_line,
    )  # fmt: skip
    of_case = incident(
        kind="breakdown",
        injured=int(facts.get("injured") or 0),
        trapped=facts.get("trapped") == "yes",
        spot=facts.get("spot"),
    )
    assert draft.is_danger == of_case.in_danger
    now = NOON + timedelta(minutes=minutes)
    assert view_drafts.sort_key(draft, now)[0] == urgency.urgency_by(
        is_person=of_case.in_danger, is_overdue=minutes > 10, is_over=False, is_on_line=on_line
    )
