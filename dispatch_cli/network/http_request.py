"""Write the bytes of an HTTP request."""

from collections.abc import Mapping

from msgspec import Struct

from .. import __version__
from .address import Address


class HttpRequest(Struct, frozen=True, kw_only=True):
    """A request: its address, its own headers, and a body, which makes it a POST."""

    address: Address
    headers: Mapping[str, str] = {}
    body: bytes | None = None

    @property
    def content(self) -> bytes:
        """The bytes to send; the connection ends with the answer."""
        body, address = self.body, self.address
        lines = [
            f"{'GET' if body is None else 'POST'} {address.target} HTTP/1.1",
            f"Host: {address.authority}",
            f"User-Agent: dispatch/{__version__}",
            "Accept-Encoding: identity",
            "Connection: close",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join((*lines, "", "")).encode("ascii") + (body or b"")
