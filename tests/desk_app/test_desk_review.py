"""What an operator must see at once, and what another operator's acts must never do to a key."""

import pytest

from dispatch_cli.cases import answer_call, call_line, desk_views, keep_case, view_case
from dispatch_cli.model import Rules

from .seats import WIDE, seated
from .test_desk_lines import worked


@pytest.mark.parametrize("line", ["unfall 2 verletzte a8", "2 verletzte"])
def test_an_emergency_waits_for_neither_place_nor_kind(world, line):
    """As soon as hurt persons are known, 112 stands on the new call, and F9 names it."""

    async def play(seat):
        await seat.press("f2")
        await seat.type(line)
        assert "EMERGENCY  112" in await seat.press("enter")
        assert "112:" in await seat.press("f9")

    seated(play, world.desk())


def test_the_advice_is_read_aloud_from_the_call_and_the_card(world):
    """Behind the barrier, vest on: the sentence stands where the caller is on the line."""
    number = world.case(kind="breakdown", spot="shoulder", where="A8", injured="0")

    async def play(seat):
        assert "safety vest" in seat.shown
        await seat.press("f2")
        await seat.type("panne standstreifen 0 verletzte")
        assert "safety vest" in await seat.press("enter")

    seated(play, world.desk(case_id=number))


@pytest.mark.parametrize(
    ("line", "injured"),
    [
        ("unfall 2 leicht verletzt", "2"),
        ("unfall km 48 drei verletzte", "3"),
        ("eine verletzte person", "1"),
        ("viele verletzte", None),
        ("fahrer verletzt", None),
        ("niemand verletzt", "0"),
    ],
)
def test_the_number_of_hurt_persons_is_never_guessed(line, injured):
    """Only a number beside the word counts; else the question is asked."""
    assert call_line.understand(line, {}, Rules()).facts.get("injured") == injured


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("86150 frau müller", "86150"),
        ("86150, batterie", "86150"),
        ("86150 Maximilianstr. 1 Augsburg", "86150 Augsburg, Maximilianstr. 1"),
        ("86825 Bad Wörishofen panne", "86825 Bad Wörishofen"),
        ("86150 platten", "86150"),
    ],
)
def test_only_a_town_stands_behind_a_postcode(line, at):
    """A word that names no town is no part of the place: it is another fact, or a note."""
    assert call_line.understand(line, {}, Rules()).facts["at"] == at


@pytest.mark.parametrize(("key", "again"), [("x", "x"), ("d", "1")])
def test_a_question_on_an_outdated_card_records_nothing(world, key, again):
    """What another operator did meanwhile is shown first; the answer was meant for what was."""
    number = world.called()

    async def play(seat):
        await seat.press(key)
        answer_call.record(world.book("MB"), f"{number}.1", "no_answer")
        seat.see_others()
        assert "not done: MB has changed case 1" in " ".join((await seat.press(again)).split())
        assert view_case.show(world.book(), number).state == "waiting"

    seated(play, world.desk(case_id=number))


def test_that_a_card_is_outdated_leaves_with_it(world):
    """On the board and in a new call nothing is said about the card that was left."""
    number = world.called()

    async def play(seat):
        answer_call.record(world.book("MB"), f"{number}.1", "no_answer")
        seat.see_others()
        await seat.pilot.pause()
        assert "out of date" in seat.shown
        assert "out of date" not in await seat.press("f4")
        assert "out of date" not in await seat.press("f2")

    seated(play, world.desk(case_id=number))


def test_another_operators_note_reaches_an_open_card(world):
    """A note changes no row of the board, and is told and given to the driver all the same."""
    number = world.accepted()

    async def play(seat):
        keep_case.note(world.book("MB"), number, "gate code 4711")
        seat.see_others()
        await seat.pilot.pause()
        assert "case 1: note written (MB)" in seat.shown
        assert "gate code 4711" in seat.shown

    seated(play, world.desk(case_id=number), size=WIDE)


def test_after_the_last_question_every_answer_can_be_changed(world):
    """The last line stays open: the arrow leads back, and typing replaces the old answer."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne golf adac 0171 2345678 0 verletzte")
        await seat.press("enter")
        for _ in range(20):
            if "all is asked" in seat.shown:
                break
            await seat.type("ja")
            await seat.press("enter")
            await seat.press("backspace", "backspace")
            await seat.press("enter")
        assert "F10 opens the case" in seat.shown
        for _ in range(30):
            await seat.press("up")
            if seat.program.session.acts.intake.page().asked == "at":
                break
        await seat.type("86316")
        assert "Place                86316" in await seat.press("enter")

    seated(play, world.desk())


def test_a_text_that_answers_nothing_becomes_a_note(world):
    """F2 in the middle of a question keeps what was typed, also if it is no answer."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne 0171 2345678")
        await seat.press("enter")
        await seat.type("hinter der tankstelle")
        await seat.press("f2", "f4")
        assert "hinter der tankstelle" in await seat.press("enter")

    seated(play, world.desk(), size=WIDE)


def test_a_note_that_was_not_entered_is_named(world):
    """On a card F2 leaves the open question, and says which text was not taken."""
    number = world.case()

    async def play(seat):
        await seat.press("i")
        await seat.type("gate 7")
        assert "not taken: gate 7" in await seat.press("f2")

    seated(play, world.desk(case_id=number))


def test_find_keeps_the_urgent_in_sight(world):
    """A parked call is found, a search without result changes no row, Tab shows all open again."""
    world.case()
    worked(world, [("f2", "in one line"), ("86316 panne 0171 2345678", "hurt")])

    async def play(seat):
        await seat.press("slash")
        await seat.type("nirgendwo")
        shown = await seat.press("enter")
        assert "no case has nirgendwo" in shown
        assert "86150" in shown
        await seat.press("slash")
        await seat.type("0171 2345678")
        shown = await seat.press("enter")
        assert "G1" in shown
        assert "86150" not in shown
        shown = await seat.press("tab")
        assert shown.startswith("BOARD  all open")

    seated(play, world.desk())


def test_what_is_overdue_is_said_under_every_filter(world):
    """The line at the bottom names an overdue case of another operator, also under "mine"."""
    number = world.case("MB")
    world.case()
    world.clock.goes_on(minutes=10)

    async def play(seat):
        shown = await seat.press("tab")
        assert shown.startswith("BOARD  mine open")
        assert f"{number}: next call" in shown

    seated(play, world.desk())


def test_a_word_that_names_a_key_is_an_answer_in_lines(world):
    """ "down" is what a firm says of its units, and no arrow; the end names the parked call."""
    number = world.called()
    steps = [("q", "has free units"), ("down", "down"), ("q", "has free"), ("besetzt 45", "busy")]
    worked(world, steps, case_id=number)
    said = [each.details for each in view_case.acts(world.book()) if each.action == "report"]
    assert [each["provider"] for each in said] == ["anna", "anna"]
    written = worked(world, [("f2", "in one line"), ("86150 panne", "hurt")])
    assert "is parked" in written


def test_a_firm_that_dropped_out_has_no_time(world):
    """The row of a firm that does not come after all shows no promised arrival."""
    number = world.accepted()
    answer_call.record(world.book(), f"{number}.1", "fail")
    [row] = [each for each in desk_views.card(world.book(), number).rows if each.answer == "failed"]
    assert row.there_at is None
