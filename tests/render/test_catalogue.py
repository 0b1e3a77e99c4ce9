"""Each word of ours on a screen comes from the catalogue, shown by a language of marks.

The language puts « and » around what a template says itself. Outside these marks only data may
stand: names, numbers, times, ids, phone numbers, commands and options.
"""

import ast
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from html import unescape
from pathlib import Path

import pytest

from dispatch_cli import render
from dispatch_cli.cli import run
from dispatch_cli.render.layout import Screen, cells, line_text
from dispatch_cli.render.monitor import monitor_line
from dispatch_cli.render.prometheus import exposition
from dispatch_cli.render.status_page import status_page
from dispatch_cli.render.wording import language, word
from tests.catalogues import Catalogue, spoken
from tests.pseudo_language import CLOSED, OPEN, PseudoLanguage, unworded

from .checks import coverage
from .screens import Terminal, screen_text, worked_example
from .worded_samples import NAMES, SAMPLES, check_report, offline_report

ROWS = worked_example().cascades[0].candidates

OF_IDS = ("kinds", "providers validate", "doctor")
"""Screens of words and keys that stand so in the provider file, of paths and versions."""

DATA = (
    "Abschlepp Lech", "Abschlepp Wertach", "lech", "wertach", "adac", "maria", "providers.toml",
    "in.csv", "called back", "A8", "nokind", "nowhere",
    # To be read aloud, in the language of the caller and of the provider.
    "Guten Morgen.", "Guten Tag.", "Guten Abend.", "Wann können Sie dort sein?",
    "Für ein Fahrzeug im Postleitzahlbereich 86150 brauchen wir einen Abschleppwagen.",
    "Ort: 86150, auf 1,3 km genau.", "Auftrag: Abschleppen.", "Der Anrufer sagte",
    "Kunde ADAC, Mitgliedsnummer nicht gefragt.", "Mitgliedsnummer nicht gefragt",
    # A line of the provider file, and the page about it.
    'check = [{ kind = "http", url = "https://firm.example/status" }]', "docs/checks.md",
    "Bayern", "Augsburg",
)  # fmt: skip
"""Names, and the texts that are in the caller's language."""

PATTERNS = (
    r"\d{4}-\d\d-\d\dT[\d:.+-]+",
    # Shortly before midnight, either time is on the next day.
    r"kommt zu Ihnen, voraussichtlich\s+bis(?:\s+[DFMS][aior])?\s+\d\d:\d\d\s+Uhr\."
    r"\s+Bitte\s+lassen\s+Sie\s+Ihr\s+Telefon\s+frei\.\s+Ist\s+bis"
    r"(?:\s+[DFMS][aior])?\s+\d\d:\d\d\s+Uhr\s+niemand"
    r"\s+da,\s+rufen\s+Sie\s+uns\s+bitte\s+wieder\s+an\.",
    # A command with its verbs, the kind of incident, and options with their values.
    r"dispatch(?: (?:cascade|case|check|kinds|places|report))?"
    r"(?: (?:fairness|import|list|offer|open|rerank))?(?: (?:breakdown|tow|accident|lockout))?"
    r"(?:[ \\\n]+(?:--[a-z-]+(?: (?!--)[^\s\\]+)?|\d\S*))*",
    r"--injured N\b|\bKIND\b",  # how the facts of a parked call are typed
    r"\bG\d+\b",  # the number of a parked call
    r"--[a-z-]+",
    r"\b[a-z_]+=\S*",  # the details of a record in the journal
)
"""Data with a form: times, commands, options."""

IDS = {"providers list": ("tow", "roadside_repair")}
"""The services that a screen shows as ids, by the name of the screen."""

WORLD = """\
[clients.adac]
name = "ADAC"
prefer = { tags = ["adac"], head_start_min = 8 }

[[provider]]
id = "lech"
name = "Abschlepp Lech"
phone = "089 99998-114"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 30 }
hours = "24/7"
tags = ["adac"]

[[provider]]
id = "wertach"
name = "Abschlepp Wertach"
phone = "089 99998-207"
services = ["tow"]
base = "86199"
area = { radius_km = 30 }
hours = "Mo-Fr 08:00-18:00"
max_weight_t = 2.8
"""

NOON, NIGHT = ("--when", "2026-11-27T12:03"), ("--when", "2026-11-27T20:03")
TOUR: dict[str, tuple[str, ...]] = {
    "cascade": (
        "cascade", "breakdown", "--at", "86150", "--client", "adac", "--vehicle", "car", *NOON,
    ),
    "explain": (
        "cascade", "accident", "--at", "86150", "--injured", "2", "--persons", "3", "--pets", "1",
        "--spot", "lane", "--explain", *NIGHT,
    ),
    "no provider": ("cascade", "lockout", "--at", "86150", *NIGHT),
    "open": ("case", "open", "tow", "--at", "86150", "--client", "adac"),
    "offer": ("case", "offer", "1"),
    "decline": ("case", "decline", "1.1", "--reason", "no_unit"),
    "out of order": (
        "case", "offer", "1", "--provider", "lech", "--because", "called back", "--decision",
    ),
    "accept": ("case", "accept", "1.2", "--eta", "35"),
    "show": ("case", "show", "1", "--log", "--personal"),
    "open without provider": ("case", "open", "lockout", "--at", "86150"),
    "exhausted": ("case", "offer", "2"),
    "call back": ("case", "callback", "2", "0"),
    "open a draft": ("case", "open", "--draft", "--at", "86150"),
    "park": ("case", "park", "G1", "--on-line"),
    "resume without facts": ("case", "resume", "G1", "--trailer"),
    "open another draft": ("case", "open", "--draft", "--call-back", "089 99998-555"),
    "discard": ("case", "discard", "G2", "--because", "called back"),
    "resume an ended draft": ("case", "resume", "G2"),
    "list": ("case", "list"),
    "audit": ("case", "audit"),
    "audit by cron": ("case", "audit", "--quiet"),
    "amend": ("case", "amend", "1", "--injured", "1"),
    "hand over": ("case", "hand-over", "--to", "adac"),
    "find": ("case", "find", "86150"),
    "taken": ("case", "take", "1", "--reason", "shift"),
    "undo": ("case", "undo", "1"),
    "undo refused": ("case", "undo", "1", "--last", "9"),
    "take back": ("case", "take", "1", "--reason", "shift"),
    "number": ("case", "show", "1", "--call-back"),
    "merge": ("case", "merge", "1", "2", "--yes"),
    "fairness": ("report", "fairness", "--since", "2026-01-01"),
    "reliability": ("report", "forecast"),
    "providers list": ("providers", "list"),
    "providers show": ("providers", "show", "lech"),
    "providers validate": ("providers", "validate"),
    "providers report": ("providers", "report", "lech", "--state", "busy", "--until", "23:59"),
    "check": ("check", "--all"),
    "coverage": ("check", "--coverage", "2d"),
    "batch": ("batch", "in.csv", "--summary"),
    "kinds": ("kinds",),
    "doctor": ("doctor",),
    "unknown case": ("case", "show", "99"),
    "unknown place": ("cascade", "tow", "--at", "nowhere"),
    "unknown kind": ("cascade", "nokind", "--at", "86150"),
}  # fmt: skip
"""Commands in the order in which they are run, by the names of their screens."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two providers and one file of incidents; all of it is new."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("DISPATCH_PROVIDERS", "DISPATCH_DB", "DISPATCH_SAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("HOME", str(tmp_path)), ("DISPATCH_OPERATOR", "maria"), ("LINES", "60"),
                        ("NO_COLOR", "1"), ("TERM", "dumb")):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "providers.toml").write_text(WORLD, encoding="utf-8")
    (tmp_path / "in.csv").write_text("id,kind,at\n1,tow,86150\n2,tow,86199\n", encoding="utf-8")
    return tmp_path


def shown(argv: tuple[str, ...]) -> str:
    """Run a command on a terminal in the language of marks; return its output with errors."""
    out, err = Terminal(), io.StringIO()
    with spoken(PseudoLanguage()), redirect_stdout(out), redirect_stderr(err):
        run(list(argv))
    return out.getvalue() + err.getvalue()


def left_over(text: str, ids: tuple[str, ...] = ()) -> list[str]:
    """Return the words of a command's screen that are neither worded nor data."""
    return unworded(text, (*DATA, *ids), PATTERNS)


@pytest.mark.parametrize(("width", "height"), [("80", "24"), ("80", "60"), ("140", "60")])
def test_each_word_of_a_command_is_from_the_catalogue(home, monkeypatch, width, height):
    """From the cascade to the report, only data stand outside the marks."""
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("LINES", height)
    found = {}
    for name, argv in TOUR.items():
        text = shown(argv)
        assert text, name
        if name not in OF_IDS:
            found[name] = left_over(text, IDS.get(name, ()))
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("name", SAMPLES)
def test_each_word_of_a_result_is_from_the_catalogue(name, width):
    """Every part that a screen can have is worded, also those that few results have."""
    with spoken(PseudoLanguage()):
        lines = [line_text(line) for line in SAMPLES[name](Screen(width, 24))]
    text = "\n".join(line.rstrip() for line in lines)
    assert text.count(OPEN) > 20
    assert unworded(text, NAMES, PATTERNS) == []


@pytest.mark.parametrize("report", [check_report(), offline_report()])
def test_each_word_of_the_status_page_is_from_the_catalogue(report):
    """Texts, labels for screen readers, and the label in the style sheet are worded."""
    with spoken(PseudoLanguage()):
        page = status_page(report, coverage=coverage())
    assert 'content:"\\ab since\\bb  "' in page
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    labels = re.findall(r'aria-label="([^"]*)"', body)
    text = "\n".join([*labels, re.sub(r"<[^>]*>", "\n", body)])
    assert unworded(unescape(text), (*NAMES, "dispatch")) == []


def test_an_unworded_sentence_is_found():
    """The check itself finds a sentence, a label and a nested word that are not looked up."""
    with spoken(PseudoLanguage()):
        stray = worked_example(whys=("not looked up",) * 4)
        text = screen_text(stray, 140)
    assert set(unworded(text, NAMES, PATTERNS)) >= {"not", "looked", "up"}
    assert unworded(f"{OPEN}case {CLOSED}17  is open") == ["is", "open"]
    assert unworded(f"{OPEN}a {OPEN}b{CLOSED} c{CLOSED} d") == ["d"]
    assert unworded("Abschl…  17", ["Abschlepp Huber"]) == []
    assert unworded("Huberts", ["Huber"]) == ["Huberts"]
    with pytest.raises(ValueError, match="never opened"):
        unworded(f"a{CLOSED}")
    with pytest.raises(ValueError, match="open at the end"):
        unworded(f"{OPEN}a")


def test_programs_read_english(home, capsys):
    """Rows, JSON, monitors and Prometheus have no word of another language."""
    with spoken(PseudoLanguage()):
        run(["case", "open", "tow", "--at", "86150", "--client", "adac", "--quiet"])
        run(["case", "list"])
        run(["cascade", "accident", "--at", "86150", "--injured", "2", "--explain", "--quiet"])
        run(["cascade", "accident", "--at", "86150", "--injured", "2", "--json"])
        run(["case", "show", "99", "--json"])
        found = [*capsys.readouterr()[:1], monitor_line(offline_report())[0]]
        found += [monitor_line(check_report())[0], exposition(check_report())]
    for text in found:
        assert len(text) > 60
        assert OPEN not in text


@pytest.mark.parametrize(("width", "whole"), [(60, 1), (80, 2), (140, 2)])
def test_a_long_heading_widens_its_column(width, whole):
    """A translated heading is whole, or its column waits for room; no line is too wide."""
    words = {"Call": "Telefonnummer der Firma", "There": "voraussichtliche Ankunft vor Ort"}
    with spoken(Catalogue(words)):
        lines = screen_text(worked_example(), width).splitlines()
    (head,) = [line for line in lines if "Telefonnummer der Firma" in line]
    assert sum(each in head for each in words.values()) == whole
    assert max(map(cells, lines)) <= width
    assert all(any(row.phone in line for line in lines) for row in ROWS)


def test_a_closed_word_is_no_template():
    """A word that was read from a file is shown with its braces; no word is the empty text."""
    with spoken(Catalogue({"{x}": "found", "": "header of the catalogue"})):
        assert (word("{x}"), word(""), word("{y}")) == ("found", "", "{y}")
        assert language() == "en"


def test_the_status_page_names_its_language():
    """A screen reader gets the language of the catalogue."""
    german = Catalogue({})
    german._info = {"language": "de"}
    with spoken(german):
        assert '<html lang="de">' in status_page(check_report())


def test_templates_are_literals():
    """A tool finds each template where it is used, since none is put together by the program.

    Closed sets have their own lists: the days, the months, and the words of the model.
    """
    found = set()
    for path in Path(render.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                count = {"say": 1, "Message": 1, "Plural": 2}.get(name, 0)
                if any(not isinstance(each, ast.Constant) for each in node.args[:count]):
                    found.add((path.name, ast.unparse(node.args[0])))
    assert found == {
        ("figures.py", "WEEKDAYS[day.weekday()]"),
        ("figures.py", "MONTHS[day.month - 1]"),
        ("layout.py", "template"),
        ("wording.py", "template"),
    }
