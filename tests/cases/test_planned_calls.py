"""The provider of a plan is called first as long as the plan counts; then the cascade goes on."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    case_states,
    desk_views,
    keep_promises,
    offer_call,
    undo_acts,
    view_case,
)
from dispatch_cli.cases.apply_plan import Proposal, apply_plan
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.errors import ConflictError, DispatchError
from tests.english import english

from ..worlds import provider
from .conftest import NOON
from .planning import book_at, called_in_turn, content, opened, plan, refused
from .test_undo import Desk, drawn, perform

AGE_MIN = 120
"""The longest wait for a tow in the world of these tests: the default of ``fallback_min``."""


def rows(desk, minutes, case=1):
    """Return the cascade of the card: rank, firm, state and note."""
    found = desk_views.card(desk(minutes), case).rows
    return [(each.rank, each.name, each.state, str(each.why)) for each in found]


PLANNED = "planned at 13:01 with 1 other case"


def test_a_planned_unit_that_is_not_free_yet_has_its_time(desk):
    """Carl's unit has another job first: whoever calls now must know, on card, show and offer."""
    opened(desk(0))
    plan(desk(1), (1, "carl"), wait_min=40.0)
    said = "planned at 13:01, the unit is free from 13:41"
    assert rows(desk, 2)[0] == (3, "Carl", "next", said)
    assert str(view_case.show(desk(2), 1).services[0].planned) == f"Carl: {said}"
    assert str(offer_call.place_call(desk(2), 1).planned) == said


def test_the_planned_firm_is_called_first_with_the_reason(desk):
    """Carl is third in the ranking: the card, the show and the offer have him first, and why."""
    opened(desk(0)), opened(desk(0))
    plan(desk(1), (1, "carl"), (2, "bert"))
    assert rows(desk, 2) == [
        (3, "Carl", "next", PLANNED), (1, "Anna", "left", ""), (2, "Bert", "left", ""),
    ]  # fmt: skip
    card = desk_views.card(desk(2), 1)
    assert (card.next_provider, card.offer.position) == ("carl", 3)
    assert english((card.planned, card.offer.planned)) == (f"Carl: {PLANNED}", PLANNED)
    [shown] = view_case.show(desk(2), 1).services
    assert (shown.planned_provider, str(shown.planned)) == ("carl", f"Carl: {PLANNED}")
    made = offer_call.place_call(desk(2), 1)
    assert (made.provider, made.position, str(made.planned)) == ("carl", 3, PLANNED)
    assert [each.name for each in made.then] == ["Anna", "Bert"]
    assert english(desk_views.card(desk(3), 1).offer.planned) == PLANNED
    # While Carl is asked, and after his refusal, the plan has nothing more to say.
    assert view_case.show(desk(3), 1).services[0].planned == ""
    answer_call.record(desk(3), made.ref, "decline")
    assert rows(desk, 4) == [
        (3, "Carl", "asked", ""), (1, "Anna", "next", ""), (2, "Bert", "left", ""),
    ]  # fmt: skip
    assert desk_views.card(desk(4), 1).planned == ""
    after = offer_call.place_call(desk(4), 1)
    assert (after.provider, after.planned) == ("anna", "")


def test_a_call_in_the_order_of_the_plan_is_not_out_of_order(desk):
    """The offer keeps its rank and its forecast, and no wish or decision is recorded."""
    opened(desk(0))
    plan(desk(1), (1, "carl"))
    offer_call.place_call(desk(2), 1)
    with desk(3).store.reading() as reader:
        [offer] = reader.case(1).offers
    assert (offer.provider, offer.rank, offer.override) == ("carl", 3, "")
    assert offer.acceptance is not None
    assert offer.forecast_min is not None


@pytest.mark.parametrize(
    ("others", "said"),
    [(0, "planned at 13:01"), (1, PLANNED), (2, "planned at 13:01 with 2 other cases")],
)
def test_the_reason_counts_the_other_cases(desk, others, said):
    """The sentence has the number of the other cases with a proposal."""
    for _ in range(4):
        opened(desk(0))
    plan(desk(1), *((each + 1, "anna") for each in range(others + 1)))
    assert str(offer_call.place_call(desk(2), 1).planned) == said


def test_a_plan_counts_until_it_is_as_old_as_the_longest_wait(desk, catalog):
    """One second before that Carl is first, and then Anna."""
    assert catalog.rules.settings.of("tow").fallback_min == AGE_MIN
    opened(desk(0))
    plan(desk(1), (1, "carl"))
    assert rows(desk, 1 + AGE_MIN - 1 / 60)[0][1] == "Carl"
    assert rows(desk, 1 + AGE_MIN)[0][1] == "Anna"
    assert read_demands(desk(1 + AGE_MIN)).demands[0].planned is None


def test_a_plan_of_a_clock_ahead_does_not_count(desk):
    """A record of a clock that was an hour ahead would count three hours."""
    opened(desk(0))
    plan(desk(60), (1, "carl"))
    assert rows(desk, 1)[0][1] == "Anna"
    assert rows(desk, 59)[0][1] == "Carl"


def test_the_newest_plan_counts_also_where_it_proposes_nothing(desk):
    """The second plan is for another case: the first one does not count any more."""
    opened(desk(0)), opened(desk(0))
    plan(desk(1), (1, "carl"))
    plan(desk(2), (2, "carl"))
    assert [rows(desk, 3, case)[0][1] for case in (1, 2)] == ["Anna", "Carl"]


def test_new_facts_end_a_plan_and_their_undo_brings_it_back(desk):
    """The plan was made for the old facts; the cascade is ranked again."""
    opened(desk(0))
    plan(desk(1), (1, "carl"))
    amend_case.amend(desk(2), 1, {"trailer": True})
    assert rows(desk, 3)[0][1] == "Anna"
    undo_acts.undo(desk(4), 1)
    assert rows(desk, 5)[0][1] == "Carl"


def test_a_firm_that_can_no_longer_be_asked_is_not_first(desk, catalog):
    """Carl has left the provider file: he is skipped with that reason, and Anna is called."""
    opened(desk(0))
    plan(desk(1), (1, "carl"))
    catalog.providers.pop()
    assert rows(desk, 2)[:2] == [
        (3, "Carl", "skipped", "no longer in the provider file"), (1, "Anna", "next", ""),
    ]  # fmt: skip
    assert offer_call.place_call(desk(2), 1).provider == "anna"


def busy(desk, minutes=0):
    """Send Bert's only truck to another case, for some time."""
    other = opened(desk(minutes))
    ref = offer_call.place_call(
        desk(minutes), other, provider="bert", because="x", override="decision"
    ).ref
    answer_call.accept(desk(minutes), ref, NOON + timedelta(minutes=10), is_compared=True)


def test_a_wait_that_the_plan_knows_does_not_skip_the_firm(desk):
    """Bert's truck was booked after the ranking: only the plan includes the wait for it."""
    opened(desk(0))
    busy(desk)
    assert [each[1:3] for each in rows(desk, 1)] == [
        ("Anna", "next"), ("Bert", "skipped"), ("Carl", "left"),
    ]  # fmt: skip
    plan(desk(1), (1, "bert"), wait_min=40.0)
    assert [each[1:3] for each in rows(desk, 2)] == [
        ("Bert", "next"), ("Anna", "left"), ("Carl", "left"),
    ]  # fmt: skip
    made = offer_call.place_call(desk(2), 1)
    assert made.provider == "bert"
    with desk(3).store.reading() as reader:
        offer = reader.case(1).offers[0]
        way = reader.case(1).services[0].option_of("bert").arrival_min
    # One of the forty minutes has passed.
    assert offer.forecast_min == round(39 + way)


def test_a_truck_taken_since_the_plan_is_skipped(desk):
    """The plan counted on a free truck, which another case has got: the cascade goes on."""
    opened(desk(0))
    plan(desk(1), (1, "bert"))
    busy(desk, 2)
    assert [each[1:3] for each in rows(desk, 3)] == [
        ("Bert", "skipped"), ("Anna", "next"), ("Carl", "left"),
    ]  # fmt: skip
    assert offer_call.place_call(desk(3), 1).provider == "anna"


def test_an_unanswered_planned_firm_is_called_on_its_next_number(desk):
    """Anna's second number precedes Carl and Bert, as in any cascade."""
    opened(desk(0))
    plan(desk(1), (1, "anna"))
    made = offer_call.place_call(desk(2), 1)
    answer_call.record(desk(3), made.ref, "no_answer")
    again = offer_call.place_call(desk(3), 1)
    assert (again.provider, again.phone) == ("anna", "089 2")


def test_the_last_resort_of_a_plan_is_said_and_bars_no_call(desk):
    """The card and the show say it; the next call is the one of the cascade."""
    opened(desk(0))
    plan(desk(1), (1, None))
    said = "last resort: planned at 13:01"
    [shown] = view_case.show(desk(2), 1).services
    assert (shown.planned_provider, str(shown.planned)) == ("", said)
    card = desk_views.card(desk(2), 1)
    assert (str(card.planned), card.next_provider) == (said, "anna")


def test_the_screen_of_an_operator_is_out_of_date_after_a_plan(desk):
    """The operator has Anna on the screen, the plan says Carl: the key does nothing."""
    opened(desk(0))
    card = desk_views.card(desk(1), 1)
    plan(desk(2), (1, "carl"))
    seen = card.next_provider, card.phone
    said = refused(lambda: offer_call.place_call(desk(3), 1, expected=seen))
    assert said.startswith("the next call is now ")
    assert "Carl" in said


def test_the_comparison_at_an_acceptance_names_the_planned_firm(desk, catalog):
    """The next call after a refusal would go to Carl: he is compared, and not Bert."""
    opened(desk(0))
    ref = offer_call.place_call(desk(0), 1, provider="anna", because="x", override="wish").ref
    answer_call.record(desk(1), ref, "decline")
    plan(desk(2), (1, "carl"))
    made = offer_call.place_call(desk(3), 1)
    assert made.name == "Carl"
    asked = answer_call.would_be_sooner(desk(4), made.ref, NOON + timedelta(minutes=90))
    assert str(asked).startswith("Bert would be there")


def test_one_call_for_two_services_begins_with_the_plan_of_the_first(desk, catalog):
    """Carl can do both and is planned for the recovery."""
    both = ("tow", "recovery")
    catalog.providers = [provider(name, services=both, turnout_min=10.0 + number)
                         for number, name in enumerate(("anna", "bert", "carl"))]  # fmt: skip
    on_side = replace(_incident_vehicle(), state="on_side")
    case = opened(desk(0), vehicle=on_side)
    plan(desk(1), (case, "carl"), service="recovery")
    card = offer_call.place_call(desk(2), case, services=["recovery", "tow"])
    assert (card.provider, [each.name for each in card.then]) == ("carl", ["Anna", "Bert"])


def _incident_vehicle():
    from ..worlds import incident

    return incident().vehicle


def test_undo_takes_the_own_plan_back(desk):
    """The own plan is undone; the plan before it counts again, then none."""
    opened(desk(0))
    plan(desk(1), (1, "bert"))
    plan(desk(2), (1, "carl"))
    found = undo_acts.undo(desk(3), 1)
    assert str(found.message) == "undone: plan"
    assert rows(desk, 3)[0][1] == "Bert"
    undo_acts.undo(desk(3), 1)
    assert rows(desk, 3)[0][1] == "Anna"
    with pytest.raises(ConflictError, match="no act to undo"):
        undo_acts.undo(desk(3), 1)


def test_undo_of_one_case_leaves_the_plan_of_the_others(desk):
    """The records of one plan are one transaction, and each is undone alone."""
    for _ in range(3):
        opened(desk(0))
    plan(desk(1), (1, "carl"), (2, "carl"), (3, "bert"))
    undo_acts.undo(desk(2), 2)
    assert [rows(desk, 3, case)[0][1] for case in (1, 2, 3)] == ["Carl", "Anna", "Bert"]
    undo_acts.undo(desk(2), 3)
    assert [rows(desk, 3, case)[0][1] for case in (1, 2, 3)] == ["Carl", "Anna", "Anna"]


def test_undo_of_two_acts_goes_through_the_own_plan(desk):
    """The lead is an operator too: the plan and the refusal before it are undone together."""
    opened(desk(0))
    ref = offer_call.place_call(desk(1), 1).ref
    answer_call.record(desk(2), ref, "decline")
    plan(desk(3), (1, "carl"))
    undo_acts.undo(desk(4), 1, last=2)
    assert rows(desk, 5)[0][1:3] == ("Anna", "asking")
    assert read_demands(desk(5)).demands[0].planned is None


def test_the_plan_of_another_does_not_stand_in_the_way_of_an_undo(desk):
    """The lead plans after the operator's refusal: the operator can take the refusal back."""
    opened(desk(0))
    ref = offer_call.place_call(desk(1), 1).ref
    answer_call.record(desk(2), ref, "decline")
    plan(desk(3, "lead"), (1, "carl"))
    assert undo_acts.last_act(desk(4), 1).action == "decline"
    undo_acts.undo(desk(4), 1)
    with desk(5).store.reading() as reader:
        assert reader.case(1).offers[0].state == "open"
    # The control: the lead has an act to undo, the plan, and no longer after another's act.
    assert undo_acts.last_act(desk(5, "lead"), 1).action == "plan"


def test_a_later_act_of_another_bars_the_undo_of_a_plan(desk):
    """The operator has called by the plan; the lead is told so."""
    opened(desk(0))
    plan(desk(1, "lead"), (1, "carl"))
    keep_promises.hold_line(desk(2, "AK"), 1, is_waiting=True)
    lead = desk(3, "lead")
    said = refused(lambda: undo_acts.undo(lead, 1))
    assert said == "AK recorded line at 13:02 after that"


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(n, marks=pytest.mark.ci) for n in
                                               range(5, 50))])  # fmt: skip
def test_with_a_plan_the_calls_are_those_without_it_but_for_the_first(tmp_path, catalog, seed):
    """After random acts and a random plan: planned first, the rest as before, no case changed.

    After the undo of the plan the calls are those without it.
    """
    chance = random.Random(seed)
    desk = Desk(tmp_path / "log.sqlite3", catalog).open()
    last, minute, moved = 1, 0, 0
    for _ in range(4):
        for _ in range(5):
            minute += 1
            act = drawn(chance, desk, last)
            last = act[1]
            try:
                perform(desk, minute, act)
            except DispatchError:
                continue
        book = book_at(desk.path, catalog, minute, "lead")
        read = read_demands(book)
        free = {(n.case.id, n.service): n for n in read.demands if not n.is_asked}

        def calls(key, minute=minute):
            return called_in_turn(desk.path, catalog, *key, minute)

        before = {
            key: calls(key)
            for key, each in free.items()
            if case_states.service_state(each.case, _service(each)) == "waiting"
        }
        chosen = {key: chance.choice([*each.can_ask, None]) for key, each in free.items()}
        state = content(desk.path)
        proposals = [
            Proposal(case_id=case_id, service=service, provider=name)
            for (case_id, service), name in chosen.items()
        ]
        apply_plan(book, read, proposals)
        after = content(desk.path)
        assert after[:2] == state[:2]
        cases = {each.case.id for each in read.demands}
        assert [each.action for each in after[2][len(state[2]) :]] == ["plan"] * len(cases)
        for key, names in before.items():
            first = [chosen[key]] if chosen[key] in names else []
            wanted = [*first, *(name for name in names if name not in first)]
            assert calls(key) == wanted
            moved += wanted != names
        for case_id in cases:
            undo_acts.undo(book, case_id)
        assert before == {key: calls(key) for key in before}
    assert moved or seed


def _service(demand):
    return case_states.service_of(demand.case, demand.service)


def test_a_firm_whose_units_are_planned_for_others_is_called_last(desk):
    """Case 2 waits: Anna stands behind the others and says why, and can still be called."""
    opened(desk(0)), opened(desk(0))
    waits = Proposal(case_id=2, service="tow", provider=None, waits=True, behind=("anna",))
    first = Proposal(case_id=1, service="tow", provider="anna")
    apply_plan(desk(1), read_demands(desk(1)), [first, waits])
    assert rows(desk, 2, case=1)[0][1] == "Anna"
    assert rows(desk, 2, case=2) == [
        (2, "Bert", "next", ""), (3, "Carl", "left", ""),
        (1, "Anna", "left", "planned for others at 13:01"),
    ]  # fmt: skip
    shown = view_case.show(desk(2), 2).services[0]
    assert (shown.planned_provider, shown.planned) == ("", "")
    offer_call.place_call(desk(2), 2)
    with desk(2).store.reading() as reader:
        assert [each.provider for each in reader.case(2).offers] == ["bert"]


def test_a_case_that_waits_without_scarce_firms_keeps_its_cascade(desk):
    """Nothing stands behind: the order is that of the ranking."""
    opened(desk(0)), opened(desk(0))
    before = rows(desk, 2, case=2)
    waits = Proposal(case_id=2, service="tow", provider=None, waits=True)
    first = Proposal(case_id=1, service="tow", provider="anna")
    apply_plan(desk(1), read_demands(desk(1)), [first, waits])
    assert rows(desk, 2, case=2) == before
