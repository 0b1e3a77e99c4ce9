"""A name that resolves where it should, and a page that has its text."""

import gzip
import socket

import pytest

from .looking import local, reading
from .park import Park, http, redirects, says


class Names:
    """A resolver with one name."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """List two addresses of a known name."""
        if host == "huber.example":
            return ("192.0.2.7", "2001:db8::7")
        raise socket.gaierror(socket.EAI_NONAME, "unknown")


@pytest.mark.parametrize(
    ("host", "addresses", "state", "why"),
    [
        ("huber.example", (), "up", "resolves to 192.0.2.7, 2001:db8::7"),
        ("huber.example", ("2001:db8::7",), "up", "resolves to 192.0.2.7, 2001:db8::7"),
        (
            "huber.example", ("192.0.2.8",), "degraded",
            "resolves to 192.0.2.7, 2001:db8::7: not as expected",
        ),
        ("gone.example", ("192.0.2.7",), "down", "name not resolved"),
    ],
)  # fmt: skip
def test_a_name_is_looked_up(host: str, addresses, state: str, why: str) -> None:
    """Any address is up, another than the file's is degraded, none is down."""
    found = reading(local("dns", host=host, addresses=addresses), resolver=Names())
    assert (found.state, str(found.why)) == (state, why)
    assert [name for name, _ in found.phases] == ["resolve"]


def test_a_missing_name_may_be_the_observers_fault() -> None:
    """The failure is attributed like that of any other check, and no address is connected to."""
    found = reading(local("dns", host="gone.example", allow_private=False), resolver=Names())
    assert (found.fault, found.host) == ("resolver", "gone.example")


PAGE = "<p>24 h Pannenhilfe Größe Süd</p>".encode()
PROMISED = b"HTTP/1.1 200 OK\r\n"
UNEXPECTED = 'unexpected Content-Encoding "br"'
IN_PART = "the text is not in the part of the page that was read: "
BROKE_OFF = "the answer broke off"
UNREADABLE = "no answer that can be read: "


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (http(PAGE), "up", "the text is on the page"),
        (http("<p>Größe Süd</p>".encode("latin-1")), "up", "the text is on the page"),
        (http(b"<p>closed</p>"), "degraded", "the text is not on the page"),
        (http(b""), "degraded", "the text is not on the page"),
        (http(b"", "200 OK", "Content-Encoding: gzip"), "degraded", "the text is not on the page"),
        (http(PAGE, "500 Broken"), "down", "HTTP 500"),
        (http(PAGE, "404 Gone"), "degraded", "HTTP 404"),
        (
            http(gzip.compress(PAGE), "200 OK", "Content-Encoding: gzip"), "up",
            "the text is on the page",
        ),
        (
            http(b"x", "200 OK", "Content-Encoding: gzip"), "degraded",
            f"{UNREADABLE}the compressed body is incomplete",
        ),
        (
            http(b"no gzip", "200 OK", "Content-Encoding: gzip"), "degraded",
            f"{UNREADABLE}cannot be decompressed",
        ),
        (http(b"x", "200 OK", "Content-Encoding: br"), "degraded", UNEXPECTED),
        (http(PAGE + b"x" * 300_000), "up", "the text is on the page"),
        (http(b"x" * 300_000 + PAGE), "degraded", f"{IN_PART}more than 256 KiB"),
        (PROMISED + b"Content-Length: 999\r\n\r\n" + PAGE, "up", "the text is on the page"),
        (PROMISED + b"Content-Length: 999\r\n\r\n<p>", "degraded", f"{IN_PART}{BROKE_OFF}"),
        (PROMISED + b"Content-Length: 999\r\n\r\n", "degraded", BROKE_OFF),
        (
            http(gzip.compress(b"<p>closed" * 999)[:-4], "200 OK", "Content-Encoding: gzip"),
            "degraded", f"{IN_PART}the compressed body is incomplete",
        ),
    ],
    ids=[
        "utf-8", "latin-1", "other", "empty", "an empty gzip", "500", "404", "gzip", "broken",
        "no gzip", "brotli", "long", "behind", "cut behind it", "cut", "cut at once", "a gzip cut",
    ],
)  # fmt: skip
def test_a_page_has_its_text(park: Park, answer: bytes, state: str, why: str) -> None:
    """A page without the text differs from one that is not read, or only in part."""
    url = f"http://127.0.0.1:{park.serve(says(answer))}/"
    found = reading(local("content", url=url, contains="Größe Süd"))
    assert (found.state, str(found.why)) == (state, why)


@pytest.mark.parametrize(
    ("charset", "encoded", "state", "why"),
    [
        ("windows-1252", "cp1252", "up", "the text is on the page"),
        ("iso-8859-1", "cp1252", "up", "the text is on the page"),  # as browsers read it
        ("ISO-8859-15", "iso8859-15", "up", "the text is on the page"),
        ('"utf-16"', "utf-16", "up", "the text is on the page"),
        ("utf-16be", "utf-16-be", "up", "the text is on the page"),
        ("", "utf-16", "up", "the text is on the page"),
        ("x-klingon", "cp037", "degraded", f'{UNREADABLE}unknown encoding "x-klingon"'),
        ("idna", "cp037", "degraded", f'{UNREADABLE}unknown encoding "idna"'),
        ("zip", "cp037", "degraded", f'{UNREADABLE}unknown encoding "zip"'),
        ("x-klingon", "utf-8", "up", "the text is on the page"),
    ],
)
def test_a_page_in_another_encoding(
    park: Park, charset: str, encoded: str, state: str, why: str
) -> None:
    """The encoding that a page names is searched as well; an unknown one is no missing text."""
    text = "24–7 Größe" if encoded == "cp1252" else "Größe Süd"
    type_ = f"Content-Type: text/html; charset={charset}" if charset else "Content-Type: text/html"
    answer = http(f"<p>{text}</p>".encode(encoded), "200 OK", type_)
    url = f"http://127.0.0.1:{park.serve(says(answer))}/"
    found = reading(local("content", url=url, contains=text))
    assert (found.state, str(found.why)) == (state, why)


def test_a_redirect_is_followed_to_the_page(park: Park) -> None:
    """A page behind a redirect of the same port is refused or searched like that of ``http``."""
    end = park.serve(says(http(PAGE)))
    port = park.serve(redirects(f"http://127.0.0.1:{end}/"))
    found = reading(local("content", url=f"http://127.0.0.1:{port}/", contains="Größe"))
    assert (found.state, "redirects, refused" in str(found.why)) == ("degraded", True)
