"""SIP: the request is valid, and only its own answer counts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.checks.sip import SipAnswer, SipQuestion, judged_answer, parse_answer, request
from dispatch_cli.model.check import Probe

from .looking import local, reading
from .park import Park, echoes

_OURS = SipQuestion(branch="z9hG4bKours", call_id="call", tag="tag")
_ANSWER = (
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKours;rport=5060\r\n"
    "Call-ID: call\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def test_the_request_has_what_rfc_3261_demands() -> None:
    """Section 8.1.1: To, From with tag, CSeq, Call-ID, Max-Forwards, Via with branch."""
    text = request(_OURS, "sip:tow.example:5060", "192.0.2.1:40000").decode()
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    assert first == "OPTIONS sip:tow.example:5060 SIP/2.0"
    assert fields["Via"] == "SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKours;rport"
    assert fields["CSeq"] == "1 OPTIONS"
    assert fields["Max-Forwards"] == "70"
    assert fields["From"].endswith(";tag=tag")
    assert fields["To"] == "<sip:tow.example:5060>"
    assert fields["Call-ID"] == "call"
    assert (fields["Content-Length"], body) == ("0", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("z9hG4bKours", "z9hG4bKtheirs"), ("Call-ID: call", "Call-ID: other"),
        ("1 OPTIONS", "1 INVITE"), ("1 OPTIONS", "2 OPTIONS"), ("SIP/2.0 200", "SIP/3.0 200"),
        ("SIP/2.0 200", "SIP/2.0 2000"), ("SIP/2.0 200", "SIP/2.0 ٢٠٠"), ("Via:", "Vie:"),
        ("Via: ", "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKproxy, "),
    ],
)  # fmt: skip
def test_another_ones_answer_is_none(old: str, new: str) -> None:
    """An answer with another branch, call, method, number or version is ignored."""
    assert parse_answer(_ANSWER.encode(), _OURS) == SipAnswer(200, "OK")
    assert old in _ANSWER
    assert parse_answer(_ANSWER.replace(old, new, 1).encode(), _OURS) is None


def test_compact_and_folded_fields_are_read() -> None:
    """Sections 7.3.1 and 7.3.3: short names, folded lines, any case."""
    text = _ANSWER.replace("Via: SIP/2.0/UDP ", "V:SIP/2.0/UDP\r\n\t").replace("Call-ID", "i")
    assert parse_answer(text.encode(), _OURS) == SipAnswer(200, "OK")


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (200, "up"), (204, "up"), (302, "up"), (400, "up"), (401, "up"), (403, "up"), (404, "up"),
        (405, "up"), (407, "up"), (480, "degraded"), (483, "degraded"), (486, "busy"),
        (500, "degraded"), (503, "degraded"), (600, "busy"), (603, "degraded"), (699, "degraded"),
    ],
)  # fmt: skip
def test_codes_mean_what_a_call_would_get(code: int, state: str) -> None:
    """By section 11.2 OPTIONS is answered as an INVITE would be."""
    assert judged_answer(SipAnswer(code)).state == state


@given(
    st.binary()
    | st.text().map(lambda text: _ANSWER.replace("OK", text).encode("utf-8", "surrogatepass"))
    | st.tuples(st.integers(0, len(_ANSWER)), st.binary(max_size=8)).map(
        lambda cut: _ANSWER.encode()[: cut[0]] + cut[1] + _ANSWER.encode()[cut[0] :]
    )
)
def test_no_packet_breaks_the_parser(packet: bytes) -> None:
    """Any packet is an answer to this request or None."""
    answer = parse_answer(packet, _OURS)
    if answer is not None:
        assert 100 <= answer.code <= 699
        assert b"z9hG4bKours" in packet
        assert len(str(judged_answer(answer).why)) < 160


def test_a_lost_question_is_repeated(park: Park) -> None:
    """After T1 the same packet is sent again, and its answer counts."""
    packets: list[bytes] = []

    def deaf_at_first(packet: bytes) -> list[bytes]:
        packets.append(packet)
        return echoes("200 OK")(packet) if len(packets) > 1 else []

    found = reading(
        local("sip", host="127.0.0.1", port=park.answer_sip(deaf_at_first), timeout_s=3)
    )
    assert found.state == "up"
    assert len(set(packets)) == 1
    assert dict(found.phases)["answer"] == pytest.approx(0.5, abs=0.3)


def test_each_look_draws_its_question_anew(park: Park) -> None:
    """Branch and Call-ID of two checks differ, so that late answers are not confused."""
    packets: list[bytes] = []

    def note(packet: bytes) -> list[bytes]:
        packets.append(packet)
        return echoes("200 OK")(packet)

    port = park.answer_sip(note)
    for _ in range(2):
        assert reading(local("sip", url=f"sip:desk@127.0.0.1:{port}")).state == "up"
    drawn = [re.findall(rb"branch=\S+?;|Call-ID: \S+", packet) for packet in packets]
    assert not set(drawn[0]) & set(drawn[1])


@pytest.mark.parametrize(
    "url", ["sip:", "sips:tow.example", "sip:a b@tow.example", "sip:x\r\nVia: y@z",
            "sip:h:99999999", "tow.example", "sip:tow.example;transport=tcp?x=y"],
)  # fmt: skip
def test_what_is_no_sip_address_is_said_so(url: str) -> None:
    """An invalid address is refused before any packet is sent."""
    found = reading(Probe(kind="sip", url=url, timeout_s=1.0))
    assert (found.state, str(found.why)) == ("unknown", "not a SIP address")


class _First:
    """Two addresses, of which the first cannot be reached."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Make a link-local address without its link, then this machine."""
        return ("fe80::1", "127.0.0.1")


def test_a_second_address_is_tried_where_the_first_cannot_be(park: Park) -> None:
    """If the first address of a name has no route, the second one is used."""
    port = park.answer_sip(echoes("200 OK"))
    probe = local("sip", host="tow.example", port=port)
    assert reading(probe, resolver=_First()).state == "up"
    found = reading(Probe(kind="sip", host="tow.example", port=port), resolver=_First())
    assert (found.state, str(found.why)[:17]) == ("unknown", "refused: 127.0.0.")
