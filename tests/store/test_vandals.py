"""Files of the log are deleted, replaced and cut while programs work and are killed.

A walk through random steps, with a model that knows every acknowledged record: each is there, or
the program has said that something is wrong.
"""

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dispatch_cli.errors import DispatchError
from dispatch_cli.store import continuity, database, rotation

from .programs import Program, open_case, plain, tokens_in

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
FOREIGN = range(-5, 0)
"""The tokens of another log, which may be put where there is none yet."""


class Walk:
    """One log, two programs, a folder of backups and copies, and the expected records."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.path = folder / "log" / "cases.sqlite3"
        self.backup = folder / "backups" / "cases.sqlite3"
        self.path.parent.mkdir()
        (folder / "linked").symlink_to(self.backup.parent)
        (folder / "log-linked").symlink_to(self.path.parent)
        self.programs = [Program(self.path), Program(self.path)]
        self.acknowledged: set[int] = set()
        self.unsure: set[int] = set(FOREIGN)
        self.restoring: set[int] | None = None
        self.token = 0
        self.longest_s = 4 * self._act_s()
        self.steps: Counter[str] = Counter()
        self.lost: list[str] = []
        self.foreign = self._foreign()

    def close(self) -> None:
        """End the programs."""
        for program in self.programs:
            program.end()

    def step(self) -> None:
        """Do one step, then read with a new program."""
        does = self.chance.choice(
            [self.opens] * 8
            + [self.is_killed, self.restores, self.restores_and_is_killed]
            + [self.backs_up, self.back_up_at_once, self.backs_up_onto_the_log]
            + [self.restarts] * 2
            + [self.vandalises] * 3
        )
        name = does() or does.__name__
        self.steps[name] += 1
        self.look(name)

    def opens(self) -> None:
        """Let a program open a case."""
        place = self.chance.randrange(2)
        self.token += 1
        self._heard(place, self.programs[place].tell(f"open {self.token}"))

    def is_killed(self) -> None:
        """Kill a program while it opens a case."""
        place = self.chance.randrange(2)
        self.token += 1
        after_s = self.chance.uniform(0, self.longest_s)
        answer = self.programs[place].killed_in(f"open {self.token}", after_s)
        self.unsure.add(self.token)
        self._heard(place, answer or "killed")

    def restarts(self) -> None:
        """End a program and start another one."""
        self._restart(self.chance.randrange(2))

    def backs_up(self) -> None:
        """Let a program make a backup, and copy the files by hand."""
        place = self.chance.randrange(2)
        keep = self.chance.randrange(1, 4)
        answer = self.programs[place].tell(self._backup_of(keep))
        self._heard(place, answer)
        self._check_backups(keep if answer == "backed up" else None)
        by_hand = self.folder / "by-hand"
        shutil.rmtree(by_hand, ignore_errors=True)
        shutil.copytree(self.path.parent, by_hand)

    def back_up_at_once(self) -> None:
        """Let both programs make a backup of the same name."""
        keep = self.chance.randrange(1, 4)
        for program in self.programs:
            program.start(self._backup_of(keep))
        answers = [program.answer() for program in self.programs]
        for place, answer in enumerate(answers):
            self._heard(place, answer)
        self._check_backups(keep if "backed up" in answers else None)

    def backs_up_onto_the_log(self) -> None:
        """Tell a program to put its backup in the place of the log, by another path."""
        place = self.chance.randrange(2)
        file = self.folder / "log-linked" / self.path.name
        answer = self.programs[place].tell(f"backup {file} {self.chance.randrange(1, 4)}")
        assert answer.startswith("said"), answer
        self._heard(place, answer)

    def restores(self) -> None:
        """Let a program restore any of the backups, and compare the missing records."""
        if backups := self._backups():
            place = self.chance.randrange(2)
            self._heard(place, self.programs[place].tell(f"restore {self.chance.choice(backups)}"))

    def restores_and_is_killed(self) -> None:
        """Kill a program while it restores: the old state, the backup's, or an error."""
        if backups := self._backups():
            place = self.chance.randrange(2)
            backup = self.chance.choice(backups)
            self.restoring = set(tokens_in(plain(backup)))
            after_s = self.chance.uniform(0, 3 * self.longest_s)
            answer = self.programs[place].killed_in(f"restore {backup}", after_s)
            self._heard(place, answer or "killed")

    def vandalises(self) -> str:
        """Change the files by hand, whether programs have them open or not."""
        if self.chance.random() < 0.5:
            for place in range(2):
                self.programs[place].killed_in("wait", 0)
                self.programs[place] = Program(self.path)
        wal = Path(f"{self.path}-wal")
        backup = self.chance.choice(self._backups() or [self.backup])
        ways: list[Callable[[], object]] = [
            self.path.unlink,
            wal.unlink,
            lambda: self._cut(self.path),
            lambda: self._cut(wal),
            lambda: self._put(self.folder / "by-hand" / self.path.name, self.path),
            lambda: self._put(self.folder / "by-hand" / wal.name, wal),
            lambda: self._put(backup, self.path),
            lambda: self._put(self.foreign, self.path),
            lambda: self._put(Path(f"{self.foreign}-wal"), wal),
            Path(f"{self.path}-shm").unlink,
            self._put_branch,
        ]
        way = self.chance.randrange(len(ways))
        with suppress(FileNotFoundError):
            ways[way]()
        return f"vandal {way}"

    def look(self, after: str) -> None:
        """Check that a new program has every acknowledged record, or reports a problem."""
        try:
            with plain(self.path) as store:
                found = set(tokens_in(store))
        except DispatchError:
            self.steps["said"] += 1
            self._mend()
            return
        lost = self.acknowledged - found
        if found == self.restoring:
            lost, self.acknowledged = set(), self.acknowledged & found
        self.restoring = None
        if lost:
            self.lost.append(f"after {after}: {len(lost)} records are gone, and nothing is said")
            self._mend()
        unknown = found - self.acknowledged - self.unsure
        if unknown and not lost:
            self.lost.append(f"after {after}: {len(unknown)} records that were lost are back")
            self.acknowledged |= unknown

    def _heard(self, place: int, answer: str) -> None:
        """Store the acknowledgements; a program that has reported a problem has ended."""
        word, _, rest = answer.partition(" ")
        assert word != "bug", answer
        if word == "opened":
            self.acknowledged.add(int(rest))
        elif word == "restored":
            with plain(self.path) as store:
                found = set(tokens_in(store))
            gone = self.acknowledged - found
            assert rest == "None" or int(rest) >= len(gone), (answer, gone)
            self.unsure |= gone | found
            self.acknowledged &= found
        if self.programs[place].is_ended or word not in ("opened", "restored", "backed"):
            self._restart(place)

    def _backups(self) -> list[Path]:
        """List the existing backups, the newest first."""
        return [each for each in rotation.names(self.backup, 4) if each.exists()]

    def _backup_of(self, keep: int) -> str:
        """Make the command for a backup, sometimes through a link."""
        folder = self.chance.choice([self.backup.parent, self.folder / "linked"])
        return f"backup {folder / self.backup.name} {keep}"

    def _check_backups(self, keep: int | None) -> None:
        """Check that every backup is sound, and that there are ``keep`` of them."""
        backups = self._backups()
        for each in backups:
            tokens_in(plain(each))
        if keep is not None:
            assert self.backup in backups
            assert len(backups) <= keep
            assert not list(self.backup.parent.glob("*.tmp*"))

    def _restart(self, place: int) -> None:
        self.programs[place].end()
        self.programs[place] = Program(self.path)

    def _mend(self) -> None:
        """Follow the hint: restore the backup, or continue without the lost commits."""
        self.restoring = None
        for place in range(2):
            self._restart(place)
        backups = self._backups()
        if backups and self.chance.random() < 0.8:
            with plain(self.path) as store:
                store.restore(self.chance.choice(backups), operator="mara")
        else:
            for each in self.path.parent.glob(f"{self.path.name}*"):
                each.unlink()
            with plain(self.path) as store:
                open_case(store, 0)
        with plain(self.path) as store:
            found = set(tokens_in(store))
        self.unsure |= self.acknowledged | found
        self.acknowledged &= found

    def _cut(self, path: Path) -> None:
        os.truncate(path, self.chance.randrange(path.stat().st_size + 1))

    def _put(self, source: Path, target: Path) -> None:
        """Copy over a file, or move another one into its place."""
        if self.chance.random() < 0.5:
            shutil.copyfile(source, target)
        else:
            shutil.copyfile(source, f"{target}.coming")
            os.replace(f"{target}.coming", target)

    def _put_branch(self) -> None:
        """Put a copy that was written elsewhere in the place of the log."""
        branch = self.folder / "branch" / self.path.name
        shutil.rmtree(branch.parent, ignore_errors=True)
        shutil.copytree(self.folder / "by-hand", branch.parent)
        Path(f"{branch}.lock").unlink(missing_ok=True)
        with suppress(DispatchError), plain(branch) as store:
            for _ in range(self.chance.randrange(1, 9)):
                self.token += 1
                self.unsure.add(self.token)
                open_case(store, self.token)
        Path(f"{self.path}-wal").unlink(missing_ok=True)
        self._put(branch, self.path)

    def _act_s(self) -> float:
        """Measure how long opening a case takes, so that kills fall into it on fast disks too."""
        program = Program(self.folder / "timed" / self.path.name)
        program.tell("open 1")
        begin = time.perf_counter()
        for token in range(2, 7):
            program.tell(f"open {token}")
        program.end()
        return (time.perf_counter() - begin) / 5

    def _foreign(self) -> Path:
        """Make another log with a write-ahead log, as a killed program leaves it."""
        path = self.folder / "foreign" / self.path.name
        path.parent.mkdir()
        program = Program(path)
        for token in FOREIGN:
            program.tell(f"open {token}")
        program.killed_in("wait", 0)
        return path


@pytest.fixture
def walk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """Make a walk that ends its programs."""
    made = Walk(tmp_path, random.Random(request.node.name))
    yield made
    made.close()


@pytest.mark.parametrize(
    "steps",
    [40, pytest.param(600, marks=pytest.mark.ci), pytest.param(20_000, marks=pytest.mark.heavy)],
)
def test_nothing_acknowledged_is_lost_in_silence(walk: Walk, steps: int) -> None:
    """After each step every acknowledged record exists, or the program reports a problem."""
    for _ in range(steps):
        walk.step()
    assert walk.lost == []
    assert walk.steps["said"] > steps // 20


def test_without_the_identity_check_records_are_lost(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a program without the checks loses records silently."""
    for name in ("check_wal", "check_place"):
        monkeypatch.setattr(continuity.Continuity, name, lambda *_: None)
    for name in ("check_history", "check_gone"):
        monkeypatch.setattr(database, name, lambda *_: None)
    for place in range(2):
        walk._restart(place)
    for _ in range(200):
        walk.step()
        if any("gone" in text for text in walk.lost):
            return
    raise AssertionError("200 steps without an identity check lost nothing")
