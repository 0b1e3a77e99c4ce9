"""After a power cut nothing acknowledged is lost, with any part of the writes on the disk."""

import shutil
from pathlib import Path

import pytest

from dispatch_cli.errors import DispatchError

from .power import Step, disks, record
from .working import opened, problems

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace: apt-get install strace"
)
STEPS = 25


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """Record the writes of a session that makes the log and works cases."""
    folder = tmp_path_factory.mktemp("recorded") / "log"
    folder.mkdir()
    return record(folder, STEPS)


@pytest.mark.parametrize("count", [100, pytest.param(2_000, marks=pytest.mark.ci)])
def test_nothing_acknowledged_is_lost(tmp_path: Path, recorded: list[Step], count: int) -> None:
    """Every possible disk opens, is sound, and has each decision acknowledged before the cut."""
    tried = 0
    for number, (disk, said) in enumerate(disks(recorded, count, seed=count)):
        assert _after(tmp_path / str(number), disk, said) == []
        tried += 1
    assert tried == count


def test_a_log_that_does_not_wait_for_the_disk_loses(tmp_path: Path) -> None:
    """The control: with synchronous=NORMAL the same replay finds lost decisions."""
    folder = tmp_path / "log"
    folder.mkdir()
    steps = record(folder, STEPS, "hasty")
    assert any(
        text.startswith("lost")
        for number, (disk, said) in enumerate(disks(steps, 100, seed=1))
        for text in _after(tmp_path / str(number), disk, said)
    )


def _after(folder: Path, disk: dict[str, bytes], said: int) -> list[str]:
    """List the problems of the log on a disk."""
    folder.mkdir()
    for name, content in disk.items():
        (folder / name).write_bytes(content)
    try:
        with opened(folder / "cases.sqlite3") as store:
            found = problems(store, said)
            store.after_erasure()
            return found
    except DispatchError as error:
        return [f"lost everything: {error}"]
    finally:
        shutil.rmtree(folder)
