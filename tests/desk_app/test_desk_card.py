"""The card: the number large and alone, what to say, the cascade of now, a key for each verb."""

from datetime import timedelta

import pytest

from dispatch_cli.cases import answer_call, desk_views, offer_call, provider_reports, view_case
from dispatch_cli.model.words import DECLINE_REASONS

from .seats import SIZE, WIDE, seated


def offers(world, case_id: int) -> list[str]:
    """Return the states of the offers of a case."""
    return [each.state for each in view_case.show(world.book(), case_id).offers]


def history(world, case_id: int) -> list[str]:
    """Return the actions of the journal of a case."""
    return [each.action for each in view_case.acts(world.book(), case_id)]


@pytest.mark.parametrize("size", [SIZE, WIDE], ids=["80x24", "140x40"])
def test_the_card_of_a_call(world, size):
    """Number alone on its line, SAY whole, cascade with arrival and chance, and all keys."""
    number = world.called(client="adac", brand="VW Golf")
    world.clock.goes_on(seconds=13)

    async def play(seat):
        width, height = size
        lines = seat.lines
        assert len(lines) == height
        assert all(len(each) <= width for each in lines)
        assert lines[0].startswith(
            f"CASE {number}  roadside repair  firm 1 of 2  answer due in 2:47"
        )
        assert "12:00:13" in lines[0]
        left = [each.split("│")[0].rstrip() for each in lines]
        assert "         089 99998-201" in left
        assert any(each.startswith("CALL     Anna [/b] Pannenhilfe") for each in left)
        assert "Wann können Sie dort sein?" in " ".join(" ".join(left).split())
        assert any(each.startswith(">  1 089 99998-201") and "is asked" in each for each in left)
        assert any(each.startswith("   2 089 99998-202") for each in left)
        assert "last" in seat.shown
        for label in ("a accepts", "d declines", "n no answer", "w rings back", "F9 emergency"):
            assert label in seat.shown
        assert ("BOARD  1 open" in seat.shown) == (width == 140)
        assert "call 1.1 placed" in seat.shown

    seated(play, world.desk(case_id=number), size=size)


@pytest.mark.parametrize("size", [SIZE, WIDE], ids=["80x24", "140x40"])
def test_the_card_of_an_acceptance(world, size):
    """What to give the driver and tell the caller stands whole, each with its box and its key."""
    number = world.accepted(call_back="0170 1234567")

    async def play(seat):
        lines = [each.split("│")[0].rstrip() for each in seat.lines]
        assert lines[0].startswith(
            f"CASE {number}  roadside repair ACCEPTED  by 12:30  tell them in"
        )
        assert any(each.startswith("1 GIVE THE DRIVER") and "[ ] told: g" in each for each in lines)
        assert any(each.startswith("2 TELL THE CALLER") and "[ ] told: b" in each for each in lines)
        assert "0170 1234567" in seat.shown
        assert "089 99998-201" in seat.shown
        assert "Ist bis 12:40 Uhr niemand da" in " ".join(" ".join(lines).split())
        assert "If that does not help: tow (Tab)" in seat.shown
        await seat.press("g")
        assert "[x] told" in await seat.press("b")
        assert history(world, number)[-2:] == ["tell_driver", "tell_caller"]

    seated(play, world.desk(case_id=number), size=size)


def test_a_case_from_the_first_call_to_its_end(world):
    """Enter, d with a digit, n, Enter, a with a time, t, r and k are the verbs of a case."""
    number = world.case()

    async def play(seat):
        assert "Enter call placed" in await seat.press("enter")
        assert "1.1 Anna [/b] Pannenhilfe: the call is placed" in await seat.press("enter")
        shown = await seat.press("d")
        assert "1 no unit" in shown
        assert "9 other" in shown
        assert "declined: no_unit" in await seat.press("1")
        await seat.press("enter")
        assert "did not answer" in await seat.press("n")
        assert "089 99998-203" in seat.shown
        await seat.press("enter", "a")
        await seat.type("bald")
        await seat.press("enter")
        assert "bald" in seat.lines[-4]
        assert offers(world, number) == ["declined", "no_answer", "open"]
        await seat.press("backspace", "backspace", "backspace", "backspace")
        assert "ACCEPTED  by 12:35" in await seat.press("3", "5", "enter")
        await seat.press("t")
        await seat.type("12:50")
        assert "now promises 12:50" in await seat.press("enter")
        assert "press r again" in await seat.press("r")
        assert "ON THE SCENE" in await seat.press("r")
        await seat.press("k")
        assert "ENDED" in await seat.press("k")
        assert offers(world, number) == ["declined", "no_answer", "arrived"]

    seated(play, world.desk())


def test_each_answer_of_a_firm_is_a_key(world):
    """Each key records the answer of its verb for the offer on the screen."""
    answers = {
        "d": (["0"], "declined"),
        "n": ([], "no_answer"),
        "u": ([], "unreachable"),
        "e": ([], "wrong_equipment"),
        "w": ([*"20", "enter"], "later"),
        "x": (["x"], "cancelled"),
    }
    numbers = {key: world.called() for key in answers}
    declined = world.called()

    async def play(seat):
        for key, (more, state) in answers.items():
            seat.program.session.show_case(numbers[key])
            await seat.press(key, *more)
            assert offers(world, numbers[key]) == [state]
        seat.program.session.show_case(declined)
        await seat.press("d", "9", *"strike", "enter")
        shown = view_case.show(world.book(), declined).offers[0]
        assert (shown.state, shown.reason) == ("declined", "other")

    seated(play, world.desk())


def test_there_is_a_digit_for_each_reason():
    """Nine reasons have a digit of their own, and 0 is a refusal without one."""
    assert len(DECLINE_REASONS) == 9


def test_escape_records_nothing(world):
    """Escape leaves each question, and the log is as it was."""
    number = world.called()
    before = history(world, number)

    async def play(seat):
        for key in "adwxmicv":
            await seat.press(key)
            shown = await seat.press("escape")
            assert "not done" in shown
            assert shown.startswith(f"CASE {number}")
        assert history(world, number) == before

    seated(play, world.desk(case_id=number))


def test_a_dangerous_key_asks_for_a_second_press(world):
    """One press of a key that ends something, and another key after it, record nothing."""
    number = world.accepted()
    before = history(world, number)

    async def play(seat):
        for key in "xkfrs":
            assert f"press {key} again" in await seat.press(key)
            assert "not done" in await seat.press("q")
        assert history(world, number) == before

    seated(play, world.desk(case_id=number))


def test_the_other_keys_of_a_card(world):
    """i, c, m, j, p, v, z, y, o and Tab do what their verbs do, without leaving the case."""
    number = world.accepted(call_back="0170 1234567")

    async def play(seat):
        await seat.press("i")
        await seat.type("by the gate")
        assert "noted" in await seat.press("enter")
        await seat.press("c")
        await seat.type("40")
        assert "call back 12:40" in await seat.press("enter")
        await seat.press("m")
        await seat.type("1 verletzt standstreifen")
        assert "ranked again" in await seat.press("enter")
        assert "1 HURT" in seat.shown
        assert "112 NOT CONFIRMED" in seat.shown
        assert "the caller waits on the line" in await seat.press("j")
        assert "number 0170 1234567" in await seat.press("p")
        await seat.press("v")
        shown = await seat.press("1")
        assert "1.1: what is right?" in shown
        assert "superseded" in await seat.press("6")
        assert "089 99998-201 is copied" in await seat.press("y")
        assert seat.program.clipboard == "089 99998-201"
        assert "tow" in (await seat.press("tab")).splitlines()[0]
        assert "has no provider to call off" in await seat.press("o")
        acts = history(world, number)
        assert {"note", "callback", "amend", "line", "correct", "personal show"} <= {*acts}

    seated(play, world.desk(case_id=number))


def test_the_last_act_is_taken_back(world):
    """z asks once more and undoes the own last act, as "case undo" does."""
    number = world.called()

    async def play(seat):
        await seat.press("n")
        assert "press z again" in await seat.press("z")
        assert "undone" in await seat.press("z")
        assert offers(world, number) == ["open"]

    seated(play, world.desk(case_id=number))


def test_the_last_resort_and_the_emergency_call_are_recorded(world):
    """l records who called the last resort; F9 who has dialled, or why nobody must."""
    number = world.case(injured="1")

    async def play(seat):
        for _ in range(3):
            await seat.press("enter")
            await seat.press("e")
        assert "NO PROVIDER LEFT TO ASK" in seat.shown
        await seat.press("l")
        assert "the desk called the last resort" in await seat.press("1")
        assert "ranked again" in await seat.press("enter")
        shown = await seat.press("f9")
        assert "PLACE near 86150" in shown
        assert "who has called?" in shown
        assert "the desk made the emergency call" in await seat.press("2")
        assert "112 NOT CONFIRMED" not in seat.shown
        await seat.press("f9", "6")
        await seat.type("a false alarm")
        assert "no emergency call is needed" in await seat.press("enter")
        assert history(world, number).count("emergency") == 2

    seated(play, world.desk(case_id=number))


def test_a_key_applies_to_the_firm_on_the_screen(world):
    """A call that another operator has placed or answered is never answered by a key."""
    number = world.called()
    desk = world.desk(case_id=number)

    async def play(seat):
        answer_call.record(world.book("MB"), f"{number}.1", "decline", reason="no_unit")
        offer_call.place_call(world.book("MB"), number)
        await seat.press("a")
        await seat.type("20")
        shown = await seat.press("enter")
        assert "declined" in shown
        assert offers(world, number) == ["declined", "open"]

    seated(play, desk)


def test_enter_places_only_the_call_that_was_shown(world):
    """If another firm is next by now, Enter is refused and names it."""
    number = world.case()

    async def play(seat):
        assert "089 99998-201" in seat.shown
        made = offer_call.place_call(world.book("MB"), number)
        answer_call.record(world.book("MB"), made.ref, "decline", reason="no_unit")
        shown = await seat.press("enter")
        assert "the next call is now 089 99998-202 Bert Abschleppdienst" in shown
        assert offers(world, number) == ["declined"]

    seated(play, world.desk(case_id=number))


def test_the_cascade_shows_what_will_be_done(world):
    """Rows have arrivals one after another; who was asked or is closed says since when and why."""
    number = world.called()
    answer_call.record(world.book(), f"{number}.1", "decline", reason="no_driver")
    rows = desk_views.card(world.book(), number).rows
    assert [each.state for each in rows] == ["asked", "next"]
    assert (rows[0].answer, rows[0].reason) == ("declined", "no_driver")
    assert timedelta(minutes=15) < rows[1].there_at - world.clock.now < timedelta(minutes=90)

    async def play(seat):
        assert "no driver 12:00" in seat.shown
        world.catalog.providers.pop(1)
        await seat.press("f4", "enter")
        assert "no longer in the provider file" in seat.shown

    seated(play, world.desk(case_id=number))


def test_the_caller_on_the_line_is_not_forgotten(world):
    """The waiting runs on the card, and after three minutes it says to ring the caller back."""
    number = world.called()

    async def play(seat):
        await seat.press("j")
        world.clock.goes_on(minutes=3, seconds=7)
        seat.program.tick()
        await seat.pilot.pause()
        assert 'caller waits on the line 3:07   say: "I will ring you back"' in seat.shown

    seated(play, world.desk(case_id=number))


def test_a_duplicate_is_merged_and_the_cases_are_handed_over(world):
    """h compares both cases before the second press; F7 hands all own cases to another operator."""
    number, other = world.case(call_back="0170 1234567"), world.called()

    async def play(seat):
        assert f"MAY BE THE SAME: case {other}, breakdown, 86150" in seat.shown
        assert f"Enter: {other}" in await seat.press("h")
        shown = await seat.press("enter")
        assert "…567" in shown
        assert "is merged into" in await seat.press("h")
        assert view_case.show(world.book(), other).merged_into == number
        await seat.press("f4", "f7")
        await seat.type("MB")
        assert "handed over to MB" in await seat.press("enter")
        assert view_case.show(world.book(), number).operator == "MB"

    seated(play, world.desk(case_id=number))


def test_one_call_for_two_services(world):
    """+ places one call for all services that wait, and its answer counts for both."""
    number = world.case()
    answer_call.record(world.book(), world_call(world, number), "fail")
    amended = offers(world, number)

    async def play(seat):
        assert "only one service waits" in await seat.press("+")
        assert offers(world, number) == amended

    seated(play, world.desk(case_id=number))


def world_call(world, number: int) -> str:
    """Place the next call of a case, accept it, and return its number."""
    ref = offer_call.place_call(world.book(), number).ref
    answer_call.accept(world.book(), ref, world.clock.now + timedelta(minutes=20))
    return ref


def test_the_card_counts_who_cannot_be_asked(world):
    """The reasons are those of now: a firm that was just put on hold is among them."""
    number = world.case(kind="tow")
    counts = dict(desk_views.card(world.book(), number).excluded)
    provider_reports.report(world.book(), "carl", free=0, state="down")
    after = dict(desk_views.card(world.book(), number).excluded)
    assert sum(after.values()) == sum(counts.values()) + 1

    async def play(seat):
        assert f"Out {sum(after.values())}: " in seat.shown

    seated(play, world.desk(case_id=number), size=WIDE)


def test_what_cannot_be_closed_is_refused_at_once(world):
    """With an open call k is refused without a question; else it names what is left unfinished."""
    number, other = world.called(), world.case(kind="tow", at="86316")

    async def play(seat):
        shown = await seat.press("k")
        assert "1.1 is still open: answer it first" in shown
        assert "press k again" not in shown
        seat.program.session.show_case(other)
        shown = " ".join((await seat.press("k")).split())
        assert "press k again: close the case; tow: waiting" in shown
        assert "closed with tow: waiting" in await seat.press("k")

    seated(play, world.desk(case_id=number))


def test_no_success_goes_on_with_the_planned_service(world):
    """After a repair without success the card shows the tow that was planned after it."""
    number = world.accepted(vehicle="car")

    async def play(seat):
        assert "roadside repair" in seat.lines[0]
        await seat.press("s")
        assert "tow  next call" in (await seat.press("s")).splitlines()[0]

    seated(play, world.desk(case_id=number))


@pytest.mark.parametrize("typed", ["spot sho", "vehicle van"])
def test_a_changed_fact_is_chosen_from_its_words(world, typed):
    """m offers the words of each closed set; the chosen one is recorded and ranked."""
    number = world.case()

    async def play(seat):
        await seat.press("m")
        assert "what has changed?" in seat.shown
        await seat.type(typed)
        await seat.press("down")
        assert "recorded, ranked again" in await seat.press("enter")

    seated(play, world.desk(case_id=number))
    assert [each for each in view_case.acts(world.book(), number) if each.action == "amend"]
