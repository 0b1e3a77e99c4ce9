"""What a caller said reaches the case, the firm and the driver, and nothing is lost on the way."""

import re
import sys
from datetime import UTC, datetime

import pytest

from dispatch_cli.cases import draft_calls
from dispatch_cli.cases.intake_questions import QUESTIONS
from dispatch_cli.cli.case.finish_call import opened_from_interview
from dispatch_cli.cli.case.questions import Interview
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.errors import UnavailableError

from ..terminal import Terminal
from .test_case_questions import Caller

NUMBER = "0821 324-9999"
WORDS = "86150 Augsburg Maximilianstr 1"


def personal(dispatch, case_id: int) -> dict:
    """Return the personal data of a case."""
    ran = dispatch("case", "show", str(case_id), "--personal", "--json")
    return ran.envelope["data"]["personal"]


def facts_of(draft_id: int) -> dict[str, str]:
    """Return the answers of a parked call."""
    with open_book(DeskOptions()).store.reading() as reader:
        return reader.draft(draft_id).facts


def incident_of(case_id: int):
    """Return the incident of a case."""
    with open_book(DeskOptions()).store.reading() as reader:
        return reader.case(case_id).incident


def answering(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """Answer the questions on a terminal."""
    left = list(texts)

    class Operator:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return left.pop(0) + "\n"

    monkeypatch.setattr(DeskOptions, "is_asking", property(lambda self: True))
    monkeypatch.setattr(sys, "stdin", Operator())


def test_the_last_exit_is_a_fact_of_its_own(dispatch, firms):
    """It is asked, kept, found and amended beside the road, and never glued into its text."""
    dispatch("case", "open", "--draft", "--where", "A8", "--last-exit", "Dasing", "--at", "86150")
    assert facts_of(1)["last_exit"] == "Dasing"
    assert dispatch("case", "find", "Dasing", "--json").envelope["data"]["cases"]
    dispatch("case", "resume", "G1", "tow", "--injured", "0")
    known = personal(dispatch, 1)
    assert (known["where"], known["last_exit"]) == ("A8", "Dasing")
    said = dispatch("case", "offer", "1", "--say", "de").out
    assert "A8, letzte Ausfahrt Dasing" in said
    assert "last exit" not in said
    dispatch("case", "amend", "1", "--last-exit", "Adelzhausen")
    known = personal(dispatch, 1)
    assert (known["where"], known["last_exit"]) == ("A8", "Adelzhausen")
    assert len(dispatch("case", "find", "Adelzhausen", "--json").envelope["data"]["cases"]) == 1


@pytest.mark.parametrize("is_parked", [False, True])
def test_a_copied_place_keeps_words_and_uncertainty(dispatch, firms, is_parked):
    """The second vehicle has the place of the first one, as exact and in the caller's words."""
    dispatch("case", "open", "breakdown", "--at", WORDS, "--injured", "0", "--call-back", NUMBER)
    if is_parked:
        dispatch("case", "open", "--draft", "--like", "1")
        dispatch("case", "open", "--draft", "--like", "1", "--call-back", NUMBER)
        assert "{" not in dispatch("case", "list").out
        ran = dispatch("case", "resume", "G1", "tow", "--injured", "0")
    else:
        ran = dispatch("case", "open", "tow", "--like", "1", "--injured", "0")
    assert (ran.code, "duplicate" in ran.err) == (0, False)
    assert incident_of(2).place == incident_of(1).place
    assert incident_of(2).place.uncertainty_km > 0
    assert personal(dispatch, 2)["typed_place"] == WORDS


def test_a_copied_point_is_not_what_the_caller_said(dispatch, firms):
    """Without words of a caller the copied place has none; a new place replaces it."""
    dispatch("case", "open", "breakdown", "--at", "86150", "--injured", "0")
    with open_book(DeskOptions()).store.deciding() as tx:
        known = tx.personal(1)
        tx.set_personal(1, type(known)(call_back=known.call_back, salt=known.salt))
    dispatch("case", "open", "--draft", "--like", "1")
    dispatch("case", "open", "--draft", "--like", "1")
    dispatch("case", "resume", "G1", "tow", "--injured", "0")
    assert personal(dispatch, 2)["typed_place"] == ""
    assert incident_of(2).place == incident_of(1).place
    dispatch("case", "resume", "G2", "tow", "--injured", "0", "--at", "86199")
    assert personal(dispatch, 3)["typed_place"] == "86199"
    assert incident_of(3).place.postcode == "86199"


def test_the_dialogue_keeps_a_copied_place(dispatch, firms, monkeypatch, capsys):
    """On a terminal the place is not asked for again, and the program's own fact is not shown."""
    dispatch("case", "open", "breakdown", "--at", WORDS, "--injured", "0")
    with Terminal(["case", "open", "tow", "--like", "1"], columns=100) as terminal:
        terminal.wait_for("in danger?")
        terminal.press("no\r")
        terminal.wait_for("vehicle stand?")
        terminal.press("\x03")
        terminal.wait_for("G1 is parked")
        assert terminal.ended() == 130
    with Terminal(["case", "resume", "G1"], columns=100) as terminal:
        shown = terminal.wait_for("vehicle stand?")
    assert "Maximilianstr" in shown
    assert "{" not in shown
    dispatch("case", "resume", "G1")
    assert incident_of(2).place == incident_of(1).place
    assert personal(dispatch, 2)["typed_place"] == WORDS


def test_a_caller_stays_on_the_line_from_the_parked_call_into_the_case(dispatch, firms):
    """Only ``--off-line`` ends it; the case has it from the moment of the last answer."""
    dispatch("case", "open", "--draft", "--on-line", "--at", "86150")
    [draft] = dispatch("case", "list", "--json").envelope["data"]["drafts"]
    assert draft["on_line"] is True
    ran = dispatch("case", "park", "G1", "--call-back", NUMBER, "--json")
    assert ran.envelope["data"]["draft"]["on_line"] is True
    with open_book(DeskOptions()).store.reading() as reader:
        parked_at = reader.draft(1).parked_at
    dispatch("case", "resume", "G1", "tow", "--injured", "0")
    with open_book(DeskOptions()).store.reading() as reader:
        assert reader.case(1).on_line_since == parked_at
    dispatch("case", "open", "--draft", "--on-line", "--at", "86150", "--call-back", NUMBER)
    dispatch("case", "park", "G2", "--off-line")
    dispatch("case", "resume", "G2", "tow", "--injured", "0")
    with open_book(DeskOptions()).store.reading() as reader:
        assert reader.case(2).on_line_since is None
    ran = dispatch("case", "open", "tow", "--at", "86150", "--on-line")
    assert (ran.code, "case line" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"injured": ["no"], "spot": ["shoulder"]}, "barrier"),
        ({"injured": ["no"], "spot": ["lane"]}, "110"),
        ({"injured": ["no"], "kind": ["accident"]}, "110"),
    ],
    ids=["shoulder", "lane", "kind"],
)
def test_what_saves_lives_is_said_at_the_answer_that_shows_it(firms, capsys, answers, said):
    """Advice and numbers come with the answer, before the next question, and only once."""
    last = list(answers)[-1]
    shown: list[tuple[str, str]] = []
    caller = Caller({"at": ["86150"], "kind": ["breakdown"], **answers})

    def ask(sentence) -> str:
        shown.append((caller.asked[-1] if caller.asked else "", capsys.readouterr().out))
        return caller(sentence)

    Interview(open_book(DeskOptions()), {}, ask=ask).run()
    assert [key for key, out in shown if said in out] == [last]


def test_typed_facts_of_danger_are_answered_before_the_first_question(firms, capsys):
    """With ``--trapped`` the numbers are shown before any question."""
    shown: list[str] = []

    def ask(sentence) -> str:
        shown.append(capsys.readouterr().out)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Interview(open_book(DeskOptions()), {"trapped": "yes"}, ask=ask).run()
    assert "112" in shown[0]


@pytest.mark.parametrize(
    ("argv", "option"),
    [
        (("find", "0170 1234567"), "TEXT"),
        (("discard", "G1", "--because", "Mr Meier again"), "--because"),
        (("emergency", "1", "--not-needed", "--because", "Mr Meier is well"), "--because"),
    ],
)
def test_personal_text_on_the_command_line_is_warned_of(dispatch, firms, argv, option):
    """As in every other verb; a dash and a number of a case are no personal text."""
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    dispatch("case", "open", "tow", "--at", "86150", "--injured", "1")
    ran = dispatch("case", *argv)
    assert ran.code == 0, ran.err
    assert f"{option}: other programs" in ran.err
    for text in ("1", "1.1", "G1"):
        assert "other programs" not in dispatch("case", "find", text).err
    assert "TEXT: other programs" in dispatch("case", "find", "082132").err


@pytest.mark.parametrize(
    "argv",
    [
        ("amend", "1", "--call-back", "12"),
        ("open", "tow", "--at", "86150", "--call-back", "12"),
        ("open", "--draft", "--call-back", "12"),
        ("resume", "G1", "tow", "--call-back", "12"),
    ],
)
def test_a_number_that_cannot_be_dialled_is_refused(dispatch, firms, argv):
    """It never replaces a good one, and nothing is recorded."""
    dispatch("case", "open", "tow", "--at", "86150", "--call-back", NUMBER)
    dispatch("case", "open", "--draft", "--call-back", NUMBER)
    ran = dispatch("case", *argv)
    assert (ran.code, "cannot be dialled" in ran.err) == (2, True)
    data = dispatch("case", "list", "--json").envelope["data"]
    assert (len(data["cases"]), len(data["drafts"])) == (1, 1)
    assert personal(dispatch, 1)["call_back"] == NUMBER
    assert facts_of(1) == {"call_back": NUMBER}


def test_amend_on_a_terminal_asks_for_the_number_again(dispatch, firms, monkeypatch):
    """The operator repeats the number to the caller, and types it once more."""
    dispatch("case", "open", "tow", "--at", "86150", "--call-back", NUMBER)
    answering(monkeypatch, "0821", "0170 1234567")
    ran = dispatch("case", "amend", "1", "--call-back", "12")
    assert (ran.code, ran.err.count("cannot be dialled")) == (0, 2)
    assert personal(dispatch, 1)["call_back"] == "0170 1234567"


def test_ctrl_c_names_the_answers_that_are_not_saved(firms, monkeypatch, capsys):
    """With and without a draft; each failure has one hint."""
    kept = draft_calls.save
    failing = [False]

    def save(*given, **named):
        if failing[0]:
            raise UnavailableError("no space left on device", hint="mend the cause")
        return kept(*given, **named)

    def ask(sentence) -> str:
        text = str(sentence)
        if "in danger" in text:
            return "2"
        failing[0] = True
        if "Where are you" in text:
            return "86150"
        raise KeyboardInterrupt

    monkeypatch.setattr(draft_calls, "save", save)
    desk = DeskOptions()
    book = open_book(desk)
    with pytest.raises(KeyboardInterrupt):
        opened_from_interview(desk, book, Interview(book, {}, ask=ask), ())
    shown = capsys.readouterr().err
    assert shown.count("hint:") == 2  # NOT SAVED at the question, and G1 at the end
    assert "mend the cause" not in shown
    end = shown[shown.index("these answers are NOT SAVED") :]
    assert "86150" in end
    assert "injured" not in end
    assert "G1 is parked" in end

    monkeypatch.setattr(draft_calls, "start", save)
    with pytest.raises(KeyboardInterrupt):
        opened_from_interview(desk, book, Interview(book, {}, ask=ask), ())
    end = capsys.readouterr().err.partition("these answers are NOT SAVED")[2]
    assert "injured: 2" in end
    assert "parked" not in end


def test_the_desk_greets_with_its_name(firms):
    """The first sentence has the name of the file."""
    firms.write_text(f'[desk]\nname = "Leitstelle Schwaben"\n\n{firms.read_text()}')
    asked: list[str] = []

    def ask(sentence) -> str:
        asked.append(str(sentence))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Interview(open_book(DeskOptions()), {}, ask=ask).run()
    greeting = "good morning|hello|good evening"
    assert re.match(
        rf"Leitstelle Schwaben, ({greeting})\. Is anybody hurt or in danger\?", asked[0]
    )


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(0, "good morning"), (9, "good morning"), (10, "hello"), (17, "hello"), (18, "good evening")],
)
def test_a_caller_is_greeted_by_the_time_of_day(hour, greeting):
    """The first question greets by the local time, with and without a name of the desk."""
    at = datetime(2026, 11, 27, hour, 12, tzinfo=UTC)
    question = "Is anybody hurt or in danger?"
    assert str(QUESTIONS[0].asked({}, "", at)) == f"Roadside assistance, {greeting}. {question}"
    assert str(QUESTIONS[0].asked({}, "{x}", at)) == f"{{x}}, {greeting}. {question}"
