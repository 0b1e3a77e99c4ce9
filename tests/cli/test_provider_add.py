"""``providers init --empty`` and ``providers add``: one's own file in a few minutes."""

import shlex
import sys

import pytest
import tomli

from dispatch_cli.cli.provider_questions import REQUIRED

from ..terminal import Terminal

FIRM = (
    "--name", "Bergung Lech", "--phone", "089 99998-114", "--service", "Bergung,tow",
    "--base", "86199", "--radius-km", "25",
)  # fmt: skip
LIST = "Firma;Telefon;PLZ;Leistungen\nLech;089 99998-201;86150;tow\nWertach;12;86199;tow\n"


@pytest.fixture
def own(dispatch, home):
    """A file that ``init --empty`` has written."""
    assert dispatch("providers", "init", "--empty").code == 0
    return home / "providers.toml"


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_empty_file_is_ten_comments_and_one_firm(dispatch, home, language):
    """The file is valid as it is, in both languages, and is never overwritten."""
    ran = dispatch("--lang", language, "providers", "init", "--empty", "mine.toml")
    assert ran.code == 0
    text = (home / "mine.toml").read_text("utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert len(comments) == 10
    assert all(len(line) <= 100 for line in comments)
    assert ("erfunden" in text) is (language == "de")
    assert len(tomli.loads(text)["provider"]) == 1
    assert dispatch("providers", "validate", "--providers", "mine.toml").code == 0
    assert dispatch("providers", "init", "--empty", "mine.toml").code == 8


def test_a_firm_is_added_by_options(dispatch, own):
    """The firm is in the file with an id of its name, and the comments stay."""
    before = own.read_text("utf-8")
    ran = dispatch("providers", "add", *FIRM, "--phone", "089 99998-115", "--tag", "adac,a")
    assert (ran.code, ran.out) == (0, "added 1 provider to providers.toml: bergung-lech\n")
    assert own.read_text("utf-8").startswith(before)
    assert tomli.loads(own.read_text("utf-8"))["provider"][-1] == {
        "id": "bergung-lech", "name": "Bergung Lech", "phones": ["089 99998-114", "089 99998-115"],
        "services": ["Bergung", "tow"], "base": "86199", "area": {"radius_km": 25},
        "tags": ["adac", "a"],
    }  # fmt: skip
    assert "recovery, tow" in dispatch("providers", "list").out
    envelope = dispatch("providers", "add", "--id", "x", *FIRM, "--phone", "110", "--json").envelope
    assert envelope["exit_code"] == 2  # the same name and number


@pytest.mark.parametrize(
    ("typed", "weight_t"),
    [("40.000 kg", 40), ("3,5", 3.5), ("7500", 7.5), ("2.800 kg", 2.8), ("40 000 kg", 40)],
)
def test_one_rule_of_reading_weights(dispatch, own, home, typed, weight_t):
    """An option of a firm, a cell of a list and the weight of a call are read by one rule."""
    assert dispatch("providers", "add", *FIRM, "--max-weight-t", typed).code == 0
    text = f"Firma;Telefon;PLZ;Leistungen;zGG\nLech;089 99998-201;86150;tow;{typed}\n"
    (home / "list.csv").write_text(text, "utf-8")
    assert dispatch("providers", "add", "--from", "list.csv", "--country").code == 0
    for provider in tomli.loads(own.read_text("utf-8"))["provider"][-2:]:
        assert provider["max_weight_t"] == weight_t
    ran = dispatch("cascade", "tow", "--at", "86150", "--weight-t", typed, "--json")
    assert ran.envelope["data"]["incident"]["vehicle"]["weight_t"] == weight_t


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--max-weight-t", "90.000 kg"), 'write "90 kg" or "90 t"'),
        (("--service", "Bergunk"), 'unknown service "Bergunk" (did you mean "Bergung"?)'),
        (("--base", "8619"), "a German postcode has five digits"),
        (("--country",), "only one of --radius-km and --country is allowed"),
        (("--id", "huber"), 'the id "huber" is in use'),
        (("--equipment", "xyz"), "allowed: flatbed, winch"),
    ],
)
def test_a_wrong_option_writes_nothing(dispatch, own, more, said):
    """What is wrong with a value is said as in the file, with exit 2."""
    before = own.read_bytes()
    ran = dispatch("providers", "add", *FIRM, *more)
    assert ran.code == 2
    assert said in ran.err
    assert own.read_bytes() == before


def test_off_a_terminal_all_missing_options_are_named(dispatch, own):
    """Nothing is asked off a terminal; all missing options are named at once."""
    ran = dispatch("providers", "add", "--name", "x")
    assert ran.code == 2
    assert [line for line in ran.err.splitlines() if line.startswith("error")] == [
        "error: --phone is missing", "error: --service is missing", "error: --base is missing",
        "error: --radius-km, --postcodes or --country is missing",
    ]  # fmt: skip


def test_without_an_own_file_the_sample_stays(dispatch, home):
    """The packaged sample is never written."""
    ran = dispatch("providers", "add", *FIRM)
    assert ran.code == 4
    assert "providers init --empty" in ran.err


def test_a_list_is_added_whole_or_not_at_all(dispatch, own, home):
    """A bad row keeps all out; ``--keep-valid`` adds the others with exit 6."""
    (home / "list.csv").write_text(LIST, "utf-8")
    before = own.read_bytes()
    argv = ("providers", "add", "--from", "list.csv", "--country")
    ran = dispatch(*argv)
    assert ran.code == 4
    assert 'error: list.csv:3: provider "Wertach": column "Telefon": "12" is not a valid' in ran.err
    assert ran.err.splitlines()[-1].endswith("or add the others with --keep-valid")
    assert own.read_bytes() == before
    ran = dispatch(*argv, "--keep-valid", "--json")
    assert ran.code == 6
    assert ran.envelope["status"] == "partial"
    assert ran.envelope["data"] == {"path": "providers.toml", "added": ["lech"], "rejected": 1}
    assert ran.envelope["errors"][0]["line"] == 3
    own.write_bytes(before)
    said = dispatch(*argv, "--keep-valid").out.splitlines()[-1]
    assert said == "1 of 2 firms added; 1 left out: line 3"
    again = dispatch(*argv, "--keep-valid")
    assert again.code == 4
    assert "is already there" in again.err


def test_the_last_line_counts_the_firms_left_out(dispatch, own, home):
    """With --keep-valid the last line has the counts and the lines; two problems are one row."""
    rows = [f"F{n};089 99998-2{n:02};86150;tow" for n in range(2, 12)]
    for line in (4, 7, 9):
        rows[line - 2] = f"F{line};12;99999;tow"
    (home / "list.csv").write_text("\n".join(["Firma;Telefon;PLZ;Leistungen", *rows, ""]), "utf-8")
    argv = ("providers", "add", "--from", "list.csv", "--country", "--keep-valid")
    before = own.read_bytes()
    ran = dispatch(*argv)
    assert ran.code == 6
    assert ran.out.splitlines()[-1] == "7 of 10 firms added; 3 left out: lines 4, 7, 9"
    assert ran.err.count("error: ") == 6
    own.write_bytes(before)
    assert dispatch(*argv, "--json").envelope["data"]["rejected"] == 3
    own.write_bytes(before)
    last = dispatch("--lang", "de", *argv).out.splitlines()[-1]
    assert last == "7 von 10 Firmen aufgenommen; 3 fehlen: Zeilen 4, 7, 9"


@pytest.mark.parametrize(
    ("cell", "hours"),
    [("Tag und Nacht", "24/7"), ("rund um die Uhr", "24/7"), ("24h", "24/7"),
     ("durchgehend", "24/7"), ("-", None), ("k.A.", None),
     ('"unknown ""nach Vereinbarung"""', 'unknown "nach Vereinbarung"')],
)  # fmt: skip
def test_hours_as_lists_have_them(dispatch, own, home, cell, hours):
    """Day and night is 24/7, a dash is empty, and a text by arrangement is kept as unknown."""
    text = f"Firma;Telefon;PLZ;Leistungen;Zeiten\nLech;089 99998-201;86150;tow;{cell}\n"
    (home / "list.csv").write_text(text, "utf-8")
    assert dispatch("providers", "add", "--from", "list.csv", "--country").code == 0
    shown = dispatch("providers", "show", "lech", "--json").envelope["data"]["provider"]
    assert shown["hours"] == hours


def test_the_columns_that_are_used_are_said(dispatch, own, home):
    """A column that is used because of its name is named, and so is one that is left out."""
    (home / "list.csv").write_text(LIST.replace(";tow", ";tow;9").replace("gen\n", "gen;Preis\n"))
    argv = ("providers", "add", "--from", "list.csv", "--country", "--ignore-columns", "Preis")
    ran = dispatch(*argv)
    assert "phone=Telefon, services=Leistungen, postcode=PLZ" in ran.err
    assert "columns left out: Preis" in ran.err
    quiet = dispatch(*argv, "--quiet")
    assert "columns" not in quiet.err


@pytest.mark.parametrize("column", ["zGG", "zGM (kg)", "Gesamtgewicht", "zul. Gesamtgewicht in t"])
def test_a_permitted_weight_may_be_that_of_the_truck(dispatch, own, home, column):
    """A column that may have the firm's own truck is named, with the options that decide.

    The warning stands after a refused list as well; --quiet drops it, and JSON has it always.
    """
    text = f"Firma;Telefon;PLZ;Leistungen;{column}\nLech;089 99998-201;86150;tow;12\n"
    (home / "list.csv").write_text(text, "utf-8")
    before = own.read_bytes()
    argv = ("providers", "add", "--from", "list.csv", "--country")
    said = (
        f'column "{column}" is read as max_weight_t, the heaviest vehicle that a firm can help;'
        " if it is the weight of the firm's own truck, "
    )
    without = shlex.join(["--ignore-columns", column])
    as_limit = shlex.join(["--columns", f"max_weight_t={column}"])
    ran = dispatch(*argv)
    assert ran.code == 0
    assert (
        f"warning: {said}remove max_weight_t from the new firms, and leave the column out of such"
        f" lists with {without}; if it is that limit, say so with {as_limit}\n"
    ) in ran.err
    own.write_bytes(before)
    (home / "bad.csv").write_text(f"{text}Wertach;12;86199;tow;12\n", "utf-8")
    bad = [each.replace("list", "bad") for each in argv]
    ran = dispatch(*bad)
    assert (ran.code, own.read_bytes()) == (4, before)
    refused = f"{said}leave it out with {without}; if it is that limit, say so with {as_limit}"
    assert f"warning: {refused}\n" in ran.err
    assert dispatch(*bad, "--json").envelope["warnings"] == [refused]
    assert "own truck" not in dispatch(*argv, "--quiet").err
    own.write_bytes(before)
    [warning] = dispatch(*argv, "--quiet", "--json").envelope["warnings"]
    assert warning.startswith(said)
    for words, weight_t in ((without, None), (as_limit, 12 if "kg" not in column else 0.012)):
        own.write_bytes(before)
        ran = dispatch(*argv, *shlex.split(words), "--json")
        assert (ran.code, ran.envelope["warnings"]) == (0, [])
        assert tomli.loads(own.read_text("utf-8"))["provider"][-1].get("max_weight_t") == weight_t


@pytest.mark.parametrize(
    ("column", "cell"), [("zul. Gewicht", "3,5"), ("max. Gewicht", "3,5"), ("zGG", "-")]
)
def test_a_weight_limit_needs_no_warning(dispatch, own, home, column, cell):
    """A name that can only be that of a limit, and a column without values, are not named."""
    text = f"Firma;Telefon;PLZ;Leistungen;{column}\nLech;089 99998-201;86150;tow;{cell}\n"
    (home / "list.csv").write_text(text, "utf-8")
    argv = ("providers", "add", "--from", "list.csv", "--country", "--json")
    assert dispatch(*argv, "--max-weight-t", "2,8").envelope["warnings"] == []


def test_the_options_that_decide_keep_those_that_were_typed(dispatch, own, home):
    """The options of the warning can be typed as they are: they repeat the columns of before."""
    text = "Name;Nr;PLZ;Leistungen;Preis;zGG\nLech;089 99998-201;86150;tow;9;12\n"
    (home / "list.csv").write_text(text, "utf-8")
    argv = ("providers", "add", "--from", "list.csv", "--country", "--columns", "phone=Nr")
    [warning] = dispatch(*argv, "--ignore-columns", "Preis", "--json").envelope["warnings"]
    assert "with --ignore-columns Preis,zGG;" in warning
    assert warning.endswith("with --columns phone=Nr,max_weight_t=zGG")


@pytest.mark.parametrize("more", [(), ("--keep-valid",), ("--keep-valid", "--quiet"),
                                  ("--keep-valid", "--json")])  # fmt: skip
def test_no_firm_is_added_without_a_value_of_its_list(dispatch, own, home, more):
    """A column with values that no key has refuses the whole list, and the hint says both ways out.

    A firm whose limit is lost would be called for trucks that it cannot tow.
    """
    text = "Firma;Telefon;PLZ;Leistungen;Schlepplast, max\nLech;089 99998-201;86150;tow;3,5 t\n"
    (home / "list.csv").write_text(text, "utf-8")
    before = own.read_bytes()
    argv = ("providers", "add", "--from", "list.csv", "--country")
    ran = dispatch(*argv, *more)
    assert ran.code == 4
    assert own.read_bytes() == before
    said = ran.envelope["errors"][0]["text"] if "--json" in more else ran.err
    assert 'the column "Schlepplast, max" is not used, but has values such as "3,5 t"' in said
    if not {"--json", "--quiet"} & {*more}:
        assert ran.err.splitlines()[-1].endswith("""--ignore-columns '"Schlepplast, max"'""")
    assert dispatch(*argv, "--columns", '"max_weight_t=Schlepplast, max"').code == 0
    assert tomli.loads(own.read_text("utf-8"))["provider"][-1]["max_weight_t"] == 3.5


def test_tomlkit_is_loaded_by_add_alone(dispatch, own, monkeypatch):
    """No other command needs the library."""
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    assert dispatch("providers", "validate").code == 0
    assert dispatch("cascade", "breakdown", "--at", "86150").code in (0, 3)
    assert dispatch("providers", "add", *FIRM).code == 1


def test_a_firm_is_asked_for_on_a_terminal(dispatch, own):
    """Each answer is checked at once, ``?`` lists a closed set, Enter at the end writes."""
    answers = {
        "name": [("Müller", None)],
        "phone": [("12", '"12" is not a valid number'), ("089 99998-114", None)],
        "services": [("?", "winch_out"), ("Abschlepen", 'did you mean "Abschleppen"?'),
                     ("Abschleppen, tow", None)],
        "base": [("86199", None)],
        "area": [("30", '"30 km" or "30-30"'), ("30 km", None)],
    }  # fmt: skip
    assert tuple(answers) == REQUIRED
    questions = ["Name of the firm:", "Phone number", "Services,", "Base:", "Area:"]
    with Terminal(["providers", "add"], columns=100, rows=60) as terminal:
        for question, tries in zip(questions, answers.values(), strict=True):
            terminal.wait_for(question)
            for answer, said in tries:
                terminal.press(f"{answer}\n")
                if said:
                    terminal.wait_for(said)
        for question in ("Opening hours", "Vehicle classes", "Heaviest vehicle", "Equipment,"):
            terminal.wait_for(question)
            terminal.press("\n")
        shown = terminal.wait_for("Add this to providers.toml?")
        assert 'id = "mueller"' in shown
        assert "mueller" not in own.read_text("utf-8")
        terminal.press("\n")
        assert terminal.ended() == 0
    assert tomli.loads(own.read_text("utf-8"))["provider"][-1]["area"] == {"radius_km": 30}


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_leaving_the_questions_writes_nothing(dispatch, own, key):
    """Ctrl-C and the end of the input end with exit 130; the file is as it was."""
    before = own.read_bytes()
    with Terminal(["providers", "add", *FIRM[:4]], columns=100) as terminal:
        terminal.wait_for("Services,")
        terminal.press(key)
        assert terminal.ended() == 130
    assert own.read_bytes() == before


def test_no_at_the_end_writes_nothing(dispatch, own):
    """The last question can be answered with no; German questions are German."""
    before = own.read_bytes()
    argv = ["--lang", "de", "providers", "add", *FIRM[2:]]
    with Terminal(argv, columns=100) as terminal:
        terminal.wait_for("Name der Firma:")
        terminal.press("Neu\n")
        for question in ("Öffnungszeiten", "Fahrzeugklassen", "Schwerstes", "Geräte"):
            terminal.wait_for(question)
            terminal.press("\n")
        terminal.wait_for("eintragen? (Enter: ja, n: nein)")
        terminal.press("n\n")
        terminal.wait_for("es wird nichts geschrieben")
        assert terminal.ended() == 0
    assert own.read_bytes() == before
