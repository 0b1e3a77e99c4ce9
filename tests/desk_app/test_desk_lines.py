"""The desk in lines: the same session, with a line for each key."""

import io
from datetime import datetime, timedelta

import pytest

from dispatch_cli.cases import answer_call, offer_call, view_case
from dispatch_cli.cli.desk import desk_tools
from dispatch_cli.desk_app.line_desk import LineDesk

from .seats import NOON, World, _bug


class Typist(io.StringIO):
    """Enters the lines of some steps, and checks what was written after each of them."""

    def __init__(self, steps, wrote: io.StringIO) -> None:
        super().__init__()
        self.left, self._wrote = list(steps), wrote
        self._expected, self._seen = "", 0

    def readline(self) -> str:
        written = self._wrote.getvalue()
        fresh, self._seen = written[self._seen :], len(written)
        assert self._expected in " ".join(fresh.split()), fresh
        if not self.left:
            return ""
        line, self._expected = self.left.pop(0)
        return f"{line}\n"


def worked(world: World, steps, *, case_id: int | None = None, operator: str = "AK") -> str:
    """Work at the desk in lines; returns everything that it has written."""
    tools = desk_tools(_bug)
    wrote = io.StringIO()
    book = world.book(operator)
    typist = Typist(steps, wrote)
    LineDesk(book, tools, read=typist, write=wrote, case_id=case_id).run()
    assert not typist.left, "the desk has ended before the last step"
    return wrote.getvalue()


def states(world: World, number: int) -> list[str]:
    """Return the states of the offers of a case, in order."""
    return [each.state for each in view_case.show(world.book(), number).offers]


CALL_TO_THE_END = [
    ("f2", "what the caller says"),
    ("86150 batterie golf adac 0171 2345678", "Is anybody hurt or in danger?"),
    ("0", "Where exactly does the vehicle stand?"),
    ("esc", '"Where are you?" position, postcode'),
    ("up", "Is anybody hurt or in danger?"),
    ("soso", "Hurt, in danger"),
    ("0", "Where exactly"),
    ("up", "Enter: 86150"),
    ("", "Where exactly"),
    ("f10", "case 1 is open"),
    ("d", "d is no key here"),
    ("", "1.1 Anna [/b] Pannenhilfe: the call is placed"),
    ("d", "1 no unit"),
    ("esc", "not done"),
    ("d", "1 no unit"),
    ("1", "declined: no_unit"),
    ("z", "press z again: undo"), ("z", "undone: decline of 1.1"),
    ("d", "9 other"),
    ("9", "what did they say?"),
    ("on strike", "declined: other"),
    ("", "1.2 Bert Abschleppdienst: the call is placed"),
    ("a", "there in minutes, or at what time?"),
    ("soon", "there in minutes, or at what time?"),
    ("0", "at once, or has no time been named? write 1 for at once"),
    ("35", "TELL THE CALLER"),
    ("b", "the caller knows"),
    ("t", "new time of Bert"),
    ("40", "now promises"),
    ("y", "089 99998-202"),
    ("r", "press r again"),
    ("n", "not done"),
    ("r", "press r again"),
    ("r", "on the scene"),
    ("k", "press k again"),
    ("k", "closed"),
    ("f4", "BOARD"),
    ("ctrl-q", ""),
]  # fmt: skip
OTHER_KEYS = [
    ("c", "call the motorist back"), ("40", "call back 12:40"),
    ("z", "press z again: undo"), ("z", "undone: callback"),
    ("c", "call the motorist back"), ("", "called back"),
    ("i", "note"), ("by the gate", "noted"), ("z", "press z again: undo"), ("z", "undone: note"),
    ("m", "what has changed?"), ('where "A8', "quotation mark"), ("esc", "not done"),
    ("m", "what has changed?"), ("colour red", "too many arguments"), ("esc", "not done"),
    ("m", "what has changed?"), ("persons 3", "ranked again"),
    ("z", "press z again: undo"), ("z", "undone: amend"),
    ("p", "caller -"), ("f9", "who has called?"), ("esc", "not done"),
    ("", "the call is placed"),
    ("q", "has free units"), ("2 until 99:99", "99:99"), ("esc", "not done"),
    ("q", "has free units"), ("2 until 90", "2 free until"),
    ("u", "cannot be reached"), ("z", "press z again: undo"), ("z", "undone: unreachable of 1.1"),
    ("w", "rings back"), ("5", "rings back"), ("e", "lacks"),
    ("", "the call is placed"), ("z", "z again: Bert Abschleppdienst was never called"),
    ("esc", "not done"),
    ("n", "did not answer"), ("", "the call is placed"), ("n", "did not answer"),
    ("", "the call is placed"), ("n", "last resort"),
    ("l", "last resort: what has happened?"), ("1", "last resort"),
    ("x", "press x again"), ("x", "cancelled"),
    ("?", "ALL KEYS"),
]  # fmt: skip


def test_a_call_from_the_first_word_to_the_closed_case(world):
    """Each line does what its key does on the full screen; one that is refused is asked again."""
    worked(world, CALL_TO_THE_END)
    assert states(world, 1) == ["declined", "arrived"]


def test_every_other_key(world):
    """Each further key writes what it has done or asks."""
    number = world.case(kind="tow")
    worked(world, OTHER_KEYS, case_id=number)
    assert states(world, number) == ["wrong_equipment", "no_answer", "no_answer", "no_answer"]


def test_only_what_has_changed_is_written_again(world):
    """After an answer the lines of the card that are as before are not repeated."""
    number = world.case()
    written = worked(world, [("", "the call is placed"), ("n", "did not answer")], case_id=number)
    assert written.count("Carl Bergung") <= 1
    assert written.count("CALL     Bert") == 1


def test_a_number_opens_its_row(world):
    """On the board the number of a case or of a parked call opens it."""
    world.case()
    second = world.case(kind="flat_tyre")
    steps = [
        ("f2", "in one line"), ("86150 batterie", "hurt"), ("f4", "G1"), (str(second), "CASE 2"),
        ("f4", "BOARD"), ("g1", "NEW CALL"), ("f3", "G1 is parked"), ("7", "7 is no key here"),
    ]  # fmt: skip
    worked(world, steps)


def test_a_digit_answers_the_question_on_the_board(world):
    """With cases 1 and 2 on the board, 2 is the reason of a take-over, not the second case."""
    world.case(operator="MB")
    world.case(operator="MB")
    steps = [("f6", "take over case 1: why?"), ("2", "taken over from MB"), ("2", "CASE 2")]
    worked(world, steps)


def test_the_end_of_the_input_parks_the_call(world):
    """What was typed so far is a parked call, which another operator can take."""
    worked(world, [("f2", "in one line"), ("86150 batterie", "hurt")])
    worked(world, [("g1", "dead battery")], operator="MB")


def test_a_key_for_what_another_operator_has_changed_is_not_done(world):
    """The card is brought up to date first; the line was meant for what was there."""
    number = world.called()

    class Meanwhile(list):
        def pop(self, at):
            if len(self) == 1:
                answer_call.record(world.book("MB"), f"{number}.1", "no_answer")
            return super().pop(at)

    wrote = io.StringIO()
    typist = Typist([], wrote)
    typist.left = Meanwhile([("i", "note"), ("esc", "not done"), ("d", "MB has changed case 1")])
    tools = desk_tools(_bug)
    LineDesk(world.book(), tools, read=typist, write=wrote, case_id=number).run()
    assert states(world, number) == ["no_answer"]


def test_an_open_call_is_asked_about_first(world):
    """An operator who takes a case up is asked what has become of the call that was placed."""
    written = worked(world, [], case_id=world.called())
    assert "was called at 12:00. What has become of it?" in " ".join(written.split())


def test_minutes_count_from_the_line_that_says_them(world):
    """The acceptance and its undoing are recorded when their last line comes, not before."""
    number = world.called()
    wrote = io.StringIO()

    class Slow(Typist):
        def readline(self) -> str:
            world.clock.goes_on(seconds=15)
            return super().readline()

    steps = [("a", "in minutes"), ("20", "TELL THE CALLER"), ("z", "z again"), ("z", "undone")]
    tools = desk_tools(_bug)
    LineDesk(world.book(), tools, read=Slow(steps, wrote), write=wrote, case_id=number).run()
    acts = {each.action: each for each in view_case.acts(world.book(), number)}
    accepted = acts["accept"]
    assert accepted.at - NOON == timedelta(seconds=30)
    assert datetime.fromisoformat(accepted.details["eta"]) - accepted.at == timedelta(minutes=20)
    assert acts["undo"].at - accepted.at == timedelta(seconds=30)


def test_unfinished_services_are_named_at_the_closing(world):
    """After the second k the desk names each unfinished service."""
    number = world.case(kind="tow")
    worked(world, [("k", "press k again"), ("k", "closed with tow: waiting")], case_id=number)


def test_facts_taken_back_bring_their_advice_back(world):
    """After z the card has the emergency number for the facts that hold again."""
    number = world.case(kind="tow", injured="1", spot="shoulder")
    steps = [
        ("m", "what has changed?"), ("injured 0 spot parking", "ranked again"),
        ("z", "undo: injured 1 → 0"), ("z", "112"),
    ]  # fmt: skip
    worked(world, steps, case_id=number)


def test_a_job_that_gives_way_is_named(world):
    """The desk names the later job whose unit sets off later because of a new time."""
    first, second = world.case(), world.case(when="14:00")
    for number, minutes in ((first, 10), (second, 130)):
        book = world.book()
        offer_call.place_call(book, number, provider="anna", because="x", override="decision")
        at = world.clock.now + timedelta(minutes=minutes)
        answer_call.accept(book, f"{number}.1", at, is_compared=True)
    steps = [("t", "new time"), ("100", f"{second}.1: its unit cannot set off before")]
    worked(world, steps, case_id=first)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf_8(world, encoding):
    """Every letter is written in the encoding of the terminal, umlauts by what people type."""
    tools = desk_tools(_bug)
    raw = io.BytesIO()
    write = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    LineDesk(world.book(), tools, read=io.StringIO("f2\n86150 panne\n"), write=write).run()
    assert b"near 86150" in raw.getvalue()


def test_a_log_that_was_moved_is_named_at_each_key(world):
    """Nothing is recorded in a log that is no longer there, and each line says so."""
    number = world.called()

    class Moved(Typist):
        def readline(self) -> str:
            if world.path.exists():
                world.path.rename(world.path.with_suffix(".moved"))
            return super().readline()

    wrote = io.StringIO()
    steps = [("n", "no longer the file"), ("n", "no longer the file")]
    tools = desk_tools(_bug)
    LineDesk(world.book(), tools, read=Moved(steps, wrote), write=wrote, case_id=number).run()
    world.path.with_suffix(".moved").rename(world.path)
    assert states(world, number) == ["open"]
