"""A provider is added to a valid file, or the file stays as it was, also after a kill."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dispatch_cli import files
from dispatch_cli.catalog import new_entries
from dispatch_cli.catalog.new_entries import EntryChecker, add_entries
from dispatch_cli.errors import BadDataError, ConflictError, UnavailableError

from .files import HUBER, NOW, no_holidays, open_file, write

MAIER = {
    "id": "maier", "name": "Maier", "phone": "089 99998-208", "services": ["tow"],
    "base": "86150", "area": {"radius_km": 10},
}  # fmt: skip


def add(path: Path, *entries: dict[str, object]) -> None:
    """Add entries to a file, as the command line does."""
    add_entries(path, "option", entries, now=NOW, holidays=no_holidays)


def test_a_provider_is_added(tmp_path: Path) -> None:
    """The new file is valid, and begins with the bytes of the old one; its mode stays."""
    path = write(tmp_path, f"# head{HUBER}# tail\n")
    os.chmod(path, 0o640)
    add(path, MAIER)
    assert path.read_text().startswith(f"# head{HUBER}# tail\n")
    assert open_file(path).ids() == ["huber", "maier"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["providers.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind a link is replaced, not the link."""
    (tmp_path / "a").mkdir()
    real = write(tmp_path / "a", HUBER, "real.toml")
    link = tmp_path / "providers.toml"
    link.symlink_to(real)
    add(link, MAIER)
    assert link.is_symlink()
    assert "maier" in real.read_text()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**MAIER, "id": "huber"}, "the id is in use"),
        ({**MAIER, "services": ["xyz"]}, 'unknown service "xyz"'),
        ({**MAIER, "preis": 3}, "price has no place"),
        ({**MAIER, "clients": ["adac"]}, 'unknown client "adac"'),
    ],
)
def test_nothing_is_written_if_the_file_would_be_invalid(
    tmp_path: Path, entry: dict[str, object], said: str
) -> None:
    """One entry that is not valid keeps all of them out of the file."""
    path = write(tmp_path, HUBER)
    with pytest.raises(BadDataError, match=said) as caught:
        add(path, MAIER, entry)
    assert str(caught.value.hint) == "nothing is written"
    assert path.read_text() == HUBER


def test_an_id_of_an_included_file_is_in_use(tmp_path: Path) -> None:
    """The whole provider file is checked, with the files that it includes."""
    write(tmp_path, HUBER.replace('"huber"', '"maier"'), "more/a.toml")
    path = write(tmp_path, f'include = ["more/*.toml"]\n{HUBER}')
    with pytest.raises(BadDataError, match="the id is in use"):
        add(path, MAIER)
    assert EntryChecker(path, "option").new_id("Maier") == "maier-2"


def test_a_change_by_an_editor_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another program has written meanwhile stays as that program left it."""
    path = write(tmp_path, HUBER)
    real = new_entries.build

    def slow(*args: object, **named: object) -> object:
        path.write_text(f"{HUBER}# edited\n")
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(new_entries, "build", slow)
    with pytest.raises(ConflictError, match="was changed by another program"):
        add(path, MAIER)
    assert path.read_text() == f"{HUBER}# edited\n"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Where writing, flushing or renaming fails, the old file is whole and nothing else is left."""
    path = write(tmp_path, HUBER)

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "write":
        monkeypatch.setattr(files, "_take_over", full)
    else:
        monkeypatch.setattr(files.os, call, full)
    with pytest.raises(UnavailableError, match="No space left on device"):
        add(path, MAIER)
    assert path.read_text() == HUBER
    assert [each.name for each in tmp_path.iterdir()] == ["providers.toml"]


@pytest.mark.skipif(os.name == "nt", reason="needs limits of a process")
def test_a_file_size_limit_is_a_full_disk(tmp_path: Path) -> None:
    """A real process whose writes end after 4 KiB says so with exit 5; the file is the old one."""
    text = HUBER + "# comment\n" * 1000
    path = write(tmp_path, text)
    # Python 3.11 would keep bytecode that the limit has cut off.
    code = (
        "import resource, signal, sys; sys.dont_write_bytecode = True;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from dispatch_cli.__main__ import main; sys.exit(main())"
    )
    ran = subprocess.run([sys.executable, "-c", code, *argv(path, 1)], text=True,
                         capture_output=True, env=environment(tmp_path), check=False)  # fmt: skip
    assert ran.returncode == 5, ran.stderr
    assert "cannot be written: File too large" in ran.stderr
    assert path.read_text() == text
    assert not list(tmp_path.glob("providers.toml.*"))


def argv(path: Path, number: int) -> list[str]:
    """Return the command line that adds a firm."""
    return [
        "providers", "add", "--providers", str(path), "--id", f"firm-{number}",
        "--name", f"Firma {number}", "--phone", "089 99998-209", "--service", "tow",
        "--base", "86150", "--radius-km", "20",
    ]  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    """Return the environment with folders of its own."""
    homes = {f"XDG_{name}_HOME": str(folder / "home") for name in ("CONFIG", "CACHE", "STATE")}
    return {**os.environ, **homes}


def test_programs_at_the_same_time_add_all(tmp_path: Path) -> None:
    """Of several programs that add at once none loses the firm of another."""
    path = write(tmp_path, HUBER)
    running = [
        subprocess.Popen([sys.executable, "-m", "dispatch_cli", *argv(path, number)],
                         stdout=subprocess.DEVNULL, env=environment(tmp_path))
        for number in range(4)
    ]  # fmt: skip
    assert [each.wait(60) for each in running] == [0] * 4
    assert sorted(open_file(path).ids()) == ["firm-0", "firm-1", "firm-2", "firm-3", "huber"]


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.ci)])
def test_a_killed_program_leaves_a_whole_file(tmp_path: Path, kills: int) -> None:
    """Killed at any moment, the file is the old one or the new one; the next add works."""
    path = write(tmp_path, HUBER + "# comment\n" * 100_000)
    whole_s = _seconds(path, tmp_path)
    seen = set()
    for number in range(1, kills + 1):
        before = open_file(path).ids()
        command = [sys.executable, "-m", "dispatch_cli", *argv(path, number)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=environment(tmp_path))  # fmt: skip
        time.sleep(whole_s * 1.3 * (number - 0.9) / kills)
        process.send_signal(signal.SIGKILL)
        process.wait()
        after = open_file(path).ids()
        assert after in (before, [*before, f"firm-{number}"])
        seen.add(after == before)
    add(path, MAIER)
    assert open_file(path).ids()[-1] == "maier"
    assert True in seen


def _seconds(path: Path, folder: Path) -> float:
    """Measure how long it takes to add a firm."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "dispatch_cli", *argv(path, 0)], check=True,
                   stdout=subprocess.DEVNULL, env=environment(folder))  # fmt: skip
    return time.monotonic() - begun
