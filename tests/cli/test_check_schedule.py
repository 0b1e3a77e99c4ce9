"""What cron and systemd are given: read by an independent parser, and by systemd itself."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dispatch_cli.cli.check_schedule import jobs_of

from .watched import ROOT, command, provider, run, write

ODD = 'a b%c\'s $x "q" \\ ü'
"""A folder whose name has everything that shells, cron and systemd take for something else."""


def field_values(field: str, low: int, high: int) -> set[int]:
    """Return the values of one field of crontab(5): ``*``, ``*/N``, N."""
    match = re.fullmatch(r"(\*|\d+)(?:/(\d+))?", field)
    assert match, field
    start, stop = (low, high) if match[1] == "*" else (int(match[1]), int(match[1]))
    assert low <= start <= stop <= high
    return set(range(start, stop + 1, int(match[2] or 1)))


def parse_crontab(text: str) -> tuple[dict[str, str], list[tuple[list[set[int]], str]]]:
    """Read a crontab as cron does: settings, and the times and command of each entry."""
    settings, entries = {}, []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        setting = re.fullmatch(r"([A-Z]+)=(.*)", line)
        if setting:
            settings[setting[1]] = setting[2]
            continue
        *fields, rest = line.split(" ", 5)
        limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
        times = [field_values(field, *limit) for field, limit in zip(fields, limits, strict=True)]
        # An unescaped % ends the command; an escaped one is the sign itself.
        unescaped = re.split(r"(?<!\\)%", rest)[0]
        entries.append((times, unescaped.replace(r"\%", "%")))
    return settings, entries


@pytest.fixture
def quoted_paths(home: Path) -> Path:
    """A provider file and a log in a folder whose name needs quoting."""
    folder = home / ODD
    folder.mkdir()
    return write(folder, provider("lech", command("/bin/true")))


def test_the_crontab_runs_as_cron_runs_it(quoted_paths: Path) -> None:
    """Each line has its times, and its command works with nothing but cron's own environment."""
    db = quoted_paths.parent / "log.sqlite3"
    ran = run("check", "--print-crontab", "--providers", quoted_paths, "--db", db)
    assert ran.returncode == 0
    settings, entries = parse_crontab(ran.stdout.decode())
    assert settings["MAILTO"]
    minutes = [times[0] for times, _ in entries]
    hours = [times[1] for times, _ in entries]
    assert minutes[0] == set(range(0, 60, 5))
    assert minutes[1] == set(range(60))
    assert [len(each) for each in minutes[2:] + hours[2:]] == [1] * 6
    said = []
    for _, words in entries:
        assert words.startswith("/")
        # PYTHONPATH for a checkout; an installed program needs none.
        cron = {"HOME": "/", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "root"}
        cron["PYTHONPATH"] = str(ROOT)
        one = subprocess.run(
            ["/bin/sh", "-c", words], env=cron, cwd="/", capture_output=True, check=False
        )
        assert one.returncode == 0, (words, one.stderr)
        said.append(one.stdout)
    assert said == [b""] * 5  # log head, too: the journal has no record yet
    assert db.exists()
    assert (quoted_paths.parent / "backups" / "log.sqlite3").exists()


def test_relative_names_become_absolute(home: Path) -> None:
    """A file with a relative name is found from every folder."""
    write(home, provider("lech", command("/bin/true")))
    text = run(
        "check", "--print-crontab", "--providers", "own.toml", "--db", "x.db"
    ).stdout.decode()
    assert f"--providers {home}/own.toml --db {home}/x.db" in text


@pytest.mark.parametrize("budget_s", [1, 120, 299, 300, 301, 1799, 1800, 3000])
def test_a_run_ends_before_the_next_begins(budget_s: float) -> None:
    """The checks are started less often than their budget, evenly through the hour."""
    job = jobs_of(["/bin/dispatch"], [], budget_s, "/var/backup")[0]
    minutes = sorted(field_values(job.cron.split()[0], 0, 59))
    gaps = {b - a for a, b in zip(minutes, [*minutes[1:], 60 + minutes[0]], strict=True)}
    assert len(gaps) == 1
    assert gaps.pop() * 60 > budget_s
    assert job.limit_s > budget_s


def unit_files(text: str) -> dict[str, str]:
    """Return the files that the text names, by name."""
    parts = re.split(r"^# /etc/systemd/system/(\S+)\n", text, flags=re.MULTILINE)
    assert parts[0].strip() == ""
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_units_have_what_jobs_need(quoted_paths: Path) -> None:
    """Exit codes, a unit for failures, a time limit, a spread, and missed runs."""
    text = run("check", "--print-systemd", "--providers", quoted_paths).stdout.decode()
    files = unit_files(text)
    names = ("check", "audit", "forget", "backup", "head")
    assert set(files) == {
        "dispatch-failed@.service",
        *(f"dispatch-{name}.{kind}" for name in names for kind in ("service", "timer")),
    }
    check = files["dispatch-check.service"]
    assert re.search(r"^ExecStart=.* check --quiet --alert-once ", check, re.MULTILINE)
    for line in (
        "SuccessExitStatus=8",
        "OnFailure=dispatch-failed@%n.service",
        "TimeoutStartSec=180",
        "Type=oneshot",
    ):
        assert line in check.splitlines()
    for name in names:
        timer = files[f"dispatch-{name}.timer"].splitlines()
        assert "Persistent=true" in timer
        assert any(line.startswith("RandomizedDelaySec=") for line in timer)
        assert "OnFailure=dispatch-failed@%n.service" in files[f"dispatch-{name}.service"]


def test_systemd_accepts_the_units(quoted_paths: Path, tmp_path: Path) -> None:
    """``systemd-analyze verify`` has nothing to say about any of them."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not here")
    folder = tmp_path / "units"
    folder.mkdir()
    files = unit_files(run("check", "--print-systemd", "--providers", quoted_paths).stdout.decode())
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no",
         *(str(folder / name) for name in files if "@" not in name)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
    )  # fmt: skip
    ours = [line for line in ran.stderr.splitlines() if "dispatch" in line]
    assert ours == []
    assert ran.returncode == 0, ran.stderr
    broken = folder / "dispatch-check.service"
    broken.write_text(files[broken.name].replace("oneshot", "onesot").replace("ExecStart", "Exec"))
    ran = subprocess.run(
        [analyze, "verify", "--man=no", str(broken)], capture_output=True, text=True, check=False
    )
    assert "onesot" in ran.stderr  # so the silence above says something


def test_the_words_reach_the_program_through_systemd(quoted_paths: Path) -> None:
    """The words after ExecStart= are read back by the quoting rules of systemd."""
    files = unit_files(run("check", "--print-systemd", "--providers", quoted_paths).stdout.decode())
    [line] = re.findall(r"^ExecStart=(.*)$", files["dispatch-check.service"], re.MULTILINE)
    words = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        word = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        words.append(word.replace("%%", "%").replace("$$", "$"))
    assert str(quoted_paths) in words


def test_the_sample_gets_no_schedule(home: Path) -> None:
    """The packaged sample has no schedule."""
    ran = run("check", "--print-crontab")
    assert ran.returncode == 4
    assert ran.stdout == b""
    assert b"--sample" in run("check", "--print-crontab", "--sample").stdout
