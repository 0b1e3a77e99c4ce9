"""Nothing by accident: bounced keys, pasted texts, and other operators at the same log."""

from textual import events

from dispatch_cli.cases import answer_call, keep_case, offer_call, view_case
from dispatch_cli.desk_app.key_guard import KeyGuard

from .seats import seated


class Stopwatch:
    """A clock that stands still between the keys of a test."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def states(world, number: int) -> list[str]:
    """Return the states of the offers of a case."""
    return [each.state for each in view_case.show(world.book(), number).offers]


def test_a_key_within_150_ms_of_a_new_screen_is_dropped(world):
    """The key that comes with the screen was meant for the one before; later it counts."""
    number = world.called()
    watch = Stopwatch()

    async def play(seat):
        seat.program.session.guard.appeared()
        watch.seconds += 0.149
        assert "n dropped: the screen has just changed" in await seat.press("n")
        assert states(world, number) == ["open"]
        watch.seconds += 0.6
        assert "did not answer" in await seat.press("n")
        assert states(world, number) == ["no_answer"]

    seated(play, world.desk(case_id=number, guard=KeyGuard(watch)))


def test_the_same_key_within_500_ms_is_dropped(world):
    """A bounced key does not confirm itself; the same key later does."""
    number = world.case()
    watch = Stopwatch()

    async def play(seat):
        watch.seconds += 1
        await seat.press("enter")
        watch.seconds += 0.3
        await seat.press("enter")
        assert states(world, number) == ["open"]
        watch.seconds += 0.6
        await seat.press("x")
        watch.seconds += 0.2
        assert "x dropped: pressed twice" in await seat.press("x")
        assert view_case.show(world.book(), number).state == "asking"
        watch.seconds += 0.6
        await seat.press("x")
        assert view_case.show(world.book(), number).state == "cancelled"

    seated(play, world.desk(case_id=number, guard=KeyGuard(watch)))


def test_a_text_field_drops_nothing(world):
    """Letters in a field count however fast they come."""
    number = world.called()
    watch = Stopwatch()

    async def play(seat):
        watch.seconds += 1
        await seat.press("i")
        await seat.type("nnnn aaaa")
        await seat.press("enter")
        assert view_case.personal(world.book(), number).note == "nnnn aaaa"

    seated(play, world.desk(case_id=number, guard=KeyGuard(watch)))


def test_pasted_text_goes_only_into_a_field(world):
    """Without a field it is dropped and said; in a field it stands, and Enter takes it."""
    number = world.called()

    async def play(seat):
        shown = await seat.paste("nnxxkk\n")
        assert "pasted text was dropped" in shown
        assert states(world, number) == ["open"]
        await seat.press("i")
        await seat.paste("by the gate")
        await seat.press("enter")
        assert view_case.personal(world.book(), number).note == "by the gate"

    seated(play, world.desk(case_id=number))


def test_two_desks_see_each_others_acts(world):
    """What one desk records stands on the other within two seconds, with a line that says so."""
    number = world.case()

    async def play(anna, ben):
        await anna.press("enter", "enter")
        shown = ben.see_others()
        await ben.pilot.pause()
        assert f"case {number}: call {number}.1 placed (AK)" in ben.shown
        assert "asks 1. Anna" in ben.shown, shown
        await ben.press("enter", "n")
        anna.see_others()
        await anna.pilot.pause()
        assert f"case {number}: {number}.1 does not answer (MB)" in anna.shown
        assert "the card is out of date" in anna.shown
        assert "firm 1 of 2" in anna.lines[0]
        assert "not done: MB has changed case" in await anna.press("a")
        assert "next call" in anna.lines[0]
        assert states(world, number) == ["no_answer"]

    seated(play, world.desk("AK"), world.desk("MB"))


def test_a_harmless_act_of_another_operator_changes_no_card(world):
    """A note of another operator is said; the card with its call stays valid."""
    number = world.called()

    async def play(seat):
        keep_case.note(world.book("MB"), number, "blue car")
        seat.see_others()
        await seat.pilot.pause()
        assert "the card is out of date" not in seat.shown
        assert "did not answer" in await seat.press("n")

    seated(play, world.desk(case_id=number))


def test_a_case_is_taken_over(world):
    """F6 asks why, and the former keeper's desk says so."""
    number = world.case("MB")

    async def play(anna, ben):
        await anna.press("f6")
        assert "taken over from MB" in await anna.press("2")
        assert view_case.show(world.book(), number).operator == "AK"
        ben.see_others()
        await ben.pilot.pause()
        assert f"case {number}: taken over (AK)" in ben.shown

    seated(play, world.desk("AK"), world.desk("MB"))


def test_the_bell_rings_for_what_is_newly_overdue(world):
    """Once for a new missed deadline, at most once a minute, and not with bell = false."""
    world.case()
    rung = []
    desk = world.desk()
    desk.bell = lambda: rung.append(1)

    async def play(seat):
        seat.program.tick()
        assert rung == []
        world.clock.goes_on(minutes=4)
        seat.program.tick()
        seat.program.tick()
        assert rung == [1]
        offer = offer_call.place_call(world.book("MB"), 1)
        answer_call.record(world.book("MB"), offer.ref, "no_answer")

    seated(play, desk)


def test_a_mistake_in_an_act_does_not_end_the_desk(world, monkeypatch):
    """A bug becomes a line, and the desk goes on."""
    from msgspec.structs import replace

    from dispatch_cli.errors import UsageError

    number = world.called()
    desk = world.desk(case_id=number)
    desk.session.tools = replace(
        desk.session.tools, bug=lambda error: UsageError("a bug: {error}", error=repr(error))
    )

    def broken(*args, **values):
        raise ValueError("no such thing")

    async def play(seat):
        monkeypatch.setattr(answer_call, "record", broken)
        assert "a bug: ValueError" in await seat.press("n")
        monkeypatch.undo()
        assert "did not answer" in await seat.press("n")

    seated(play, desk)


def test_the_bell_can_be_turned_off(world):
    """[desk] bell = false in the provider file: nothing rings."""
    from msgspec.structs import replace

    world.case()
    rules = world.catalog.rules
    world.catalog.rules = replace(rules, desk=replace(rules.desk, bell=False))
    rung = []
    desk = world.desk()
    desk.bell = lambda: rung.append(1)

    async def play(seat):
        world.clock.goes_on(minutes=4)
        seat.program.tick()
        assert rung == []

    seated(play, desk)


def test_a_focus_that_comes_late_replaces_no_letter(world):
    """The field gets its focus after the first letters; they stay, and the next ones follow."""
    number = world.called()

    async def play(seat):
        await seat.press("a", "3", "6")
        seat.program.query_one("#field").post_message(events.Focus())
        await seat.pilot.pause()
        await seat.press("backspace", "5")
        assert seat.program.typed == "35"

    seated(play, world.desk(case_id=number))
