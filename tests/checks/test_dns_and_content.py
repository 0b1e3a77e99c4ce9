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


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (http(PAGE), "up", "the text is on the page"),
        (http("<p>Größe Süd</p>".encode("latin-1")), "up", "the text is on the page"),
        (http(b"<p>closed</p>"), "degraded", "the text is not on the page"),
        (http(b""), "degraded", "the text is not on the page"),
        (http(PAGE, "500 Broken"), "down", "HTTP 500"),
        (http(PAGE, "404 Gone"), "degraded", "HTTP 404"),
        (http(gzip.compress(PAGE), "200 OK", "Content-Encoding: gzip"), "up", "the text is on th"),
        (http(b"x", "200 OK", "Content-Encoding: gzip"), "degraded", "the text is not on the page"),
        (http(PAGE + b"x" * 300_000), "up", "the text is on the page"),
        (http(b"x" * 300_000 + PAGE), "degraded", "the text is not on the page"),
    ],
    ids=["utf-8", "latin-1", "other", "empty", "500", "404", "gzip", "broken", "long", "behind"],
)
def test_a_page_has_its_text(park: Park, answer: bytes, state: str, why: str) -> None:
    """The text may have either encoding; it counts within the first 256 KiB."""
    url = f"http://127.0.0.1:{park.serve(says(answer))}/"
    found = reading(local("content", url=url, contains="Größe Süd"))
    assert (found.state, str(found.why)[: len(why)]) == (state, why)


def test_a_redirect_is_followed_to_the_page(park: Park) -> None:
    """A page behind a redirect of the same port is refused or searched like that of ``http``."""
    end = park.serve(says(http(PAGE)))
    port = park.serve(redirects(f"http://127.0.0.1:{end}/"))
    found = reading(local("content", url=f"http://127.0.0.1:{port}/", contains="Größe"))
    assert (found.state, "redirects, refused" in str(found.why)) == ("degraded", True)
