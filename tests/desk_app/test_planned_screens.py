"""What the screens say of a plan of many cases, in both languages."""

from msgspec.structs import replace

from dispatch_cli.cases import desk_views, offer_call, view_case
from dispatch_cli.cases.apply_plan import Proposal, apply_plan
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.render import case_cards, case_views
from dispatch_cli.render.card_screen import card_lines
from dispatch_cli.render.layout import Screen

from ..catalogues import spoken
from .test_desk_drawn import in_german, text


def planned(world, place):
    """Open two cases, and plan the provider at a place of their cascade for the first one.

    Returns the first case and the name of the provider; without a place it is the last resort.
    """
    first, _ = world.case(), world.case()
    read = read_demands(world.book())
    names = {each.provider: each.name for each in read.demands[0].case.services[0].options}
    proposals = [
        Proposal(
            case_id=each.case.id,
            service=each.service,
            provider=None if place is None else each.can_ask[place],
        )
        for each in read.demands
    ]
    apply_plan(world.book(), read, proposals)
    return first, "" if place is None else names[read.demands[0].can_ask[place]]


def shown(world, case, width=120):
    """Return the card and the view of a case as they stand on a screen."""
    screen, now = Screen(width, 40), world.clock.now
    card = text(card_lines(desk_views.card(world.book(), case), "AK", now, screen))
    return card, text(case_views.show_lines(view_case.show(world.book(), case), now, screen))


def test_the_card_has_the_planned_firm_first_and_says_why(world):
    """The second firm of the cascade stands on the first row with its number 2."""
    case, name = planned(world, 1)
    card, view = shown(world, case)
    rows = card.splitlines()
    heads = next(n for n, line in enumerate(rows) if line.lstrip().startswith("No."))
    assert rows[heads + 1].startswith(">")
    assert rows[heads + 1][1:].split()[0] == "2"
    assert name in rows[heads + 1]
    assert rows[heads + 2].split()[0] == "1"
    assert f"{name}: planned at 12:00 with 1 other case" in view
    with spoken(in_german()):
        card, view = shown(world, case)
        assert "geplant um 12:00 mit 1 weiteren Fall" in card
        assert f"{name}: geplant um 12:00 mit 1 weiteren Fall" in view
        made = offer_call.place_call(world.book(), case)
        offer = text(case_cards.card_lines(made, Screen(80)))
    assert "geplant um 12:00 mit 1 weiteren Fall" in offer
    assert name in offer


def test_the_last_resort_of_a_plan_is_on_the_card(world):
    """The card says it beside the next call, and so does the view."""
    case, _ = planned(world, None)
    for found in shown(world, case, 80):
        assert "last resort: planned at 12:00 with 1 other case" in found


def test_without_a_plan_no_line_is_added(world):
    """The control: neither card nor view nor offer has a line about a plan."""
    case = world.case()
    assert not any("planned" in each for each in shown(world, case))
    made = offer_call.place_call(world.book(), case)
    lines = case_cards.card_lines(made, Screen(80))
    assert len(case_cards.card_lines(replace(made, planned="x"), Screen(80))) == len(lines) + 1
