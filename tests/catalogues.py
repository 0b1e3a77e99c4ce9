"""Catalogues for tests: sentences in another language, given as a dictionary."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import NullTranslations

from dispatch_cli.cli import screen_language
from dispatch_cli.render.wording import speak

HEADER = "Project-Id-Version: dispatch\nContent-Type: text/plain; charset=utf-8\n"
"""What a compiled catalogue returns for an empty id, as GNUTranslations does."""


class Catalogue(NullTranslations):
    """A catalogue of a few sentences; all others stay English."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__()
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        """Return the sentence of the dictionary, else the English one; the header for ""."""
        return HEADER if not message else self.sentences.get(message, message)


class Marked(NullTranslations):
    """A language in which every sentence stands in angle quotes."""

    def gettext(self, message: str) -> str:
        """Put a template in angle quotes; the header for ""."""
        return f"«{message}»" if message else HEADER


@contextmanager
def spoken(catalogue: NullTranslations) -> Iterator[None]:
    """Word all screens by a catalogue, and in English again afterwards."""
    screen_language.forget()  # otherwise the next run would set the screens to English
    speak(catalogue)
    try:
        yield
    finally:
        speak(NullTranslations())
