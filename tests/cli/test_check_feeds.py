"""Capacity feeds of real servers: what ``dispatch check`` says of odd ones."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

from .test_check import rows
from .watched import provider, write

BERLIN = ZoneInfo("Europe/Berlin")


@contextmanager
def feed_server(bodies: dict[str, bytes]) -> Iterator[int]:
    """Serve the bodies by their path, and stop at the end."""

    class Feeds(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests to themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def feed_check(port: int, path: str) -> str:
    """Make a check of one feed."""
    return (
        f'[[provider.check]]\nkind = "http"\nurl = "http://127.0.0.1:{port}{path}"\n'
        "capacity = true\nallow_private = true\n"
    )


def checked(dispatch, home, bodies: dict[str, bytes], *runs: dict[str, bytes]):
    """Run checks of one provider a feed, and once more after each change of the bodies."""
    served = {f"/{name}": body for name, body in bodies.items()}
    with feed_server(served) as port:
        firms = [provider(name, feed_check(port, f"/{name}")) for name in bodies]
        path = write(home, *firms)
        ran = dispatch("check", "--providers", str(path))
        for change in runs:
            served.update({f"/{name}": body for name, body in change.items()})
            ran = dispatch("check", "--providers", str(path))
    return ran, path


def stamped(field: str, moment: datetime, free: int = 2) -> bytes:
    return json.dumps({"free": free, field: moment.isoformat()}).encode()


def test_an_old_and_an_ahead_feed_are_unknown_with_their_age(dispatch, home):
    """The reason is the age with its time here, or by how much the other clock is ahead."""
    now = datetime.now(UTC).replace(microsecond=0)
    old, ended = now - timedelta(minutes=60, seconds=5), now - timedelta(minutes=7)
    ran, path = checked(
        dispatch,
        home,
        {
            "old": stamped("as_of", old),
            "ahead": stamped("as_of", now + timedelta(minutes=60, seconds=10)),
            "ended": stamped("valid_until", ended),
            "days": stamped("as_of", now - timedelta(days=3, hours=1)),
            "fresh": stamped("as_of", now - timedelta(minutes=29)),
        },
    )
    found = rows(ran)
    assert ran.code == 0
    said = {name: (row["state"], row["why"]) for name, row in found.items()}
    clock = f"{old.astimezone(BERLIN):%H:%M}"
    state, why = said["old"]
    assert state == "unknown"
    assert why.startswith("its data are 60 minutes old (as of ")
    assert why.endswith(f"{clock})")
    assert said["ahead"] == ("unknown", "its time is 60 minutes ahead of ours")
    assert said["ended"][0] == "unknown"
    assert said["ended"][1].startswith("its data ended at ")
    assert f"{ended.astimezone(BERLIN):%H:%M} (valid_until)" in said["ended"][1]
    assert said["days"][1].startswith("its data are 3 days old (as of ")
    assert said["fresh"] == ("up", "2 free")
    # The state is stored, so that a ranking marks these providers and not the one that is fresh.
    ran = dispatch("cascade", "tow", "--at", "86150", "--json", "--providers", str(path))
    [cascade] = ran.envelope["data"]["cascades"]
    assert {each["provider"]: each["state"] for each in cascade["candidates"]} == {
        **dict.fromkeys(("old", "ahead", "ended", "days"), "unknown"),
        "fresh": "up",
    }


def test_a_feed_that_becomes_old_explains_its_state_once_that_is_unknown(dispatch, home):
    """The last result holds until it is stale; from then on the reason is that of the new look."""
    body = stamped("as_of", datetime.now(UTC) - timedelta(minutes=20, seconds=5))
    with feed_server({"/a": body}) as port:
        firm = provider("a", feed_check(port, "/a"))
        path = write(home, firm)
        assert rows(dispatch("check", "--providers", str(path)))["a"]["state"] == "up"
        write(home, "[check]\nstale_min = 10\n", firm)
        row = rows(dispatch("check", "--providers", str(path)))["a"]
    assert row["state"] == "unknown"
    assert row["why"].startswith("its data are 20 minutes old (as of ")


ODD = {
    "bom": (b'\xef\xbb\xbf{"free": 2}', "up", "2 free"),
    "whole": (b'{"free": 2.0}', "up", "2 free"),
    "text": (b'{"free": "2"}', "degraded", 'feed: free is the text "2": send the number 2 without'),
    "negative": (b'{"free": -1}', "degraded", "feed: free is -1, allowed are 0 to 10,000"),
    "epoch": (b'{"free": 2, "as_of": 1795777380}', "degraded",
              'feed: as_of is the number 1795777380: send a text, "2026-11-27T11:03:00Z"'),
    "naive": (b'{"free": 2, "as_of": "2026-11-28T12:00:00"}', "degraded", "has no time zone"),
    "nan": (b'{"free": NaN}', "degraded", "feed: free is NaN, allowed are 0 to 10,000"),
    "huge": (b'{"free": 99999999999999999999}', "degraded", "feed: free is 1e+20, allowed are"),
    "null": (b'{"free": null}', "degraded", "no feed: it has neither free nor wait_min nor state"),
    "upper": (b'{"Free": 2}', "degraded", 'but "Free": write free'),
    "list": (b'[{"free": 2}]', "degraded", "no feed: it is a list, not an object"),
    "twice": (b'{"free": 0, "free": 5}', "degraded", "feed: free occurs twice, as 0 and 5"),
    "latin": (b'{"free": 2, "note": "gest\xf6rt"}', "degraded", "no feed: byte 0xf6 is not UTF-8"),
    "login": (b"<html><title>Login</title>", "degraded", 'no feed: an HTML page "Login"'),
    "empty": (b"", "degraded", "no feed: an empty answer"),
    "cut": (b'{"free": 2', "degraded", "no feed: not JSON, in line 1, column 11"),
}  # fmt: skip


def test_odd_feeds_are_read_or_explained(dispatch, home):
    """What has one meaning is read; all else is degraded with a sentence for people."""
    ran, _ = checked(dispatch, home, {name: body for name, (body, _, _) in ODD.items()})
    found = rows(ran)
    for name, (_, state, why) in ODD.items():
        assert (found[name]["state"], why in found[name]["why"]) == (state, True), found[name]
    assert not [row for row in found.values() if "Expected" in row["why"] or "$" in row["why"]]


@pytest.mark.parametrize("body", [stamped("as_of", datetime(2020, 1, 1, tzinfo=UTC))])
def test_a_failure_after_an_old_feed_takes_its_reason_away(dispatch, home, body):
    """The reason of an old feed does not stay when the newest look has failed."""
    ran, _ = checked(dispatch, home, {"a": body}, {"a": b'{"state": "down"}'})
    assert (rows(ran)["a"]["state"], rows(ran)["a"]["why"]) == ("unknown", "not checked yet")
