"""The questions to a caller: their order, what each takes, and what stays unknown."""

import gettext
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

import dispatch_cli
from dispatch_cli.cases import draft_calls, open_case
from dispatch_cli.cases.call_facts import answered, personal_of, typed_facts
from dispatch_cli.cases.draft_calls import resume
from dispatch_cli.cases.intake_questions import QUESTIONS
from dispatch_cli.cli.case.draft_facts import facts_of
from dispatch_cli.cli.case.questions import Interview
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.incident_options import IncidentOptions
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.errors import ConflictError, UnavailableError
from dispatch_cli.model.case import Personal

NUMBER = "0821 324-9999"


class Caller:
    """Answers each question by its fact, and keeps the order in which they were asked."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.left = {key: list(texts) for key, texts in answers.items()}
        self.asked: list[str] = []
        self.shown: list[str] = []

    def __call__(self, sentence) -> str:
        self.shown.append(str(sentence))
        [key] = [
            each.key
            for each in QUESTIONS
            if str(sentence).startswith(each.sentence.id.partition("{")[0])
        ]
        self.asked.append(key)
        texts = self.left.get(key, [])
        return texts.pop(0) if texts else ""


def interviewed(answers: dict[str, list[str]], facts: dict[str, str] | None = None):
    """Ask a caller everything; returns the answers, the caller and the draft."""
    caller = Caller(answers)
    interview = Interview(open_book(DeskOptions()), facts or {}, ask=caller)
    interview.run()
    assert not any(caller.left.values())
    return interview, caller


def test_the_order_of_the_questions(firms):
    """Danger, place, number, what, vehicle, what changes the truck, client, destination."""
    answers = {
        "injured": ["no"], "at": ["86150"], "spot": ["garage"], "call_back": [NUMBER],
        "read_back": ["yes"], "at_vehicle": ["ja"], "kind": ["breakdown"], "vehicle": ["van"],
        "brand": ["VW Crafter"], "weight_t": ["3,2"], "clearance_m": ["2.0"], "state": ["rollt"],
        "trailer": ["no"], "persons": ["3, 1 Kind, 2 Hunde"], "client": ["ADAC"], "ref": ["77"],
        "to": ["garage in Gersthofen"], "note": ["gate"],
    }  # fmt: skip
    interview, caller = interviewed(answers)
    assert caller.asked == list(answers)
    assert typed_facts(interview.call.facts) == {
        "kind": "breakdown", "at": "86150", "injured": 0, "spot": "garage", "vehicle": "van",
        "brand": "VW Crafter", "weight_t": "3,2", "clearance_m": "2.0", "state": "rolls",
        "trailer": False, "persons": 3, "children": 1, "pets": 2, "client": "adac",
    }  # fmt: skip
    assert personal_of(interview.call.facts) == Personal(
        call_back=NUMBER, ref="77", to="garage in Gersthofen", note="gate", at_vehicle="yes"
    )
    assert interview.call.draft is not None
    assert interview.call.draft.facts == interview.call.facts


@pytest.mark.parametrize(
    ("answers", "extra", "absent"),
    [
        (
            {"injured": ["2 lane"], "at": ["86150"]},
            ["where", "last_exit"],
            ["spot", "clearance_m", "weight_t"],
        ),
        ({"injured": ["no"], "at": ["86150"], "spot": ["Standstreifen"]}, ["last_exit"], ["ref"]),
        (
            {"injured": ["no"], "at": ["86150"], "kind": ["lockout"]},
            ["spot"],
            ["where", "clearance_m", "state", "trailer", "persons", "to"],
        ),
        (
            {"injured": ["no"], "at": ["86150"], "kind": ["truck_breakdown"]},
            ["state"],
            ["vehicle"],
        ),
        ({"injured": ["no"], "at": ["86150"], "vehicle": ["bus"]}, ["weight_t"], ["clearance_m"]),
        ({"injured": ["no"], "at": ["86150"], "client": ["none"]}, [], ["ref", "read_back"]),
    ],
    ids=["lane", "shoulder", "lockout", "truck", "bus", "no client"],
)
def test_questions_that_change_nothing_are_not_asked(firms, answers, extra, absent):
    """The exit is asked in traffic, the entrance in a garage, the wheels if a truck may come."""
    _, caller = interviewed(answers)
    assert set(extra) <= set(caller.asked)
    assert not set(absent) & set(caller.asked)
    assert caller.asked == [each.key for each in QUESTIONS if each.key in caller.asked]


def test_a_question_that_was_passed_over_is_no_answer(firms):
    """Enter leaves a fact unknown, also the vehicle, the client and the trailer."""
    interview, _ = interviewed({"injured": ["", "no"], "at": ["", "86150"]})
    facts = interview.call.facts
    assert typed_facts(facts) == {"kind": "breakdown", "at": "86150", "injured": 0}
    assert personal_of(facts) == Personal()
    assert sorted(answered(interview.call.facts)) == ["at", "injured", "kind"]


def test_safety_has_no_default(firms, capsys):
    """Enter, and a word that is no answer, ask again; the answer is shown with its number."""
    answers = {
        "injured": ["", "what", "trapped carriageway"], "at": ["nowhere9", "86150"],
        "kind": ["tank", ""], "vehicle": ["many"], "client": ["adca"],
    }  # fmt: skip
    interview, caller = interviewed(answers)
    assert caller.asked[:3] == ["injured"] * 3
    assert (interview.call.facts["injured"], interview.call.facts["trapped"]) == ("0", "yes")
    assert (interview.call.facts["spot"], interview.call.facts["kind"]) == ("lane", "accident")
    shown = capsys.readouterr()
    assert "112" in shown.out
    assert shown.err.count("error: ") == 6


def test_a_number_that_cannot_be_dialled_is_refused_at_the_question(firms, capsys):
    """A wrong number is asked for again; the caller confirms the repeated one."""
    answers = {
        "injured": ["no"], "at": ["86150"],
        "call_back": ["0821", "12345678901234567", NUMBER, "0170 1234567"],
        "read_back": ["no", "maybe", "yes"],
    }  # fmt: skip
    interview, caller = interviewed(answers)
    assert interview.call.facts["call_back"] == "0170 1234567"
    assert interview.call.facts["read_back"] == "yes"
    shown = capsys.readouterr().err
    assert shown.count("cannot be dialled") == 2
    assert "12345678901234567" not in shown
    assert any("I repeat your number: 0170 1234567." in each for each in caller.shown)


def test_a_typed_number_is_checked_as_well(firms, capsys):
    """A number on the command line of a terminal is refused, and asked for."""
    facts = {"call_back": "0821", "kind": "Panne", "caller": "-", "client": "Adac"}
    caller = Caller({"injured": ["no"], "at": ["86150"], "call_back": [NUMBER], "read_back": ["y"]})
    names: list[str] = []

    def ask(sentence) -> str:
        if str(sentence).startswith("What is your name"):
            names.append(str(sentence))
            return "Kim"
        return caller(sentence)

    interview = Interview(open_book(DeskOptions()), facts, ask=ask)
    interview.run()
    assert "cannot be dialled" in capsys.readouterr().err
    assert (interview.call.facts["call_back"], interview.call.facts["caller"]) == (NUMBER, "Kim")
    assert (interview.call.facts["kind"], interview.call.facts["client"]) == ("breakdown", "adac")
    assert len(names) == 1


def test_answers_that_cannot_be_saved_stay(firms, monkeypatch, capsys):
    """While the log cannot be written each answer says NOT SAVED; the first that can saves all."""
    kept = draft_calls.start
    asked: list[str] = []

    def start(*given, **named):
        if len(asked) < 3:
            raise UnavailableError("no space left on device")
        return kept(*given, **named)

    def ask(sentence) -> str:
        asked.append(str(sentence))
        return {1: "2", 2: "86150"}.get(len(asked), "")

    monkeypatch.setattr(draft_calls, "start", start)
    interview = Interview(open_book(DeskOptions()), {}, ask=ask)
    interview.run()
    assert capsys.readouterr().err.count("NOT SAVED") == 2
    assert interview.call.draft is not None
    assert interview.call.draft.facts == interview.call.facts
    assert (interview.call.facts["injured"], interview.call.facts["at"]) == ("2", "86150")


def test_a_case_that_cannot_be_saved_is_tried_again(dispatch, firms, monkeypatch, capsys):
    """At the end of the questions Enter tries again, until there is exactly one case."""
    opened, tries = open_case.open_case, []

    def failing(*given, **named):
        tries.append(1)
        if len(tries) < 3:
            raise UnavailableError("no space left on device")
        return opened(*given, **named)

    monkeypatch.setattr(open_case, "open_case", failing)
    monkeypatch.setattr(DeskOptions, "is_asking", property(lambda self: True))
    answers = iter(["no", "86150", *[""] * 30])
    monkeypatch.setattr(
        sys, "stdin", type("Operator", (), {"readline": lambda self: next(answers) + "\n"})()
    )
    ran = dispatch("case", "open")
    assert (ran.code, len(tries)) == (0, 3)
    assert ran.err.count("NOT SAVED. Enter tries again") == 2
    data = dispatch("case", "list", "--json").envelope["data"]
    assert ([each["id"] for each in data["cases"]], data["drafts"]) == ([1], [])


def test_a_call_that_was_taken_over_is_not_written_by_the_first(firms):
    """When another operator takes the call, the next answer of the first one is refused."""

    def ask(sentence) -> str:
        if "Where are you" in str(sentence):
            resume(open_book(DeskOptions(operator="jan")), 1, holder=1, take=True)
            return "86150"
        return "no"

    interview = Interview(open_book(DeskOptions()), {}, ask=ask)
    with pytest.raises(ConflictError, match="jan has taken G1 at"):
        interview.run()
    with open_book(DeskOptions()).store.reading() as reader:
        [draft] = reader.drafts()
    assert (draft.operator, draft.facts) == ("jan", {"injured": "0"})


def test_german_answers_are_taken_as_they_are_shown(firms):
    """Each word that the German screen offers as an answer is an answer."""
    folder = Path(dispatch_cli.__file__).parent / "locale"
    german = gettext.translation("dispatch", folder, languages=["de"])
    rules = open_book(DeskOptions()).catalog.rules
    read = {}
    for question in QUESTIONS:
        assert german.gettext(question.sentence.id) != question.sentence.id
        for word in question.answers if isinstance(question.answers, tuple) else ():
            read[word] = question.answer(german.gettext(word), {}, rules) == {question.key: word}
    assert len(read) > 15
    assert all(read.values())


def test_every_option_survives_as_a_fact():
    """Every option of an incident survives as a fact of a draft."""
    options = IncidentOptions(
        kind="tow", at="86150", client="adac", vehicle="van", brand="VW", ev=True, trailer=True,
        weight_t="3", height_m="2", state="rolls", spot="lane", clearance_m="2", where="A8",
        injured=2, trapped=True, hazard="fuel", persons=0, children=1, pets=2, language="en",
        wish="lech", asked=["lech", "wertach"], when="12:00",
    )  # fmt: skip
    personal = Personal(caller="Kim", call_back=NUMBER, plate="A-X 1", ref="7", to="x", note="y")
    facts = facts_of(options, personal)
    typed = {name: getattr(options, name) for name in typed_facts(facts)}
    assert typed_facts(facts) == {**typed, "asked": ("lech", "wertach")}
    assert replace(IncidentOptions(kind="", at=""), **typed) == options
    assert personal_of(facts) == personal
    unasked = IncidentOptions(kind="", at="", injured=None)
    assert facts_of(unasked, Personal()) == {}
    assert facts_of(IncidentOptions(kind="", at="", injured=0), Personal()) == {"injured": "0"}


def test_what_was_not_asked_is_shown(dispatch, firms):
    """A script that names neither injured nor vehicle opens a case that says so, not "no"."""
    dispatch("case", "open", "tow", "--at", "86150", "--trailer")
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert case["not_asked"][:3] == ["injured", "spot", "call_back"]
    assert not {"trailer", "at", "kind"} & set(case["not_asked"])
    dispatch("case", "amend", "1", "--injured", "0", "--call-back", NUMBER)
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert not {"injured", "call_back"} & set(case["not_asked"])
