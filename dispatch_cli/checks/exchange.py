"""Send one HTTP request of a check, and make the finding of an invalid answer.

asyncio makes the connection, httptools parses (llhttp, the parser of Node.js). A check takes half
of the processor time of aiohttp, whose pools, cookies and sessions it does not need.
"""

from ..messages import Message
from ..network.address import Address
from ..network.answer_reader import AnswerError
from ..network.asyncio_answer import ReceivedAnswer
from ..network.http_request import HttpRequest
from .finding import Finding, degraded, down, short_sentence
from .round_tools import RoundTools
from .stopwatch import watch


async def asked(
    tools: RoundTools, address: Address, headers: dict[str, str], *, may_be_private: bool
) -> ReceivedAnswer:
    """Connect through the guard and send a request; raises OSError."""
    transport, answer = await tools.connect(
        ReceivedAnswer,
        address.host,
        address.port,
        is_secure=address.scheme == "https",
        may_be_private=may_be_private,
    )
    watch.get().begin("answer")
    transport.write(HttpRequest(address=address, headers=headers).content)
    return answer


def answer_finding(error: AnswerError) -> Finding:
    """Make the finding of an invalid answer."""
    if error.is_silent:
        return down(error.why)
    return unreadable(error.why) if error.is_body else degraded(short_sentence(error.why))


def unreadable(why: Message) -> Finding:
    """Make the finding of an answer whose body cannot be read."""
    return degraded(short_sentence(Message("no answer that can be read: {why}", why=why)))
