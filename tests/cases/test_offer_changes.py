"""Every action follows the published table and changes the case as expected."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.availability import Fleet
from dispatch_cli.cases import (
    case_deadlines,
    case_ends,
    case_states,
    offer_changes,
    offer_corrections,
    offer_notices,
    offer_table,
    unit_bookings,
)
from dispatch_cli.cases.offer_changes import CALL_BACK_WITHIN
from dispatch_cli.cases.unit_bookings import NoUnitError
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model.case import Booking, Case
from tests.english import english

from .sample_cases import JOB, MINUTE, NOON, case, fleet, option, service

ETA = NOON + 35 * MINUTE


def asked(of: Case | None = None, service_name: str = "roadside_repair", *, at=NOON) -> Case:
    """Return the case with an open offer to the next of a service."""
    of = of or case()
    wanted = case_states.service_of(of, service_name)
    found = case_states.next_option(of, wanted)
    return offer_changes.ask(of, wanted, found.option, phone=found.phone, now=at, operator="desk")


def done(of: Case, number: int, action: str, *, at=NOON, outcome="declined") -> Case:
    """Do one action of the table, with what it needs besides."""
    if action == "accept":
        return offer_changes.accept(
            of, number, there_at=ETA, now=at, fleet=Fleet(2, NOON), minutes=JOB
        )
    if action == "eta":
        return offer_changes.promise(
            of, number, there_at=ETA, now=at, speaker="provider", fleet=Fleet(2, NOON), minutes=JOB
        )[0]
    if action == "arrive":
        return offer_changes.arrive(of, number, now=at, fleet=Fleet(2, NOON), job_min=45.0)[0]
    if action == "correct":
        is_waiting = of.offers[number - 1].state in case_states.WAITING_FOR_ANSWER
        right = "not_called" if is_waiting else outcome
        return offer_corrections.correct(of, number, right, now=at, operator="desk")
    if action == "later":
        return offer_notices.later(of, number, until=at + 5 * MINUTE)
    if action == "call_off":
        return offer_notices.call_off(of, number, now=at)
    if action in ("tell_driver", "tell_caller"):
        return offer_notices.tell(of, number, action)
    return offer_changes.answer(of, number, action, now=at, reason="no_unit")


def in_state(state: str) -> Case:
    """Make a case whose offer 1 is in a state of the table."""
    ways = {
        "open": (),
        "accepted": ("accept",),
        "arrived": ("accept", "arrive"),
        "declined": ("decline",),
        "failed": ("accept", "fail"),
        "unsuccessful": ("accept", "unsuccessful"),
        "cancelled": ("cancel",),
        "later": ("later",),
        "called_off": ("call_off",),
        "corrected": ("accept", "correct"),
    }
    of = asked()
    for action in ways.get(state, (state,)):
        of = done(of, 1, action, outcome="no_answer")
    assert of.offers[0].state == state
    return of


@pytest.mark.parametrize("state", offer_table.TABLE)
@pytest.mark.parametrize("action", offer_table.ACTIONS)
def test_every_cell_of_the_table(state, action):
    """Each action in each state follows the table, or is refused without a change."""
    before = in_state(state)
    cell = offer_table.TABLE[state][action]
    if isinstance(cell, offer_table.Refused):
        with pytest.raises(ConflictError, match=str(cell.why)):
            done(before, 1, action)
        return
    if action == "call_off" and state in ("called_off", "no_answer"):
        with pytest.raises(ConflictError, match="need not be called off"):
            done(before, 1, action)
        return
    after = done(before, 1, action)
    assert after.offers[0].state == cell
    if action == "correct" and state not in case_states.WAITING_FOR_ANSWER:
        assert after.offers[-1].number == len(before.offers) + 1
        assert after.offers[-1].state == "declined"


def test_a_call_that_runs_or_never_was():
    """``open`` lets a call run again; ``not_called`` takes it back, and the turn is still due."""
    of = done(asked(), 1, "no_answer")
    again = offer_corrections.correct(of, 1, "open", now=NOON + MINUTE, operator="desk")
    assert [offer.state for offer in again.offers] == ["corrected", "open"]
    assert again.offers[1].answer_by == NOON + MINUTE + offer_changes.ANSWER_WITHIN
    never = offer_corrections.correct(asked(), 1, "not_called", now=NOON, operator="desk")
    assert [offer.state for offer in never.offers] == ["corrected"]
    wanted = never.services[0]
    assert case_states.next_option(never, wanted).phone == asked().offers[0].phone
    with pytest.raises(UsageError, match="has not been answered"):
        offer_corrections.correct(asked(), 1, "declined", now=NOON, operator="desk")


def test_two_calls_never_run_at_once_by_a_correction():
    """While the next firm is asked, or on the way, an earlier call cannot be reopened."""
    of = asked(done(asked(), 1, "decline"))
    with pytest.raises(ConflictError, match=r"17\.2 .* has been open since"):
        offer_corrections.correct(of, 1, "open", now=NOON, operator="desk")


def test_nothing_is_corrected_after_an_arrival():
    """An offer whose help has arrived cannot be corrected, also if it failed later."""
    of = done(done(done(asked(), 1, "accept"), 1, "arrive"), 1, "fail")
    with pytest.raises(ConflictError, match=r"17\.1 Anna arrived at"):
        done(of, 1, "correct")


def test_the_table_is_complete():
    """Every state that an offer can have has a row, and every row every action."""
    assert {
        c for row in offer_table.TABLE.values() for c in row.values() if isinstance(c, str)
    } <= set(offer_table.TABLE)
    assert all(tuple(row) == offer_table.ACTIONS for row in offer_table.TABLE.values())
    assert offer_table.as_markdown().count("\n") == len(offer_table.TABLE) + 2


def test_the_next_one_is_asked_only_once():
    """While one firm is asked or has accepted, no other can be asked for the service."""
    of = asked()
    with pytest.raises(ConflictError, match="asking already"):
        asked(of)
    with pytest.raises(ConflictError, match="accepted already"):
        asked(done(of, 1, "accept"))


def test_a_firm_that_does_not_answer_is_tried_on_every_number():
    """No answer on the first number: the second before the next firm; a refusal: the next firm."""
    of = done(asked(), 1, "no_answer")
    of = asked(of)
    assert (of.offers[-1].provider, of.offers[-1].phone) == ("anna", "anna 2")
    of = asked(done(of, 2, "unreachable"))
    assert of.offers[-1].provider == "bert"
    of = asked(done(asked(), 1, "decline"))
    assert of.offers[-1].provider == "bert"


def test_exhausted_is_a_state():
    """After all refusals the service is exhausted."""
    of = case(service("tow", option("anna")))
    of = done(asked(of, "tow"), 1, "decline")
    assert case_states.service_state(of, of.services[0]) == "exhausted"
    assert case_states.next_option(of, of.services[0]).option is None


def test_a_firm_that_has_closed_is_skipped_with_a_reason():
    """The gates are asked before each call; the order stays."""
    of = case(service("tow", option("anna"), option("bert")))
    found = case_states.next_option(
        of, of.services[0], lambda each: "closed" if each.provider == "anna" else None
    )
    assert found.option.provider == "bert"
    assert [(skipped.provider, why) for skipped, why in found.skipped] == [("anna", "closed")]


def test_one_firm_under_two_ids_is_called_once():
    """Anna has refused on her number, which Bert has too: he is passed over, and Carl is asked."""
    anna = replace(option("anna"), phones=("089 99998-101",))
    bert = replace(option("bert"), phones=("bert 1", "+49 (89) 99998101"))
    of = asked(case(service("tow", anna, bert, option("carl"))), "tow")
    of = done(of, 1, "decline")
    found = case_states.next_option(of, of.services[0])
    assert found.option.provider == "carl"
    assert [english(why) for _, why in found.skipped] == ["same number as Anna: declined"]


def test_a_failure_goes_on_with_the_next():
    """Accepted then failed: the cascade goes on, that firm is not asked again."""
    of = done(done(asked(), 1, "accept"), 1, "fail")
    assert of.offers[0].ended_at == NOON
    assert asked(of).offers[-1].provider == "bert"


def test_unsuccessful_opens_the_planned_service():
    """An unsuccessful repair opens the tow and lowers no acceptance."""
    of = case()
    assert case_states.service_state(of, of.services[1]) == "later"
    with pytest.raises(ConflictError, match="waits until roadside_repair has failed"):
        asked(of, "tow")
    of = done(done(asked(of), 1, "accept"), 1, "unsuccessful")
    assert case_states.service_state(of, of.services[0]) == "unsuccessful"
    assert case_states.service_state(of, of.services[1]) == "waiting"


def test_a_late_acceptance_names_the_first_one():
    """A call back after another acceptance is refused with its firm and time."""
    of = done(asked(), 1, "no_answer")
    of = done(asked(of), 2, "unreachable")
    of = done(asked(of), 3, "accept", at=NOON + 3 * MINUTE)
    with pytest.raises(ConflictError, match="already accepted by Bert at 12:03"):
        done(of, 1, "accept", at=NOON + 4 * MINUTE)


def test_a_call_back_in_time_may_accept():
    """A late acceptance is allowed within the window, unless another firm is asked."""
    of = done(asked(), 1, "no_answer")
    assert done(of, 1, "accept", at=NOON + CALL_BACK_WITHIN).offers[0].state == "accepted"
    with pytest.raises(ConflictError, match="the time for a call back is over"):
        done(of, 1, "accept", at=NOON + CALL_BACK_WITHIN + MINUTE)
    with pytest.raises(ConflictError, match=r"17\.2 is being asked"):
        done(asked(of), 1, "accept")


def booked(unit: int, begin: int, end: int) -> Booking:
    """Make a unit of Anna's that case 5 has booked, in minutes after noon."""
    return Booking(provider="anna", unit=unit, case_id=5, offer=1, begin=NOON + begin * MINUTE,
                   end=NOON + end * MINUTE)  # fmt: skip


def test_an_acceptance_books_the_lowest_unit_that_is_free_all_the_time():
    """The unit must be free from 20 minutes before the arrival to 45 minutes after it."""

    def taken(units, *bookings, **facts):
        of = offer_changes.accept(
            asked(),
            1,
            there_at=ETA,
            now=NOON,
            fleet=Fleet(units, NOON, bookings),
            minutes=JOB,
            **facts,
        )
        offer = of.offers[0]
        assert (offer.booked_from, offer.booked_until) == (NOON + 15 * MINUTE, NOON + 80 * MINUTE)
        return offer.unit

    assert taken(2) == 1
    assert taken(2, booked(1, 0, 60)) == 2
    # A unit that is back before it must set off, and one whose next job begins after this one.
    assert taken(1, booked(1, -60, 15), booked(1, 80, 90)) == 1
    assert taken(2, booked(1, 79, 200), booked(2, 0, 15)) == 2
    # A unit that should be back is taken for want of another.
    assert taken(1, booked(1, -300, -200)) == 1
    assert taken(2, booked(1, -300, -200)) == 2
    busy = booked(1, 0, 30), booked(2, 0, 16)
    assert taken(2, *busy, extra_unit=True) == 3
    # One more truck is not the one that should be back.
    assert taken(1, booked(1, -300, -200), extra_unit=True) == 2
    with pytest.raises(ConflictError, match=r"all 2 units are booked for case 5; .* from 12:36"):
        taken(2, *busy)
    with pytest.raises(
        ConflictError, match=r"no free unit: its only unit is booked for case 5; .* 12:50"
    ):
        taken(1, busy[0])
    back_to_back = booked(1, 0, 30), booked(1, 30, 70), booked(1, 90, 100)
    with pytest.raises(ConflictError, match="from 14:00"):
        taken(1, *back_to_back)
    with pytest.raises(ConflictError, match=r"no free unit$"):
        taken(0)


def test_a_time_that_is_possible_is_accepted():
    """The refusal names a whole minute, and an acceptance for it is not refused."""
    odd = replace(booked(1, 0, 30), end=NOON + 30 * MINUTE + timedelta(seconds=37))
    facts = {"now": NOON, "fleet": Fleet(1, NOON, [odd]), "minutes": JOB}
    with pytest.raises(unit_bookings.NoUnitError) as refused:
        offer_changes.accept(asked(), 1, there_at=ETA, **facts)
    assert refused.value.there_at == NOON + 51 * MINUTE
    of = offer_changes.accept(asked(), 1, there_at=refused.value.there_at, **facts)
    assert of.offers[0].unit == 1


def test_a_unit_whose_way_is_not_known_sets_off_at_the_time_of_the_incident():
    """The way of a firm outside the cascade is unknown; a later incident books its unit later."""
    minutes = unit_bookings.JobMinutes(None, 45.0)
    for when, begin in ((0, 0), (10, 10), (50, 35), (-60, 0)):
        of = asked()
        of = replace(of, incident=replace(of.incident, when=NOON + when * MINUTE))
        of = offer_changes.accept(
            of, 1, there_at=ETA, now=NOON, fleet=Fleet(1, NOON), minutes=minutes
        )
        assert of.offers[0].booked_from == NOON + begin * MINUTE


def placed(found):
    """Make a booking at another time in minutes after noon, and those that give way to it."""

    def times(each):
        return each.unit, (each.begin - NOON) / MINUTE, (each.end - NOON) / MINUTE

    return times(found), [times(each) for each in found.others]


def test_a_new_time_moves_the_booking_and_is_never_refused():
    """The same unit, else a free one, else the unit's other jobs give way."""

    def moved(units, *bookings, now=0):
        of = done(asked(), 1, "accept")  # from 12:15 to 13:20
        return placed(
            offer_changes.promise(
                of, 1, there_at=ETA + 60 * MINUTE, now=NOON + now * MINUTE, speaker="provider",
                fleet=Fleet(units, NOON + now * MINUTE, bookings), minutes=JOB,
            )[1]
        )  # fmt: skip

    assert moved(1) == ((1, 75, 140), [])
    assert moved(2, booked(1, 100, 200)) == ((2, 75, 140), [])
    assert moved(1, booked(1, 100, 200)) == ((1, 75, 140), [(1, 140, 240)])
    assert moved(1, booked(1, 60, 90), booked(1, 120, 150), booked(1, 160, 170)) == (
        (1, 75, 140), [(1, 60, 75), (1, 140, 170), (1, 170, 180)],
    )  # fmt: skip
    # A truck that has set off is on the road, and stays the same.
    assert moved(2, booked(1, 100, 200), now=20) == ((1, 15, 140), [(1, 140, 240)])


def test_the_arrival_moves_the_booking():
    """The job takes 45 minutes from then on, however early or late; other jobs give way."""

    def there(minute, *bookings):
        of = done(asked(), 1, "accept")
        now = NOON + minute * MINUTE
        return placed(
            offer_changes.arrive(of, 1, now=now, fleet=Fleet(1, now, bookings), job_min=45)[1]
        )

    assert there(50) == ((1, 15, 95), [])
    assert there(5) == ((1, 5, 50), [])
    assert there(50, booked(1, 80, 120)) == ((1, 15, 95), [(1, 95, 135)])
    assert there(150, booked(1, 80, 120)) == ((1, 15, 195), [(1, 195, 235)])
    assert there(5, booked(1, -30, 15)) == ((1, 5, 50), [(1, -30, 5)])


def test_a_declined_offer_needs_a_reason_of_the_list():
    """An unknown reason for a refusal is refused."""
    with pytest.raises(UsageError, match="allowed: no_unit, no_driver"):
        offer_changes.answer(asked(), 1, "decline", now=NOON, reason="lazy")


def test_every_promise_is_kept():
    """A new time is added to the old one, with its moment and speaker."""
    of = done(asked(), 1, "accept")
    of, _ = offer_changes.promise(
        of, 1, there_at=ETA + 10 * MINUTE, now=NOON + MINUTE, speaker="operator",
        fleet=Fleet(2, NOON), minutes=JOB,
    )  # fmt: skip
    assert [(p.there_at, p.speaker) for p in of.offers[0].promises] == [
        (ETA, "provider"),
        (ETA + 10 * MINUTE, "operator"),
    ]


def test_deadlines_of_answer_arrival_and_call_back():
    """An open offer is due for its answer, an accepted one for its arrival, a call for itself."""
    of = asked()
    assert [d.what for d in case_deadlines.overdue(of, NOON + 2 * MINUTE)] == []
    assert [d.what for d in case_deadlines.overdue(of, NOON + 4 * MINUTE)] == ["answer"]
    of = done(of, 1, "accept")
    assert [d.what for d in case_deadlines.overdue(of, ETA)] == ["tell driver", "tell caller"]
    of = done(done(of, 1, "tell_driver"), 1, "tell_caller")
    assert case_deadlines.overdue(of, ETA) == []
    assert [d.what for d in case_deadlines.overdue(of, ETA + 11 * MINUTE)] == ["arrival"]
    arrived = done(of, 1, "arrive")
    assert case_deadlines.overdue(arrived, NOON + 45 * MINUTE) == []
    assert [(d.what, d.offer) for d in case_deadlines.overdue(arrived, NOON + 46 * MINUTE)] == [
        ("closing", 1)
    ]
    of = replace(case(), call_back_at=NOON)
    assert [d.what for d in case_deadlines.overdue(of, NOON + MINUTE)] == ["call back"]


def test_no_service_is_forgotten():
    """A service without an open offer is due, and so is an exhausted one."""
    of = case(service("tow", option("anna")))
    assert [d.what for d in case_deadlines.overdue(of, NOON + 4 * MINUTE)] == ["next call"]
    of = asked(of, "tow", at=NOON + MINUTE)
    of = done(of, 1, "decline", at=NOON + 2 * MINUTE)
    assert case_deadlines.overdue(of, NOON + 4 * MINUTE) == []
    assert [d.what for d in case_deadlines.overdue(of, NOON + 6 * MINUTE)] == ["last resort"]
    assert case_deadlines.deadlines(case_ends.close(of, now=NOON), NOON) == []


@pytest.mark.parametrize("stage", ["accept", "arrive"])
def test_help_in_vain_leaves_the_case_due(stage):
    """Without a service planned behind, the case is due to be closed 3 minutes later."""
    of = done(asked(case(service("tow", option("anna"), option("bert"))), "tow"), 1, "accept")
    of = of if stage == "accept" else done(of, 1, "arrive")
    of = done(of, 1, "unsuccessful", at=NOON + 5 * MINUTE)
    assert case_states.service_state(of, of.services[0]) == "unsuccessful"
    assert case_deadlines.deadlines(of, NOON + 5 * MINUTE) == [
        case_deadlines.Deadline(NOON + 8 * MINUTE, "closing", 1)
    ]
    [ahead] = case_deadlines.overdue(of, NOON)
    assert (ahead.what, ahead.is_ahead) == ("closing", True)


def test_a_job_in_progress_delays_the_closing():
    """One of two services failed: the case is due at the end of the other job."""
    of = asked(case(service("tow", option("anna")), service("taxi", option("carl"))), "tow")
    of = done(done(of, 1, "accept"), 1, "unsuccessful", at=NOON + MINUTE)
    of = asked(of, "taxi", at=NOON + MINUTE)
    of = done(done(of, 2, "accept"), 2, "arrive")
    assert [(d.what, d.offer) for d in case_deadlines.deadlines(of, NOON)] == [("closing", 2)]


def test_no_open_case_is_without_a_deadline():
    """A case whose only offer was called off, or that needs no provider, is due to be closed."""
    of = done(asked(), 1, "cancel", at=NOON + MINUTE)
    to_call_off = case_deadlines.Deadline(NOON + MINUTE, "call off", 1)
    closing = case_deadlines.Deadline(NOON + 4 * MINUTE, "closing", 1)
    assert case_deadlines.deadlines(of, NOON) == [to_call_off, closing]
    assert case_deadlines.deadlines(done(of, 1, "call_off"), NOON) == [closing]
    bare = replace(case(), services=(), call_back_at=NOON + 60 * MINUTE)
    assert case_deadlines.deadlines(bare, NOON) == [
        case_deadlines.Deadline(NOON + 3 * MINUTE, "closing"),
        case_deadlines.Deadline(NOON + 60 * MINUTE, "call back"),
    ]
    later = replace(bare, incident=replace(bare.incident, when=NOON + 60 * MINUTE))
    assert case_deadlines.deadlines(later, NOON)[-1].at == NOON + 63 * MINUTE


def test_only_an_unanswered_call_delays_the_next_one():
    """A call that was not made, or was answered, delays no next call."""
    of = done(asked(), 1, "no_answer", at=NOON)
    assert [d.at for d in case_deadlines.deadlines(of, NOON)] == [NOON + 8 * MINUTE]
    never = offer_corrections.correct(of, 1, "not_called", now=NOON + MINUTE, operator="boss")
    assert [d.at for d in case_deadlines.deadlines(never, NOON)] == [NOON + 4 * MINUTE]
    back = done(done(of, 1, "accept", at=NOON + MINUTE), 1, "fail", at=NOON + MINUTE)
    assert [d.at for d in case_deadlines.deadlines(back, NOON)] == [NOON + 4 * MINUTE]


def test_closing_and_cancelling():
    """A case closes without open offers; a cancelled one counts against no provider."""
    with pytest.raises(ConflictError, match=r"17\.1 is still open"):
        case_ends.close(asked(), now=NOON)
    closed = case_ends.close(done(asked(), 1, "accept"), now=NOON)
    assert closed.offers[0].ended_at == NOON
    with pytest.raises(ConflictError, match="case 17 was closed at 12:00"):
        asked(closed)
    gone = case_ends.cancel(done(asked(), 1, "accept"), now=NOON)
    assert [offer.state for offer in gone.offers] == ["cancelled"]
    assert case_states.service_state(gone, gone.services[0]) == "cancelled"
    with pytest.raises(ConflictError, match="case 17 was cancelled"):
        case_ends.cancel(gone, now=NOON)


def test_a_correction_keeps_both_and_frees_the_unit():
    """The wrong record stays and is marked; the firm's unit is free again."""
    of = done(asked(), 1, "accept")
    assert fleet(of, "anna").booked
    of = offer_corrections.correct(of, 1, "declined", now=NOON, operator="boss")
    assert [offer.state for offer in of.offers] == ["corrected", "declined"]
    assert (of.offers[1].operator, of.offers[1].opened_at) == ("boss", of.offers[0].opened_at)
    assert not fleet(of, "anna").booked
    to_accepted = offer_corrections.correct(of, 2, "accepted", now=NOON, operator="boss")
    assert to_accepted.offers[-1].state == "open"


def test_unknown_offers_are_refused():
    """An offer that the case does not have is a wrong argument."""
    with pytest.raises(UsageError, match=r"case 17 has no offer 17\.9"):
        offer_changes.arrive(case(), 9, now=NOON, fleet=Fleet(1, NOON), job_min=45.0)


@pytest.mark.parametrize("promised_min", [5, 10, 20, 40])
@pytest.mark.parametrize("out_min", [30, 33.5, 90])
def test_the_time_that_is_named_is_accepted(promised_min, out_min):
    """The time in the refusal is accepted, also after a promise shorter than the firm's way."""
    out = Booking(provider="anna", unit=1, case_id=9, offer=1, begin=NOON - 30 * MINUTE,
                  end=NOON + out_min * MINUTE)  # fmt: skip

    def accept(there_at):
        return offer_changes.accept(
            asked(), 1, there_at=there_at, now=NOON, fleet=Fleet(1, NOON, [out]), minutes=JOB
        )

    with pytest.raises(NoUnitError, match="its only unit is booked for case 9") as refused:
        accept(NOON + promised_min * MINUTE)
    there_at = refused.value.there_at
    assert there_at - NOON - timedelta(minutes=out_min + 20) < MINUTE
    assert accept(there_at).offers[0].booked_from >= out.end


def test_without_a_known_way_no_time_is_named():
    """A firm from outside the cascade is refused with the reason alone."""
    out = Booking(provider="anna", unit=1, case_id=9, offer=1, begin=NOON, end=NOON + 60 * MINUTE)
    minutes = replace(JOB, way_min=None)
    with pytest.raises(NoUnitError, match=r"booked for case 9$") as refused:
        offer_changes.accept(asked(), 1, there_at=NOON + 10 * MINUTE, now=NOON,
                        fleet=Fleet(1, NOON, [out]), minutes=minutes)  # fmt: skip
    assert refused.value.there_at is None


def test_a_superseded_offer_is_no_longer_of_its_call():
    """After a correction of one of two services the other is alone."""
    of = asked()
    first = replace(of.offers[0], joint=1)
    second = replace(first, number=2, corrected=True)
    joint = replace(of, offers=(first, second))
    assert joint.of_one_call(first) == [first]
    assert replace(of, offers=(first, replace(second, corrected=False))).of_one_call(first) == [
        first, replace(second, corrected=False)
    ]  # fmt: skip
    assert of.of_one_call(of.offers[0]) == [of.offers[0]]
