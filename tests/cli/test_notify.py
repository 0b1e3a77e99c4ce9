"""``[[notify]]``: one message for an outage, one for its end, reminders until acknowledged."""

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch_cli.checks import notification
from dispatch_cli.model.check import Channel, SecretRef
from dispatch_cli.store import open_store

from ..extras import NEEDS_NOTIFY
from .stand_ins import HttpStandIn, http_stand_in, smtp_stand_in
from .watched import command, listener, provider, run, tcp, write

# apprise itself calls what is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

QUIET = ("check", "--quiet", "--providers")
DOWN = command("/bin/sh", "-c", "exit 2")


def notify(port: int, *lines: str, name: str = "desk") -> str:
    """Make a channel to the stand-in of ntfy."""
    keys = "\n".join(lines)
    return f'[[notify]]\nname = "{name}"\nurl = "ntfy://127.0.0.1:{port}/desk"\n{keys}\n'


@pytest.fixture
def ntfy():
    """A server that takes messages as ntfy does."""
    with http_stand_in() as made:
        yield made


def texts(ntfy: HttpStandIn) -> list[str]:
    """Return the texts of the messages."""
    return [each.json["message"] for each in ntfy.posted]


@NEEDS_NOTIFY
def test_an_outage_is_one_message_and_so_is_its_end(home: Path, ntfy: HttpStandIn) -> None:
    """Silence before, between and after; two providers with one cause are one message."""
    with listener() as lech:
        tables = (provider(name, tcp(lech.port)) for name in ("lech", "ilm"))
        file = write(home, "[check]\nfailures = 1\n", notify(ntfy.port), *tables)
        counts = []

        def check(times: int) -> None:
            for _ in range(times):
                run(*QUIET, file)
                counts.append(len(ntfy.posted))

        check(2)
        lech.close()
        check(3)
        lech.open()
        check(4)
    assert counts == [0, 0, 1, 1, 1, 1, 2, 2, 2]
    first, second = ntfy.posted
    assert first.json["topic"] == "desk"
    assert first.json["title"].startswith("2 down, ")
    assert first.json["message"].splitlines()[0].startswith("down: 2 providers since ")
    assert second.json["title"].startswith("No provider down, ")
    assert second.json["message"].startswith("up: 2 providers since ")


@NEEDS_NOTIFY
def test_all_runs_send_and_each_change_once(home: Path, ntfy: HttpStandIn) -> None:
    """A run by hand, with --monitor or --json sends as well; a look at one provider does not."""
    file = write(home, "[check]\nfailures = 1\n", notify(ntfy.port), provider("lech", DOWN))
    run("check", "lech", "--providers", file)
    assert ntfy.posted == []
    run("check", "--monitor", "--providers", file)
    assert len(ntfy.posted) == 1
    for options in ((), ("--json",), ("--quiet",)):
        run("check", "--providers", file, *options)
    assert len(ntfy.posted) == 1


@NEEDS_NOTIFY
def test_an_offline_observer_is_one_message(home: Path, ntfy: HttpStandIn) -> None:
    """While it is offline there is one message, none about a provider, and one at its end."""
    with listener() as lech, listener() as reference:
        settings = f'[check]\nfailures = 1\nreference = "127.0.0.1:{reference.port}"\n'
        file = write(home, settings, notify(ntfy.port), provider("lech", tcp(lech.port)))
        run(*QUIET, file)
        lech.close()
        reference.close()
        for _ in range(3):
            assert run(*QUIET, file).returncode == 5
        [message] = ntfy.posted
        assert message.json["title"].startswith("Observer offline, ")
        assert "the reference target cannot be reached" in message.json["message"]
        reference.open()
        for _ in range(2):
            run(*QUIET, file)
    assert len(ntfy.posted) == 2
    over, down = texts(ntfy)[1].splitlines()
    assert over.startswith("over: observer offline (first reported ")
    assert down.startswith("down: ")


@NEEDS_NOTIFY
def test_a_message_that_was_not_sent_is_sent_by_the_next_run(home: Path, ntfy: HttpStandIn) -> None:
    """A service that refuses is a failure (exit 5), mailed once; the change is not lost."""
    file = write(home, "[check]\nfailures = 1\n", notify(ntfy.port), provider("lech", DOWN))
    ntfy.status = 500
    runs = [run(*QUIET, file) for _ in range(3)]
    assert [each.returncode for each in runs] == [5] * 3
    first = runs[0].stdout.decode().partition("\n")[0]
    assert first == "notify desk: the service has not accepted it"
    assert [each.stdout for each in runs[1:]] == [b"", b""]
    ntfy.status, ntfy.posted[:] = 200, []
    ran = run(*QUIET, file)
    assert ran.stdout.startswith(b"over: notify desk (first reported ")
    assert (ran.returncode, len(ntfy.posted)) == (7, 1)


@NEEDS_NOTIFY
def test_a_failure_is_not_over_while_nothing_is_sent(home: Path, ntfy: HttpStandIn) -> None:
    """While an offline observer has no further message, the failure of a channel lasts."""
    with listener() as lech, listener() as reference:
        settings = f'[check]\nfailures = 1\nreference = "127.0.0.1:{reference.port}"\n'
        file = write(home, settings, notify(ntfy.port), provider("lech", tcp(lech.port)))
        run(*QUIET, file)
        reference.close()
        run(*QUIET, file)
        reference.open()
        lech.close()
        ntfy.status = 500
        assert b"notify desk: the service has not accepted it\n" in run(*QUIET, file).stdout
        ntfy.status = 200
        reference.close()
        # The channel knows of an offline observer, so that there is nothing to send.
        assert b"notify" not in run(*QUIET, file).stdout
        reference.open()
        assert b"over: notify desk (first reported " in run(*QUIET, file).stdout


@NEEDS_NOTIFY
def test_a_message_sent_by_a_run_by_hand_ends_the_failure(home: Path, ntfy: HttpStandIn) -> None:
    """Cron mails the end that it has not seen itself, once, and reports later failures anew."""
    file = write(home, "[check]\nfailures = 1\n", notify(ntfy.port), provider("lech", DOWN))
    ntfy.status = 500
    assert run(*QUIET, file).stdout.startswith(b"notify desk: ")
    assert run("check", "--providers", file).returncode == 5
    ntfy.status = 200
    assert run("check", "--providers", file).returncode == 7
    assert [b"over: notify desk" in run(*QUIET, file).stdout for _ in range(2)] == [True, False]


@NEEDS_NOTIFY
def test_one_channel_that_fails_delays_no_other(home: Path, ntfy: HttpStandIn) -> None:
    """Of two channels the working one gets each message once."""
    with listener() as gone:
        gone.close()
        channels = notify(ntfy.port), notify(gone.port, name="broken")
        file = write(home, "[check]\nfailures = 1\n", *channels, provider("lech", DOWN))
        codes = [run(*QUIET, file).returncode for _ in range(2)]
    assert (codes, len(ntfy.posted)) == ([5, 5], 1)


@NEEDS_NOTIFY
def test_a_mail_is_sent_to_a_mail_server(home: Path) -> None:
    """A mailto URL from a file of secrets reaches a mail server, with title and text."""
    with smtp_stand_in() as smtp:
        secret = home / "mail"
        query = "from=dispatch@example.org&to=desk@example.org&mode=insecure"
        secret.write_text(f"mailto://127.0.0.1:{smtp.port}?{query}\n")
        secret.chmod(0o600)
        channel = '[[notify]]\nname = "mail"\nurl = "file:mail"\n'
        file = write(home, "[check]\nfailures = 1\n", channel, provider("lech", DOWN))
        for _ in range(2):
            assert run(*QUIET, file).returncode == 7
    [mail] = smtp.mails
    assert "desk@example.org" in mail
    assert "1 down, " in mail


def at(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    """Let the program's clock show some minutes after noon."""
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    for module in ("cli.check", "cli.log_book"):
        monkeypatch.setattr(f"dispatch_cli.{module}.now", lambda: noon + timedelta(minutes=minutes))


@pytest.fixture
def outage(home: Path, dispatch, monkeypatch, ntfy: HttpStandIn):
    """Run the checks at minutes after noon, with a provider that is down and reminders each hour.

    Returns the number of messages so far.
    """
    channel = notify(ntfy.port, "remind_min = 60")
    file = str(write(home, "[check]\nfailures = 1\n", channel, provider("lech", DOWN)))

    def check(minutes: float) -> int:
        at(monkeypatch, minutes)
        dispatch("check", "--quiet", "--providers", file)
        return len(ntfy.posted)

    return check, file


@NEEDS_NOTIFY
def test_an_outage_is_sent_again_after_the_time_of_the_file(outage, ntfy: HttpStandIn) -> None:
    """With ``remind_min`` a lasting outage is sent again each hour, marked as such."""
    check, _ = outage
    assert [check(minute) for minute in (0, 5, 59, 60, 65, 119, 120)] == [1, 1, 1, 2, 2, 2, 3]
    assert texts(ntfy)[1].startswith("still: down: 089 99998-207 Abschlepp Lech since ")


@NEEDS_NOTIFY
def test_an_acknowledgement_ends_reminders_until_its_time(
    outage, dispatch, monkeypatch, ntfy: HttpStandIn
) -> None:
    """``check ack`` silences an outage; after its time the reminders begin again."""
    check, file = outage
    check(0)
    at(monkeypatch, 10)
    ran = dispatch("check", "ack", "lech", "--until", "170", "--providers", file)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[1].split("\t")[0] == "lech"
    assert [check(minute) for minute in (60, 120, 179)] == [1, 1, 1]
    row = dispatch("check", "--json", "--providers", file).envelope["data"]["rows"][0]
    assert row["acknowledged_until"].startswith("2026-11-27T1")
    assert [check(minute) for minute in (181, 200, 241)] == [2, 2, 3]


@NEEDS_NOTIFY
def test_an_acknowledgement_of_the_future_silences_nothing(
    outage, dispatch, monkeypatch, ntfy: HttpStandIn
) -> None:
    """A clock that was a year ahead, and is right again, does not silence an outage for a year."""
    check, file = outage
    check(0)
    at(monkeypatch, 365 * 24 * 60)
    assert dispatch("check", "ack", "lech", "--until", "170", "--providers", file).code == 0
    assert [check(minute) for minute in (30, 60, 120)] == [1, 2, 3]


@NEEDS_NOTIFY
def test_an_acknowledgement_ends_with_its_outage(
    outage, dispatch, home: Path, monkeypatch, ntfy: HttpStandIn
) -> None:
    """The recovery is sent, and the next outage has reminders of its own."""
    check, file = outage
    check(0)
    assert dispatch("check", "ack", "lech", "--until", "600", "--providers", file).code == 0
    text = Path(file).read_text()
    Path(file).write_text(text.replace("exit 2", "exit 0"))
    # Long enough that the next outage is no flapping.
    assert [check(minute) for minute in range(10, 150, 5)][:2] == [1, 2]
    Path(file).write_text(text)
    assert [check(minute) for minute in (150, 180, 210)] == [3, 3, 4]


def test_only_an_outage_can_be_acknowledged(dispatch, home: Path) -> None:
    """A provider that is not down is refused (8), an unknown one and a wrong time are 2."""
    file = str(write(home, "[check]\nfailures = 1\n", provider("lech", command("/bin/true"))))
    dispatch("check", "--providers", file)
    ran = dispatch("check", "ack", "lech", "--until", "60", "--providers", file)
    assert (ran.code, "Abschlepp Lech is not down" in ran.err) == (8, True)
    assert dispatch("check", "ack", "ilm", "--until", "60", "--providers", file).code == 2
    far = f"{datetime.now(UTC) + timedelta(days=8):%Y-%m-%dT%H:%M+00:00}"
    ran = dispatch("check", "ack", "lech", "--until", far, "--providers", file)
    assert (ran.code, "not within 7 days" in ran.err) == (2, True)
    assert dispatch("check", "ack", "lech", "--providers", file).code == 2  # --until is missing


def test_an_acknowledgement_is_shown_and_in_the_journal(dispatch, home: Path) -> None:
    """The journal has the act with its operator, its provider and its end."""
    file = str(write(home, "[check]\nfailures = 1\n", provider("lech", DOWN)))
    dispatch("check", "--providers", file)
    before = dispatch("log", "head").out
    ran = dispatch("check", "ack", "lech", "--until", "60", "--providers", file, "--json")
    data = ran.envelope["data"]
    assert (ran.envelope["schema"], data["provider"]) == ("dispatch.check.ack/1", "lech")
    assert data["operator"] == "maria"
    assert dispatch("log", "head").out != before
    assert dispatch("log", "verify").code == 0
    log = dispatch("doctor").out.split("case log\t")[1].split(": sound")[0]
    with open_store(log, now=datetime.now(UTC)).reading() as reader:
        [act] = [each for each in reader.acts() if each.action == "acknowledge"]
    assert (act.operator, act.details["provider"]) == ("maria", "lech")
    until = datetime.fromisoformat(str(act.details["until"]))
    assert until == datetime.fromisoformat(data["until"])


@pytest.mark.parametrize("where", ["folder", "writable"])
def test_a_channel_counts_only_in_a_trusted_file(
    home: Path, where: str, ntfy: HttpStandIn, dispatch
) -> None:
    """In a found file, and in one that others can write, it is refused with a warning."""
    text = "[check]\nfailures = 1\n" + notify(ntfy.port) + provider("lech", tcp(1))
    name = "providers.toml" if where == "folder" else "own.toml"
    path = home / name
    path.write_text(text.replace("allow_private = true, ", ""))
    path.chmod(0o600 if where == "folder" else 0o666)
    named = () if where == "folder" else ("--providers", name)
    ran = dispatch("check", *named)
    assert "[[notify]] is allowed only in a file that you" in ran.err
    assert "no message is sent" in ran.err
    assert ntfy.posted == []
    ran = dispatch("cascade", "tow", "--at", "86150", "--json", *named)
    assert [each["provider"] for each in ran.envelope["data"]["cascades"][0]["candidates"]]


WRONG = {
    'url = "ntfy://x/y"': "name is missing",
    'name = "desk"': "url is missing",
    'name = "De sk"\nurl = "ntfy://x/y"': "name",
    'name = "desk"\nurl = "huber"': "url is not one of apprise, such as ntfys://",
    'name = "desk"\nurl = "ntfy://a/x,ntfy://b/y"': "url names several services; write one",
    'name = "desk"\nurl = "env:1 2"': "names no variable",
    'name = "desk"\nurl = "ntfy://x/y"\nremind_min = 0': "remind_min 0 is not between 1 and",
    'name = "desk"\nurl = "ntfy://x/y"\nremind = 5': 'unknown key "remind"',
    'name = "desk"\nurl = "ntfy://x/y"\n[[notify]]\nname = "desk"\nurl = "ntfy://x/z"': (
        'name "desk" occurs twice'
    ),
}


@pytest.mark.parametrize("keys", WRONG)
def test_a_wrong_channel_is_an_error_at_its_line(dispatch, home: Path, keys: str) -> None:
    """Each mistake is exit code 4, with the key that is meant; a secret URL is in no message."""
    file = str(write(home, f"[[notify]]\n{keys}\n", provider("lech")))
    ran = dispatch("providers", "validate", "--providers", file)
    assert (ran.code, WRONG[keys] in ran.err) == (4, True), ran.err
    assert "ntfy://x" not in ran.err


def test_without_the_extra_each_run_says_so(dispatch, home: Path, monkeypatch) -> None:
    """A channel without apprise is a failure of every run, before there is an outage."""
    monkeypatch.setattr(notification, "find_spec", lambda name: None)
    file = str(write(home, notify(1), provider("lech", command("/bin/true"))))
    ran = dispatch("check", "--providers", file)
    said = "error: [[notify]] needs the extra: pip install 'roadside-dispatch[notify]'\n"
    assert (ran.code, ran.err) == (5, said)


def test_apprise_is_imported_only_to_send(home: Path) -> None:
    """A run without anything to be told imports neither apprise nor requests."""
    file = write(home, notify(1), provider("lech", command("/bin/true")))
    code = (
        "import sys; from dispatch_cli.cli import run;"
        f" run(['check', '--quiet', '--providers', {str(file)!r}]);"
        " print(sorted({'apprise', 'requests'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@NEEDS_NOTIFY
@pytest.mark.parametrize(
    ("url", "why"),
    [
        (SecretRef("env", "NO_SUCH_VARIABLE"), "secret env:NO_SUCH_VARIABLE is not set"),
        ("nonsense://x/secret-7", "its url is not one of apprise"),
        ("ntfy://127.0.0.1:1/secret-7", "the service has not accepted it"),
        (
            "ntfy://127.0.0.1:1/secret-7,ntfy://127.0.0.1:1/b",
            "its url names several services; write one [[notify]] for each",
        ),
    ],
)
def test_a_reason_never_has_the_url(url, why: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Why a message was not sent names neither address nor topic, on no stream."""
    letter = notification.Letter(Channel(name="desk", url=url), "title", "text")
    assert list(map(str, notification.send([letter]))) == [why]
    assert "secret-7" not in "".join(capfd.readouterr())


@NEEDS_NOTIFY
def test_a_service_that_hangs_delays_the_run_by_the_limit(ntfy: HttpStandIn) -> None:
    """After the limit the letter counts as not sent, and the thread holds nothing up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and never answers
        ports = ntfy.port, silent.getsockname()[1]
        letters = [
            notification.Letter(Channel(name="desk", url=f"ntfy://127.0.0.1:{port}/y"), "", "text")
            for port in ports
        ]
        notification.send(letters[:1])  # imports apprise, which takes longer than the limit
        begun = time.monotonic()
        assert list(map(str, notification.send(letters, limit_s=1))) == ["", "not sent within 1 s"]
        assert time.monotonic() - begun < 3
    assert len(ntfy.posted) == 2
