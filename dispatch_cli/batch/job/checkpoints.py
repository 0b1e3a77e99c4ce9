"""What a batch that was killed needs to go on: how it was started, and how far it came."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Struct

from ... import __version__
from ...errors import BadDataError, Problem, UnavailableError, UsageError
from ...files import replace_synced
from ...model import Availability, Observations
from ...model.case import Summary
from ...model.digest import blake2b
from ...records.values import Mark
from .tally import Tally

T = TypeVar("T")

_START, _CHECKPOINT = ".state", ".checkpoint"
PART, TEMPORARY = ".part", ".tmp"
RESTART_HINT = "to start again, remove {path}"


class Known(Struct, frozen=True, kw_only=True):
    """Observations as they are written down: what was known when the batch began."""

    availability: dict[str, Availability] = {}
    last_assigned: dict[str, datetime] = {}
    summaries: tuple[Summary, ...] = ()
    as_of: datetime | None = None

    @classmethod
    def of(cls, seen: Observations) -> "Known":
        """Write down what was observed."""
        return cls(
            availability=seen.availability,
            last_assigned=seen.last_assigned,
            summaries=tuple(seen.summaries.values()),
            as_of=seen.as_of,
        )

    @property
    def observations(self) -> Observations:
        """What was observed, as the ranking takes it."""
        return Observations(
            availability=self.availability,
            last_assigned=self.last_assigned,
            summaries={(each.provider, each.service): each for each in self.summaries},
            as_of=self.as_of,
        )


class Start(Struct, frozen=True, kw_only=True):
    """How a batch was started; nothing of it may differ when it goes on."""

    version: str
    now: datetime
    options: dict[str, str]
    digests: dict[str, str]
    """Of the input, the provider files and the file of kinds, by what they are."""
    known: Known = Known()
    libraries: dict[str, str] = {}
    """Versions of the libraries that the bytes of the output may depend on, by name."""


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a batch has come: all that stands before these offsets is on the disk."""

    mark: Mark
    output: int
    rejects: int
    tally: Tally
    is_done: bool = False


class StateFiles:
    """The two files beside an output that is not finished; both are gone when it is."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.start_path = output.with_name(output.name + _START)
        self.checkpoint_path = output.with_name(output.name + _CHECKPOINT)

    def read_start(self) -> Start | None:
        """How the batch was started, or None if there is nothing to go on with."""
        return _read(self.start_path, Start)

    def read_checkpoint(self) -> Checkpoint | None:
        """How far it came, or None if it came nowhere."""
        return _read(self.checkpoint_path, Checkpoint)

    def write_start(self, start: Start) -> None:
        """Write down how it was started; a checkpoint of another run goes first."""
        self.checkpoint_path.unlink(missing_ok=True)
        _replace(self.start_path, msgspec.json.encode(start))

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Write down how far it came; what it speaks of must be on the disk before."""
        _replace(self.checkpoint_path, msgspec.json.encode(checkpoint))

    def remove(self) -> None:
        """Take both away. The start goes last: with it alone all is done again, and the same."""
        self.checkpoint_path.unlink(missing_ok=True)
        self.start_path.unlink(missing_ok=True)


def made_beside(target: Path) -> set[Path]:
    """Every file that a batch may make for an output or a reject file, itself included."""
    return {
        target.with_name(target.name + suffix)
        for suffix in ("", PART, TEMPORARY, _START, _CHECKPOINT,
                       _START + TEMPORARY, _CHECKPOINT + TEMPORARY)
    }  # fmt: skip


def check_same_start(
    then: Start, options: Mapping[str, str], libraries: Mapping[str, str], hint: str
) -> None:
    """Refuse to resume with other options (UsageError) or in another version (BadDataError)."""
    if then.version != __version__:
        raise BadDataError(
            f"it was started by dispatch {then.version}, this is {__version__}", hint=hint
        )
    others = _changed(then.libraries, libraries)
    if others:
        raise BadDataError(
            *(
                f"it was started with {name} {then.libraries.get(name, 'not installed')}, "
                f"now it is {libraries.get(name, 'not installed')}"
                for name in others
            ),
            hint=hint,
        )
    changed = _changed(then.options, options)
    if changed:
        raise UsageError(
            *(
                f"{name} was {then.options.get(name, '')!r}, now it is {options.get(name, '')!r}"
                for name in changed
            ),
            hint=f"go on with the options of the first start; {hint}",
        )


def check_same_files(then: Start, digests: Mapping[str, str], hint: str) -> None:
    """Refuse to go on where a file is another than at the first start; raises BadDataError."""
    changed = _changed(then.digests, digests)
    if changed:
        raise BadDataError(
            *(Problem("has changed since the batch was started", who=name) for name in changed),
            hint=hint,
        )


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]


def digest_of(path: Path) -> str:
    """Hash a file by blocks; raises BadDataError where it cannot be read."""
    hashed = blake2b(digest_size=32)
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        raise BadDataError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from None
    return hashed.hexdigest()


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadDataError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from None
    except msgspec.MsgspecError:
        raise BadDataError(
            Problem("is not what this version wrote", file=str(path)),
            hint=RESTART_HINT.format(path=path),
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Write a file anew so that at any moment the old or the new one is there, and on the disk."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with open_private(temporary) as file:
            file.truncate(0)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace_synced(temporary, path)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> UnavailableError:
    """Make the error of a file that cannot be written, as on a full disk."""
    return UnavailableError(
        Problem(f"cannot be written: {error.strerror}", file=str(path)),
        hint="--resume goes on from the last checkpoint",
    )


def open_private(path: Path) -> BinaryIO:
    """Open a file to read and write, made if need be, that only its owner may read."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    file = os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600), "r+b")
    if hasattr(os, "fchmod"):
        os.fchmod(file.fileno(), 0o600)  # it may have been there before
    return file
