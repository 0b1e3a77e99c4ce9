"""Put texts of files and callers into HTML and SVG: cleaned, escaped, never as markup."""

from html import escape

from ..messages import Message
from .clean import clean
from .wording import word, worded


class Html(str):
    """A value of a sentence that is HTML already."""

    __slots__ = ()


def text_html(raw: object, limit: int = 500) -> str:
    """Clean and escape a text for a page or a drawing; a sentence is worded first."""
    return escape(clean(str(worded(raw)), limit))


def sentence_html(sentence: Message) -> str:
    """Word a sentence of a page; only values that are HTML already are not escaped."""
    filled = {
        name: value if isinstance(value, Html) else text_html(value)
        for name, value in sentence.values.items()
    }
    return escape(word(sentence.id)).format_map(filled)


def phone_html(shown: str) -> str:
    """Make a link for a number that a phone can dial; else the text."""
    digits = "".join(sign for sign in shown if sign in "+0123456789")
    is_number = len(digits) >= 3 and not set(shown) - set("+0123456789 -/()")
    return f'<a href="tel:{digits}">{text_html(shown)}</a>' if is_number else text_html(shown)
