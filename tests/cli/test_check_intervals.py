"""Checks with ``every_min``, and ``-w``/``-c``, by the command."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .watched import command, provider, run, write

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def looking(home: Path, dispatch, monkeypatch):
    """Run the checks at minutes after noon; two programs note their looks.

    Returns the states, and the looks so far.
    """
    log = home / "looks"
    log.touch()
    script = home / "look.sh"
    script.write_text(f'echo "$1" >> {log}\nexit "$(cat {home}/$1)"\n')
    for name in ("fast", "slow"):
        (home / name).write_text("0")

    def check(minutes: float, *argv: str) -> tuple[str, str]:
        for module in ("cli.check", "cli.log_book"):
            monkeypatch.setattr(
                f"dispatch_cli.{module}.now", lambda: NOON + timedelta(minutes=minutes)
            )
        rows = dispatch("check", "--json", *argv, "--providers", str(home / "own.toml"))
        [row] = rows.envelope["data"]["rows"]
        return row["state"], " ".join(log.read_text().split())

    fast = command("/bin/sh", str(script), "fast")[len("check = [{ ") : -len(" }]")]
    slow = command("/bin/sh", str(script), "slow")[len("check = [{ ") : -len(" }]")]
    checks = f"check = [{{ {fast} }}, {{ {slow}, every_min = 60 }}]"
    write(home, "[check]\nfailures = 1\nsuccesses = 1\n", provider("lech", checks))
    return check


def test_a_rare_look_is_made_only_when_it_is_due(looking, home: Path) -> None:
    """The slow check is made at noon and an hour later; one by hand makes all looks."""
    assert looking(0)[1] == "fast slow" or looking(0)[1] == "slow fast"
    assert len(looking(5)[1].split()) == 3
    assert len(looking(30)[1].split()) == 4
    assert sorted(looking(60)[1].split()) == ["fast"] * 4 + ["slow"] * 2
    assert sorted(looking(61, "lech")[1].split()) == ["fast"] * 5 + ["slow"] * 3
    assert sorted(looking(65)[1].split()) == ["fast"] * 6 + ["slow"] * 3


def test_the_result_of_a_rare_look_holds_until_the_next(looking, home: Path) -> None:
    """A fault that only the slow check finds stays until its next look, not until the next run.

    An earlier answer of the slow check does not keep a provider from being down.
    """
    (home / "slow").write_text("1")
    assert looking(0)[0] == "degraded"
    (home / "slow").write_text("0")
    assert [looking(minute)[0] for minute in (5, 25, 45)] == ["degraded"] * 3
    assert looking(60)[0] == "up"
    (home / "fast").write_text("2")
    assert looking(65)[0] == "down"
    (home / "fast").write_text("0")
    (home / "slow").write_text("2")
    assert looking(120)[0] == "degraded"  # one of two answers
    (home / "slow").write_text("0")
    assert looking(125)[0] == "up"  # a look that has failed is repeated by the next run


def test_a_provider_without_a_look_in_a_run_is_said_to_have_none(
    home: Path, dispatch, monkeypatch
) -> None:
    """Between two rare looks JSON and page say since when it was not checked; a look ends that."""
    rare = command("/bin/true").replace(" }]", ", every_min = 20 }]")
    tables = provider("lech", rare), provider("ilm", command("/bin/true"))
    file, page = str(write(home, *tables)), home / "page.html"

    def check(minutes: float) -> tuple[int, list[str | None], str]:
        for module in ("cli.check", "cli.log_book"):
            monkeypatch.setattr(
                f"dispatch_cli.{module}.now", lambda: NOON + timedelta(minutes=minutes)
            )
        ran = dispatch("check", "--json", "--providers", file, "--html", str(page))
        data = ran.envelope["data"]
        since = [row["unchecked_since"] for row in data["rows"]]
        return data["checked"], since, page.read_text()

    said = "not checked since "
    checked, since, text = check(0)
    assert (checked, since, said in text) == (2, [None, None], False)
    for minute in (5, 15):
        checked, since, text = check(minute)
        assert (checked, since[1], text.count(said)) == (1, None, 1)
        assert datetime.fromisoformat(since[0]).replace(second=0, microsecond=0) == NOON
        assert f"{said}13:00" in text  # in the time zone of the provider file
    checked, since, text = check(20)
    assert (checked, since, said in text) == (2, [None, None], False)


def test_the_stored_looks_are_those_of_the_file(looking, home: Path) -> None:
    """A check that the file has no more leaves no row."""
    looking(0)
    [log] = home.parent.rglob("cases.sqlite3")

    def rows() -> int:
        with closing(sqlite3.connect(log)) as connection:
            return connection.execute("SELECT count(*) FROM last_look").fetchone()[0]

    assert rows() == 1
    write(home, provider("lech", command("/bin/true")))
    looking(5)
    assert rows() == 0


def test_a_file_whose_looks_are_too_rare_has_a_warning(dispatch, home: Path) -> None:
    """A provider that becomes stale before its next look is named by validate."""
    look = command("/bin/true").replace(" }]", ", every_min = 30 }]")
    file = str(write(home, provider("lech", look)))
    ran = dispatch("providers", "validate", "--providers", file)
    assert "every check has an every_min from stale_min (30) on" in ran.err + ran.out
    write(home, provider("lech", look.replace("= 30", "= 29")))
    ran = dispatch("providers", "validate", "--providers", file)
    assert "every_min" not in ran.err + ran.out


def test_a_feed_and_a_wrong_address_are_refused(dispatch, home: Path) -> None:
    """A capacity feed has no interval, and an address is numeric."""
    for check, said in (
        (
            'kind = "http", url = "https://x.example", capacity = true, every_min = 5',
            "every_min is not for a capacity feed",
        ),
        ('kind = "dns", host = "x.example", addresses = ["x"]', 'address "x" is not numeric'),
        ('kind = "content", url = "https://x.example"', "contains is missing"),
        ('kind = "dns", host = "x.example", port = 53', "port is not a key of a check of kind"),
    ):
        file = str(write(home, provider("lech", f"check = [{{ {check} }}]")))
        ran = dispatch("providers", "validate", "--providers", file)
        assert (ran.code, said in ran.err) == (4, True), ran.err


def test_the_monitor_takes_thresholds(home: Path, dispatch) -> None:
    """-w and -c decide the code of the plugin; elsewhere and for other texts they are refused."""
    down, up = command("/bin/sh", "-c", "exit 2"), command("/bin/true")
    tables = [provider("lech", down), *(provider(f"p{n}", up) for n in range(3))]
    file = str(write(home, "[check]\nfailures = 1\n", *tables))
    codes = {
        options: run("check", "--monitor", *options, "--providers", file).returncode
        for options in ((), ("-w", "1"), ("-c", "1"), ("-w", "0", "-c", "20%"), ("-c", "25%"))
    }
    assert list(codes.values()) == [2, 0, 1, 2, 1]
    ran = dispatch("check", "-w", "1", "--providers", file)
    assert (ran.code, "-w needs --monitor" in ran.err) == (2, True)
    ran = dispatch("check", "--monitor", "-c", "many", "--providers", file)
    assert (ran.code, "-c 'many' is no range" in ran.out) == (3, True)


def test_the_status_page_has_the_strip_of_a_provider(home: Path) -> None:
    """After an outage today's field is down, and the page's policy allows its styles."""
    look = command("/bin/sh", "-c", "exit 2")
    file = write(home, "[check]\nfailures = 1\n", provider("lech", look))
    page = home / "page.html"
    assert run("check", "--providers", file, "--html", page).returncode == 7
    text = page.read_text()
    assert text.count('<span class="strip"') == 1
    assert '<i class="down w1"' in text
    assert 'style="' not in text
    data = json.loads(run("check", "--json", "--providers", file).stdout)["data"]
    assert "days" not in data["rows"][0]
