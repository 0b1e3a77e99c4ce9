"""The language of screens and help: option, variable, provider file, locale, in this order."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from gettext import NullTranslations
from pathlib import Path

import pytest

from dispatch_cli.cli import run, screen_language
from dispatch_cli.render.wording import speak

FILE = """\
[desk]
language = "{language}"

[[provider]]
id = "lech"
name = "Abschlepp Lech"
phone = "089 99998-114"
services = ["tow"]
base = "86150"
area = {{ radius_km = 30 }}
hours = "24/7"
"""

GERMAN, ENGLISH = "1 Firma", "1 provider"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new home without a language; afterwards, screens are English again."""
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("DISPATCH_PROVIDERS", "DISPATCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    screen_language._chosen.clear()
    screen_language._is_set.clear()
    speak(NullTranslations())


def shown(*argv: str) -> tuple[int, str]:
    """Run a command; return its exit code, and its output with its errors."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = run(list(argv))
    return int(code), out.getvalue()


def validated(*argv: str) -> str:
    """Return what "providers validate" says."""
    return shown("providers", "validate", *argv)[1]


def write(home: Path, language: str) -> None:
    """Write a provider file with a language; "" writes none."""
    text = FILE.format(language=language)
    if not language:
        text = text[text.index("[[") :]
    (home / "providers.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "argv",
    [
        ("--lang", "de", "providers", "validate"),
        ("providers", "--lang", "de", "validate"),
        ("providers", "validate", "--lang", "de"),
        ("providers", "validate", "--lang=de"),
    ],
)
def test_the_option_may_stand_anywhere(home, argv):
    """The language is found before the command is, in both spellings of an option."""
    write(home, "")
    code, text = shown(*argv)
    assert code == 0
    assert GERMAN in text


def test_behind_two_dashes_the_option_is_a_text(home):
    """An argument after ``--`` is no option, so that a place may have this name."""
    kept = screen_language._without_option(["case", "find", "--", "--lang", "de"])
    assert kept == (["case", "find", "--", "--lang", "de"], "")
    assert screen_language._without_option(["--lang"]) == (["--lang"], "")


def test_an_unknown_language_is_refused(home):
    """An unknown value of --lang ends with exit code 2 and the known languages."""
    write(home, "")
    code, text = shown("kinds", "--lang", "xx")
    assert code == 2
    assert "--lang 'xx' is unknown; allowed: en, de" in text
    assert shown("kinds", "--lang")[0] == 2


def test_option_variable_file_and_locale_in_this_order(home, monkeypatch):
    """Each source is followed unless one before it names a language."""
    write(home, "")
    assert ENGLISH in validated()
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert GERMAN in validated()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert ENGLISH in validated()
    monkeypatch.setenv("LC_ALL", "de_AT")
    assert GERMAN in validated()
    write(home, "en")
    assert ENGLISH in validated()
    monkeypatch.setenv("DISPATCH_LANG", "de")
    assert GERMAN in validated()
    assert ENGLISH in validated("--lang", "en")
    monkeypatch.setenv("DISPATCH_LANG", "en")
    write(home, "de")
    assert ENGLISH in validated()
    monkeypatch.delenv("DISPATCH_LANG")
    assert GERMAN in validated()
    write(home, "")
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG")
    assert ENGLISH in validated()


@pytest.mark.parametrize("language", ["xx", "../de", "german"])
def test_an_unknown_language_of_the_variable_is_ignored_with_a_warning(home, monkeypatch, language):
    """A run by cron must not fail for its language; with --quiet it prints nothing about it."""
    monkeypatch.setenv("DISPATCH_LANG", language)
    write(home, "")
    code, text = shown("providers", "validate")
    warning = f'warning: DISPATCH_LANG "{language}" is unknown and ignored; allowed: en, de'
    assert (code, text.count("DISPATCH_LANG")) == (0, 1)
    assert warning in text
    assert "DISPATCH_LANG" not in validated("--quiet")
    assert "DISPATCH_LANG" not in validated("--lang", "en")
    write(home, "de")
    assert GERMAN in validated()


@pytest.mark.parametrize("language", ["../de", "xx", "/etc"])
def test_the_provider_file_names_only_known_languages(home, language):
    """A provider file may be of another origin: it cannot name a folder to read from."""
    write(home, language)
    code, text = shown("providers", "validate")
    assert code == 4
    assert "language" in text


def test_the_help_is_german(home):
    """Headings, notes and texts of a help are in the language of the option, and only then."""
    for argv in (("case", "accept", "--help"), ("report", "fairness", "--help"), ("--help",)):
        english, german = shown(*argv)[1], shown(*argv, "--lang", "de")[1]
        assert "Usage: dispatch" in english
        assert "Show this message and exit." in english
        assert "Aufruf: dispatch" in german
        assert "Optionen:" in german
        assert "Zeigt diese Hilfe." in german
        assert not {"Usage", "Options", "required]", "default:", "env var"} & set(german.split())
        assert shown(*argv)[1] == english
    assert "[erforderlich]" in shown("case", "accept", "--help", "--lang", "de")[1]
    assert "Befehle:" in shown("--help", "--lang", "de")[1]
