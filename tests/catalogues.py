"""Catalogues for tests: sentences in another language, given as a dictionary."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import NullTranslations

from dispatch_cli.render.wording import speak


class Catalogue(NullTranslations):
    """A catalogue of a few sentences; all others stay English."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__()
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        """Return the sentence of the dictionary, else the English one."""
        return self.sentences.get(message, message)


@contextmanager
def spoken(catalogue: NullTranslations) -> Iterator[None]:
    """Word all screens by a catalogue, and in English again afterwards."""
    speak(catalogue)
    try:
        yield
    finally:
        speak(NullTranslations())
