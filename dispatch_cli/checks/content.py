"""Check that a page has a text."""

from ..messages import Message
from ..model.check import Probe
from ..network.answer_reader import AnswerError
from ..network.asyncio_answer import ReceivedAnswer
from .finding import Finding, degraded, up
from .http import look_at_answer
from .round_tools import RoundTools


async def look_content(probe: Probe, tools: RoundTools) -> Finding:
    """Request a page like ``look_http``, and search the text of ``contains`` in its body.

    The search ends at the limits of an answer's bytes and processor time. A page without the text
    is "degraded": the server answers, but not with what is expected.
    """

    async def judge(answer: ReceivedAnswer) -> Finding:
        try:
            body = await answer.body
        except AnswerError:  # too long, or cannot be decompressed: search what there is
            body = answer.received_body
        is_found = any(_encoded(probe.contains, name) in body for name in ("utf-8", "latin-1"))
        if is_found:
            return up(Message("the text is on the page"))
        return degraded(Message("the text is not on the page"))

    return await look_at_answer(probe, tools, judge)


def _encoded(text: str, encoding: str) -> bytes:
    """Encode a text; a character that the encoding lacks is one that no page has."""
    return text.encode(encoding, "backslashreplace")
