"""Sentences of the command line are looked up in the catalogue; rows and JSON stay English."""

import pytest

from dispatch_cli.cases import answer_call
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.render.layout import Screen
from tests.catalogues import Marked, spoken


@pytest.fixture
def opened(dispatch, firms):
    """Case 1 for a tow, with one declined call."""
    dispatch("case", "open", "tow", "--at", "86150", "--client", "adac")
    dispatch("case", "offer", "1")
    dispatch("case", "decline", "1", "--reason", "no_unit")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("cascade", "tow"), ["«--at PLACE is missing»", "«see \"dispatch cascade --help\"»"]),
        (("case", "accept", "1", "--eta", "9"),
         ["«case 1 has no open offer»", "«\"dispatch case show 1\" shows its offers»"]),
        (("case", "accept", "1.1", "--eta", "9"),
         ["«1.1 «has already been answered»: Abschlepp Lech at "]),
        (("case", "accept", "1.7", "--eta", "9"), ["«case 1 has no offer 1.7»"]),
        (("case", "note", "1", "x"), ["«note: other programs and "]),
        (("cascade", "tow", "--at", "86150", "--client", "kein"),
         ["«unknown client \"kein\"; allowed: adac, none»", "«clients of the provider file: "]),
    ],
)  # fmt: skip
def test_errors_and_hints_are_looked_up(dispatch, lech_alone, opened, argv, said):
    """Each sentence on stderr is a template of the catalogue with its values."""
    with spoken(Marked()):
        ran = dispatch(*argv)
    for sentence in said:
        assert sentence in ran.err


@pytest.mark.parametrize(
    "argv",
    [
        ("kinds",), ("doctor",), ("providers", "show", "lech"), ("providers", "show", "wertach"),
        ("case", "list"), ("case", "forget", "--dry-run"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["rows", "json"])
def test_rows_and_json_stay_english(dispatch, opened, argv, form):
    """No sentence of tab-separated rows and JSON is looked up; a control shows that others are."""
    with spoken(Marked()):
        ran = dispatch(*argv, *form)
        control = dispatch("cascade", "tow")
    assert ran.out
    assert "«" not in ran.out
    assert "«" in control.err


def test_outcomes_are_looked_up(dispatch, lech_alone, opened):
    """The sentence of an answer is one template, with the name of the firm as a value."""
    dispatch("case", "open", "tow", "--at", "86199")
    dispatch("case", "offer", "2")
    done = answer_call.record(open_book(DeskOptions()), "2.1", "no_answer")
    assert Screen().text(done.message) == "Abschlepp Lech did not answer"
    with spoken(Marked()):
        assert Screen().text(done.message) == "«Abschlepp Lech did not answer»"


def test_a_provider_is_shown_in_words(dispatch, firms):
    """Area and hold are readable texts, not values of the program."""
    with firms.open("a") as file:
        file.write(
            '[[provider]]\nid = "held"\nname = "Held"\nphone = "089 99998-300"\n'
            'services = ["tow"]\nbase = "86150"\narea = { postcodes = ["860-865"] }\n'
            'on_hold = { reason = "yard", until = 2030-12-31T08:00:00+01:00 }\n'
        )
    assert "area\twithin 30 km of the base\n" in dispatch("providers", "show", "lech").out
    held = dispatch("providers", "show", "held").out
    assert "area\tpostcodes 860-865\n" in held
    assert "on_hold\tyard, until 2030-12-31 08:00\n" in held
    assert "{" not in held
