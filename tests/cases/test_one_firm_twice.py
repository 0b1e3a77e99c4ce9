"""Two ids with one telephone number: who is called, and who is passed over."""

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import answer_call, offer_call, open_case
from dispatch_cli.model import Phone
from dispatch_cli.model.case import Personal
from tests.english import english

from ..worlds import incident, provider
from .conftest import NOON


def opened(desk, minutes=0, **facts):
    """Open a case for a tow and give its number."""
    case = open_case.open_case(desk(minutes), incident(when=NOON, **facts), Personal()).case
    return case.id


SHARED = Phone("+4989999981", "089 99998-1")


def shared(name, own, **facts):
    """Make a firm with the number of a switchboard, and one of its own."""
    phones = (SHARED, Phone(f"+4989{own}", f"089 {own}"))
    return provider(name, phones=phones, **facts)


@pytest.mark.parametrize("says", ["no_answer", "unreachable"])
def test_an_unanswered_shared_number_excludes_no_firm(desk, catalog, says):
    """Bert's own number is called; the shared number is called once."""
    catalog.providers = [
        shared("anna", "99998201", turnout_min=10.0),
        shared("bert", "99998202", turnout_min=15.0),
        provider("carl", phones=(SHARED,), turnout_min=20.0),
    ]
    case, dialled = opened(desk), []
    for minute in range(1, 4):
        card = offer_call.place_call(desk(minute), case)
        dialled.append((card.name, card.phone))
        answer_call.record(desk(minute), card.ref, says)
    assert dialled == [
        ("Anna", "089 99998-1"), ("Anna", "089 99998201"), ("Bert", "089 99998202"),
    ]  # fmt: skip
    exhausted = offer_call.place_call(desk(5), case)
    assert english(exhausted.skipped) == (
        ("Carl", f"same number as Anna: {says.replace('_', ' ')}"),
    )


def test_a_refusal_on_a_shared_number_excludes_the_firm(desk, catalog):
    """Anna has refused on Bert's number: his other number is not called."""
    catalog.providers = [
        shared("anna", "99998201", turnout_min=10.0),
        shared("bert", "99998202", turnout_min=15.0),
    ]
    case = opened(desk)
    answer_call.record(
        desk(1), offer_call.place_call(desk(1), case).ref, "decline", reason="closed"
    )
    exhausted = offer_call.place_call(desk(2), case)
    assert english(exhausted.skipped) == (("Bert", "same number as Anna: declined"),)


def test_two_towns_with_the_same_digits_are_two_firms(desk, catalog):
    """0221 97754321 is in Cologne and 0521 97754321 in Bielefeld: Bert is asked after Anna."""
    catalog.providers = [
        provider("anna", phones=(Phone("+4922197754321", "0221 97754321"),), turnout_min=10.0),
        provider("bert", phones=(Phone("+4952197754321", "0521 97754321"),), turnout_min=15.0),
    ]
    case = opened(desk)
    card = offer_call.place_call(desk(1), case)
    answer_call.record(desk(1), card.ref, "decline", reason="closed")
    assert offer_call.place_call(desk(2), case).name == "Bert"


def test_a_refusal_of_the_second_id_for_one_of_two_services(desk, catalog):
    """One call for both services skips the firm that has declined the tow."""
    both = ("tow", "recovery")
    catalog.providers = [
        provider("anna", services=("tow",), phones=(SHARED,), turnout_min=5.0),
        provider("bert", services=both, phones=(SHARED,), turnout_min=10.0),
        provider("carl", services=both, turnout_min=20.0),
    ]
    case = opened(desk, vehicle=replace(incident().vehicle, state="on_side"))
    card = offer_call.place_call(desk(1), case, services=["tow"])
    assert card.name == "Anna"
    answer_call.record(desk(1), card.ref, "decline", reason="closed")
    card = offer_call.place_call(desk(2), case, services=["recovery", "tow"])
    assert (card.name, english(card.skipped)) == ("Carl", (("Bert", "cannot be asked for tow"),))


def test_a_call_out_of_order_shows_the_refusal_on_its_number(desk, catalog):
    """A call to the second id shows that the firm has declined."""
    catalog.providers = [
        provider("anna", phones=(SHARED,), turnout_min=10.0),
        provider("bert", phones=(SHARED,), turnout_min=15.0),
        provider("carl", phones=(SHARED,), services=("taxi",)),
    ]
    case = opened(desk)
    answer_call.record(
        desk(1), offer_call.place_call(desk(1), case).ref, "decline", reason="closed"
    )
    assert english(offer_call.why_not(desk(2), case, "bert")) == "same number as Anna: declined"
    assert english(offer_call.why_not(desk(2), case, "carl")) == (
        "same number as Anna: declined; does not offer tow"
    )
