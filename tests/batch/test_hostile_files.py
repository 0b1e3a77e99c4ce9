"""Any input gives a clear message, the right exit code, and bounded memory."""

import gzip
import os
import subprocess
import sys
import threading

import pytest

from dispatch_cli.batch.job.engine_choice import WORTH_COMPILING

from ..extras import NEEDS_BATCH
from ..reject_files import read_rejects
from .invalid_rows import HEADER, random_rows, row_of
from .running import ran

MIB = 1 << 20


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", 4, "is empty"),
        (b"\xff\xfei\x00d\x00", 4, "UTF-16"),
        (b"\0" * 5000, 4, "NUL"),
        pytest.param(b"PAR1" + b"x" * 500, 4, "Parquet", marks=NEEDS_BATCH),
        (gzip.compress(HEADER + row_of(1, {}) * 5000, mtime=0)[:-500], 4, "truncated"),
        (b"a,b\n1,2\n", 4, "no column has the place"),
        (b"lat,lon\n1,2\n", 4, "--kind"),
        (b"lat,lon,kind,kind\n1,2,tow,tow\n", 4, "the column 'kind' twice"),
        (HEADER, 0, "0 rows"),
        (HEADER + b"x,y\n" * 3, 4, "3 rejected"),
        (HEADER + row_of(1, {"lat": "40.1", "lon": "-75.3"}), 3, "0 served"),
        (HEADER + row_of(1, {}) + b"\n", 6, "1 rejected"),
    ],
)
def test_every_file_ends_with_its_code_and_a_message(dispatch, home, content, code, says):
    """Each bad file gives one line with the cause, and no traceback."""
    (home / "in.csv").write_bytes(content)
    found = dispatch("batch", "in.csv", "--output", "out.csv")
    assert found.code == code, found.err
    assert says in found.err
    assert "Traceback" not in found.err
    assert "bug" not in found.err


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["none.csv"], 4, "No such file"),
        (["."], 4, "is a folder"),
        (["in.csv", "--output", "."], 2, "is not a valid file name"),
        (["in.csv", "--output", "none/out.csv"], 2, "the folder none does not exist"),
        (["in.csv", "--output", "/dev/null"], 2, "/dev/null is not a regular file"),
        (["in.csv", "--output", "in.csv"], 2, "would overwrite in.csv, which the batch reads"),
        (
            ["in.csv", "--output", "in.csv", "--rejects", "y"],
            2,
            "would overwrite in.csv, which the batch reads",
        ),
        (["in.csv", "--rejects", "in.csv"], 2, "would overwrite in.csv, which the batch reads"),
        (["in.csv", "--output", "providers.toml"], 2, "would overwrite"),
        (["in.csv", "--rejects", "providers.toml"], 2, "would overwrite"),
        (["in.csv", "--output", "x", "--rejects", "x"], 2, "both write x"),
        (["in.csv", "--output", "x", "--rejects", "../here/x"], 2, "both write"),
        (["in.csv", "--output", "x", "--rejects", "x.part"], 2, "both write"),
        (["in.csv", "--output", "x", "--rejects", "x.state"], 2, "both write"),
        (["in.csv", "--output", "x.part", "--rejects", "x"], 2, "both write"),
        (["in.csv", "--output", "x", "--rejects", "x.tmp"], 2, "both write"),
        (["in.csv", "--format", "xml"], 2, "jsonl, csv"),
        (["in.csv", "--format", "parquet"], 2, "--output"),
        (["in.csv", "--columns", "lat"], 2, "fact=column"),
        (["in.csv", "--columns", "latt=lat"], 2, "unknown fact"),
        (["in.csv", "--columns", "lat=LAT"], 2, "the input has no column 'LAT'"),
        (["in.csv", "--keep", "nothing"], 2, "'nothing'"),
        (["in.csv", "--keep", "id", "--format", "csv"], 2, "--keep id"),
        (["in.csv", "--delimiter", ";;"], 2, "is not one character"),
        (["in.csv", "--encoding", "utf-16"], 2, "--encoding"),
        (["in.csv", "--map-kinds", "none.toml"], 4, "none.toml"),
        (["in.csv", "--map-kinds", "in.csv"], 4, "TOML"),
        (["in.csv", "--json"], 2, "--output"),
        (["in.csv", "--now", "--when", "12:00"], 2, "--now and --when exclude each other"),
        (["in.csv", "--now", "--columns", "when=note"], 2, "leave out when=note in --columns"),
        (["in.csv", "--write-map", "in.csv"], 2, "would overwrite in.csv"),
        (["in.csv", "--output", "x", "--write-map", "x.rejects"], 2, "--rejects and --write-map"),
        (["in.csv", "--write-map", "no/kinds.toml"], 2, "the folder no does not exist"),
        (["in.csv", "--top", "0"], 2, "top"),
        (["in.csv", "--history"], 5, "no case log"),
        (["in.csv", "--live", "--db", "none.db"], 5, "no case log"),
    ],
)
def test_every_wrong_command_line_says_so(dispatch, home, argv, code, says):
    """Exit 2 for an option, 4 for the content of a file, 5 for a missing log."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}))
    found = dispatch("batch", *argv)
    assert (found.code, found.out) == (code, "" if "--json" not in argv else found.out), found.err
    assert says in found.err


def test_the_sample_is_refused_unless_it_is_asked_for(dispatch, home):
    """The sample of invented firms needs --sample."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}))
    assert dispatch("batch", "in.csv").code == 4
    assert dispatch("batch", "in.csv", "--sample").code == 0


def test_fail_fast_stops_at_the_first_and_leaves_nothing(dispatch, firms, home):
    """Exit 4 with line and reason; earlier results go to stdout only."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}) + row_of(2, {"lat": "x"}) + row_of(3, {}))
    found = dispatch("batch", "in.csv", "--fail-fast", "--output", "out.csv")
    assert found.code == 4
    assert "in.csv:3: bad_position" in found.err
    assert sorted(each.name for each in home.iterdir()) == ["in.csv", "providers.toml"]
    found = dispatch("batch", "in.csv", "--fail-fast")
    assert found.code == 4
    assert found.out.count('"row":') == 1


def test_without_an_output_rejects_are_named_or_kept(dispatch, firms, home):
    """stdout has only results; rejects are on stderr, or in --rejects."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}) + row_of(2, {"lat": "x"}))
    found = dispatch("batch", "in.csv")
    assert found.out.count("\n") == 1
    assert "rejected: in.csv:3: bad_position" in found.err
    found = dispatch("batch", "in.csv", "--rejects", "rejects")
    assert "rejected: " not in found.err
    with (home / "rejects").open("rb") as file:
        assert [each.number for each in read_rejects(file)] == [2]


@pytest.mark.usefixtures("firms")
def test_a_reader_that_leaves_early_ends_it_quietly(home):
    """``| head -1``: exit 0, nothing on stderr."""
    (home / "in.csv").write_bytes(HEADER + row_of(1, {}) * 5000)
    process = subprocess.Popen(
        [sys.executable, "-m", "dispatch_cli", "batch", "in.csv", "--now"],
        cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout.readline().startswith(b'{"row":1')
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


@pytest.mark.usefixtures("firms")
def test_a_stream_gives_what_the_file_gives(home):
    """A pipe that writes byte by byte, plain and in gzip, gives the results of the file."""
    data = HEADER + b"".join(raw for raw, _ in random_rows(3, 50))
    argv = ("--when", "2026-11-27T12:00", "--rejects", "rejects")
    (home / "in.csv").write_bytes(data)
    code, expected, _ = ran(home, "in.csv", *argv)
    rejects = (home / "rejects").read_bytes()
    for sent in (data, gzip.compress(data)):
        read_end, write_end = os.pipe()

        def write(sent=sent, write_end=write_end):
            with os.fdopen(write_end, "wb", buffering=0) as pipe:
                for at in range(0, len(sent), 7):
                    pipe.write(sent[at : at + 7])

        writer = threading.Thread(target=write)
        writer.start()
        found = ran(home, "-", *argv, stdin=read_end)
        os.close(read_end)
        writer.join()
        assert found[:2] == (code, expected)
        assert (home / "rejects").read_bytes() == rejects


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("mebibytes", [pytest.param(50), pytest.param(1024, marks=pytest.mark.ci)])
def test_an_endless_line_is_streamed_to_the_rejects(home, mebibytes):
    """A huge line is one reject, with the memory of a small file."""
    with (home / "in.csv").open("wb") as file:
        file.write(HEADER + row_of(1, {}))
        for _ in range(mebibytes):
            file.write(b"x" * MIB)
        file.write(b"\n" + row_of(3, {}))
    # Large enough for the same engine: what an engine takes is not what the line takes.
    row = row_of(1, {})
    (home / "small.csv").write_bytes(HEADER + row * (WORTH_COMPILING // len(row) + 1))
    _, small_kib = measured(home, "small.csv", "--output", "small.jsonl")
    code, large_kib = measured(home, "in.csv", "--output", "out.jsonl")
    assert code == 6
    assert large_kib < small_kib + 24 * 1024
    size = 0
    with (home / "out.jsonl.rejects").open("rb") as file:
        for each in read_rejects(file):
            assert (each.number, each.reason) == (2, "too_long")
            size += len(each.raw)
    assert size == mebibytes * MIB + 1
    assert (home / "out.jsonl").read_bytes().count(b"\n") == 2
    for name in ("in.csv", "out.jsonl.rejects"):
        (home / name).unlink()  # they are large, and pytest keeps what is left


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("times", "options"),
    [(1, ["--summary"]), pytest.param(100, [], marks=pytest.mark.ci)],
)
def test_ten_times_the_rows_take_no_more_memory(home, times, options):
    """The peak for ten times the rows is at most 1.2 times as high.

    Once with so few that all go row by row, once with so many that with the extra all go by blocks.
    """
    rows = b"".join(raw for raw, _ in random_rows(5, 1_000))
    peaks = []
    for count in (times, 10 * times):
        (home / "in.csv").write_bytes(HEADER + rows * count)
        code, peak = measured(home, "in.csv", "--output", f"{count}.csv", *options)
        assert code == 6
        peaks.append(peak)
    assert peaks[1] <= 1.2 * peaks[0]


def measured(folder, *argv):
    """Run a batch; returns its exit code and its peak memory in KiB.

    The process measures itself, because ``wait4`` includes the memory of the process that started
    it.
    """
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURED, "batch", *argv],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return ended.returncode, int((folder / "peak").read_text())


_MEASURED = """
import re
from dispatch_cli.__main__ import main
try:
    main()
finally:
    with open("/proc/self/status") as status, open("peak", "w") as peak:
        peak.write(re.search(r"VmHWM:\\s+([0-9]+) kB", status.read())[1])
"""
