"""One call for several services: two offers, answered together, one booking."""

from datetime import timedelta

import pytest

from dispatch_cli.cases import (
    answer_call,
    correct_case,
    end_case,
    keep_promises,
    offer_call,
    open_case,
    view_case,
)
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.model import Phone, Vehicle
from dispatch_cli.model.case import Personal
from tests.english import english

from ..worlds import incident, provider
from .conftest import NOON

OVERTURNED = {"kind": "accident", "vehicle": Vehicle(state="on_side", weight_t=1.5)}


def after_noon(minutes):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def both(desk, catalog):
    """A case that needs recovery and tow, with Anna and her only truck first for both."""
    anna = provider("anna", services=("tow", "recovery"), north_km=1)
    bert = provider("bert", services=("tow",), north_km=5)
    carl = provider("carl", services=("recovery",), north_km=6)
    catalog.providers[:] = [anna, bert, carl]
    return open_case.open_case(desk(0), incident(**OVERTURNED), Personal())


def offers_of(desk, number=1, minutes=60):
    with desk(minutes).store.reading() as reader:
        return reader.case(number).offers


def bookings(desk):
    with desk(0).store.reading() as reader:
        return reader.bookings().get("anna", [])


def test_an_only_unit_that_is_first_twice_is_marked(both):
    """The second cascade names the service for which the unit is first already."""
    tow, recovery = (
        next(each for each in both.answer.cascades if each.service == name)
        for name in ("tow", "recovery")
    )
    first, second = sorted((tow, recovery), key=both.answer.cascades.index)
    assert first.candidates[0].provider == second.candidates[0].provider == "anna"
    assert not any("one unit" in str(why) for why in first.candidates[0].why)
    assert str(second.candidates[0].why[0]) == f"one unit: {first.service}"


def test_one_call_asks_for_both(desk, both):
    """Two offers to the firm that can do both, with one number and one text."""
    card = offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    assert (card.provider, card.service) == ("anna", "recovery + tow")
    assert "brauchen" in " ".join(card.say)
    assert "eine Bergung und einen Abschleppwagen." in " ".join(card.say)
    one, two = offers_of(desk)
    assert (one.service, two.service) == ("recovery", "tow")
    assert (one.joint, two.joint, one.phone) == (1, 1, two.phone)


def test_they_are_answered_together_with_one_booking(desk, both):
    """Accepting either accepts both; the unit is booked once, for the longest of the jobs."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1.2", after_noon(30))
    assert [each.state for each in offers_of(desk)] == ["accepted", "accepted"]
    [booking] = bookings(desk)
    assert booking.end == after_noon(30 + 75)
    answer_call.promise(desk(3), "1.1", after_noon(40))
    assert [each.promises[-1].there_at for each in offers_of(desk)] == [after_noon(40)] * 2
    answer_call.arrive(desk(35), "1.1")
    assert [each.state for each in offers_of(desk)] == ["arrived", "arrived"]
    [booking] = bookings(desk)
    assert (booking.begin <= after_noon(35), booking.end) == (True, after_noon(35 + 75))


def test_a_no_is_one_for_both_and_the_next_are_asked_apart(desk, both):
    """After it no firm is left that can do both, and each service has its own next one."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.record(desk(2), "1.1", "decline", reason="no_unit")
    assert [each.state for each in offers_of(desk)] == ["declined", "declined"]
    with pytest.raises(UsageError, match=r"no provider can be asked for recovery \+ tow in"):
        offer_call.place_call(desk(3), 1, services=["recovery", "tow"])
    assert offer_call.place_call(desk(4), 1, services=["recovery"]).provider == "carl"
    assert offer_call.place_call(desk(5), 1, services=["tow"]).provider == "bert"


def test_the_booking_lasts_as_long_as_one_of_them_stands(desk, both):
    """The recovery has not helped, and the truck is still there for the tow."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1.1", after_noon(30))
    answer_call.arrive(desk(30), "1.1")
    [before] = bookings(desk)
    answer_call.record(desk(40), "1.1", "unsuccessful")
    assert [each.state for each in offers_of(desk)] == ["unsuccessful", "arrived"]
    [after] = bookings(desk)
    assert (before.offer, after.offer) == (1, 2)
    assert (after.unit, after.begin, after.end) == (before.unit, before.begin, before.end)
    end_case.close(desk(50), 1)
    assert bookings(desk) == []


def test_a_correction_of_one_leaves_the_other(desk, both):
    """The firm has accepted only the tow: its truck stays booked for the tow."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1.1", after_noon(30))
    correct_case.correct(desk(3), "1.1", "declined", "tow only")
    assert [each.state for each in offers_of(desk)] == ["corrected", "accepted", "declined"]
    assert [each.offer for each in bookings(desk)] == [2]
    # The booking that was made for the other service keeps the promise.
    assert view_case.audit(desk(4)).overdue == ()


def test_a_firm_that_is_named_is_asked_for_both_out_of_order(desk, both):
    """The reasons against either service are shown."""
    card = offer_call.place_call(
        desk(1), 1, services=["recovery", "tow"], provider="bert", because="x", override="decision"
    )
    assert english(card.in_spite_of) == "does not offer recovery"
    assert offer_call.why_not(desk(1), 1, "anna", services=["recovery", "tow"]) == ""
    assert [each.override for each in offers_of(desk)] == ["decision", "decision"]


def test_a_service_that_has_help_is_not_asked_for_again(desk, both):
    """A joint call is refused if one of its services already has an open offer."""
    offer_call.place_call(desk(1), 1, services=["tow"])
    with pytest.raises(ConflictError, match="tow is asking already"):
        offer_call.place_call(desk(2), 1, services=["recovery", "tow"])
    assert len(offers_of(desk)) == 1


def test_with_no_firm_left_for_either_both_are_exhausted(desk, both, catalog):
    """If no firm is left for a joint call, the last resort is named, as for a single service."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.record(desk(2), "1.1", "decline", reason="no_unit")
    catalog.providers[:] = []
    exhausted = offer_call.place_call(desk(3), 1, services=["recovery", "tow"])
    assert isinstance(exhausted, offer_call.Exhausted)
    assert (exhausted.service, exhausted.phone) == ("recovery + tow", "110")


def test_the_second_number_of_a_firm_is_tried_for_both(desk, catalog):
    """After no answer on the first number, the second number is called for both services."""
    phones = (Phone("+49891", "089 1"), Phone("+49892", "089 2"))
    catalog.providers[:] = [provider("anna", services=("tow", "recovery"), phones=phones)]
    open_case.open_case(desk(0), incident(**OVERTURNED), Personal())
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.record(desk(2), "1.1", "no_answer")
    card = offer_call.place_call(desk(3), 1, services=["recovery", "tow"])
    assert (card.ref, card.phone) == ("1.3", "089 2")


def test_the_rest_of_a_call_can_be_moved_and_arrive(desk, both):
    """The recovery is not needed on the way; the tow is promised anew, and arrives."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1.1", after_noon(30))
    answer_call.record(desk(3), "1.1", "unsuccessful")
    answer_call.promise(desk(4), "1.2", after_noon(50))
    assert answer_call.arrive(desk(50), "1.2").state == "arrived"
    assert [(each.offer, each.end) for each in bookings(desk)] == [(2, after_noon(50 + 75))]


@pytest.mark.parametrize("first", ["1.1", "1.2"])
def test_a_corrected_no_is_accepted_with_one_truck(desk, both, first):
    """Two declined offers that are corrected to accepted have one booking."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.record(desk(2), "1.1", "decline", reason="no_unit")
    second = {"1.1": "1.2", "1.2": "1.1"}[first]
    for number in (first, second):
        correct_case.correct(desk(3), number, "accepted", "wrong key", there_at=after_noon(30))
    standing = [each.state for each in offers_of(desk) if not each.corrected]
    assert standing == ["accepted", "accepted"]
    assert len(bookings(desk)) == 1


def test_a_corrected_time_keeps_the_truck(desk, both):
    """The acceptance is corrected to another time, while the tow stays accepted."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1.1", after_noon(30))
    correct_case.correct(desk(3), "1.1", "accepted", "40 not 30", there_at=after_noon(40))
    assert [each.state for each in offers_of(desk)] == ["corrected", "accepted", "accepted"]
    assert len(bookings(desk)) == 1
    correct_case.correct(desk(4), "1.3", "open", "still on the line")
    answer_call.accept(desk(5), "1.4", after_noon(45))
    assert len(bookings(desk)) == 1


def test_a_call_back_accepts_only_services_without_another_offer(desk, both):
    """Anna calls back while Bert is asked for the tow: she gets the recovery."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.record(desk(2), "1.1", "no_answer")
    offer_call.place_call(desk(3), 1, services=["tow"])
    answer_call.accept(desk(4), "1.1", after_noon(30))
    assert [each.state for each in offers_of(desk)] == ["accepted", "no_answer", "open"]
    answer_call.accept(desk(5), "1.3", after_noon(40))
    assert offers_of(desk)[2].state == "accepted"


def test_a_case_number_alone_names_the_one_call(desk, both):
    """Two offers of one call are one call; and one call is called off once."""
    offer_call.place_call(desk(1), 1, services=["recovery", "tow"])
    answer_call.accept(desk(2), "1", after_noon(30))
    assert [each.state for each in offers_of(desk)] == ["accepted", "accepted"]
    assert len(end_case.cancel(desk(3), 1).warnings) == 1


def test_a_firm_that_rings_back_does_not_part_the_offers_of_a_call(desk, both):
    """One answer counts for both; then the other firm is called off, and needed again later."""
    bert = offer_call.place_call(
        desk(1), 1, services=["tow"], provider="bert", because="near", override="decision"
    )
    keep_promises.ring_back(desk(1), bert.ref, after_noon(20))
    offer_call.place_call(desk(2), 1, services=["recovery", "tow"])
    answer_call.accept(desk(3), "1.2", after_noon(30))
    first, *both_services = offers_of(desk)
    assert [each.state for each in both_services] == ["accepted", "accepted"]
    assert (first.state, first.call_off_by) == ("later", after_noon(3))
    answer_call.record(desk(4), "1.2", "fail")
    first, *both_services = offers_of(desk)
    assert [each.state for each in both_services] == ["failed", "failed"]
    assert (first.state, first.call_off_by) == ("later", None)


def test_a_firm_that_is_called_off_for_one_service_is_still_asked_for_the_other(desk, both):
    """Another firm accepts the tow meanwhile; the recovery is still open."""
    bert = offer_call.place_call(
        desk(1), 1, services=["tow"], provider="bert", because="near", override="decision"
    )
    keep_promises.ring_back(desk(1), bert.ref, after_noon(20))
    offer_call.place_call(desk(2), 1, services=["recovery", "tow"])
    answer_call.accept(desk(3), bert.ref, after_noon(30), is_compared=True)
    keep_promises.call_off(desk(4), "1.3")
    assert [each.state for each in offers_of(desk)] == ["accepted", "open", "called_off"]
    answer_call.accept(desk(5), "1.2", after_noon(30))
    assert [each.state for each in offers_of(desk)] == ["accepted", "accepted", "called_off"]
