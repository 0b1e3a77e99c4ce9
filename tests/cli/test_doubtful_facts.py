"""What an operator has typed and hardly meant: asked about on a terminal, a warning elsewhere."""

import sys

import pytest

from dispatch_cli.cli import screen_language
from dispatch_cli.cli.desk_options import DeskOptions

HEAVY = ("--vehicle", "car", "--weight-t", "40")
OPEN = ("case", "open", "tow", "--at", "86150", "--client", "ADAC", "--injured", "0")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch):
    """Answer the questions on the terminal; every further one is passed over."""

    def answers(*texts: str) -> list[str]:
        left = list(texts)

        class Operator:
            def isatty(self) -> bool:
                return True

            def readline(self) -> str:
                return f"{left.pop(0) if left else ''}\n"

        monkeypatch.setattr(DeskOptions, "is_asking", property(lambda self: True))
        monkeypatch.setattr(sys, "stdin", Operator())
        return left

    return answers


def test_an_unusual_size_is_a_warning_off_a_terminal(dispatch, firms):
    """A car of 40 t, or 2.9 m high, is ranked, with a warning."""
    for command in (("cascade", "tow", "--at", "86150"), OPEN):
        ran = dispatch(*command, *HEAVY, "--height-m", "2.9")
        assert ran.code in (0, 3)
        assert "40 t is unusual for the vehicle car: ask again" in ran.err
        assert "2.9 m is an unusual height for the vehicle car: ask again" in ran.err
    assert "unusual" not in dispatch(*OPEN, "--vehicle", "car", "--weight-t", "1.6").err


def test_an_unusual_size_is_asked_about_on_a_terminal(dispatch, firms, answers):
    """After "no" the weight is asked for until it can be read; after "yes" it stays."""
    left = answers("n", "many", "1600 kg", *[""] * 20)
    ran = dispatch(*OPEN, *HEAVY)
    assert ran.code == 0
    assert "40 t is unusual for the vehicle car. Is that right? [y/N]" in ran.err
    assert ran.err.count("How much does the vehicle weigh?") == 2
    assert 'weight "many" is not understood' in ran.err
    assert len(left) < 20
    shown = dispatch("case", "show", "1", "--json").envelope["data"]
    assert shown["case"]["weight_t"] == 1.6
    answers("y", *[""] * 20)
    assert dispatch(*OPEN, *HEAVY).code == 0
    shown = dispatch("case", "show", "2", "--json").envelope["data"]
    assert shown["case"]["weight_t"] == 40


def test_an_unusual_change_is_asked_about_on_a_terminal(dispatch, firms, answers):
    """The class of the case counts with a new weight, and the known weight with a new class."""
    dispatch(*OPEN, "--vehicle", "truck", "--weight-t", "12")
    answers("n", "1.6")
    ran = dispatch("case", "amend", "1", "--vehicle", "car")
    assert "12 t is unusual for the vehicle car. Is that right?" in ran.err
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert (case["vehicle"], case["weight_t"]) == ("car", 1.6)
    left = answers("y", "left")
    dispatch("case", "amend", "1", "--weight-t", "40")
    assert left == ["left"]
    dispatch("case", "amend", "1", "--spot", "parking")
    assert left == ["left"]
    case = dispatch("case", "show", "1", "--json").envelope["data"]["case"]
    assert case["weight_t"] == 40


def test_no_minutes_are_asked_about_on_a_terminal(dispatch, firms, answers):
    """``--eta 0`` is no arrival time: the operator is asked; elsewhere it is refused."""
    dispatch(*OPEN)
    dispatch("case", "offer", "1")
    ran = dispatch("case", "accept", "1.1", "--eta", "0")
    assert (ran.code, "write 1 for at once" in ran.err) == (2, True)
    answers("0", "35")
    ran = dispatch("case", "accept", "1.1", "--eta", "0")
    assert ran.code == 0
    assert ran.err.count("Is the help at the vehicle already (1)?") == 2
    assert "accepted" in ran.out


def test_allowed_words_stand_in_the_language_of_the_screen(dispatch, firms):
    """A German list has German words, and the word of a refusal can be typed as it stands."""
    try:
        ran = dispatch("cascade", "tow", "--at", "86150", "--spot", "Mond", "--lang", "de")
        assert "erlaubt: Fahrbahn, Standstreifen, Straßenrand" in ran.err
        ran = dispatch("cascade", "tow", "--at", "86150", "--vehicle", "Wohnwagen", "--lang", "de")
        assert 'schreiben Sie "Gespann" oder "Wohnmobil"' in ran.err
    finally:
        screen_language.set_from([])


def test_a_refused_spot_in_traffic_keeps_the_emergency_line(dispatch, firms):
    """Of two readings of a spot, the safety advice follows the one in traffic."""
    ran = dispatch("cascade", "tow", "--at", "86150", "--spot", "Autobahn")
    assert ran.code == 2
    assert "police" in ran.out


def test_a_part_of_a_city_with_the_name_is_a_warning(dispatch, firms):
    """The operator hears of the other place before the call."""
    ran = dispatch("cascade", "tow", "--at", "Göggingen")
    warning = "there is also 86199 Augsburg-Göggingen: confirm the place with the caller"
    assert f"warning: {warning}" in ran.err
    assert warning not in dispatch("cascade", "tow", "--at", "86199 Göggingen").err
