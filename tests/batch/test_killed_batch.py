"""A batch that is killed at any moment and resumed gives the bytes of an undisturbed run."""

import gzip
import random
import signal
import subprocess
import threading
import time

import pytest

from dispatch_cli.records.values import MOST_BYTES

from ..reject_files import read_rejects
from .invalid_rows import HEADER, random_rows, row_of
from .running import killed_after, killed_after_renames, ran, started, wait_for, written

pytestmark = pytest.mark.usefixtures("firms")


def until_it_ends(folder, argv, chance, kills, longest_s):
    """Start and kill a batch until it ends."""
    done = 0
    while done < kills:
        process = started(folder, *argv)
        if not killed_after(process, chance.uniform(0.05, longest_s)):
            assert process.returncode == 6
            return done
        done += 1
        left = written(folder, argv[argv.index("--output") + 1])
        if not any(name.endswith((".state", ".part")) for name in left) and left:
            return done  # killed after the last rename
    code, _, err = ran(folder, *argv)
    assert code == 6, err
    return done


@pytest.mark.parametrize(
    ("suffix", "rows", "kills", "longest_s"),
    [
        (".csv", 1_000, 3, None),
        (".parquet", 1_000, 3, None),
        pytest.param(".csv", 100_000, 100, 2.0, marks=pytest.mark.ci),
        pytest.param(".parquet", 100_000, 100, 3.0, marks=pytest.mark.heavy),
        pytest.param(".csv", 100_000, 500, 3.0, marks=pytest.mark.heavy),
        pytest.param(".parquet", 100_000, 500, 3.0, marks=pytest.mark.heavy),
    ],
)
def test_killed_and_resumed_is_undisturbed(home, rows, kills, longest_s, suffix):
    """Output and rejects equal those of one run, with a tenth of invalid rows.

    A record of 3 MiB in the middle, so that some kills fall inside it, and an input in gzip for
    the other format. Short runs are killed at any moment of the time that one run takes.
    """
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="the extra batch is not installed")
    content = random_rows(7, rows)
    content.insert(rows // 2, (row_of(0, {"note": "x" * 3 * MOST_BYTES}), "too_long"))
    data = HEADER + b"".join(raw for raw, _ in content)
    name = "in.csv.gz" if suffix == ".parquet" else "in.csv"
    (home / name).write_bytes(gzip.compress(data, 1) if name.endswith("gz") else data)
    argv = [name, "--when", "2026-11-27T12:00", "--keep", "note"]
    begun = time.monotonic()
    code, _, err = ran(home, *argv, "--output", f"whole{suffix}")
    assert code == 6, err
    longest_s = longest_s or time.monotonic() - begun
    whole = list(written(home, "whole").values())
    rejected = b"".join(each.raw for each in read_rejects(whole[1].splitlines()))
    assert rejected == b"".join(raw for raw, reason in content if reason)
    chance = random.Random(rows + kills)
    argv = [*argv, "--output", f"again{suffix}", "--resume"]
    done = 0
    while done < kills:
        done += until_it_ends(home, argv, chance, kills - done, longest_s)
        again = written(home, "again")
        assert list(again) == [f"again{suffix}", f"again{suffix}.rejects"]
        assert list(again.values()) == whole
        for left in again:
            (home / left).unlink()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("renames", [1, 2], ids=["rejects", "both"])
def test_two_kills_at_the_last_renames_can_be_resumed(home, suffix, renames):
    """A kill behind a rename, and one when the resumed run has opened an empty part file."""
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="the extra batch is not installed")
    rows = b"".join(row_of(number, {}) for number in range(50))
    (home / "in.csv").write_bytes(HEADER + rows + b"broken\n")
    argv = ["in.csv", "--when", "2026-11-27T12:00", "--output", f"out{suffix}"]
    assert ran(home, *argv)[0] == 6
    whole = written(home, "out")
    for name in whole:
        (home / name).unlink()
    killed_after_renames(home, renames, *argv)
    for name in (f"out{suffix}", f"out{suffix}.rejects"):
        if not (home / f"{name}.part").exists():
            (home / f"{name}.part").touch()
    assert ran(home, *argv, "--resume")[0] == 6
    assert written(home, "out") == whole


def test_ctrl_c_leaves_what_can_be_gone_on_with(home):
    """SIGINT ends with 130 and a hint to --resume; no file has its final name."""
    rows = b"".join(row_of(number, {}) for number in range(300_000))
    (home / "in.csv").write_bytes(HEADER + rows)
    process = started(home, "in.csv", "--output", "out.csv")
    wait_for(process, home / "out.csv.state")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"--resume continues from the last checkpoint" in err
    assert "out.csv" not in written(home, "out.csv")
    assert {"out.csv.part", "out.csv.state"} <= written(home, "out.csv").keys()


def test_a_stream_that_gives_nothing_keeps_no_batch_from_ending(home):
    """SIGINT ends a batch that waits for more input, also in columns."""
    process = started(
        home, "-", "--format", "csv", "--when", "2026-11-27T12:00",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    begun = threading.Event()

    def read_all():
        for line in process.stdout:
            if line.startswith(b"1,"):
                begun.set()

    reader = threading.Thread(target=read_all, daemon=True)
    reader.start()
    process.stdin.write(HEADER + 60_000 * row_of(1, {}))
    process.stdin.flush()
    assert begun.wait(timeout=120)
    time.sleep(1.0)  # all that it was given is ranked: it waits for the next block
    process.send_signal(signal.SIGINT)
    try:
        assert process.wait(timeout=30) == 130
    finally:
        process.kill()
        reader.join()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()
