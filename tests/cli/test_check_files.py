"""The files of a run: never half there, readable for others, no link followed."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch_cli.files import write_shared

from .watched import command, provider, run, write

Write = Callable[[Path, bytes], object]


@pytest.fixture
def file(home: Path) -> Path:
    """A file with one provider who is up."""
    return write(home, provider("lech", command("/bin/true")))


def torn_reads(path: Path, put: Write, rounds: int) -> tuple[int, int]:
    """Write two contents in turn while a thread reads; count its reads, and those of neither."""
    contents = [b"a" * 400_000 + b"\n", b"b" * 700_000 + b"\n"]
    write_shared(path, contents[0])
    is_over = threading.Event()
    reads = torn = 0

    def read() -> None:
        nonlocal reads, torn
        while not is_over.is_set():
            reads += 1
            torn += path.read_bytes() not in contents

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(rounds):
        put(path, contents[number % 2])
    is_over.set()
    reader.join()
    return reads, torn


@pytest.mark.parametrize("rounds", [100, pytest.param(5000, marks=pytest.mark.ci)])
def test_no_reader_sees_half_a_file(tmp_path: Path, rounds: int) -> None:
    """However often it is written, a reader finds one content or the other."""
    reads, torn = torn_reads(tmp_path / "dispatch.prom", write_shared, rounds)
    assert reads > 10
    assert torn == 0
    assert [path.name for path in tmp_path.iterdir()] == ["dispatch.prom"]


def test_plain_writing_is_seen_half_done(tmp_path: Path) -> None:
    """The reader of the test above would notice: written in place, halves are seen."""
    _, torn = torn_reads(tmp_path / "dispatch.prom", Path.write_bytes, 300)
    assert torn > 0


@pytest.mark.parametrize("runs", [4, pytest.param(50, marks=pytest.mark.ci)])
def test_the_prom_file_is_whole_between_real_runs(home: Path, file: Path, runs: int) -> None:
    """While real runs write, every read parses to the end and has every family."""
    from prometheus_client.parser import text_string_to_metric_families

    prom = home / "dispatch.prom"
    run("check", "--quiet", "--providers", file, "--prometheus", prom)
    wanted = {family.name for family in text_string_to_metric_families(prom.read_text())}
    assert "dispatch_provider_state" in wanted
    is_over, found = threading.Event(), []

    def read() -> None:
        while not is_over.is_set():
            text = prom.read_text()
            found.append({family.name for family in text_string_to_metric_families(text)})

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(runs):
        assert run("check", "--quiet", "--providers", file, "--prometheus", prom).returncode == 0
    is_over.set()
    reader.join()
    assert found
    assert all(names == wanted for names in found)


def test_all_three_files(home: Path, file: Path) -> None:
    """Page, figures and JSON are written for others to read, and the run stays silent."""
    names = [home / name for name in ("page.html", "dispatch.prom", "status.json")]
    page, prom, status = names
    argv = ("--html", page, "--prometheus", prom, "--status", status)
    ran = run("check", "--quiet", "--providers", file, *argv)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert [stat.S_IMODE(path.stat().st_mode) for path in names] == [0o644] * 3
    assert "Abschlepp Lech" in page.read_text(encoding="utf-8")
    assert 'dispatch_provider_state{provider="lech",state="up"} 1' in prom.read_text()
    envelope = json.loads(status.read_text())
    assert envelope["schema"] == "dispatch.check/1"
    assert [row["state"] for row in envelope["data"]["rows"]] == ["up"]


def test_the_status_file_has_the_exit_code_and_errors_of_the_run(home: Path, file: Path) -> None:
    """Where an alert or another file fails, the file is the JSON that --json prints."""
    status, options = home / "status.json", ("--status", home / "status.json")
    program = home / "program"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o700)
    write(home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2")))
    failing = ("--on-change", program)
    for more, code, said in (
        (failing, 5, "on-change: lech: the command ended with 3"),
        (("--html", home), 5, f"{home} cannot be written: Is a directory"),
        ((), 7, None),
    ):
        argv = ("check", "--json", "--providers", file, *more)
        printed = run(*argv, *options)
        written = json.loads(status.read_text())
        assert (printed.returncode, written["exit_code"]) == (code, code)
        assert written["status"] == "error"
        assert [each["text"] for each in written["errors"]] == ([said] if said else [])
        assert status.read_bytes() == printed.stdout


def test_the_status_file_has_the_exit_code_of_alert_once(home: Path, file: Path) -> None:
    """7 in the run that finds the outage, then 0; a file that is missing costs no alarm."""
    status = home / "status.json"
    write(home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2")))
    argv = ("check", "--alert-once", "--providers", file, "--status")
    codes = [(run(*argv, status).returncode, read_code(status)) for _ in range(2)]
    assert codes == [(7, 7), (0, 0)]
    assert [run(*argv, home).returncode for _ in range(2)] == [5, 0]
    assert (run(*argv, status).returncode, read_code(status)) == (0, 0)


def read_code(status: Path) -> int:
    """Return the exit code in a file of --status."""
    return json.loads(status.read_text())["exit_code"]


def test_a_link_is_replaced_and_not_followed(home: Path, file: Path) -> None:
    """A link of that name, made by another user, does not redirect the writer."""
    target, prom = home / "precious", home / "dispatch.prom"
    target.write_text("precious")
    prom.symlink_to(target)
    assert run("check", "--quiet", "--providers", file, "--prometheus", prom).returncode == 0
    assert target.read_text() == "precious"
    assert not prom.is_symlink()


def test_a_file_that_cannot_be_written_is_exit_5(home: Path, file: Path) -> None:
    """The run is kept and shown, every file that is missing is named, and the exit code is 5."""
    nowhere = [home / "none" / name for name in ("a.prom", "b.html")]
    argv = ("--prometheus", nowhere[0], "--html", nowhere[1])
    ran = run("check", "--providers", file, *argv)
    assert ran.returncode == 5
    assert ran.stderr.decode().splitlines() == [
        f"error: {path} cannot be written: No such file or directory" for path in nowhere
    ]
    assert b"\nup\t" in ran.stdout
    ran = run("check", "--providers", file, "--json", *argv)
    assert ran.returncode == 5
    envelope = json.loads(ran.stdout)
    assert envelope["status"] == "error"
    assert len(envelope["errors"]) == 2
    assert envelope["data"]["rows"][0]["state"] == "up"
    ran = run("check", "--providers", file, "--monitor", *argv)
    assert ran.returncode == 3
    assert ran.stdout.startswith(b"UNKNOWN: ")


def test_nothing_is_left_of_a_write_that_failed(tmp_path: Path) -> None:
    """A target that is a folder takes no file, and no temporary file stays beside it."""
    (tmp_path / "dispatch.prom").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_shared(tmp_path / "dispatch.prom", b"x")
    assert os.listdir(tmp_path) == ["dispatch.prom"]
