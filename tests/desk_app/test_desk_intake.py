"""A new call: one line is understood at once, the rest is asked, and no answer is ever lost."""

import os

import pytest

from dispatch_cli.cases import desk_views, draft_calls, view_case
from dispatch_cli.desk_app.key_table import KEYS

from .seats import SIZE, WIDE, seated


def drafts(world) -> list[str]:
    """Return the numbers of the calls that are not finished, each with its state."""
    return [f"{each.number} {each.state}" for each in desk_views.board(world.book()).drafts]


@pytest.mark.parametrize("size", [SIZE, WIDE], ids=["80x24", "140x40"])
def test_a_line_is_read_back_in_fields(world, size):
    """Place, kind, make, client and number stand in their fields; what is unknown is a note."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 batterie golf adac 0171 2345678 rot")
        await seat.press("enter")
        lines = [each.split("│")[0].rstrip() for each in seat.lines]
        assert lines[0].startswith("NEW CALL  draft G1, no case yet   since 0:00")
        assert "NOT UNDERSTOOD, kept as a note: rot" in lines
        fields = {each[2:22].strip(): each[23:] for each in lines}
        assert fields["Hurt, in danger"] == "?  not asked yet"
        assert fields["Place"].startswith("86150   confirm: near 86150")
        assert fields["What"] == "dead battery"
        assert fields["Make"] == "golf"
        assert fields["Client"] == "ADAC"
        assert fields["Call-back number"] == "0171 2345678"
        assert fields["Spot"] == "?"
        assert any("Is anybody hurt or in danger?" in each for each in lines)
        assert "ORDER for jump start, if called at once: Anna [/b] Pannenhilfe" in seat.shown
        assert len(lines) == size[1]
        assert all(len(each) <= size[0] for each in lines)
        assert drafts(world) == ["G1 held"]

    seated(play, world.desk(), size=size)


def test_the_commonest_call_takes_at_most_40_keys(world):
    """From F2 to the acceptance by the second firm, the twelve keys of the number included."""
    keys = ["f2", *"86150 batt 0171 2345678", "enter", "n", "enter", "f10"]
    keys += ["enter", "d", "1", "enter", "a", "3", "5", "enter"]
    assert len(keys) <= 40

    async def play(seat):
        await seat.press(*keys)
        assert "ACCEPTED  by 12:35" in seat.shown
        [case] = view_case.cases(world.book())
        assert case.kind == "dead_battery"
        assert [each.state for each in case.offers] == ["declined", "accepted"]
        assert drafts(world) == []

    seated(play, world.desk())


def test_safety_has_no_default(world):
    """Enter answers neither whether a person is hurt nor what has happened."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 0171 2345678")
        shown = await seat.press("enter", "enter")
        assert "this question needs an answer" in shown
        assert "Hurt, in danger      ?  not asked yet" in shown
        shown = await seat.press("f10")
        assert "is missing" in shown
        assert view_case.cases(world.book()) == []
        await seat.press("n", "enter", "f10")
        assert "What is missing" in await seat.press("f10")

    seated(play, world.desk())


def test_f2_parks_what_is_there_from_every_screen(world):
    """F2 on the board, on a card, in the middle of its questions and of a new call: two keys."""
    number = world.called()

    async def play(seat):
        assert (await seat.press("f2")).startswith("NEW CALL")
        await seat.type("0171 2345678")
        assert (await seat.press("f2")).startswith("NEW CALL  draft -")
        assert drafts(world) == ["G1 parked"]
        await seat.type("86316 panne")
        await seat.press("enter", "1")
        assert (await seat.press("f2")).startswith("NEW CALL  draft -")
        assert drafts(world) == ["G2 parked", "G1 parked"]
        [second, _] = desk_views.board(world.book()).drafts
        assert (second.area, second.kind, second.injured, second.on_line) == (
            "86316", "breakdown", 1, True,
        )  # fmt: skip
        await seat.press("f4")
        seat.program.session.show_case(number)
        for keys in (["a", "3"], ["d"], ["m", "x"], ["x"], ["f9"], []):
            await seat.press(*keys)
            assert (await seat.press("f2")).startswith("NEW CALL")
            await seat.press("escape")
            seat.program.session.show_case(number)
        assert [each.state for each in view_case.show(world.book(), number).offers] == ["open"]

    seated(play, world.desk())


def test_a_parked_call_is_taken_up_again(world):
    """F3 parks with the number; Enter on its row asks the next question, and F10 opens the case."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne 0171 2345678")
        await seat.press("enter")
        shown = await seat.press("f3")
        assert "G1 is parked" in shown
        assert "PARKED, waits 0:00" in shown
        world.clock.goes_on(minutes=2, seconds=5)
        await seat.press("down", "enter")
        assert seat.lines[0].startswith("NEW CALL  draft G1")
        await seat.press("2", "enter")
        assert "2 hurt" in seat.shown
        assert "EMERGENCY  112" in seat.shown
        assert "112" in await seat.press("f9")
        shown = await seat.press("f10")
        assert "2 HURT" in shown
        assert "112 NOT CONFIRMED" in shown

    seated(play, world.desk())


def test_a_call_is_taken_from_another_desk(world):
    """F6 takes a call whose questions another desk asks; that desk can go on with the next one."""

    async def play(anna, ben):
        await anna.press("f2")
        await anna.type("86150 panne 0171 2345678")
        await anna.press("enter")
        ben.program.session.reload(is_own=True)
        assert "is being asked" in await ben.press("down")
        await ben.press("f6")
        assert ben.lines[0].startswith("NEW CALL  draft G1")
        # Both desks of this test are one process; the other one of a real desk is another.
        draft_calls.resume(world.book("MB"), 1, holder=os.getppid(), take=True)
        shown = await anna.press("f2")
        assert shown.startswith("NEW CALL  draft -")
        assert "MB has G1 since 12:00" in shown
        assert drafts(world) == ["G1 held"]

    seated(play, world.desk("AK"), world.desk("MB"))


def test_going_back_and_the_pickers(world):
    """Up goes to an earlier question with its answer, and typed letters choose from a set."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne")
        await seat.press("enter", "n", "enter")
        assert "Where exactly does the vehicle stand?" in seat.shown
        await seat.type("stand")
        assert "Standstreifen" in seat.shown
        await seat.press("down", "enter")
        assert "Spot                 shoulder" in seat.shown
        await seat.press("up", "up")
        shown = seat.shown
        assert "> Spot" in shown or "> Place" in shown
        await seat.press("escape")
        assert "this question is still open" in seat.shown

    seated(play, world.desk())


def test_an_empty_call_leaves_nothing(world):
    """Escape at the first line leaves the call, and there is neither a draft nor a case."""

    async def play(seat):
        await seat.press("f2")
        assert (await seat.press("escape")).startswith("BOARD")
        assert drafts(world) == []

    seated(play, world.desk())


def test_a_letter_has_one_meaning():
    """No letter stands for two acts, function keys work during a question, and n is no answer."""
    meanings = {}
    for each in KEYS:
        if len(each.key) == 1:
            meanings.setdefault(each.key, set()).add(each.act)
            assert not {"board", "intake"} & each.on
    assert all(len(acts) == 1 for acts in meanings.values())
    assert meanings["n"] == {"no_answer"}
    assert {"f2", "f9"} <= {each.key for each in KEYS if "intake" in each.on}


def test_a_call_that_may_be_a_duplicate_says_so(world):
    """As soon as place and kind are known, an open case at the same spot stands on the screen."""
    number = world.case(vehicle="")

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne")
        assert f"MAY BE THE SAME: case {number}, breakdown" in await seat.press("enter")

    seated(play, world.desk())


def test_a_typed_text_is_not_dropped_in_silence(world):
    """Going to another question says which text was not taken."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne")
        await seat.press("enter")
        await seat.type("zwei")
        assert "not taken: zwei" in await seat.press("down")
        assert "not taken" not in await seat.press("up")

    seated(play, world.desk())


def test_the_chosen_suggestion_is_the_marked_one(world):
    """The mark stands beside the suggestion that Enter takes; without it the typed text counts."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("86150 panne")
        await seat.press("enter", "0", "enter")
        shown = await seat.type("sho")
        assert "> shoulder" not in shown
        assert "> shoulder" in await seat.press("down")
        assert "Spot                 shoulder" in await seat.press("enter")

    seated(play, world.desk())


def test_towns_are_suggested_from_three_letters_on(world):
    """The question for the place offers the towns that begin with what was typed."""

    async def play(seat):
        await seat.press("f2")
        await seat.type("panne")
        await seat.press("enter", "0", "enter")
        assert "Gersthofen" not in await seat.type("Ge")
        shown = await seat.type("rsthof")
        assert "  Gersthofen" in shown
        assert "> Gersthofen" in await seat.press("down")
        assert "Place                Gersthofen" in await seat.press("enter")

    seated(play, world.desk())
