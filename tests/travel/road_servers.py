"""A server on loopback that answers OSRM's table requests, truly or with a lie."""

import json
import re
import socket
import threading
from collections.abc import Callable
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from dispatch_cli.model.sphere import great_circle_km

Point = tuple[float, float]
Reply = Callable[[str, bytes], bytes]
"""Makes the bytes of an answer from the target of a request and its body."""


def http(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """Write an answer of HTTP."""
    head = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", "")
    return "\r\n".join(head).encode() + body


class RoadServer:
    """Answers each connection once, in a thread of its own, by ``reply``.

    ``requests`` has the targets of all requests. A reply of None leaves the connection open.
    """

    def __init__(self) -> None:
        self.reply: Callable[[str, bytes], bytes | None] = table_reply
        self.requests: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RoadServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            data = b""
            while b"\r\n\r\n" not in data:
                more = client.recv(65536)
                if not more:
                    return
                data += more
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            while len(body) < int(length[1] if length else 0):
                body += client.recv(65536)
            target = head.split()[1].decode()
            self.requests.append(target)
            answer = self.reply(target, body)
            if answer is None:
                self._end.wait(30)
                return
            try:
                client.sendall(answer)
            except OSError:
                return  # the client has cut a long answer


def asked_points(target: str, body: bytes) -> list[Point]:
    """Return the place and the bases of a request, as (lat, lon)."""
    if body:
        return [(lat, lon) for lon, lat in json.loads(body)["coordinates"]]
    path = urlsplit(target).path.rpartition("/")[2]
    pairs = (each.split(",") for each in path.split(";"))
    return [(float(lat), float(lon)) for lon, lat in pairs]


def road_of(base: Point, place: Point) -> tuple[float, float]:
    """Return seconds and metres of an invented road, by a digest of its ends.

    Detours are from 1.0 to 2.2, speeds from 25 to 100 km/h.
    """
    ends = f"{base[0]:.6f},{base[1]:.6f} {place[0]:.6f},{place[1]:.6f}"
    first, second = blake2b(ends.encode(), digest_size=2).digest()
    metres = great_circle_km(*base, *place) * 1000 * (1 + first / 213)
    return metres / ((25 + second / 3.4) / 3.6), metres


def table_of(target: str, body: bytes) -> dict[str, object]:
    """Make OSRM's answer to a request."""
    place, *bases = asked_points(target, body)
    sources = parse_qs(urlsplit(target).query).get("sources")
    assert body or sources == [";".join(map(str, range(1, len(bases) + 1)))]
    roads = [road_of(base, place) for base in bases]
    return {
        "code": "Ok",
        "durations": [[round(seconds, 1)] for seconds, _ in roads],
        "distances": [[round(metres, 1)] for _, metres in roads],
        "sources": [{"location": [lon, lat], "distance": 0.0} for lat, lon in bases],
        "destinations": [{"location": [place[1], place[0]], "distance": 0.0}],
    }


def table_reply(target: str, body: bytes) -> bytes:
    """Answer truly."""
    return http(json.dumps(table_of(target, body)).encode())


def changed_table(change: Callable[[dict], object]) -> Reply:
    """Answer with a table that a test has changed."""

    def reply(target: str, body: bytes) -> bytes:
        table = table_of(target, body)
        change(table)
        return http(json.dumps(table).encode())

    return reply
