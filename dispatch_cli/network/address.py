"""Parse an HTTP address once, so that the checked address is the one connected to."""

from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct

from ..errors import SentenceError

_PORTS = {"http": 80, "https": 443}
_SAFE = "%/:=&?~+!$,;'@()*[]|^`{}"


class AddressError(SentenceError):
    """An invalid address; the text does not have the address, which may contain a password."""


class Address(Struct, frozen=True):
    """The parts of an HTTP address; ``host`` is in ASCII and without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host as in the request header, with the port unless it is the default."""
        host = self.host.partition("%")[0].rstrip(".") or self.host
        host = f"[{host}]" if ":" in host else host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: the server that may get the headers of the file."""
        return self.scheme, self.host, self.port

    def towards(self, location: str) -> "Address":
        """Follow a redirect; raises AddressError."""
        if not location:
            raise AddressError("no target")
        host = f"[{self.host}]" if ":" in self.host else self.host
        try:
            return parse_address(
                urljoin(f"{self.scheme}://{host}:{self.port}{self.target}", location)
            )
        except ValueError as error:
            raise _refused(error) from None


def parse_address(text: str) -> Address:
    """Parse an address; raises AddressError for any but a valid http or https address."""
    # Parsers differ about blanks, line breaks and backslashes in an address.
    if not text.isprintable() or set(text) & set(' \\"<>'):
        raise AddressError("not an address")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _plain(parts.hostname or "")
    except ValueError as error:
        raise _refused(error) from None
    if parts.scheme not in _PORTS:
        raise AddressError("neither http nor https")
    if parts.username is not None or parts.password is not None:
        raise AddressError("credentials in the address")
    if not host:
        raise AddressError("no host in the address")
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += f"?{quote(parts.query, safe=_SAFE)}"
    return Address(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, target)


def _plain(host: str) -> str:
    if ":" not in host and "%" in host:
        raise AddressError("not an address")
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _refused(error: ValueError) -> AddressError:
    return error if isinstance(error, AddressError) else AddressError("not an address")
