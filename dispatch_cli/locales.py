"""The languages of the screens: each is a folder of ``locale`` with a compiled catalogue."""

import os

LOCALE = os.path.join(os.path.dirname(__file__), "locale")
DOMAIN = "dispatch"


def available() -> list[str]:
    """List the languages: English, and those with a catalogue."""
    folders = os.listdir(LOCALE) if os.path.isdir(LOCALE) else []
    return ["en", *sorted(each for each in folders if os.path.exists(catalogue_of(each)))]


def catalogue_of(language: str) -> str:
    """Return the path of the compiled catalogue of a language, which need not exist."""
    return os.path.join(LOCALE, language, "LC_MESSAGES", f"{DOMAIN}.mo")
