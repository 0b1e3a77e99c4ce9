"""Find the languages of screens: English, and each folder of ``locale`` with a catalogue."""

import os

LOCALE = os.path.join(os.path.dirname(__file__), "locale")
DOMAIN = "dispatch"


def catalogue_of(language: str) -> str:
    """Return the path of a language's compiled catalogue, which may be missing."""
    return os.path.join(LOCALE, language, "LC_MESSAGES", f"{DOMAIN}.mo")


def available() -> list[str]:
    """List the languages: English, and those with a catalogue."""
    folders = os.listdir(LOCALE) if os.path.isdir(LOCALE) else []
    return ["en", *sorted(each for each in folders if os.path.exists(catalogue_of(each)))]
