"""What was promised survives a merge, a close, a new fact and a long wait, or is named."""

from datetime import timedelta

import pytest

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    correct_case,
    emergency_record,
    end_case,
    keep_case,
    keep_promises,
    merge_cases,
    offer_call,
    undo_acts,
    view_case,
)
from dispatch_cli.errors import ConflictError
from tests.english import english

from .conftest import NOON
from .test_promises import SOON, ask, due, opened, refuse_all


def helped(desk, case_id):
    """Let the next firm accept."""
    ref = ask(desk, case_id)
    answer_call.accept(desk(), ref, SOON, is_compared=True)
    return ref


def read(desk, case_id):
    """Read a case."""
    with desk().store.reading() as reader:
        return reader.case(case_id)


def test_a_merge_keeps_what_the_other_caller_waits_for(desk):
    """Line, call back, hurt persons and the recorded emergency call go to the case that stays."""
    stays, other = opened(desk), opened(desk, injured=2)
    emergency_record.record_emergency(desk(), other, "called", caller="caller")
    keep_promises.hold_line(desk(), other, is_waiting=True)
    keep_case.remind(desk(), other, NOON + timedelta(minutes=20))
    before = read(desk, stays)
    merge_cases.merge(desk(), stays, other)
    kept = read(desk, stays)
    assert (kept.on_line_since, kept.call_back_at) == (NOON, NOON + timedelta(minutes=20))
    assert (kept.incident.injured, kept.emergency, kept.emergency_by) == (2, "called", None)
    assert ("call back", "") in due(desk, stays)
    undo_acts.undo_merge(desk(), stays, other)
    again = read(desk, stays)
    assert (again.on_line_since, again.call_back_at) == (None, None)
    assert (again.incident, again.emergency) == (before.incident, before.emergency)


def test_the_only_firm_that_comes_is_not_called_off_by_a_merge(desk):
    """The merge is refused with the other way round, which is allowed."""
    stays, other = opened(desk), opened(desk)
    helped(desk, other)
    with pytest.raises(ConflictError, match="only case 2 has help") as refused:
        merge_cases.merge(desk(), stays, other)
    assert "merge the other way round" in str(refused.value.hint)
    merge_cases.merge(desk(), other, stays)


def test_a_close_names_the_promises_that_are_left(desk):
    """Driver, caller, call back and line are named; control: after they are kept there is none."""
    left = opened(desk)
    helped(desk, left)
    keep_promises.hold_line(desk(), left, is_waiting=True)
    keep_case.remind(desk(), left, NOON + timedelta(minutes=20))
    warnings = " ".join(english(end_case.close(desk(), left).warnings))
    for words in ("waits on the line", "call back", "driver of Anna", "not told about Anna"):
        assert words in warnings
    kept = opened(desk)
    helped(desk, kept)
    for person in keep_promises.TOLD:
        keep_promises.tell(desk(), str(kept), person)
    warnings = " ".join(english(end_case.close(desk(), kept).warnings))
    assert "told" not in warnings
    assert "line" not in warnings


def test_a_close_without_the_emergency_call_says_so(desk):
    """It is the first warning, until the call is recorded or known not to be needed."""
    bare, known = opened(desk, injured=1), opened(desk, injured=1)
    emergency_record.record_emergency(desk(), known, "not_needed", because="a bruise")
    said = [" ".join(english(end_case.close(desk(), each).warnings)) for each in (bare, known)]
    assert ["NO EMERGENCY CALL IS RECORDED" in each for each in said] == [True, False]


def test_a_driver_is_told_again_what_has_changed(desk):
    """A new destination is due for the driver, as a new place is."""
    case_id = opened(desk)
    ref = helped(desk, case_id)
    keep_promises.tell(desk(), ref, "driver")
    assert ("tell driver", 1) not in due(desk, case_id)
    amend_case.amend(desk(), case_id, {}, {"to": "garage"})
    assert ("tell driver", 1) in due(desk, case_id)


def test_the_journal_names_the_offers_that_were_told_or_called_off(desk):
    """Also where only the case was named."""
    case_id = opened(desk)
    helped(desk, case_id)
    keep_promises.tell(desk(), str(case_id), "driver")
    end_case.cancel(desk(), case_id)
    keep_promises.call_off(desk(), str(case_id))
    details = {act.action: act.details for act in view_case.acts(desk(), case_id)}
    assert (details["tell_driver"]["offers"], details["call off"]["offers"]) == ("1", "1")


def test_a_firm_that_rings_back_much_later_delays_the_next_call_by_minutes(desk):
    """After ten minutes and the usual three the next call is due, whatever the firm has said."""
    case_id = opened(desk)
    card = offer_call.place_call(desk(), case_id)
    keep_promises.ring_back(desk(), card.ref, NOON + timedelta(minutes=300))
    missed = [each.what for each in view_case.audit(desk(14)).overdue]
    assert missed == ["next call"]
    assert view_case.audit(desk(12)).overdue == ()


def test_the_last_resort_is_called_off_by_the_operator_who_accepts(desk):
    """Its number is named when a firm accepts after all; without a last resort none is."""
    case_id = opened(desk)
    refuse_all(desk, case_id, "roadside_repair")
    repair = "roadside_repair"
    emergency_record.record_last_resort(desk(), case_id, "called", caller="desk", service=repair)
    emergency_record.record_last_resort(desk(), case_id, "takes_over", service=repair)
    again = correct_case.correct(desk(), f"{case_id}.1", "open", "rings back")
    done = answer_call.accept(desk(), again.ref, SOON, is_compared=True)
    [warning] = english(done.warnings)
    assert warning == "call 110, the last resort for roadside_repair: no longer needed"
    other = opened(desk)
    ref = ask(desk, other)
    done = answer_call.accept(desk(), ref, SOON, extra_unit=True, is_compared=True)
    assert english(done.warnings) == ()
