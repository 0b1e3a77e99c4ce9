"""Write SIP OPTIONS requests (RFC 3261), and interpret their answers.

By section 11.2 the answer is the one that a call would get at this moment.
"""

import re

from msgspec import Struct

from ..messages import Message
from .finding import Finding, busy, degraded, up

PORT = 5060
_MOST_BYTES = 65_535
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?", re.IGNORECASE)
_BRANCH = re.compile(r";\s*branch\s*=\s*\"?([^\s;,\"]+)", re.IGNORECASE)
_FULL_NAMES = {"v": "via", "i": "call-id"}  # The compact forms of section 7.3.3.
_BUSY = (486, 600)
_REFUSES = (480, 483, 503, 603)


class SipQuestion(Struct, frozen=True):
    """The random values that identify one OPTIONS request, new for each check."""

    branch: str
    call_id: str
    tag: str


class SipAnswer(Struct, frozen=True):
    """An answer to an OPTIONS request; a code below 200 is provisional."""

    code: int
    reason: str = ""
    retry_after_s: int | None = None


def request(question: SipQuestion, uri: str, here: str) -> bytes:
    """Write the request; ``here`` is the HOST:PORT that receives the answer."""
    lines = (
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {here};branch={question.branch};rport",
        "Max-Forwards: 70",
        f"From: <sip:dispatch@{here}>;tag={question.tag}",
        f"To: <{uri}>",
        f"Call-ID: {question.call_id}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:dispatch@{here}>",
        "Accept: application/sdp",
        "User-Agent: dispatch",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def parse_answer(packet: bytes, question: SipQuestion) -> SipAnswer | None:
    """Read a packet; None if it does not answer this request."""
    head = packet[:_MOST_BYTES].decode("utf-8", "replace").partition("\r\n\r\n")[0]
    first, *rest = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")  # Folded lines, section 7.3.1.
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        return None
    fields: dict[str, str] = {}
    for line in rest:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        fields.setdefault(_FULL_NAMES.get(name, name), value.strip())
    branch = _BRANCH.search(fields.get("via", "").partition(",")[0])
    if branch is None or branch[1] != question.branch:
        return None
    if fields.get("call-id") != question.call_id:
        return None
    if fields.get("cseq", "").upper().split() != ["1", "OPTIONS"]:
        return None
    wait = re.match(r"\d{1,9}(?!\d)", fields.get("retry-after", ""), re.ASCII)
    return SipAnswer(int(status[1]), (status[2] or "").strip(), int(wait[0]) if wait else None)


def judged_answer(answer: SipAnswer) -> Finding:
    """Make the finding of a final answer: whether a call would be taken now.

    A server that asks for a password, or does not know the method or the name, can be reached.
    """
    code = answer.code
    says: Message = Message("SIP {code}", code=code)
    if code == 503:
        says = Message("SIP {code}, maintenance", code=code)
    if answer.retry_after_s is not None:
        says = Message("{answer}, for {retry_s} s", answer=says, retry_s=answer.retry_after_s)
    if code in _BUSY:
        return busy(says)
    if code < 300:
        return up(says)
    if code in _REFUSES or code >= 500:
        return degraded(says)
    return up(Message("{answer}, alive", answer=says))
