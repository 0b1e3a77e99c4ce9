"""The five set-ups of the page about alerts work as they are printed, each from end to end.

Each is run through an outage, a recovery and an offline observer: one message for each, and silence
in between. Its lines are run as cron runs them, with an environment of their own; services and the
mail server are stand-ins of this machine.
"""

import json
import os
import re
import shutil
import smtplib
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from ..cli.conftest import home
from ..cli.stand_ins import HttpStandIn, Posted, http_stand_in, smtp_stand_in
from ..cli.watched import Listener, listener, provider, tcp
from ..extras import NEEDS_NOTIFY

__all__ = ["home"]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
CRON = re.compile(r"^(?:\S+ ){5}(/.*)$", re.MULTILINE)


def blocks(set_up: str) -> list[str]:
    """Return the blocks of a set-up, without their fences."""
    text = PAGE.split(f"<!-- {set_up} -->")[1].split("<!-- end -->")[0]
    return re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)


class Centre:
    """A machine with one provider and a reference, which both can be closed."""

    def __init__(self, folder: Path, firm: Listener, reference: Listener) -> None:
        self.folder, self.firm, self.reference = folder, firm, reference
        self.file = folder / "providers.toml"
        self.settings = f'apart_s = 0\nreference = "127.0.0.1:{reference.port}"\n'
        self.replaced = {
            "/usr/local/bin/dispatch": f"{sys.executable} -m dispatch_cli",
            "/srv/dispatch/providers.toml": f"{self.file} --db {folder}/log.sqlite3",
        }
        self.write()

    def write(self, *tables: str) -> None:
        """Write the provider file with further tables; ``[check]`` may be among them."""
        text = "\n".join([*tables, provider("huber", tcp(self.firm.port))])
        if "[check]\n" not in text:
            text = f"[check]\n{text}"
        self.file.write_text(text.replace("[check]\n", f"[check]\n{self.settings}", 1))
        self.file.chmod(0o600)

    def sh(self, line: str) -> subprocess.CompletedProcess[bytes]:
        """Run a line as cron does: ``env -i``, no terminal, the shell of the system."""
        for old, new in self.replaced.items():
            line = line.replace(old, new)
        # PYTHONPATH for a checkout and its extras; an installed program needs none.
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        return subprocess.run(
            ["/usr/bin/env", "-i", f"HOME={self.folder}", "PATH=/usr/bin:/bin", "LOGNAME=root",
             "SHELL=/bin/sh", f"PYTHONPATH={path}", "/bin/sh", "-c", line],
            cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip

    def lived_through(self, run: Callable[[], Any], messages: Callable[[], int]) -> list[int]:
        """Return the messages of each phase: quiet, outage, recovery, quiet, offline, back."""
        phases: tuple[tuple[Callable[[], object], int], ...] = (
            (lambda: None, 2),
            (self.firm.close, 5),
            (self.firm.open, 4),
            (lambda: None, 2),
            (lambda: (self.firm.close(), self.reference.close()), 3),
            (lambda: (self.firm.open(), self.reference.open()), 3),
        )
        counts = []
        for change, runs in phases:
            before = messages()
            change()
            for _ in range(runs):
                run()
            counts.append(messages() - before)
        return counts


@pytest.fixture
def centre(home: Path):
    """A machine whose provider and reference answer."""
    with listener() as firm, listener() as reference:
        yield Centre(home, firm, reference)


def test_mail_by_cron(centre: Centre) -> None:
    """Cron mails what is printed: an outage, a recovery, an offline observer and its end."""
    [crontab] = blocks("cron mail")
    [recipient] = re.findall(r"^MAILTO=(.*)$", crontab, re.MULTILINE)
    [line] = CRON.findall(crontab)
    with smtp_stand_in() as smtp:

        def cron() -> None:
            ran = centre.sh(line)
            if ran.stdout + ran.stderr:
                with smtplib.SMTP("127.0.0.1", smtp.port, local_hostname="x") as mail:
                    text = (ran.stdout + ran.stderr).decode()
                    mail.sendmail("cron@example.org", [recipient], f"\r\n{text}")

        counts = centre.lived_through(cron, lambda: len(smtp.mails))
    assert counts == [0, 1, 1, 0, 1, 1], smtp.mails
    down, up, offline, over = (mail.strip() for mail in smtp.mails)
    assert down.startswith("down: 089 99998-207 Abschlepp Huber since ")
    assert up.startswith("up: 089 99998-207 Abschlepp Huber since ")
    assert offline.startswith("observer offline: ")
    assert over.startswith("over: observer offline ")


@NEEDS_NOTIFY
def test_ntfy(centre: Centre) -> None:
    """The table and the line of the page send one message for each, and cron mails a failure."""
    table, crontab = blocks("ntfy")
    [line] = CRON.findall(crontab)
    mails: list[str] = []

    def cron() -> None:
        ran = centre.sh(line)
        assert ran.stderr == b""
        if ran.stdout:
            mails.append(ran.stdout.decode())

    with http_stand_in() as ntfy:
        assert "ntfys://ntfy.example.org" in table
        centre.write(table.replace("ntfys://ntfy.example.org", f"ntfy://127.0.0.1:{ntfy.port}"))
        counts = centre.lived_through(cron, lambda: len(ntfy.posted))
        posted, mailed = list(ntfy.posted), mails[:]
        # The messenger refuses what it gets: cron mails that once, and its end.
        ntfy.status = 500
        centre.firm.close()
        for _ in range(5):
            cron()
        ntfy.status = 200
        for _ in range(2):
            cron()
    assert counts == [0, 1, 1, 0, 1, 1], posted
    assert [each.json["topic"] for each in posted] == ["our-desk"] * 4
    titles = [each.json["title"].partition(",")[0] for each in posted]
    assert titles == ["1 down", "No provider down", "Observer offline", "No provider down"]
    # While all works, cron mails the same four events.
    assert [each.partition(": ")[0] for each in mailed] == [
        "down",
        "up",
        "observer offline",
        "over",
    ]
    failure, over = mails[len(mailed) :]
    assert failure.startswith("notify desk: the service has not accepted it\ndown and flapping: ")
    assert over.startswith("over: notify desk (first reported ")
    assert failure.count("\n") == 2
    assert over.count("\n") == 1


class Healthchecks:
    """What healthchecks does with pings: a message whenever a check fails or is well again."""

    def __init__(self, server: HttpStandIn) -> None:
        self._server = server

    @property
    def messages(self) -> list[str]:
        """The messages about all pings so far."""
        failing: dict[str, bool] = {}
        found = []
        for posted in self._server.posted:
            key, slug, *event = posted.path.partition("?")[0].strip("/").split("/")
            assert key == "PING-KEY", posted
            if event == ["start"]:
                continue
            has_failed = event not in ([], ["0"])
            if has_failed != failing.get(slug, False):
                found.append(f"{slug} {'down' if has_failed else 'up'}")
            failing[slug] = has_failed
        return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="the program of the page needs curl")
def test_healthchecks(centre: Centre) -> None:
    """Heartbeat and program ping, the service makes one message of each; cron mails a failure."""
    table, script, crontab = blocks("healthchecks")
    [line] = CRON.findall(crontab)
    with http_stand_in() as server:
        here = f"http://127.0.0.1:{server.port}"
        assert "https://hc-ping.com" in table
        assert "https://hc-ping.com" in script
        centre.write(table.replace("https://hc-ping.com", here))
        program = centre.folder / "ping-provider"
        program.write_text(script.replace("https://hc-ping.com", here))
        program.chmod(0o700)
        centre.replaced["/usr/local/bin/ping-provider"] = str(program)
        service = Healthchecks(server)
        ran = []
        mails: list[str] = []

        def cron() -> None:
            ran.append(centre.sh(line))
            if ran[-1].stdout:
                mails.append(ran[-1].stdout.decode())

        counts = centre.lived_through(cron, lambda: len(service.messages))
        posted, told = list(server.posted), service.messages
        mailed, runs = mails[:], len(ran)
        # The service refuses all pings: cron mails once that the program has failed, and its end.
        # It does so from the third look, which makes the outage: each refused run takes 5 s.
        centre.firm.close()
        for status in (200, 200, 500, 500):
            server.status = status
            cron()
        server.status = 200
        for _ in range(2):
            cron()
    assert counts == [0, 1, 1, 0, 1, 1], told
    assert told == ["huber down", "huber up", "dispatch down", "dispatch up"]
    assert not any(each.stderr for each in ran)
    # While all works, cron mails the same four events.
    assert [each.partition(": ")[0] for each in mailed] == [
        "down",
        "up",
        "observer offline",
        "over",
    ]
    failure, over = mails[len(mailed) :]
    assert failure.startswith("on-change: huber: the command ended with 22: curl: (22) ")
    assert "\ndown and flapping: 089 99998-207 Abschlepp Huber since " in failure
    assert over.startswith("over: on-change (first reported ")
    assert (failure.count("\n"), over.count("\n")) == (2, 1)
    [outage] = [each for each in posted if each.path.startswith("/PING-KEY/huber/fail")]
    assert isinstance(outage, Posted)
    assert outage.body.endswith(": connection refused, 3 x")
    # A missed heartbeat shows that the machine is off: each run has two pings.
    beats = [each for each in posted if each.path.startswith("/PING-KEY/dispatch")]
    assert len(beats) == 2 * runs


def monitor(centre: Centre, run: Callable[[], int]) -> tuple[list[int], list[int]]:
    """Return the messages of each phase, and the codes, of a monitor that tells every change."""
    codes = [0]
    told: list[int] = []

    def look() -> None:
        codes.append(run())
        if codes[-1] != codes[-2]:
            told.append(codes[-1])

    return centre.lived_through(look, lambda: len(told)), told


def test_checkmk(centre: Centre) -> None:
    """The line of mrpe.cfg is a plugin: CRITICAL, OK, UNKNOWN, OK, and a line with figures."""
    mrpe, _ = blocks("monitor")
    line = re.fullmatch(r"Dispatch \(interval=300\) (.*)\n", mrpe)[1]
    lines: list[str] = []

    def run() -> int:
        ran = centre.sh(line)
        lines.append(ran.stdout.decode())
        assert ran.stderr == b""
        return ran.returncode

    counts, told = monitor(centre, run)
    assert (counts, told) == ([0, 1, 1, 0, 1, 1], [2, 0, 3, 0])
    words = {0: "OK: ", 2: "CRITICAL: ", 3: "UNKNOWN: "}
    assert {each.partition(" ")[0] + " " for each in lines} == set(words.values())
    assert all(each.count("\n") == each.count(" | ") == 1 for each in lines)


def test_icinga(centre: Centre) -> None:
    """The command of Icinga runs with its thresholds: of one provider, one down is too many."""
    _, config = blocks("monitor")
    words = json.loads(re.search(r"command = (\[.*?\])", config, re.DOTALL)[1])
    options = dict(re.findall(r'"(-\w)" = "(\$\w+\$)"', config))
    assert list(options) == ["-w", "-c"]
    line = " ".join([*words, "-w 0 -c 10%"])
    counts, told = monitor(centre, lambda: centre.sh(line).returncode)
    assert (counts, told) == ([0, 1, 1, 0, 1, 1], [2, 0, 3, 0])


class Prometheus:
    """Evaluates the rules of the page: ``metric{label="value"} OP number``, ``time() - metric``."""

    RULE = re.compile(
        r'(time\(\) - )?(\w+)(?:\{(\w+)="(\w+)"\})? (==|>) ([0-9]+)'
    )  # fmt: skip

    def __init__(self, rules: str, alertmanager: str) -> None:
        [group] = yaml.safe_load(rules)["groups"]
        self.rules = {each["alert"]: each["expr"] for each in group["rules"]}
        self.firing: dict[str, set[str]] = {name: set() for name in self.rules}
        self._alertmanager = alertmanager

    def evaluate(self, exposition: str, now: float) -> None:
        """Post the alerts that begin or end, as Alertmanager's webhook does by their names."""
        samples = [
            s for family in text_string_to_metric_families(exposition) for s in family.samples
        ]
        for name, expression in self.rules.items():
            age, metric, label, value, operator, number = self.RULE.fullmatch(expression).groups()
            found = set()
            for each in samples:
                if each.name != metric or (label and each.labels.get(label) != value):
                    continue
                measured = now - each.value if age else each.value
                if measured > float(number) if operator == ">" else measured == float(number):
                    found.add(each.labels.get("provider", ""))
            if found != self.firing[name]:
                status = "firing" if found else "resolved"
                body = json.dumps({"status": status, "alert": name}).encode()
                urllib.request.urlopen(self._alertmanager, body).close()  # noqa: S310
            self.firing[name] = found


def test_prometheus(centre: Centre) -> None:
    """The metrics of the page's run fire and end the page's rules, one message each."""
    crontab, rules = blocks("prometheus")
    [line] = CRON.findall(crontab)
    metrics = centre.folder / "dispatch.prom"
    centre.replaced["/var/lib/node_exporter/dispatch.prom"] = str(metrics)
    with http_stand_in() as server:
        prometheus = Prometheus(rules, f"http://127.0.0.1:{server.port}/")

        def run() -> None:
            ran = centre.sh(line)
            assert ran.stdout + ran.stderr == b""
            prometheus.evaluate(metrics.read_text(), metrics.stat().st_mtime)

        counts = centre.lived_through(run, lambda: len(server.posted))
        before = len(server.posted)
        for minutes in (14, 16, 60):  # the machine makes no run any more
            later = metrics.stat().st_mtime + 60 * minutes
            prometheus.evaluate(metrics.read_text(), later)
        silent = server.posted[before:]
    assert counts == [0, 1, 1, 0, 1, 1], server.posted
    told = [(each.json["alert"], each.json["status"]) for each in server.posted[:before]]
    assert told == [
        ("DispatchProviderDown", "firing"), ("DispatchProviderDown", "resolved"),
        ("DispatchObserverOffline", "firing"), ("DispatchObserverOffline", "resolved"),
    ]  # fmt: skip
    assert [each.json["alert"] for each in silent] == ["DispatchSilent"]


def test_on_failure_of_systemd_fires_once_for_each_outage(centre: Centre) -> None:
    """The unit fails in the run that finds the outage, in no other, and once while offline."""
    printed = centre.sh(
        "/usr/local/bin/dispatch check --print-systemd --providers /srv/dispatch/providers.toml"
    ).stdout.decode()
    unit = printed.split("/dispatch-check.service\n")[1].split("\n# /etc/")[0]
    [start] = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    [success] = re.findall(r"^SuccessExitStatus=(.*)$", unit, re.MULTILINE)
    assert "OnFailure=dispatch-failed@%n.service\n" in unit
    failures: list[int] = []

    def systemd() -> None:
        code = centre.sh(start).returncode
        if code and str(code) not in success.split():
            failures.append(code)

    counts = centre.lived_through(systemd, lambda: len(failures))
    assert (counts, failures) == ([0, 1, 0, 0, 1, 0], [7, 5])


def test_every_set_up_of_the_page_is_tested() -> None:
    """The page has five set-ups between markers, and a test above for each."""
    marked = re.findall(r"<!-- (.*?) -->", PAGE)
    assert [each for each in marked if each != "end"] == [
        "cron mail", "ntfy", "healthchecks", "monitor", "prometheus",
    ]  # fmt: skip
    assert marked.count("end") == 5
