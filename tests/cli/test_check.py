"""``dispatch check`` for people, scripts and monitors, in this process."""

import errno
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch_cli.checks.round import RoundResult
from dispatch_cli.cli.open_files import open_catalog
from dispatch_cli.model.check import Reading

from ..terminal import on_terminal, screen_lines
from .conftest import Ran
from .watched import command, listener, provider, tcp, web_server, write


def rows(ran: Ran) -> dict[str, dict[str, str]]:
    """Return the rows of tab-separated output, by provider."""
    head, *lines = [line.split("\t") for line in ran.out.splitlines()]
    found = [dict(zip(head, line, strict=True)) for line in lines]
    return {row["provider"]: row for row in found}


def states(ran: Ran) -> dict[str, str]:
    """Return the state of each provider."""
    return {name: row["state"] for name, row in rows(ran).items()}


def test_without_a_terminal_each_provider_is_a_row(dispatch, home):
    """Each provider with a check is a row, the worst first; others are not."""
    with listener() as gone:
        gone.close()
        path = write(
            home, '[check]\nfailures = 1\n', provider("lech", command("/bin/true")),
            provider("ilm", tcp(gone.port)), provider("paar"),
        )  # fmt: skip
        ran = dispatch("check", "--providers", str(path))
    assert ran.code == 7
    assert states(ran) == {"ilm": "down", "lech": "up"}
    assert rows(ran)["ilm"]["phone"] == "089 99998-207"
    assert rows(ran)["ilm"]["why"] == "connection refused, 1 x"


def test_only_the_named_providers(dispatch, home):
    """With ids only these are checked; an unknown one is exit code 2 with a suggestion."""
    path = write(
        home, provider("lech", command("/bin/true")), provider("ilm", command("/bin/true"))
    )
    ran = dispatch("check", "ilm", "--providers", str(path))
    assert (ran.code, states(ran)) == (0, {"ilm": "up"})
    ran = dispatch("check", "iml", "--providers", str(path))
    assert ran.code == 2
    assert 'did you mean "ilm"?' in ran.err


def test_one_provider_phase_by_phase(dispatch, home):
    """-v prints every phase with its seconds; it needs exactly one id."""
    with listener() as lech:
        path = write(home, provider("lech", tcp(lech.port)), provider("ilm"))
        ran = dispatch("check", "lech", "-v", "--providers", str(path))
        looks = dispatch("check", "lech", "-v", "--json", "--providers", str(path)).envelope
    assert ran.code == 0
    assert re.search(r"^tcp +up", ran.out, re.MULTILINE)
    assert re.search(r"^ +connect +[0-9.]+ s", ran.out, re.MULTILINE)
    assert [look["kind"] for look in looks["data"]["looks"]] == ["tcp"]
    for ids in ((), ("lech", "ilm")):
        ran = dispatch("check", *ids, "-v", "--providers", str(path))
        assert (ran.code, "needs exactly one ID" in ran.err) == (2, True)


def test_a_file_without_checks_says_so_and_how_to_add_one(dispatch, home, firms):
    """The line of the hint makes the file one with a check; cron and monitors see no hint."""
    ran = dispatch("check")
    assert ran.code == 0
    warning = "providers.toml: no provider has a check, so that none is watched"
    assert f"warning: {warning}" in ran.err
    assert dispatch("check", "--json").envelope["warnings"] == [warning]
    for option in ("--quiet", "--monitor"):
        assert "no provider has a check" not in dispatch("check", option).err
    line = ran.err.splitlines()[-1].partition("docs/checks.md: ")[2]
    text = firms.read_text(encoding="utf-8").replace('hours = "24/7"', f'hours = "24/7"\n{line}')
    firms.write_text(text, encoding="utf-8")
    ran = dispatch("providers", "validate")
    assert (ran.code, "unknown key" in ran.err) == (0, False)
    assert list(open_catalog(None).probes()) == ["lech"]


def test_json_is_one_envelope(dispatch, home):
    """The whole result is one JSON object, also while a provider is down."""
    path = write(
        home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2"))
    )
    ran = dispatch("check", "--json", "--providers", str(path))
    assert ran.code == ran.envelope["exit_code"] == 7
    assert ran.envelope["schema"] == "dispatch.check/1"
    [change] = ran.envelope["data"]["changes"]
    assert (change["before"], change["after"]) == ("unknown", "down")


WINDOW = '[[maintenance]]\nfrom = {start}\nuntil = {until}\ntext = "moving"\n'
KINDS = {
    "tcp": 'kind = "tcp", host = "127.0.0.1", port = {port}',
    "tls": 'kind = "tls", host = "127.0.0.1", port = {port}',
    "http": 'kind = "http", url = "http://127.0.0.1:{port}/"',
    "sip": 'kind = "sip", host = "127.0.0.1", port = {port}, timeout_s = 0.1',
    "command": 'kind = "command", command = ["/bin/sh", "-c", "exit 2"]',
}


def failing(kind: str) -> str:
    """Return a check of a kind that fails, because port 1 has no listener."""
    port = 1
    private = "" if kind == "command" else ", allow_private = true"
    return f"check = [{{ {KINDS[kind].format(port=port)}{private} }}]"


@pytest.mark.parametrize("kind", [*KINDS, "reported"])
@pytest.mark.parametrize("why", ["maintenance", "hold", "hours"])
def test_a_closed_provider_changes_no_state(dispatch, home, kind, why):
    """A failed look during maintenance, hold or closing hours changes no state."""
    now = datetime.now(UTC)
    start, until = (now + timedelta(hours=h) for h in (-1, 1))
    window = WINDOW.format(start=f"{start:%Y-%m-%dT%H:%M:%SZ}", until=f"{until:%Y-%m-%dT%H:%M:%SZ}")
    lines = {"hold": 'on_hold = { reason = "moving" }', "hours": f'hours = "{now.year - 1} off"'}
    if why == "hours":
        lines["hours"] = f'hours = "{(now + timedelta(days=40)):%b} 24/7"'
    look = "" if kind == "reported" else failing(kind)
    settings = "[check]\nfailures = 2\n"
    path = write(
        home, settings, window if why == "maintenance" else "",
        provider("lech", look, lines.get(why, "")),
    )  # fmt: skip
    if kind == "reported":
        said = dispatch("providers", "report", "lech", "--state", "down", "--providers", str(path))
        assert said.code == 0, said.err
    for _ in range(3):
        ran = dispatch("check", "--providers", str(path))
        assert (ran.code, states(ran)) == (0, {"lech": "closed"}), ran.err
    word = {"maintenance": "maintenance: moving", "hold": "on hold: moving"}
    assert rows(ran)["lech"]["why"] == word.get(why, "outside its hours")
    if kind == "reported":
        return
    path = write(home, settings, provider("lech", look))
    assert [dispatch("check", "--providers", str(path)).code for _ in range(2)] == [0, 7]


def test_a_provider_that_is_down_is_excluded_with_a_reason(dispatch, home):
    """It is excluded with time and reason; an incident next week ignores the state."""
    with listener() as gone:
        gone.close()
        path = write(
            home, '[check]\nfailures = 1\n', provider("lech", command("/bin/true")),
            provider("ilm", tcp(gone.port)),
        )  # fmt: skip
        dispatch("check", "--quiet", "--providers", str(path))
    argv = ("cascade", "tow", "--at", "86150", "--json", "--explain", "--providers", str(path))
    [cascade] = dispatch(*argv).envelope["data"]["cascades"]
    assert [each["provider"] for each in cascade["candidates"]] == ["lech"]
    [out] = cascade["excluded"]
    assert (out["provider"], out["reason"]) == ("ilm", "down")
    assert re.fullmatch(r"down since .*: connection refused, 1 x", out["detail"])
    later = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M+00:00}"
    [cascade] = dispatch(*argv, "--when", later).envelope["data"]["cascades"]
    assert len(cascade["candidates"]) == 2


def test_near_min_comes_from_the_file(dispatch, home):
    """States count for incidents within [check] near_min."""
    with listener() as gone:
        gone.close()
        path = write(
            home, "[check]\nfailures = 1\nnear_min = 2880\n", provider("ilm", tcp(gone.port))
        )
        dispatch("check", "--quiet", "--providers", str(path))
    later = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M+00:00}"
    argv = ("cascade", "tow", "--at", "86150", "--when", later, "--providers", str(path))
    assert dispatch(*argv).code == 3


PERFDATA = re.compile(r"'([^'=]+)'=(-?[0-9.]+|U)([a-zA-Z%]*);([^;]*);([^;]*);([^;]*);([^;\s]*)")
RANGE = re.compile(r"@?(?:(?:~|-?[0-9.]+)?:)?-?[0-9.]*")


def perfdata(line: str) -> dict[str, float]:
    """Read a monitor's line as the plugin guidelines define it."""
    text, figures = line.split(" | ")
    assert re.match(r"(OK|WARNING|CRITICAL|UNKNOWN): .", text)
    assert line.isascii()
    assert len(text) < 80
    found = {}
    for each in figures.split(" "):
        match = PERFDATA.fullmatch(each)
        assert match, each
        assert all(RANGE.fullmatch(limit) for limit in match.groups()[3:5])
        found[match[1]] = float(match[2])
    return found


def test_a_monitor_gets_one_line_and_its_own_codes(dispatch, home):
    """0 all up, 2 a provider down, 3 observer offline: one line each, with valid figures."""
    with listener() as lech, listener() as reference:
        settings = f'[check]\nfailures = 1\nreference = "127.0.0.1:{reference.port}"\n'
        path = write(home, settings, provider("lech", tcp(lech.port)))
        argv = ("check", "--monitor", "--providers", str(path))
        ran = dispatch(*argv)
        [line] = ran.out.splitlines()
        assert (ran.code, perfdata(line)["up"]) == (0, 1)
        lech.close()
        ran = dispatch(*argv)
        [line] = ran.out.splitlines()
        assert (ran.code, perfdata(line)["down"]) == (2, 1)
        assert "Abschlepp Lech" in line
        reference.close()
        ran = dispatch(*argv)
        assert ran.code == 3
        assert ran.out.startswith("UNKNOWN: observer offline")


@pytest.mark.parametrize(
    "argv",
    [("--providers", "none.toml"), ("--bdget", "3"), ("nobody",), ("--json",), ("--budget=0",)],
)
def test_a_monitor_gets_every_failure_as_unknown(dispatch, home, argv):
    """A wrong argument or file is one line and exit code 3, never 2."""
    write(home, provider("lech", command("/bin/true"))).rename(home / "x.toml")
    file = () if "--providers" in argv else ("--providers", str(home / "x.toml"))
    ran = dispatch("check", "--monitor", *argv, *file)
    assert ran.code == 3
    [line] = ran.out.splitlines()
    assert line.startswith("UNKNOWN: ")
    assert len(line) < 80


def test_a_monitor_does_not_wait_for_another_run(dispatch, home):
    """During another run the monitor gets the known states, without a second look."""
    from dispatch_cli.files import hold_lock

    path, db = write(home, provider("lech", command("/bin/true"))), home / "x.db"
    argv = ("check", "--monitor", "--providers", str(path), "--db", str(db))
    assert dispatch(*argv).code == 0
    with hold_lock(Path(f"{db}.check.lock")):
        ran = dispatch(*argv)
    assert ran.code == 0
    figures = perfdata(ran.out.strip())
    assert (figures["up"], figures["checked"]) == (1, 0)


def test_only_the_lock_cannot_be_locked(dispatch, home, monkeypatch):
    """An error of the run itself is not one of the lock; both end with 5."""
    from dispatch_cli import checks

    path, db = write(home, provider("lech", command("/bin/true"))), home / "x.db"
    argv = ("check", "--providers", str(path), "--db", str(db))
    lock = Path(f"{db}.check.lock")
    lock.mkdir()
    ran = dispatch(*argv)
    assert (ran.code, ran.err) == (5, f"error: {lock} cannot be locked: Is a directory\n")
    lock.rmdir()

    def without_files(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(checks, "look_at", without_files)
    ran = dispatch(*argv)
    assert (ran.code, ran.err) == (5, "error: the run of checks broke off: Too many open files\n")
    monkeypatch.undo()
    assert dispatch(*argv).code == 0  # the lock is free again


def test_a_screen_shows_only_providers_that_are_not_up(home):
    """A screen has the counts, then the providers that are not up; --all has all."""
    with listener() as gone:
        gone.close()
        path = write(
            home, '[check]\nfailures = 1\n', provider("lech", command("/bin/true")),
            provider("ilm", tcp(gone.port)),
        )  # fmt: skip
        few, whole = (
            "\n".join(screen_lines(on_terminal(("check", *more, "--providers", str(path)))[1]))
            for more in ((), ("--all",))
        )
    assert "2 checked in" in few
    assert "Abschlepp Ilm" in few
    assert "Abschlepp Lech" not in few
    assert "Abschlepp Lech" in whole


TRUSTED_ONLY = [
    (command("/bin/true"), "command"),
    (tcp(1), "allow_private"),
    ('check = [{ kind = "http", url = "http://x", headers = { A = "env:B" } }]', "env:"),
]


@pytest.mark.parametrize(("line", "key"), TRUSTED_ONLY)
def test_a_found_file_starts_nothing(dispatch, home, line, key):
    """What ./providers.toml must not do is refused at its line; named, the same file may."""
    path = write(home, provider("lech", line)).rename(home / "providers.toml")
    at = path.read_text().splitlines().index(line) + 1
    ran = dispatch("check")
    assert (ran.code, states(ran)) == (0, {"lech": "unknown"})
    said = f'providers.toml:{at}: provider "lech": {key} is allowed only in a file that you'
    assert f"warning: {said} name" in ran.err
    assert "the check is refused" in ran.out
    assert dispatch("check", "--quiet").err == ""
    assert said in str(dispatch("check", "--json").envelope["warnings"])
    ran = dispatch("check", "--providers", "providers.toml")
    assert (ran.code, ran.err) == (0, "")
    path.chmod(0o664)
    ran = dispatch("check", "--providers", "providers.toml")
    assert ran.code == 0
    assert f"warning: {said} own" in ran.err


def test_a_refused_check_neither_proves_nor_deletes_a_state(dispatch, home):
    """What the trusted run has found stays, since a refused look is no look at the provider."""
    file = write(
        home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2"))
    )
    path = file.rename(home / "providers.toml")
    assert dispatch("check", "--providers", str(path)).code == 7
    ran = dispatch("check")
    assert (ran.code, states(ran)) == (7, {"lech": "down"})
    assert "command is allowed only in a file that you name" in ran.err
    data = dispatch("check", "--json").envelope["data"]
    [row] = data["rows"]
    assert (data["checked"], row["unchecked_since"]) == (0, row["seen_at"])


def test_refused_checks_do_not_show_that_the_observer_is_online(dispatch, home, monkeypatch):
    """Three of three made checks fail together, however many others were refused."""

    def all_fail(targets, settings):
        at = datetime(2026, 11, 30, 12, tzinfo=UTC)
        readings = tuple(
            Reading(provider=each, kind=probe.kind, at=at, state="down", host=f"{each}.de")
            for each, probe in targets
        )
        return RoundResult(readings=readings, reference_ok=None, left_out=(), seconds=0.0)

    monkeypatch.setattr("dispatch_cli.cli.check._look", all_fail)
    made = 'check = [{ kind = "tcp", host = "example.org", port = 443 }]'
    tables = [provider(each, made) for each in ("lech", "isar", "ilm")]
    tables += [provider(each, tcp(1)) for each in ("amper", "glonn", "paar", "inn")]
    write(home, *tables).rename(home / "providers.toml")
    ran = dispatch("check", "--json")
    assert ran.code == 5
    assert "3 of 3 unrelated hosts" in ran.envelope["data"]["offline"]


@pytest.mark.parametrize(("line", "key"), TRUSTED_ONLY)
def test_a_refused_check_costs_no_ranking(dispatch, home, line, key):
    """The cascade is given with one warning; --quiet drops it."""
    write(home, provider("lech", line)).rename(home / "providers.toml")
    ran = dispatch("cascade", "tow", "--at", "86150")
    assert ran.code == 0
    assert "lech" in ran.out
    assert ran.err.count("warning: ") == 1
    assert f'provider "lech": {key} is allowed only in a file that you name' in ran.err
    told = dispatch("cascade", "tow", "--at", "86150", "--json")
    assert any(f"{key} is allowed only" in each for each in told.envelope["warnings"])
    ran = dispatch("cascade", "tow", "--at", "86150", "--quiet")
    assert (ran.code, ran.err) == (0, "")
    (home / "in.csv").write_text("id,kind,at,when\nr1,tow,86150,2026-11-27T12:00\n")
    ran = dispatch("batch", "in.csv")
    assert ran.code == 0
    assert ran.err.count("warning: ") == 1
    assert dispatch("providers", "validate").code == 0


def test_a_public_server_may_not_send_us_inside(dispatch, home):
    """Without leave a private address is refused when the socket is opened: unknown, not down."""
    with web_server() as (port, asked):
        look = f'check = [{{ kind = "http", url = "http://localhost:{port}/" }}]'
        path = write(home, "[check]\nfailures = 1\n", provider("lech", look))
        ran = dispatch("check", "--providers", str(path))
    assert asked == []
    assert (ran.code, states(ran)) == (0, {"lech": "unknown"})


def test_hostile_names_reach_no_output_raw(dispatch, home):
    """Escapes, markup and direction marks in names come out visible, in every way of showing."""
    name = 'Tow [/b] \\u001b[2J\\u202e<script>|\\u009b"x\\u0000'
    table = provider("lech", command("/bin/sh", "-c", "printf '\\\\033[2J|x'; exit 2"))
    path = write(
        home, "[check]\nfailures = 1\n", table.replace("Abschlepp Lech", name.replace('"', '\\"'))
    )
    page, prom = home / "p.html", home / "p.prom"
    files = ("--providers", str(path), "--html", str(page), "--prometheus", str(prom))
    shown = [
        dispatch("check", "--quiet", *files).out,
        dispatch("check", *files).out,
        dispatch("check", "lech", "-v", *files).out,
        dispatch("check", "--monitor", *files).out,
        on_terminal(("check", *files))[1].decode(),
        page.read_text(encoding="utf-8"),
    ]
    for number, text in enumerate(shown):
        assert "[/b]" in text or number == 3, number
        assert "\x1b[2J" not in text, number
        assert not {"\u202e", "\u009b", "\0"} & set(text), number
    assert "<script>" not in page.read_text(encoding="utf-8")
    value = dispatch("check", "--json", *files).envelope["data"]["rows"][0]["name"]
    assert value == json.loads('"' + name.replace('"', '\\"') + '"')


def test_secrets_are_in_no_output(dispatch, home, monkeypatch):
    """A secret that is sent is neither printed nor stored, with any answer."""
    monkeypatch.setenv("HUBER_TOKEN", "canary-77c1")
    with web_server(500) as (port, asked):
        look = (
            f'check = [{{ kind = "http", url = "http://127.0.0.1:{port}/x", allow_private = true, '
            'headers = { Authorization = "env:HUBER_TOKEN" } }]'
        )
        path = write(home, "[check]\nfailures = 1\n", provider("lech", look))
        files = ("--status", "s.json", "--html", "s.html", "--prometheus", "s.prom")
        ran = dispatch("check", "lech", "-v", "--json", "--debug", "--providers", str(path), *files)
    assert asked == ["/x"]
    assert ran.code == 7
    assert "canary" not in ran.out + ran.err
    for found in home.parent.rglob("*"):
        assert not found.is_file() or b"canary" not in found.read_bytes(), found


def test_coverage_counts_days_and_keeps_promises(dispatch, home):
    """Days ahead as rows; exit 7 and one line for cron where a named minimum is missed."""
    closed = provider("lech", 'hours = "Mo-Su 08:00-18:00"')
    path = write(home, closed, '[coverage]\nregions = ["86"]\nservices = ["tow"]\n')
    argv = ("check", "--coverage", "2d", "--providers", str(path))
    ran = dispatch(*argv)
    assert ran.code == 0
    assert ran.out.startswith("region\tservice\tstart\t")
    assert dispatch(*argv, "--quiet").out == ""
    ran = dispatch(*argv, "--quiet", "--minimum", "1")
    assert ran.code == 7
    assert ran.out.startswith("coverage: MISSED: fewer than 1 in 86")
    for minimum in ((), ("--minimum", "1")):  # named, and no firm comes there at all
        asked = ("--quiet", *minimum, "--region", "80", "--service", "Abschleppen")
        ran = dispatch(*argv, *asked)
        assert ran.code == 7
        assert "none in 80" in ran.out
    ran = dispatch(*argv, "--quiet", "--minimum", "1", "--service", "Taxi")
    assert (ran.code, ran.out) == (7, "coverage: MISSED: fewer than 1 in 86, none in 86\n")
    elsewhere = write(home, provider("lech", 'hours = "24/7"'), "[coverage]\nminimum = 1\n")
    assert dispatch("check", "--coverage", "2d", "--providers", str(elsewhere)).code == 0
    none = write(home, provider("lech", 'hours = "24/7"\nunits = 0'), "[coverage]\nminimum = 1\n")
    assert dispatch("check", "--coverage", "2d", "--providers", str(none)).code == 7
    path = write(home, closed, '[coverage]\nregions = ["86"]\nservices = ["tow"]\n')
    assert dispatch(*argv, "--service", "flying").code == 2
    ran = dispatch(*argv, "--json", "--html", "page.html")
    assert ran.envelope["schema"] == "dispatch.check.coverage/1"
    assert "Coverage" in (home / "page.html").read_text(encoding="utf-8")
    assert dispatch("check", "--coverage", "soon", "--providers", str(path)).code == 2
    assert dispatch("check", "--minimum", "1", "--providers", str(path)).code == 2


def test_the_sample_is_refused(dispatch, home):
    """The packaged sample is not checked without --sample."""
    ran = dispatch("check")
    assert ran.code == 4
    assert "the packaged sample has only invented firms" in ran.err
    assert dispatch("check", "--sample").code == 0


def test_a_report_by_phone_is_a_row(dispatch, home):
    """A provider without checks but with a report by phone is shown."""
    path = write(home, provider("lech"), provider("ilm"))
    said = ("providers", "report", "lech", "--free", "2", "--until", "45", "--providers", str(path))
    assert dispatch(*said).code == 0
    ran = dispatch("check", "--providers", str(path))
    assert ran.code == 0
    row = rows(ran)["lech"]
    assert (row["state"], row["free"]) == ("up", "2")
    assert row["reported_until"]


def test_a_removed_check_is_forgotten(dispatch, home):
    """After its check is removed from the file, a provider is no longer excluded."""
    path = write(
        home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2"))
    )
    assert dispatch("check", "--quiet", "--providers", str(path)).code == 7
    path = write(home, provider("lech"), provider("ilm", command("/bin/true")))
    ran = dispatch("check", "--providers", str(path))
    assert (ran.code, states(ran)) == (0, {"ilm": "up"})
    assert dispatch("cascade", "tow", "--at", "86150", "--providers", str(path)).code == 0


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("huber", "--coverage", "7d"), "an ID cannot be used with --coverage"),
        (("--coverage", "7d", "--prometheus", "x"), "--prometheus cannot be used with --coverage"),
        (("--print-crontab", "--status", "x"), "--status cannot be used with --print-crontab"),
        (("--print-crontab", "--print-systemd"), "exclude each other"),
        (("--print-systemd", "--coverage", "7d"), "exclude each other"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(dispatch, argv, says):
    """Options without an effect are refused, so that no file is missing by surprise."""
    ran = dispatch("check", *argv)
    assert ran.code == 2
    assert says in ran.err


def test_a_monitor_gets_a_wrong_option_as_unknown(dispatch):
    """A monitor has four codes: a wrong command line is the unknown one."""
    ran = dispatch("check", "--coverage", "7d", "--monitor")
    assert (ran.code, ran.out[:24]) == (3, "UNKNOWN: --monitor canno")


@pytest.mark.parametrize("before", [(), ("--lang", "de")], ids=["", "with a language"])
def test_a_monitor_is_told_where_the_json_is(dispatch, home, before):
    """--monitor with --json is one line of UNKNOWN, not JSON; --status writes the JSON of a run."""
    ran = dispatch(*before, "check", "--monitor", "--json")
    said = "--monitor prints one line: leave out --json, or write --status FILE"
    assert ran == (3, f"UNKNOWN: {said}\n", "")
    path = write(home, provider("lech", command("/bin/true")))
    ran = dispatch("check", "--monitor", "--status", "run.json", "--providers", str(path))
    assert (ran.code, ran.out.startswith("OK: 1 up | ")) == (0, True)
    told = json.loads((home / "run.json").read_bytes())
    assert (told["schema"], told["data"]["checked"]) == ("dispatch.check/1", 1)
