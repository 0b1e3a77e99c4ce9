"""Each verb works against the real log, from the opening of a case to its closing."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    copied_facts,
    correct_case,
    end_case,
    erase_case,
    keep_case,
    keep_promises,
    offer_call,
    open_case,
    undo_acts,
    view_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model import Span, Timetable
from dispatch_cli.model.case import Personal
from dispatch_cli.store import open_store
from tests.english import english

from ..worlds import MIDDLE, MemoryCatalog, incident, no_holidays, provider
from .conftest import NOON

MOTORIST = Personal(
    caller="Canary-Name", call_back="089 99998-777", plate="A-CA 1", note="Canary-Note"
)


def opened(desk, kind="breakdown", minutes=0, personal=MOTORIST, **facts):
    """Open a case and give its number."""
    of = incident(kind=kind, when=NOON, note="Canary-Incident", **facts)
    return open_case.open_case(desk(minutes), of, personal).case.id


def test_from_open_to_closed(desk):
    """Call A, note the answer, call B; accept, new time, arrival, close; the log has every act."""
    number = opened(desk)
    card = offer_call.place_call(desk(1), number)
    assert (card.ref, card.provider, card.phone, card.of) == ("1.1", "anna", "089 1", 2)
    answer_call.record(desk(2), "1.1", "decline", reason="no_unit")
    card = offer_call.place_call(desk(3), number)
    assert card.provider == "bert"
    said = answer_call.accept(desk(4), "1.2", NOON + timedelta(minutes=39))
    assert (said.state, said.ref) == ("accepted", "1.2")
    answer_call.promise(desk(20), "1.2", NOON + timedelta(minutes=50))
    answer_call.arrive(desk(48), "1.2")
    end_case.close(desk(90), number)
    view = view_case.show(desk(91), number)
    assert (view.state, [offer.state for offer in view.offers]) == (
        "closed", ["declined", "arrived"],
    )  # fmt: skip
    assert [act.action for act in view_case.acts(desk(92), number)] == [
        "open", "offer", "decline", "offer", "accept", "eta", "arrive", "close",
    ]  # fmt: skip


def test_nothing_personal_before_acceptance(desk):
    """The offer's card has no name, number, plate, note or exact place; the accepted firm has."""
    number = opened(desk)
    card = offer_call.place_call(desk(1), number)
    for canary in ("Canary", "99998-777", "A-CA", f"{MIDDLE.lat:.5f}"):
        assert canary not in repr(card)
    said = answer_call.accept(desk(2), card.ref, NOON + timedelta(minutes=30))
    given = " ".join(said.give_driver)
    for canary in (
        "Canary-Name",
        "089 99998-777",
        "A-CA 1",
        "Canary-Incident",
        f"{MIDDLE.lat:.5f}",
    ):
        assert canary in given
    assert "Canary" not in repr(view_case.cases(desk(3)))
    assert "Canary" not in repr(view_case.acts(desk(3)))


def test_the_last_unit_cannot_go_to_two_cases(desk):
    """Anna's only truck is booked by the first case; the second case skips her."""
    first, second = opened(desk), opened(desk)
    offer_call.place_call(desk(1), first)
    card = offer_call.place_call(desk(1), second)
    assert card.provider == "anna"
    answer_call.accept(desk(2), f"{first}.1", NOON + timedelta(minutes=5))
    with pytest.raises(ConflictError, match="no free unit: its only unit is booked for case 1"):
        answer_call.accept(desk(3), f"{second}.1", NOON + timedelta(minutes=25))
    answer_call.record(desk(3), f"{second}.1", "decline", reason="no_unit")
    assert offer_call.place_call(desk(4), second).provider == "bert"
    third = opened(desk, minutes=4)
    card = offer_call.place_call(desk(5), third)
    assert card.provider == "bert"
    end_case.close(desk(60), first)
    assert (
        answer_call.accept(desk(61), f"{second}.2", NOON + timedelta(minutes=90)).state
        == "accepted"
    )


def test_a_refused_act_is_recorded_and_changes_nothing(desk):
    """A late answer is recorded and shown, but changes nothing."""
    number = opened(desk)
    offer_call.place_call(desk(1), number)
    answer_call.record(desk(2), "1.1", "decline", reason="weather")
    with pytest.raises(ConflictError, match="has already been answered: Anna at 13:02"):
        answer_call.accept(desk(3), "1.1", NOON + timedelta(minutes=30))
    assert view_case.show(desk(4), number).offers[0].state == "declined"
    assert view_case.acts(desk(4), number)[-1].action == "refused accept"


def test_the_bare_number_means_the_one_open_offer(desk):
    """17 is 17.2 while only that is open; otherwise exit code 2 with the list."""
    number = opened(desk)
    with pytest.raises(UsageError, match="has no open offer"):
        answer_call.offer_ref(desk(), str(number))
    offer_call.place_call(desk(1), number)
    assert answer_call.offer_ref(desk(1), str(number)) == (number, 1)
    for wrong in ("x", "1.x", "", "1.2.3", "9"):
        with pytest.raises(UsageError):
            answer_call.offer_ref(desk(1), wrong)


def test_unsuccessful_opens_the_tow(desk):
    """A repair that did not help opens the service that was planned after it."""
    number = opened(desk)
    offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), "1.1", NOON + timedelta(minutes=12))
    answer_call.record(desk(30), "1.1", "unsuccessful")
    card = offer_call.place_call(desk(31), number)
    assert (card.service, card.provider) == ("tow", "anna")


def test_out_of_order_is_recorded_as_such(desk):
    """The operator may ask any provider, also an excluded one after seeing the reason."""
    number = opened(desk)
    card = offer_call.place_call(
        desk(1), number, provider="carl", because="caller knows him", override="wish"
    )
    assert (card.provider, card.override) == ("carl", "wish")
    assert english(card.in_spite_of) == "does not offer roadside_repair"
    assert view_case.personal(desk(2), number).texts == {"1.because": "caller knows him"}


def test_amending_adds_services_and_keeps_acceptances(desk):
    """New facts add recovery and rank again; an unfit accepted firm gives a warning."""
    number = opened(desk, kind="tow")
    offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), "1.1", NOON + timedelta(minutes=20))
    result = amend_case.amend(desk(3), number, {"state": "on_side", "injured": 1})
    assert [call.dial for call in result.answer.emergency] == ["112"]
    assert [service.service for service in result.case.services] == ["recovery", "tow"]
    assert result.case.offers[0].state == "accepted"


def test_two_amendments_at_once_lose_nothing(desk):
    """The second does not undo the first; then undoing the first is refused to its operator."""
    number = opened(desk, kind="tow")
    amend_case.amend(desk(1), number, {"trailer": True})
    undo_acts.undo(desk(2), number)
    with desk(2).store.reading() as reader:
        assert not reader.case(number).incident.vehicle.trailer
    amend_case.amend(desk(3), number, {"trailer": True})
    hurt = amend_case.amend(desk(3, "MB"), number, {"injured": 1}).case.incident
    assert (hurt.vehicle.trailer, hurt.injured) == (True, 1)
    with pytest.raises(ConflictError, match="MB recorded amend at 13:03 after that"):
        undo_acts.undo(desk(4), number)
    assert amend_case.amend(desk(5), number, {}).case.incident.injured == 1


def test_a_correction_supersedes_in_the_open(desk):
    """The wrong answer stays, the new one counts, the unit is free again."""
    number = opened(desk)
    offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), "1.1", NOON + timedelta(minutes=20))
    with pytest.raises(UsageError, match="--because"):
        correct_case.correct(desk(3), "1.1", "declined", "")
    correct_case.correct(desk(3), "1.1", "declined", "misheard")
    states = [offer.state for offer in view_case.show(desk(4), number).offers]
    assert states == ["corrected", "declined"]
    assert offer_call.place_call(desk(5), opened(desk, minutes=4)).provider == "anna"


def test_a_cancellation_counts_against_no_provider(desk):
    """All live offers are cancelled, and the providers on the way must be called."""
    number = opened(desk)
    offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), "1.1", NOON + timedelta(minutes=20))
    said = end_case.cancel(desk(3), number)
    assert english(said.warnings) == ("call 089 1 Anna: no longer needed",)
    assert view_case.show(desk(4), number).state == "cancelled"


def test_exhausted_is_a_state_with_a_number(desk):
    """After all refusals there is the last resort."""
    number = opened(desk, kind="roadside_repair")
    for minute in (1, 2):
        offer_call.place_call(desk(minute), number)
        answer_call.record(desk(minute), f"1.{minute}", "decline", reason="closed")
    exhausted = offer_call.place_call(desk(3), number)
    assert isinstance(exhausted, offer_call.Exhausted)
    assert exhausted.phone == "110"
    assert view_case.show(desk(3), number).state == "exhausted"


def test_a_likely_duplicate_is_warned_of(desk):
    """A case with the same place or number within an hour gives a warning."""
    first = opened(desk)
    of = incident(kind="tow", place=replace(MIDDLE, lat=50.0), when=NOON)
    same_number = replace(MOTORIST, call_back="+49 89 99998777")
    assert english(open_case.open_case(desk(30), of, same_number).warnings) == (
        f"may be a duplicate of case {first}",
    )
    assert english(open_case.open_case(desk(90), of, Personal()).warnings) == (
        "may be a duplicate of case 2",
    )
    assert open_case.open_case(desk(300), of, Personal()).warnings == ()


def test_audit_lists_exactly_the_missed_deadlines(desk):
    """Missed answers and arrivals, none before its time, none of closed cases."""
    number = opened(desk)
    assert view_case.audit(desk(2)).overdue == ()
    assert [(o.ref, o.what, o.name) for o in view_case.audit(desk(4)).overdue] == [
        ("1", "next call", "roadside_repair")
    ]
    offer_call.place_call(desk(1), number)
    assert view_case.audit(desk(3)).overdue == ()
    assert [(o.ref, o.what) for o in view_case.audit(desk(5)).overdue] == [("1.1", "answer")]
    answer_call.accept(desk(6), "1.1", NOON + timedelta(minutes=20))
    assert [o.what for o in view_case.audit(desk(9)).overdue] == ["tell driver"]
    keep_promises.tell(desk(9), "1.1", "driver")
    assert [o.what for o in view_case.audit(desk(12)).overdue] == ["tell caller"]
    keep_promises.tell(desk(12), "1", "caller")
    assert view_case.audit(desk(29)).overdue == ()
    assert [(o.ref, o.what) for o in view_case.audit(desk(31)).overdue] == [("1.1", "arrival")]
    assert view_case.most_urgent(desk(31)) == number
    keep_case.remind(desk(31), number, NOON + timedelta(minutes=40))
    assert [o.what for o in view_case.audit(desk(41)).overdue] == ["arrival", "call back"]
    answer_call.arrive(desk(42), "1.1")
    keep_case.remind(desk(43), number, None)
    assert view_case.audit(desk(87)).overdue == ()
    assert [(o.ref, o.what) for o in view_case.audit(desk(88)).overdue] == [("1.1", "closing")]
    end_case.close(desk(89), number)
    assert view_case.audit(desk(500)).overdue == ()


def test_forgetting_erases_the_motorist_and_keeps_the_decision(desk, tmp_path):
    """After the time no byte of any file has the canaries; the answers and the chain stay."""
    number = opened(desk)
    offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), "1.1", NOON + timedelta(minutes=20))
    keep_case.note(desk(3), number, "Canary-Later")
    end_case.close(desk(60), number)
    day = 24 * 60
    assert erase_case.forget(desk(10 * day), older_than_days=30, dry_run=False).cases == ()
    assert erase_case.forget(desk(40 * day), older_than_days=30, dry_run=True).cases == (number,)
    keep_case.hold(desk(40 * day), number, NOON + timedelta(days=50))
    assert erase_case.forget(desk(41 * day), older_than_days=30, dry_run=False).cases == ()
    assert erase_case.forget(desk(51 * day), older_than_days=30, dry_run=False).cases == (number,)
    for path in tmp_path.rglob("*"):
        assert b"Canary" not in path.read_bytes(), path
    assert [offer.state for offer in view_case.show(desk(52 * day), number).offers] == ["accepted"]
    assert desk(52 * day).store.check() == []


def test_a_firm_that_is_closed_now_is_skipped_with_its_opening(desk, catalog):
    """Anna closes at half past; she is skipped, and opens at four local time."""
    half_past, three = (int((NOON + timedelta(hours=h)).timestamp()) for h in (0.5, 3))
    spans = (
        Span(0, half_past, "open"),
        Span(half_past, three, "closed"),
        Span(three, 4102444800, "open"),
    )
    catalog.providers[0] = replace(catalog.providers[0], timetable=Timetable(spans))
    number = opened(desk)
    card = offer_call.place_call(desk(31), number)
    assert (card.provider, english(card.skipped)) == ("bert", (("Anna", "opens 16:00"),))


def test_a_service_that_has_help_is_not_exhausted(desk):
    """Without another provider, a call for a service with help is refused."""
    number = opened(desk, kind="roadside_repair")
    offer_call.place_call(desk(1), number)
    answer_call.record(desk(1), "1.1", "decline", reason="closed")
    offer_call.place_call(desk(2), number)
    with pytest.raises(ConflictError, match=r"roadside_repair is asking already: 1\.2 Bert"):
        offer_call.place_call(desk(3), number, services=["roadside_repair"])
    answer_call.accept(desk(3), "1.2", NOON + timedelta(minutes=20))
    with pytest.raises(ConflictError, match="is accepted already"):
        offer_call.place_call(desk(4), number, services=["roadside_repair"])
    assert [act.action for act in view_case.acts(desk(4), number)][-1] == "accept"


def test_an_extra_truck_does_not_stand_for_the_one_that_is_back(desk):
    """Anna's own truck is free again while a borrowed one is out: she is called."""
    first, second, third = opened(desk), opened(desk), opened(desk)
    for number in (first, second):
        offer_call.place_call(desk(1), number)
    answer_call.accept(desk(2), f"{first}.1", NOON + timedelta(minutes=20))
    answer_call.accept(desk(2), f"{second}.1", NOON + timedelta(minutes=20), extra_unit=True)
    end_case.close(desk(60), first)
    card = offer_call.place_call(desk(61), third)
    assert (card.provider, english(card.skipped)) == ("anna", ())
    assert answer_call.accept(desk(62), card.ref, NOON + timedelta(minutes=90)).state == "accepted"


def test_a_refused_correction_leaves_no_text(desk):
    """Without a free unit the refusal is recorded, and the reason is not kept."""
    first, second = opened(desk), opened(desk)
    for number in (first, second):
        offer_call.place_call(desk(1), number)
    answer_call.record(desk(2), f"{first}.1", "decline", reason="closed")
    answer_call.accept(desk(2), f"{second}.1", NOON + timedelta(minutes=20))
    there_at = NOON + timedelta(minutes=30)
    with pytest.raises(ConflictError, match="has no free unit"):
        correct_case.correct(desk(3), f"{first}.1", "accepted", "misheard", there_at=there_at)
    assert view_case.acts(desk(3), first)[-1].action == "refused correct"
    assert view_case.personal(desk(4), first).texts == {}


def test_each_case_draws_a_lot_of_its_own(tmp_path):
    """At one place typed again and again no firm is always first; an amended case keeps its lot."""
    firms = [provider(f"equal-{letter}") for letter in "abcd"]
    book = Book(
        store=open_store(tmp_path / "cases.sqlite3", now=NOON), catalog=MemoryCatalog(firms),
        holidays=no_holidays, now=NOON, operator="desk",
    )  # fmt: skip
    first = []
    for number in range(1, 41):
        case = open_case.open_case(book, incident(), Personal()).case
        assert (case.id, case.incident.number) == (number, number)
        order = [option.provider for option in case.services[0].options]
        again = amend_case.amend(book, number, {"persons": 1}).case
        assert [option.provider for option in again.services[0].options] == order
        first.append(order[0])
    assert sorted({*first}) == [each.id for each in firms]


def test_a_case_made_like_another_has_a_number_of_its_own(desk):
    """A copied case does not have the number of the other case."""
    number = opened(desk)
    copied, _ = copied_facts.incident_and_caller(desk(1), number)
    case = open_case.open_case(desk(1), copied, Personal(), like=number).case
    assert (case.id, case.incident.number) == (2, 2)
