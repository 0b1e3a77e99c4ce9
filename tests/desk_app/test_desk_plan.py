"""The plan of all open cases on the desk: F8 on the board."""

import subprocess
import sys
from gettext import GNUTranslations
from threading import Event

import pytest

pytest.importorskip("ortools", reason="the extra storm is not here")

from dispatch_cli.cases import end_case, view_case
from dispatch_cli.cases.open_demands import read_demands
from dispatch_cli.cli.desk import desk_tools
from dispatch_cli.desk_app.desk_program import DeskProgram
from dispatch_cli.errors import UsageError
from dispatch_cli.storm import watched_plan

from ..catalogues import spoken
from .seats import SIZE, WIDE, Seat, SlowHand, World, _bug, seated
from .test_desk_lines import worked
from .test_desk_screens import german

SIZES = pytest.mark.parametrize("size", [SIZE, WIDE], ids=["80x24", "140x40"])


async def planned(seat: Seat, *keys: str) -> str:
    """Press keys, and return the screen when the plan in the background is made."""
    await seat.press(*keys)
    await seat.program.workers.wait_for_complete()
    await seat.pilot.pause()
    await seat.pilot.pause()
    return seat.shown


async def look(seat: Seat) -> str:
    """Let the second pass in which the desk looks at the log, and return the screen after it."""
    seat.program.tick()
    return await planned(seat)


def rows_of(seat: Seat) -> list[str]:
    """Return the lines of the plan that have a telephone number."""
    return [each for each in seat.lines if "089 99998-" in each]


def acts(world: World, number: int) -> list[str]:
    """Return the acts of a case, in order."""
    return [each.action for each in view_case.acts(world.book(), number)]


@SIZES
def test_the_plan_names_the_firm_of_each_case(world, size):
    """F8 shows one line for each call, whose firm is that of the planner, in the whole width."""
    first, second = world.case(), world.case(at="86316", kind="flat_tyre")
    planner = watched_plan.Planner(watched_plan.StormSettings())
    _, plan = planner.plan(world.book())
    names = {each.ref: each.candidates[0].name for each in plan.demands}
    assert set(names) == {str(first), str(second)}

    async def play(seat):
        assert "F8 plan of all cases" in seat.shown
        shown = await planned(seat, "f8")
        assert seat.lines[0].startswith("PLAN OF ALL OPEN CASES")
        assert seat.lines[0].endswith("12:00:00")
        assert "Storm 12:00: 2 calls for help" in shown
        assert "no plan is better, if nobody declines" in " ".join(shown.split())
        rows = rows_of(seat)
        assert len(rows) == 2
        for row, each in zip(rows, plan.demands, strict=True):
            assert f"{each.ref} " in row
            assert names[each.ref][:12] in row
            assert each.phone in row
        assert [each[0] for each in rows] == [">", " "]
        assert ("Scarce" in shown) == (size == WIDE)
        assert "BOARD" not in shown
        assert len(seat.lines) == size[1]
        assert all(len(each) <= size[0] for each in seat.lines)
        assert "F10 record the plan" in shown
        assert (await seat.press("escape")).startswith("BOARD")
        assert "F10" not in seat.shown

    seated(play, world.desk(), size=size)


def test_a_case_of_another_process_is_in_the_next_plan(world):
    """What another desk records is planned within a look; without a change nothing is planned."""
    world.case()

    async def play(seat):
        await planned(seat, "f8")
        made = []
        original = watched_plan.Planner.plan_read
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                watched_plan.Planner,
                "plan_read",
                lambda *a: (made.append(1), original(*a))[1],
            )
            await look(seat)
            assert made == []
            record_elsewhere(world)
            assert "Storm 12:00: 2 calls for help" in await look(seat)
            assert len(rows_of(seat)) == 2
            assert made == [1]
            world.clock.goes_on(seconds=29)
            await look(seat)
            assert made == [1]
            world.clock.goes_on(seconds=1)
            await look(seat)
            assert made == [1, 1]

    seated(play, world.desk())


def record_elsewhere(world: World) -> None:
    """Open a case in another process."""
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.desk_app.seats import World\n"
        "World(Path(sys.argv[1])).case('MB', at='86316')"
    )
    subprocess.run([sys.executable, "-c", program, str(world.path.parent)], check=True)


def test_enter_opens_the_card_and_escape_leads_back(world):
    """The arrows select a line; Escape on the card shows the plan again, and then the board."""
    world.case()
    world.case(at="86316", kind="flat_tyre")

    async def play(seat):
        await planned(seat, "f8")
        first, second = rows_of(seat)
        await seat.press("down", "down")
        assert rows_of(seat)[1] == f">{second[1:]}"
        await seat.press("up")
        top = seat.lines.index(f">{first[1:]}")
        await seat.pilot.click("#main", offset=(5, top + 1))
        assert rows_of(seat)[1] == f">{second[1:]}"
        await seat.pilot.click("#main", offset=(5, 1))
        assert rows_of(seat)[1] == f">{second[1:]}"
        shown = await seat.press("enter")
        assert shown.startswith("CASE ")
        assert f" {shown.split()[1]} " in second[40:]
        assert (await planned(seat, "escape")).startswith("PLAN OF ALL OPEN CASES")
        assert rows_of(seat)[1].startswith(">")
        assert (await seat.press("escape")).startswith("BOARD")

    seated(play, world.desk())


def test_f10_records_the_plan_after_a_question(world):
    """Escape records nothing; the answer 1 records it for each case, and the plan stays."""
    numbers = [world.case(), world.case(at="86316")]

    async def play(seat):
        await planned(seat, "f8")
        shown = await seat.press("f10")
        assert "record the plan for 2 cases: its firms are then called first?" in shown
        assert "not done" in await seat.press("escape")
        assert [acts(world, each) for each in numbers] == [["open"], ["open"]]
        shown = await planned(seat, "f10", "1")
        assert "planned 2 cases" in shown
        assert shown.startswith("PLAN OF ALL OPEN CASES")

    seated(play, world.desk())
    assert [acts(world, each) for each in numbers] == [["open", "plan"], ["open", "plan"]]
    demands = read_demands(world.book()).demands
    assert {each.planned for each in demands} <= {"anna", "bert"}


def test_a_conflict_is_said_and_nothing_is_recorded(world):
    """A case is cancelled while the question is open: its operator is named, the plan is new."""
    first, second = world.case(), world.case(at="86316")

    async def play(seat):
        await planned(seat, "f8")
        await seat.press("f10")
        end_case.cancel(world.book("MB"), first)
        await look(seat)
        assert "Storm 12:00: 2 calls for help" in seat.shown  # that of the question
        shown = await planned(seat, "1")
        assert f"case {first}: MB recorded cancel" in shown
        assert "make the plan again" in " ".join(shown.split())
        assert acts(world, second) == ["open"]
        assert "Storm 12:00: 1 call for help" in await look(seat)
        assert f"case {first}: MB recorded cancel" in seat.shown
        assert "planned 1 case" in await planned(seat, "f10", "1")

    seated(play, world.desk())
    assert acts(world, first) == ["open", "cancel"]
    assert acts(world, second) == ["open", "plan"]


class SlowPlanner:
    """Holds each plan back until the test lets it go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_end, self.has_ended = Event(), Event(), Event()
        original = watched_plan.Planner.plan_read

        def slow(*values):
            self.begun.set()
            assert self.may_end.wait(60)
            plan = original(*values)
            self.has_ended.set()
            return plan

        monkeypatch.setattr(watched_plan.Planner, "plan_read", slow)

    async def until_begun(self, seat: Seat) -> None:
        """Wait until the thread plans."""
        while not self.begun.is_set():
            await seat.pilot.pause(0.01)


def test_keys_act_while_the_plan_is_made(world, monkeypatch):
    """A slow plan keeps no key waiting; one that comes after the board is shown changes nothing."""
    world.case()
    slow = SlowPlanner(monkeypatch)

    async def play(seat):
        assert "the plan is being made …" in await seat.press("f8")
        await slow.until_begun(seat)
        assert "the plan is not made yet" in await seat.press("f10")
        assert (await seat.press("escape")).startswith("BOARD")
        assert not slow.has_ended.is_set()
        slow.may_end.set()
        assert (await planned(seat)).startswith("BOARD")
        assert "1 call for help" in await seat.press("f8")

    seated(play, world.desk())


def test_the_desk_may_be_left_while_the_plan_is_made(world, monkeypatch):
    """Ctrl-Q ends the program; the plan that comes afterwards is shown nowhere."""
    world.case()
    slow = SlowPlanner(monkeypatch)
    program = world.desk()

    async def play(seat):
        await seat.press("f8")
        await slow.until_begun(seat)
        await seat.press("ctrl+q")
        slow.may_end.set()

    seated(play, program)
    assert program.failure is None
    assert slow.has_ended.is_set()


def test_a_plan_that_fails_is_said(world, monkeypatch):
    """The sentence of the error is on the screen, and the desk goes on."""
    world.case()

    def broken(*_):
        raise UsageError("the engine is out")

    monkeypatch.setattr(watched_plan.Planner, "plan_read", broken)

    async def play(seat):
        assert "the engine is out" in await planned(seat, "f8")
        assert (await seat.press("escape")).startswith("BOARD")

    seated(play, world.desk())


@pytest.mark.parametrize("library", ["numpy", "ortools"])
def test_without_the_extra_the_desk_says_what_to_install(world, monkeypatch, library):
    """The board stays, with the line of pip."""
    world.case()
    monkeypatch.setitem(sys.modules, library, None)

    async def play(seat):
        shown = await planned(seat, "f8")
        assert shown.startswith("BOARD")
        said = " ".join(shown.split())
        assert 'joint plans need numpy and ortools install the extra: pip install "roadside' in said

    seated(play, world.desk())


def test_the_operators_of_the_desk_are_counted(world):
    """With one operator one call is made now, the other waits, and has no firm to record."""
    world.case()
    world.case(at="86316")
    tools = desk_tools(_bug, operators=1)

    async def play(seat):
        shown = await planned(seat, "f8")
        assert "call 1 now, 0 later, 0 wait for a unit, 1 for a line" in shown
        assert "record the plan for 1 case: its firm is then called first?" in (
            " ".join((await seat.press("f10")).split())
        )

    seated(play, DeskProgram(world.book(), tools, guard=SlowHand()))


def test_the_emergency_key_is_about_the_selected_line(world):
    """F9 in the plan asks about its case, and the plan is still there afterwards."""
    number = world.case(kind="accident", injured="1", spot="shoulder")

    async def play(seat):
        assert "112 first, for " in await planned(seat, "f8")
        assert f"case {number}: emergency call, who has called?" in await seat.press("f9")
        assert (await planned(seat, "2")).startswith("PLAN OF ALL OPEN CASES")
        assert f"case {number}: emergency (AK)" not in seat.see_others()
        assert "112 first, for " not in seat.shown

    seated(play, world.desk())
    assert "emergency" in " ".join(acts(world, number))


def test_help_and_palette_have_the_keys(world):
    """? shows F8 and F10 at 80 columns, and Ctrl-P offers the plan on the board."""

    async def play(seat):
        titles = [each.title for each in seat.program.get_system_commands(seat.program.screen)]
        assert "F8  plan of all cases" in titles
        shown = await seat.press("question_mark")
        assert "F8 plan of all cases" in shown
        assert "F10 record the plan" in shown
        await planned(seat, "escape", "f8")
        titles = [each.title for each in seat.program.get_system_commands(seat.program.screen)]
        assert "F10  record the plan" in titles
        assert (await seat.press("question_mark")).startswith("ALL KEYS")

    seated(play, world.desk())


def test_without_open_cases_the_plan_is_empty(world):
    """No key of the plan does anything, and each says why."""

    async def play(seat):
        assert "no incident waits for help" in await planned(seat, "f8")
        assert "no incident waits for help" in await seat.press("f10")
        assert "no case is selected" in await seat.press("enter")

    seated(play, world.desk())


@SIZES
def test_many_cases_scroll(world, size):
    """The selected line is always on the screen, and what is overdue stands below."""
    for number in range(40):
        world.case(at=("86150", "86316", "86199")[number % 3])
    world.clock.goes_on(minutes=4)

    async def play(seat):
        await planned(seat, "f8")
        assert any(each.startswith("> ") for each in seat.lines)
        await seat.press(*["pagedown"] * 5)
        assert any(each.startswith("> ") for each in seat.lines)
        assert "OVERDUE" in seat.shown
        assert len(seat.lines) == size[1]
        assert all(len(each) <= size[0] for each in seat.lines)

    seated(play, world.desk(), size=size)


@pytest.mark.parametrize("size", [(40, 24), (20, 8), (60, 12)], ids=str)
def test_a_small_terminal_shows_what_has_room(world, size):
    """No line is longer than the terminal, none is more, and the keys stay below."""
    for at in ("86150", "86316", "86199"):
        world.case(at=at)

    async def play(seat):
        await planned(seat, "f8", "down")
        assert len(seat.lines) == size[1]
        assert all(len(each) <= size[0] for each in seat.lines)
        assert "Enter open it" in seat.shown
        await seat.press("f10")
        assert all(len(each) <= size[0] for each in seat.lines)
        assert "1 record it" in seat.shown
        assert "planned 2 cases" in " ".join((await planned(seat, "1")).split())

    seated(play, world.desk(), size=size)


@SIZES
def test_the_plan_is_german(world, size):
    """Title, head, keys and question have German words."""
    world.case()
    world.case(at="86316")
    with open(german(), "rb") as file:
        catalogue = GNUTranslations(file)

    async def play(seat):
        with spoken(catalogue):
            shown = await planned(seat, "f8")
            assert seat.lines[0].startswith("PLAN ALLER OFFENEN FÄLLE")
            assert "Sturm 12:00: 2 Hilferufe" in shown
            assert "F10 Plan eintragen" in shown
            shown = await seat.press("f10")
            assert "den Plan für 2 Fälle eintragen: seine Firmen werden dann zuerst" in shown
            assert "1 eintragen" in shown
            await seat.press("escape", "escape")
            assert "F8 Plan aller Fälle" in seat.shown

    seated(play, world.desk(), size=size)


def test_the_desk_in_lines_has_the_same_plan(world):
    """F8 writes the plan, a number opens its card, Esc leads back, and F10 and 1 record it."""
    first, second = world.case(), world.case(at="86316")
    steps = [
        ("f8", "Storm 12:00: 2 calls for help"), (str(second), f"CASE {second}"),
        ("esc", "PLAN OF ALL OPEN CASES"), ("f10", "record the plan for 2 cases"),
        ("esc", "not done"), ("f10", "record the plan for 2 cases"), ("1", "planned 2 cases"),
        ("esc", "BOARD"),
    ]  # fmt: skip
    worked(world, steps)
    assert acts(world, first)[-1] == acts(world, second)[-1] == "plan"


def test_the_libraries_are_imported_with_the_first_plan(world):
    """A desk whose plan was not opened has neither numpy nor ortools in memory."""
    program = (
        "import sys; sys.argv = ['dispatch']\n"
        "import dispatch_cli.desk_app.desk_program, dispatch_cli.desk_app.line_desk\n"
        "import dispatch_cli.cli.desk\n"
        "print([each for each in ('numpy', 'ortools') if each in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
