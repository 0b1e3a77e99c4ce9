"""The board: one row for a case, the most urgent first, with deadlines that run."""

import pytest

from dispatch_cli.cases import desk_views, draft_calls

from .seats import SIZE, WIDE, World, seated


def full(world: World) -> None:
    """Fill the log: a hurt person on a motorway, calls, an acceptance, and one that waits."""
    world.case(kind="accident", injured="2", spot="shoulder", where="A8 Richtung München km 48,2")
    world.called(client="adac", brand="VW Golf", kind="dead_battery")
    world.accepted(at="86316")
    world.case(operator="MB", at="86199", kind="flat_tyre")


@pytest.mark.parametrize("size", [SIZE, WIDE], ids=["80x24", "140x40"])
def test_the_board_has_a_row_for_each_case(world, size):
    """Due, number, mark, place, kind, state and operator stand in one row, and the keys below."""
    full(world)
    world.clock.goes_on(seconds=90)

    async def play(seat):
        width, height = size
        lines = seat.lines
        assert len(lines) == height
        assert all(len(each) <= width for each in lines)
        assert lines[0].startswith("BOARD  all open: 4, parked 0, overdue 1")
        assert lines[0].endswith("Fri 27 Nov 12:01:30")
        first = lines[2]
        assert first.startswith("> -0:30    1 2H A8 Richtung")
        assert "accident" in first
        assert "112 NOT CONFIRMED" in first
        assert first.endswith("AK")
        assert any("asks 1. Anna [/b]" in each for each in lines)
        assert any(" VW Golf " in each and " ADAC " in each for each in lines) == (width == 140)
        assert not any(" adac " in each for each in lines)
        assert any(each.endswith("MB") and "next call due" in each for each in lines)
        assert "OVERDUE  1: 112 NOT CONFIRMED 0:30" in seat.shown
        assert "F2 new call" in lines[-2] + lines[-1]
        assert ("089 99998-201" in seat.shown) == (width == 140)
        assert ("Client" in seat.shown) == (width == 140)
        assert ("NEXT  112 NOT CONFIRMED" in seat.shown) == (width == 140)

    seated(play, world.desk(), size=size)


def test_deadlines_run_without_a_look_at_the_log(world, monkeypatch):
    """Each second the times are other ones, and the log is read only once a deadline has passed."""
    world.case()
    reads = []
    original = desk_views.board
    monkeypatch.setattr(
        desk_views, "board", lambda *a, **k: (reads.append(1), original(*a, **k))[1]
    )

    async def play(seat):
        assert ">  3:00    1" in seat.shown
        before = len(reads)
        for second in range(1, 6):
            world.clock.goes_on(seconds=1)
            seat.program.tick()
            await seat.pilot.pause()
            assert f">  2:{60 - second}    1" in seat.shown
        assert len(reads) == before
        world.clock.goes_on(minutes=3)
        seat.program.tick()
        await seat.pilot.pause()
        assert "> -0:05    1" in seat.shown
        assert len(reads) == before + 1

    seated(play, world.desk())


def test_twenty_cases_fit_on_the_smallest_screen(world):
    """A terminal of 24 lines shows 20 cases, and scrolls to the others with the selection."""
    for _ in range(22):
        world.case()

    async def play(seat):
        assert sum("breakdown" in each for each in seat.lines) == 20
        shown = await seat.press(*["down"] * 21)
        assert ">" in shown
        assert "  22    86150" in shown
        assert "   1    86150" not in shown
        assert await seat.press("enter") == seat.shown
        assert seat.lines[0].startswith("CASE 22")

    seated(play, world.desk())


def test_the_filter_and_the_search_choose_rows(world):
    """Tab goes from all open cases to the own and the ended ones; / finds by number and place."""
    world.case()
    world.case(operator="MB", at="86316", call_back="0170 1234567")

    async def play(seat):
        shown = await seat.press("tab")
        assert "mine open" in shown
        assert "86316" not in shown
        await seat.press("tab")
        shown = await seat.press("tab")
        assert "86316" in shown
        await seat.press("/")
        await seat.type("0170 1234567")
        shown = await seat.press("enter")
        assert "found" in shown
        assert "86316" in shown
        assert "86150" not in shown
        await seat.press("/")
        await seat.type("nothing like it")
        assert "no case has nothing like it" in await seat.press("enter")

    seated(play, world.desk())


def test_a_click_selects_a_row_and_a_click_on_a_label_acts(world):
    """The first click only selects; the label of a key does what the key does."""
    world.case()
    world.case(at="86316")

    async def play(seat):
        await seat.pilot.click("#main", offset=(20, 3))
        await seat.pilot.pause()
        assert seat.lines[3].startswith(">")
        assert seat.lines[0].startswith("BOARD")
        await seat.pilot.click("#keys", offset=(1, 0))
        await seat.pilot.pause()
        assert seat.lines[0].startswith("CASE 2")

    seated(play, world.desk())


def test_the_selection_sticks_to_its_case(world):
    """A case that becomes more urgent moves up only a second after the last key."""
    world.case()
    second = world.case(at="86316")
    desk = world.desk()

    async def play(seat):
        await seat.press("down")
        assert f">  3:00    {second}" in seat.shown
        world.clock.goes_on(seconds=10)
        other = world.case(operator="MB", kind="accident", injured="1")
        seat.program.session.guard.pressed()
        seat.program.session.guard.seconds -= 2
        shown = seat.see_others()
        await seat.pilot.pause()
        assert f">  2:50    {second}" in seat.shown
        assert seat.lines[4].split()[1] == str(other), shown
        seat.program.session.guard.seconds += 5
        seat.program.tick()
        await seat.pilot.pause()
        assert seat.lines[2].split()[1] == str(other)
        assert f">  2:50    {second}" in seat.shown

    seated(play, desk)


def test_f9_on_a_parked_call_goes_on_with_it(world):
    """The emergency key on the row of a parked call shows the place to say, and its questions."""
    book = world.book()
    draft_calls.start(book, {"at": "86150", "injured": "2"}, holder=0)

    async def play(seat):
        shown = await seat.press("f9")
        assert "NEW CALL  draft G1" in shown
        assert "PLACE 86150" in shown

    seated(play, world.desk())


def test_a_clock_that_runs_while_the_screen_is_taken_down_draws_nothing(world):
    """The program ends part by part, and the tick of a second may come in between."""
    world.case()

    async def play(seat):
        await seat.program.screen.remove_children()
        seat.program.tick()
        assert not seat.program.screen.children
        assert seat.program.failure is None

    seated(play, world.desk())
