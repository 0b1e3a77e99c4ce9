"""Two operators at one log: taking over, handing over, merging and finding cases; undo."""

import pytest

from dispatch_cli.cli import run
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book

from ..terminal import Terminal
from .test_case_privacy import FIELDS, canaries, is_clean

AT = "48.370011,10.890017"


@pytest.fixture
def by(dispatch, firms):
    """Run a command line as an operator; Lech has three trucks."""
    firms.write_text(firms.read_text().replace('id = "lech"', 'id = "lech"\nunits = 3'))

    def by(operator: str, *argv: str):
        return dispatch("case", *argv, "--operator", operator)

    return by


def opened(by, operator: str = "AK", number: int = 1, **facts: str) -> dict[str, str]:
    """Open a case with marks in all personal facts, and return these."""
    values = {**canaries(number), **facts}
    options = [f"--{name.replace('_', '-')}={values[name]}" for name in FIELDS]
    assert by(operator, "open", "tow", "--at", values.get("at", AT), *options).code == 0
    return values


def data(ran) -> dict:
    """Return the data of a JSON result."""
    assert ran.code == 0, ran.err
    return ran.envelope["data"]


def actions(by, case_id: int = 1) -> list[tuple[str, str]]:
    """Return action and operator of each record of a case."""
    log = data(by("AK", "show", str(case_id), "--log", "--json"))["log"]
    return [(act["action"], act["operator"]) for act in log]


@pytest.mark.parametrize(
    ("reason", "said"),
    [("shift", "change of shift"), ("agreed", "agreed"), ("no-answer", "you did not answer")],
)
def test_the_former_keeper_is_told_until_the_next_act(by, reason, said):
    """``list`` and ``show`` say it on each look, the next act once, and then it is over."""
    opened(by)
    assert by("MB", "take", "1", "--reason", reason).code == 0
    for argv in (("list",), ("list", "--open"), ("show", "1")):
        assert "MB took over case 1 at " in by("AK", *argv).err
        assert f"({said})" in by("AK", *argv).err
        assert "took over" not in by("MB", *argv).err
        assert "took over" not in by("CD", *argv).err
    told = by("AK", "line", "1", "--json").envelope["warnings"]
    assert [f"({said})" in each for each in told] == [True]
    assert by("AK", "line", "1", "--json").envelope["warnings"] == []
    assert "took over" not in by("AK", "list").err
    [case] = data(by("AK", "list", "--json"))["cases"]
    assert (case["operator"], case["opened_by"]) == ("MB", "AK")


def test_a_take_over_that_was_undone_is_not_told(by):
    """After ``undo`` the former keeper works on the case as before."""
    opened(by)
    by("MB", "take", "1", "--reason", "shift")
    assert by("AK", "undo", "1").code == 8
    assert by("MB", "undo", "1").code == 0
    assert "took over" not in by("AK", "list").err
    assert data(by("AK", "show", "1", "--json"))["case"]["operator"] == "AK"


def test_a_case_is_taken_once_and_while_it_is_open(by):
    """Taking one's own case, a closed one or without a known reason is refused."""
    opened(by)
    assert "you work on case 1 already" in by("AK", "take", "1", "--reason", "shift").err
    assert by("AK", "take", "1", "--reason", "shift").code == 8
    assert "allowed: shift, agreed, no-answer" in by("MB", "take", "1", "--reason", "x").err
    by("AK", "close", "1")
    assert by("MB", "take", "1", "--reason", "shift").code == 8
    assert by("MB", "take", "7", "--reason", "shift").code == 2


def test_a_call_for_the_case_of_another_operator_warns_and_takes_it(by):
    """The caller of ``offer`` becomes the keeper; the former one is told."""
    opened(by)
    ran = by("MB", "offer", "1")
    assert (ran.code, "AK works on case 1: tell AK" in ran.err) == (0, True)
    assert "works on case" not in by("MB", "no-answer", "1").err
    assert "MB took over case 1" in by("AK", "list").err
    assert "(placed a call for it)" in by("AK", "show", "1").err
    assert data(by("AK", "show", "1", "--json"))["case"]["operator"] == "MB"
    assert ("take", "MB") in actions(by)


def test_hand_over_lists_what_is_promised_due_and_who_waits(by):
    """One's own open cases go to the other operator; others and closed ones stay."""
    for number, operator in ((1, "AK"), (2, "AK"), (3, "CD"), (4, "AK")):
        opened(by, operator, number)
    by("AK", "offer", "1")
    by("AK", "accept", "1", "--eta", "20")
    by("AK", "offer", "2")
    by("AK", "later", "2.1", "--until", "5")
    by("AK", "line", "2")
    by("AK", "close", "4")
    done = data(by("AK", "hand-over", "--to", "MB", "--json"))
    assert (done["to"], done["message"]) == ("MB", "2 cases are handed over to MB")
    found = {case["case_id"]: case for case in done["cases"]}
    assert sorted(found) == [1, 2]
    [promise] = found[1]["promises"]
    assert (promise["ref"], promise["what"], promise["phone"]) == (
        "1.1",
        "arrival",
        "089 99998-114",
    )
    assert (found[1]["due"], found[1]["on_line_since"]) == ("tell driver", None)
    assert [each["what"] for each in found[2]["promises"]] == ["ring back"]
    assert found[2]["on_line_since"] is not None
    assert "AK handed case 1 over to MB at " in by("MB", "list").err
    assert "handed" not in by("AK", "list").err + by("CD", "list").err
    keepers = {c["id"]: c["operator"] for c in data(by("AK", "list", "--json"))["cases"]}
    assert keepers == {1: "MB", 2: "MB", 3: "CD", 4: "AK"}
    assert data(by("AK", "hand-over", "--to", "MB", "--json"))["cases"] == []
    assert by("MB", "hand-over", "--to", "MB").code == 2
    lines = by("MB", "hand-over", "--to", "AK").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["case", "2", "1"]


def test_hand_over_lists_parked_calls(by):
    """A parked call of one's own stands in the list; those of others do not."""
    assert by("AK", "open", "tow", "--draft", "--call-back", "089 99998-123").code == 0
    done = data(by("AK", "hand-over", "--to", "MB", "--json"))
    assert [draft["number"] for draft in done["drafts"]] == ["G1"]
    assert data(by("CD", "hand-over", "--to", "MB", "--json"))["drafts"] == []


def test_a_merge_keeps_both_numbers_and_calls_firms_off(by, dispatch):
    """The duplicate ends without counting against a firm; undone, everything is as before."""
    one, two = opened(by, number=1), opened(by, number=2)
    for case_id in ("1", "2"):
        by("AK", "offer", case_id)
        by("AK", "accept", case_id, "--eta", "20")
    before = data(by("AK", "show", "2", "--json"))["case"]
    ran = by("AK", "merge", "1", "2")
    assert (ran.code, "needs --yes" in ran.err) == (2, True)
    done = by("AK", "merge", "1", "2", "--yes", "--json").envelope
    assert [each["ref"] for each in done["data"]["call_off"]] == ["2.1"]
    assert done["warnings"] == ["call 089 99998-114 Abschlepp Lech: no longer needed"]
    after = data(by("AK", "show", "2", "--json"))["case"]
    assert (after["state"], after["merged_into"]) == ("closed", 1)
    assert [each["state"] for each in after["offers"]] == ["called_off"]
    assert after["due"] == "call off"
    numbers = data(by("AK", "show", "1", "--call-back", "--json"))["call_back"]
    assert [(each["case_id"], each["number"]) for each in numbers] == [
        (1, one["call_back"]), (2, two["call_back"]),
    ]  # fmt: skip
    report = dispatch("report", "fairness", "--json").envelope["data"]
    assert "called_off" not in str(report)
    for argv in (("undo", "1"), ("merge", "1", "2", "--undo")):
        assert by("AK", *argv).code == (0 if argv[0] == "undo" else 8)
    again = data(by("AK", "show", "2", "--json"))["case"]
    for case in (before, again):
        case.pop("age_min")
    assert again == before
    assert [action for action, _ in actions(by, 2)][-2:] == ["undo", "refused undo"]


def test_a_merge_can_be_undone_from_both_cases(by):
    """``undo 2`` and ``merge 1 2 --undo`` open the duplicate again; for others it is refused."""
    opened(by, number=1)
    opened(by, number=2)
    for argv in (("undo", "2"), ("merge", "1", "2", "--undo"), ("undo", "1")):
        assert by("AK", "merge", "1", "2", "--yes").code == 0
        assert by("MB", *argv).code == 8
        assert by("AK", *argv).code == 0
        assert data(by("AK", "show", "2", "--json"))["case"]["state"] == "waiting"
    by("AK", "merge", "1", "2", "--yes")
    by("MB", "note", "1", "x")
    assert "MB recorded note at" in by("AK", "undo", "1").err


def test_what_cannot_be_merged(by):
    """Itself, a closed case, and a duplicate in which help has arrived: with the reason."""
    for number in (1, 2, 3):
        opened(by, number=number)
    by("AK", "offer", "2")
    by("AK", "accept", "2", "--eta", "20")
    by("AK", "arrive", "2.1")
    by("AK", "close", "3")
    assert "cannot be merged with itself" in by("AK", "merge", "1", "1", "--yes").err
    assert "case 3 was closed at" in by("AK", "merge", "1", "3", "--yes").err
    ran = by("AK", "merge", "1", "2", "--yes")
    assert (ran.code, "help has arrived in case 2: 2.1 Abschlepp Lech" in ran.err) == (8, True)
    assert "dispatch case merge 2 1" in ran.err


def test_nothing_that_the_duplicate_needs_is_lost(by):
    """An emergency call that is due only there refuses the merge; waiting callers are named."""
    opened(by, number=1)
    opened(by, number=2)
    by("AK", "amend", "2", "--injured", "1")
    by("AK", "line", "2")
    by("AK", "callback", "2", "30")
    ran = by("AK", "merge", "1", "2", "--yes")
    assert (ran.code, "the emergency call that case 2 needs is not recorded" in ran.err) == (
        8,
        True,
    )
    by("AK", "emergency", "2", "--called-by", "desk")
    warnings = by("AK", "merge", "1", "2", "--yes", "--json").envelope["warnings"]
    assert warnings[0].startswith("case 1 has the call back that was promised in case 2 for ")
    assert warnings[1:] == ["the caller of case 2 waits on the line, as case 1 says now"]


@pytest.mark.parametrize("argv", [("undo", "1"), ("undo", "2"), ("merge", "1", "2", "--undo")])
def test_what_was_done_since_the_merge_is_not_overwritten(by, argv):
    """The case that stays has a reminder of the duplicate and MB's new facts: no undo.

    Without MB's act the reminder is gone after the undo, and the duplicate has it.
    """
    opened(by, number=1)
    opened(by, number=2)
    by("AK", "callback", "2", "30")
    by("AK", "merge", "1", "2", "--yes")
    by("MB", "amend", "1", "--persons", "3")
    ran = by("AK", *argv)
    assert (ran.code, "MB recorded amend at " in ran.err) == (8, True)
    assert by("MB", "undo", "1").code == 0
    assert by("AK", *argv).code == 0
    due = {
        case["id"]: [each["due"] for each in case["services"]]
        for case in data(by("AK", "list", "--json"))["cases"]
    }
    assert due == {1: ["next call"], 2: ["next call"]}
    with open_book(DeskOptions()).store.reading() as reader:
        reminders = [reader.case(number).call_back_at for number in (1, 2)]
    assert [each is None for each in reminders] == [True, False]


def test_a_terminal_shows_both_cases_before_the_merge(by, dispatch):
    """Side by side: vehicle, plate, the last digits of the number, place; Enter is no."""
    one, two = opened(by, number=1), opened(by, number=2)
    argv = ["case", "merge", "1", "2", "--operator", "AK"]
    for answer, state in (("\n", "waiting"), ("y\n", "closed")):
        with Terminal(argv, rows=60) as terminal:
            shown = terminal.wait_for("same vehicle as case 1? [y/N]")
            assert "case 1 stays" in shown
            for values in (one, two):
                assert values["plate"] in shown
                assert values["call_back"][-3:] in shown
                assert values["call_back"] not in shown
                assert values["caller"] not in shown
            terminal.press(answer)
            assert terminal.ended() == (2 if state == "waiting" else 0)
        assert data(by("AK", "show", "2", "--json"))["case"]["state"] == state
    assert [action for action, _ in actions(by, 2)].count("personal compare") == 2


def test_a_terminal_shows_the_firm_to_call_off_before_an_undo(by):
    """After the driver was told, ``undo`` asks with the number; Enter is no."""
    opened(by)
    by("AK", "offer", "1")
    by("AK", "accept", "1", "--eta", "20")
    by("AK", "told", "1.1", "driver")
    argv = ["case", "undo", "1", "--last", "2", "--operator", "AK"]
    for answer, state in (("\n", "accepted"), ("y\n", "asking")):
        with Terminal(argv) as terminal:
            terminal.wait_for("call 089 99998-114 Abschlepp Lech: no longer needed. Undo? [y/N]")
            terminal.press(answer)
            terminal.ended()
        assert data(by("AK", "show", "1", "--json"))["case"]["state"] == state


def test_the_number_is_shown_to_the_operator_who_works_the_case(by):
    """``show --call-back`` is refused for another operator; each look is recorded."""
    values = opened(by)
    assert values["call_back"] not in by("AK", "show", "1").out
    ran = by("MB", "show", "1", "--call-back")
    assert (ran.code, "AK works on case 1" in ran.err) == (8, True)
    assert values["call_back"] not in ran.out + ran.err
    assert values["call_back"] in by("AK", "show", "1", "--call-back").out
    assert actions(by)[-1] == ("personal call back", "AK")


FOUND = {
    "number": ("089 99998 0017", "+49 (0)89 99998-0017", "0049899999800-17"),
    "plate": ("a-cä 17e", "ACÄ17E", "a cae 17 e"),
    "ref": ("m 77/17", "M-7717"),
    "place": ("jakoberstr. 8", "JAKOBERSTRASSE", "Augsburg jakober", "86153"),
    "case": ("1", "1.2"),
}


@pytest.mark.parametrize("by_what", FOUND)
def test_cases_are_found_in_any_spelling(by, by_what):
    """Numbers as they are dialled; plates, references and places without regard to spelling."""
    facts = {
        "call_back": "089 99998-0017", "plate": "A-CÄ 17E", "ref": "M 77/17",
        "at": "86153 Augsburg",
    }  # fmt: skip
    options = [f"--{name.replace('_', '-')}={value}" for name, value in facts.items()]
    by("AK", "open", "tow", *options, "--where", "Jakoberstraße 8")
    by("AK", "open", "tow", "--at", "86199", "--call-back", "089 99998-0018")
    for text in FOUND[by_what]:
        found = data(by("MB", "find", text, "--json"))["cases"]
        assert [(each["case_id"], each["by"]) for each in found] == [(1, by_what)], text


def test_a_search_shows_state_firm_and_no_personal_data(by, capsys):
    """With or without a find, no output has a fact of the caller, nor the text that was typed."""
    values = opened(by)
    by("AK", "offer", "1")
    by("AK", "accept", "1", "--eta", "20")
    [found] = data(by("MB", "find", values["plate"], "--json"))["cases"]
    assert (found["state"], found["provider"], found["operator"], found["area"]) == (
        "accepted", "Abschlepp Lech", "AK", "86152",
    )  # fmt: skip
    for name in (*FIELDS, "text"):
        for form in ((), ("--json",)):
            run(["case", "find", values[name], *form])
            out, err = capsys.readouterr()
            assert is_clean(out + err, 1, AT), (name, out, err)
            run(["case", "find", f"{values[name]}x", *form])
            out, err = capsys.readouterr()
            assert is_clean(out + err, 1, AT), (name, out, err)
    # The control: the same search of the output finds what a personal view shows.
    assert not is_clean(by("AK", "show", "1", "--personal").out, 1, AT)


def test_other_screens_of_two_operators_have_no_personal_data(by, capsys):
    """take, hand-over, merge, undo, list and show after them: no mark in any output."""
    opened(by, number=1)
    opened(by, number=1)
    for argv in (
        ("offer", "1"), ("accept", "1.1", "--eta", "x"), ("take", "1", "--reason", "agreed"),
        ("hand-over", "--to", "MB"), ("undo", "1"), ("merge", "1", "2", "--yes"),
        ("merge", "1", "2"), ("undo", "2"), ("show", "1", "--log"), ("list",), ("undo", "9"),
        ("take", "1", "--reason", "x"), ("undo", "1", "--last", "9"),
    ):  # fmt: skip
        for operator in ("AK", "CD"):
            for form in ((), ("--json",)):
                run(["case", *argv, "--operator", operator, *form])
                out, err = capsys.readouterr()
                assert is_clean(out + err, 1, AT), (argv, out, err)


def test_a_duplicate_stays_while_the_case_that_it_was_merged_into_is_open(by):
    """The other caller's number may be needed: ``forget`` passes over the duplicate."""
    opened(by, number=1)
    values = opened(by, number=2)
    by("AK", "merge", "1", "2", "--yes")
    by("AK", "forget", "--older-than", "0d")
    assert values["call_back"] in by("AK", "show", "1", "--call-back").out
    by("AK", "close", "1")
    by("AK", "forget", "--older-than", "0d")
    assert "erased" in by("AK", "undo", "1").err
    assert by("AK", "show", "2", "--json").envelope["data"]["case"]["merged_into"] == 1


def test_a_chain_of_merges_keeps_all_numbers(by):
    """Of cases that were merged one into the next, the last one shows them all, until it ends."""
    numbers = [opened(by, number=each)["call_back"] for each in (1, 2, 3)]
    by("AK", "merge", "2", "1", "--yes")
    by("AK", "merge", "3", "2", "--yes")
    by("AK", "forget", "--older-than", "0d")
    said = by("AK", "show", "3", "--call-back").out
    assert all(number in said for number in numbers)
    assert by("AK", "show", "3", "--json").envelope["data"]["case"]["merged"] == [1, 2]
    assert data(by("AK", "show", "2", "--json"))["case"]["merged"] == [1]
    rows = [line.split("\t")[:2] for line in by("AK", "show", "3").out.splitlines()]
    assert [row[1] for row in rows if row[0] == "merged"] == ["1", "2"]
    by("AK", "close", "3")
    by("AK", "forget", "--older-than", "0d")
    assert numbers[0] not in by("AK", "export", "1").out
