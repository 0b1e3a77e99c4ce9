"""Check that a page has a text."""

import codecs
import re
from collections.abc import Iterator

from ..messages import Message, quoted
from ..model.check import Probe
from ..network.answer_reader import AnswerError
from ..network.asyncio_answer import ReceivedAnswer
from .exchange import unreadable
from .finding import Finding, degraded, short_sentence, up
from .http import look_at_answer
from .round_tools import RoundTools

_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
"""Encodings of pages that name none; cp1252 is Latin-1 with more characters."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{1,40})", re.IGNORECASE)


async def look_content(probe: Probe, tools: RoundTools) -> Finding:
    """Request a page like ``look_http``, and search the text of ``contains`` in its body.

    The search ends at the limits of an answer's bytes and processor time. A page without the text
    is "degraded": the server answers, but not with what is expected. So is a page that cannot be
    read to its end, unless the part before has the text.
    """

    async def judge(answer: ReceivedAnswer) -> Finding:
        error = None
        try:
            body = await answer.body
        except AnswerError as caught:
            error, body = caught, answer.received_body
        charset = _charset_of(answer)
        names = (*_ENCODINGS, charset)
        if any(text in body for text in _encoded(probe.contains, names)):
            return up(Message("the text is on the page"))
        if error is not None and not body:
            raise error
        if error is not None:
            text = "the text is not in the part of the page that was read: {why}"
            return degraded(short_sentence(Message(text, why=error.why)))
        if charset and not list(_encoded("", (charset,))):
            return unreadable(Message("unknown encoding {name}", name=quoted(charset)))
        return degraded(Message("the text is not on the page"))

    return await look_at_answer(probe, tools, judge)


def _charset_of(answer: ReceivedAnswer) -> str:
    """Return the encoding that the headers of an answer name, or ""."""
    found = _CHARSET.search(answer.fields.get("content-type", ""))
    name = found[1] if found else ""
    # Without a byte order, the codec would begin the text with the mark of the page's beginning.
    return f"{name}-le" if name.lower() in {"utf-16", "utf-32"} else name


def _encoded(text: str, names: tuple[str, ...]) -> Iterator[bytes]:
    """Encode a text in each encoding that exists.

    A character that the encoding lacks becomes an escape, so that only JSON could have it.
    """
    for name in filter(None, names):
        try:
            codecs.lookup(name)
            yield text.encode(name, "backslashreplace")
        except (LookupError, ValueError):  # unknown, of bytes, or without such characters
            continue
