"""A secret is sent to its own host only."""

import asyncio
import os
from pathlib import Path

import pytest

from dispatch_cli.checks import ping
from dispatch_cli.checks.secret import UnsendableError, secret_value
from dispatch_cli.model.check import Probe, SecretRef
from dispatch_cli.network import guard

from .looking import local, look, reading
from .park import Park, Serve, http, redirects, says, tar_pit

CANARY = "canary-5f2d71"


class Heard:
    """Answers every request, and keeps it."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def serve(self, answer: bytes) -> Serve:
        """Keep each request's head and give an answer."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.said.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            writer.write(answer)
            await writer.drain()
            await reader.read()

        return serve


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[str, SecretRef], ...]:
    """Make a header with a secret from the environment."""
    monkeypatch.setenv("DISPATCH_TEST_TOKEN", f"Bearer {CANARY}")
    return (("Authorization", SecretRef("env", "DISPATCH_TEST_TOKEN")),)


def test_a_secret_is_sent_to_its_own_host(park: Park, token) -> None:
    """The configured address gets it, also after a redirect to the same origin."""
    heard = Heard()
    port = park.serve(heard.serve(http()))
    url = f"http://127.0.0.1:{port}/"
    assert reading(local("http", url=url, headers=token)).state == "up"
    assert f"Authorization: Bearer {CANARY}" in heard.said[0]


@pytest.mark.parametrize("where", ["another port", "another name"])
def test_a_secret_does_not_follow_a_redirect_elsewhere(
    park: Park, token, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another host, or another port of the same, gets no header of the file."""
    monkeypatch.setattr(guard, "kind_refused", lambda address: "")  # as if all were public
    heard = Heard()
    port = park.serve(heard.serve(http()))
    host = "127.0.0.1" if where == "another port" else "localhost"
    own = park.serve(redirects(f"http://{host}:{port}/"))
    headers = (*token, ("X-Key", "plain"))
    found = reading(local("http", url=f"http://127.0.0.1:{own}/", headers=headers))
    assert (found.state, len(heard.said)) == ("up", 1)
    assert not any(CANARY in said or "X-Key" in said for said in heard.said)


def test_a_secret_needs_a_file_that_the_user_named(park: Park, token) -> None:
    """A reference in a provider's own file is not read, and no request is sent."""
    heard = Heard()
    port = park.serve(heard.serve(http()))
    probe = Probe(kind="http", url=f"http://127.0.0.1:{port}/", headers=token, allow_private=True)
    found = reading(probe)
    assert (found.state, heard.said) == ("unknown", [])
    assert "only in a file that you named" in str(found.why)


def test_no_reason_carries_a_secret(park: Park, token, tmp_path: Path) -> None:
    """No reading of a failed check contains the secret."""
    ends = [
        says(http(b"", f"500 {CANARY}")), says(b"rubbish"), says(), redirects("http://10.0.0.1/"),
        redirects(f"http://{CANARY}@127.0.0.1/"), says(http(CANARY.encode())),
    ]  # fmt: skip
    urls = [f"http://127.0.0.1:{park.serve(each)}/" for each in ends]
    urls += ["http://127.0.0.1:1/", "http://tow.invalid/", f"http://u:{CANARY}@127.0.0.1/", "::"]
    broken = tmp_path / "broken"
    broken.write_text(f"{CANARY}\r\nHost: elsewhere")
    broken.chmod(0o600)
    bad = (("Authorization", SecretRef("file", str(broken))),)
    seen = look(
        *[(f"p{number}", local("http", url=url, headers=token, is_capacity=True))
          for number, url in enumerate(urls)],
        ("bad", local("http", url=urls[0], headers=bad)),
        ("plain", local("http", url=urls[0], headers=(("X", f"{CANARY}\nX: y"),))),
    )  # fmt: skip
    assert len(seen.readings) == len(urls) + 2
    assert CANARY not in repr(seen)
    found = {each.provider: str(each.why) for each in seen.readings}
    assert found["bad"] == f"secret file:{broken} has characters that cannot be sent"
    assert found["plain"] == "header X has characters that cannot be sent"


def test_credentials_in_an_address_are_refused() -> None:
    """Credentials in an address would appear in listings and logs."""
    found = reading(local("http", url="http://user:secret@127.0.0.1/"))
    assert (found.state, str(found.why)) == ("unknown", "credentials in the address")


def test_a_file_of_secrets_is_its_owners_alone(tmp_path: Path) -> None:
    """A file of mode 600 is read; a readable one, a folder and a long one are refused."""
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    assert secret_value(SecretRef("file", str(file))) == "s3cret"
    for mode in (0o640, 0o604, 0o660):
        file.chmod(mode)
        with pytest.raises(UnsendableError, match="chmod 600"):
            secret_value(SecretRef("file", str(file)))
    long = tmp_path / "long"
    long.write_text("x" * 5000)
    long.chmod(0o600)
    for path, why in ((tmp_path / "none", "cannot be read"), (tmp_path, "is not a regular file"),
                      (long, "longer than")):  # fmt: skip
        with pytest.raises(UnsendableError, match=why):
            secret_value(SecretRef("file", str(path)))
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(UnsendableError, match="is not a regular file"):
        secret_value(SecretRef("file", str(tmp_path / "pipe")))


def test_an_unset_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing secret is named in the reason."""
    monkeypatch.delenv("DISPATCH_TEST_NONE", raising=False)
    with pytest.raises(UnsendableError, match="secret env:DISPATCH_TEST_NONE is not set"):
        secret_value(SecretRef("env", "DISPATCH_TEST_NONE"))


def test_a_heartbeat_tells_begin_and_end(park: Park) -> None:
    """The event is a part of the path, before the query."""
    heard = Heard()
    port = park.serve(heard.serve(http()))
    for event in ("start", "0", ""):
        found = ping(f"http://127.0.0.1:{port}/uuid?x=1", event, is_trusted=True)
        assert (found.ok, found.tries) == (True, 1)
    asked = [said.split()[1] for said in heard.said]
    assert asked == ["/uuid/start?x=1", "/uuid/0?x=1", "/uuid?x=1"]


def test_a_heartbeat_that_fails_is_tried_again_and_never_raises(park: Park, token) -> None:
    """Four tries, then its failure is a value; a refused one and an unset secret are not tried."""
    port = park.serve(says(http(b"", "500 Oops")))
    failed = ping(f"http://127.0.0.1:{port}/{CANARY}", is_trusted=True)
    assert (failed.ok, str(failed.why), failed.tries) == (False, "HTTP 500", 4)
    refused = ping(f"http://127.0.0.1:{port}/{CANARY}")
    assert (refused.ok, refused.tries) == (False, 1)
    unset = ping(SecretRef("env", "DISPATCH_TEST_NONE"), is_trusted=True)
    assert (unset.ok, unset.tries) == (False, 0)
    untrusted = ping(SecretRef("env", "DISPATCH_TEST_TOKEN"))
    assert "only in a file that you named" in str(untrusted.why)
    nonsense = [ping(url, is_trusted=True) for url in ("", "::", "ftp://x/", "http://[")]
    assert not any(each.ok for each in nonsense)
    assert CANARY not in repr([failed, refused, untrusted])


class _Broken:
    """A resolver with a bug."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Fail with the address in the text."""
        raise LookupError(CANARY)


def test_a_heartbeat_keeps_its_limit(park: Park) -> None:
    """A heartbeat ends at its limit, and a bug is a result, too."""
    port = park.serve(tar_pit)
    late = ping(f"http://127.0.0.1:{port}/{CANARY}", is_trusted=True, limit_s=0.5)
    assert (late.ok, str(late.why), late.tries) == (False, "no answer within 0.5 s", 1)
    broken = ping("http://tow.example/", is_trusted=True, resolver=_Broken())
    assert (broken.ok, str(broken.why)) == (False, "failed (LookupError)")
