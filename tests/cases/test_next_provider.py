"""A card, and the question at an acceptance, name the firm that the next call would choose."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    answer_call,
    correct_case,
    gates_now,
    offer_call,
    offer_card,
    open_case,
    provider_reports,
)
from dispatch_cli.model.case import Personal
from tests.english import english

from ..worlds import incident, provider
from .conftest import NOON

LATE = NOON + timedelta(minutes=120)
"""A promise that is later than the arrival of every other firm."""


def opened(desk, minutes=0, **facts):
    """Open a case for a tow and give its number."""
    case = open_case.open_case(desk(minutes), incident(when=NOON, **facts), Personal()).case
    return case.id


def take_truck(desk, name, minutes=1):
    """Send the truck of a firm to another case."""
    case = opened(desk, minutes)
    card = offer_call.place_call(
        desk(minutes), case, provider=name, because="x", override="decision"
    )
    answer_call.accept(desk(minutes), card.ref, NOON + timedelta(minutes=10), is_compared=True)


def names(card):
    """Return the firms of the next calls on a card."""
    return [each.name for each in card.then]


def asked_about(desk, minutes, ref):
    """Return the firm of the question before an acceptance, which equals the warning after it."""
    before = answer_call.would_be_sooner(desk(minutes), ref, LATE)
    warnings = answer_call.accept(desk(minutes), ref, LATE).warnings
    assert warnings == (() if before is None else (before,))
    return [each.partition(" would be there")[0] for each in english(warnings)]


def next_of(desk, minutes, ref):
    """Return the firm of the next call after an offer is declined."""
    answer_call.record(desk(minutes), ref, "decline", reason="eta_too_long")
    return offer_call.place_call(desk(minutes), int(ref.partition(".")[0])).name


def test_a_firm_that_has_become_busy_is_not_named(desk):
    """Bert is second in the frozen order, and his truck is out since: Carl is named instead."""
    case = opened(desk)
    take_truck(desk, "bert")
    card = offer_call.place_call(desk(2), case)
    assert (card.name, names(card)) == ("Anna", ["Carl"])
    assert asked_about(desk, 3, card.ref) == ["Carl"]
    correct_case.correct(desk(4), card.ref, "open", "undone")
    assert next_of(desk, 4, f"{case}.2") == "Carl"


def test_a_card_read_again_has_the_present_next_calls(desk):
    """Bert's truck is booked while Anna's phone rings: her card omits him."""
    case = opened(desk)
    card = offer_call.place_call(desk(1), case)
    assert names(card) == ["Bert", "Carl"]
    take_truck(desk, "bert", 2)
    with desk(3).store.reading() as reader:
        found = reader.case(case)
    assert names(offer_card.card(desk(3), found, found.offers[0])) == ["Carl"]


def test_the_second_id_of_the_same_firm_is_not_named(desk, catalog):
    """Anna is in the file twice with one number: after a refusal she is not called again."""
    twin = replace(catalog.providers[0], id="anna-2", name="Anna Two", turnout_min=11.0)
    catalog.providers = [twin, *catalog.providers]
    card = offer_call.place_call(desk(1), opened(desk))
    assert names(card) == ["Bert", "Carl"]
    assert asked_about(desk, 2, card.ref) == ["Bert"]


def test_only_the_next_one_is_compared(desk, catalog):
    """Bert precedes Carl and would be too late: after a refusal Bert would be called."""
    catalog.providers[1] = replace(catalog.providers[1], turnout_min=30.0, acceptance=1.0)
    catalog.providers[2] = replace(catalog.providers[2], acceptance=0.09)
    card = offer_call.place_call(desk(1), opened(desk))
    assert names(card) == ["Bert", "Carl"]
    there_at = NOON + timedelta(minutes=28)
    assert answer_call.would_be_sooner(desk(1), card.ref, there_at) is None


def test_the_wait_is_as_of_now(desk, catalog):
    """Bert was busy for an hour when the case was opened, and is free by now: he is sooner."""
    catalog.providers.pop()
    provider_reports.report(desk(0), "bert", state="busy", until=NOON + timedelta(minutes=60))
    card = offer_call.place_call(desk(1), opened(desk))
    there_at = NOON + timedelta(minutes=45)
    assert answer_call.would_be_sooner(desk(2), card.ref, there_at) is None
    provider_reports.report(desk(3), "bert", free=1, until=NOON + timedelta(minutes=60))
    asked = str(answer_call.would_be_sooner(desk(4), card.ref, there_at))
    said = re.match(
        r"Bert would be there about 13:(\d\d), (\d+) min sooner\. Decline, takes too long\?", asked
    )
    at, sooner = map(int, said.groups())
    assert at + sooner == 45


def test_one_call_for_two_services_names_who_can_do_both(desk, catalog):
    """Bert is next for the recovery alone, and Carl for both."""
    both = ("tow", "recovery")
    catalog.providers = [
        provider("anna", services=both, turnout_min=10.0),
        provider("bert", services=("recovery",), turnout_min=15.0),
        provider("carl", services=both, turnout_min=20.0),
    ]
    case = opened(desk, vehicle=replace(incident().vehicle, state="on_side"))
    card = offer_call.place_call(desk(1), case, services=["recovery", "tow"])
    assert (card.name, names(card)) == ("Anna", ["Carl"])
    # Whichever of the two offers is named.
    assert asked_about(desk, 2, f"{case}.2") == ["Carl"]


def test_nothing_is_asked_of_a_call_that_cannot_be_declined(desk):
    """Anna calls back after no answer: the table has no "declined" for that, so no question."""
    card = offer_call.place_call(desk(1), opened(desk))
    answer_call.record(desk(2), card.ref, "no_answer")
    assert answer_call.would_be_sooner(desk(3), card.ref, LATE) is None
    assert answer_call.accept(desk(3), card.ref, LATE).state == "accepted"


def test_the_comparison_precedes_the_record(desk, monkeypatch):
    """If it fails nothing is recorded, so that no failure follows the commit of an acceptance."""
    card = offer_call.place_call(desk(1), opened(desk))
    with monkeypatch.context() as patched:
        patched.setattr(gates_now, "gate_for_all", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer_call.accept(desk(2), card.ref, LATE)
    assert answer_call.accept(desk(3), card.ref, LATE).state == "accepted"


def test_no_firm_is_named_while_the_provider_file_cannot_be_read(desk, catalog):
    """Without the file no call can be placed, so that no firm is recommended."""
    card = offer_call.place_call(desk(1), opened(desk))
    catalog.providers = []
    assert asked_about(desk, 2, card.ref) == []
