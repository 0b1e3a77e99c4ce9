"""Which languages the screens can have: those with a catalogue, wherever they are named."""

import shutil

import pytest

from dispatch_cli import translations
from dispatch_cli.render.wording import speak


@pytest.fixture
def french(tmp_path, monkeypatch):
    """A third language, whose catalogue has the German sentences."""
    folder = tmp_path / "locale"
    shutil.copytree(translations.LOCALE, folder)
    shutil.copytree(folder / "de", folder / "fr")
    monkeypatch.setattr(translations, "LOCALE", str(folder))


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    """No language of the machine before a test, and an English screen after it."""
    from gettext import NullTranslations

    for name in ("DISPATCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    speak(NullTranslations())


def is_german(ran) -> bool:
    """Return whether the error about a missing case is German."""
    assert ("there is no case 9" in ran.err) != ("keinen Fall 9" in ran.err), ran.err
    return "keinen Fall 9" in ran.err


def test_a_language_is_allowed_if_it_has_a_catalogue(dispatch, firms, french, monkeypatch):
    """A folder with a catalogue is enough for option and provider file; they refuse the others."""
    show = ("case", "show", "9")
    assert translations.available() == ["en", "de", "fr"]
    assert is_german(dispatch(*show, "--lang", "fr"))
    before = firms.read_text()
    firms.write_text(f'{before}[desk]\nlanguage = "fr"\n')
    assert is_german(dispatch(*show))
    firms.write_text(f'{before}[desk]\nlanguage = "it"\n')
    ran = dispatch("providers", "validate")
    assert (ran.code, '[desk]: unknown language "it": en, de, fr' in ran.err) == (4, True), ran.err
    ran = dispatch(*show, "--lang", "it")
    assert (ran.code, "--lang 'it' is unknown; allowed: en, de, fr" in ran.err) == (2, True)
