"""German on the screens of all commands, and English in everything that programs read."""

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import pytest

from dispatch_cli import translations
from dispatch_cli.cli import open_files, run, screen_language
from dispatch_cli.render.layout import Screen, cells, line_text
from dispatch_cli.render.monitor import monitor_line
from dispatch_cli.render.prometheus import exposition
from dispatch_cli.render.wording import speak
from tests.catalogues import spoken
from tests.test_catalogues import translations_of
from tools.build_catalogue import LOCALE

from .screens import Terminal
from .test_catalogue import TOUR, home  # noqa: F401  # a fixture
from .worded_samples import NAMES, SAMPLES, check_report

MORNING = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
NAMES_CUT = (*NAMES, "Abschlepp Lech", "Abschlepp Wertach", "letzte Möglichkeit: duty desk")
"""What stands in a column of names."""

OF_SAMPLES = re.compile(
    r"(\{part_\d+\}\W*)+|\d*|Dial\.|Get behind the barrier\.|area ends \{km\} km short|duty desk"
    r"|limit \{t\} t: ask weight|near \{at\}|no route|the clock has jumped|feed|network"
    r"|offer|recorded|--?[a-z-]+( [A-Z]+)?|[A-Z]+"
)
"""What the samples invent, joined sentences without words, and names of options."""


SENTENCES = ("providers validate",)
"""Commands that write sentences for people where they do not write JSON."""


class Pipe(io.TextIOWrapper):
    """A stream that is no terminal, and whose content can be read."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def getvalue(self) -> str:
        """Return what was written."""
        self.flush()
        return self.buffer.getvalue().decode("utf-8")


class Recorder(NullTranslations):
    """A catalogue that keeps the ids that are looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()

    def gettext(self, message: str) -> str:
        """Keep the id, and return it."""
        self.ids.add(message)
        return message


@pytest.fixture(autouse=True)
def language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin and end with English, without a language from the machine of the test."""
    for name in ("DISPATCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    screen_language._chosen.clear()
    screen_language._is_set.clear()
    speak(NullTranslations())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of all commands."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return MORNING

    monkeypatch.setattr(open_files, "datetime", Stopped)


def german() -> GNUTranslations:
    """Open the German catalogue."""
    with (LOCALE / "de/LC_MESSAGES/dispatch.mo").open("rb") as file:
        return GNUTranslations(file)


def shown(argv: tuple[str, ...], out: Pipe | Terminal) -> tuple[int, str, str]:
    """Run a command; return its exit code, its output and its errors."""
    err = io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(argv))
    return int(code), out.getvalue(), err.getvalue()


def without_chance(text: str) -> str:
    """Replace what differs between two runs: random ids, hashes, measured times."""
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", text)
    text = re.sub(r'("seconds"|"time"|"took_s"): ?[\d.e-]+', r"\1:0", text)
    return re.sub(r"/[\w/.-]*/(?=providers|cases|in\.csv|data|config|cache|state)", "/", text)


@pytest.mark.parametrize("mode", [(), ("--json",)])
def test_what_programs_read_is_the_same_in_german(home, clock, monkeypatch, mode):  # noqa: F811
    """Exit codes, JSON and tab-separated rows of all commands have no word of German."""
    found = {}
    for code in ("en", "de"):
        folder = home / code
        folder.mkdir()
        for name in ("providers.toml", "in.csv"):
            (folder / name).write_bytes((home / name).read_bytes())
        for name in ("DATA", "CONFIG", "CACHE", "STATE"):
            monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DISPATCH_LANG", code)
        found[code] = {name: shown((*argv, *mode), Pipe()) for name, argv in TOUR.items()}
    assert sum(len(out) for _, out, _ in found["en"].values()) > 10_000
    for name in TOUR:
        (english, rows, _), (code, german_rows, _) = found["en"][name], found["de"][name]
        assert code == english, name
        if mode or name not in SENTENCES:
            assert without_chance(german_rows) == without_chance(rows), name
    # The control: the errors for people differ.
    assert found["de"]["unknown case"][2] != found["en"]["unknown case"][2] or mode


def test_monitors_read_english():
    """The line of a monitor and the metrics of Prometheus are the same with a German catalogue."""
    english = monitor_line(check_report()), exposition(check_report())
    with spoken(german()):
        assert (monitor_line(check_report()), exposition(check_report())) == english


def looked_up(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the ids that the screens of all commands and results look up."""
    recorder = Recorder()
    with spoken(recorder):
        for width in ("80", "140"):
            monkeypatch.setenv("COLUMNS", width)
            for argv in TOUR.values():
                shown(argv, Terminal())
        for draw in SAMPLES.values():
            for wide in (60, 80, 140):
                draw(Screen(wide, 24))
    return recorder.ids


def test_every_sentence_of_a_screen_is_in_the_catalogue(home, monkeypatch):  # noqa: F811
    """No screen looks up a sentence that the tool does not extract.

    The German catalogue has exactly those sentences, as test_catalogues shows; to read it takes a
    twentieth of the time of extracting them once more.
    """
    known = set(translations_of(LOCALE / "de/LC_MESSAGES/dispatch.po"))
    ids = looked_up(monkeypatch)
    # A word that has no translation of its own in a context has the general one.
    words = {each for each in ids if "\x04" in each}
    strange = {each for each in ids - known - words if not OF_SAMPLES.fullmatch(each)}
    assert len(ids & known) > 400
    assert strange == set()
    # The control: without one sentence in the catalogue, the screens show that it is missing.
    assert ids - (known - {"{client} contract: +0.0 min"}) > ids - known


def cut_words(text: str) -> list[str]:
    """List the words before "…" that are not the beginning of a name."""
    found = re.findall(r"([^\s…]+(?: [^\s…]+)*)…", text)
    return [
        each
        for each in found
        if not any(name.startswith(each.split("  ")[-1].strip()) for name in NAMES_CUT)
    ]


def drawn(width: int, monkeypatch: pytest.MonkeyPatch, language: str) -> dict[str, str]:
    """Draw the screens of all commands and results in a language."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("DISPATCH_LANG", language)
    screens = {name: shown(argv, Terminal())[1] for name, argv in TOUR.items()}
    for name, draw in SAMPLES.items():
        with spoken(german() if language == "de" else NullTranslations()):
            lines = [line_text(line).rstrip() for line in draw(Screen(width, 24))]
        if name == "report":
            lines.pop()  # the totals of a batch, on one line of stderr
        screens[f"sample {name}"] = "\n".join(lines)
    return screens


@pytest.mark.parametrize("width", [80, 140])
def test_german_fits_the_screen(home, clock, monkeypatch, width):  # noqa: F811
    """No line is longer than the screen, and names apart no more is cut than in English."""
    english = drawn(width, monkeypatch, "en")
    for each in ("data", "state"):
        shutil.rmtree(home / each, ignore_errors=True)
    screens = drawn(width, monkeypatch, "de")
    long = {
        name: line
        for name, text in screens.items()
        for line in text.splitlines()
        if cells(line) > width
    }
    assert long == {}
    assert "Rang (min)" in screens["cascade"]
    assert "Vertrag adac kostet nichts" in screens["cascade"]
    cut = {name: cut_words(text) for name, text in screens.items()}
    more = {name: each for name, each in cut.items() if len(each) > len(cut_words(english[name]))}
    assert more == {}
    assert cut_words("1  Abschlepp Le…  12:03  am schnell…") == ["am schnell"]


def test_numbers_and_dates_are_german(home, clock, monkeypatch):  # noqa: F811
    """A screen has decimal commas and days before months; data of positions keep the point."""
    monkeypatch.setenv("DISPATCH_LANG", "de")
    _, text, _ = shown(TOUR["cascade"], Terminal())
    assert "± 1,3 km" in text
    assert "1,8 t geschätzt" in text
    later = ("cascade", "tow", "--at", "48.3673, 10.8921", "--when", "2026-12-24T22:30")
    _, text, _ = shown(later, Terminal())
    assert "Do 24.12. 22:30" in text
    assert "48.36730, 10.89210" in text


def test_a_word_has_the_translation_of_its_place():
    """A closed case is "abgeschlossen", a closed firm "geschlossen"; so are kinds and services."""
    from dispatch_cli.render.wording import word

    with spoken(german()):
        assert (word("closed"), word("closed", of="case")) == ("geschlossen", "abgeschlossen")
        assert (word("fire"), word("fire", of="kind")) == ("Feuerwehr", "Fahrzeugbrand")
        assert (word("other"), word("other", of="kind")) == ("anderes", "Sonstiges")
        assert word("tow", of="kind") == word("tow") == "Abschleppen"
    assert word("closed", of="case") == "closed"


def test_catalogues_lie_in_the_package():
    """The German catalogue is beside the code, so that a wheel of the package has it."""
    assert Path(translations.LOCALE) == LOCALE
    assert translations.available() == ["en", "de"]
