"""Store what a batch needs to resume after a kill: its start and its last checkpoint."""

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
from ...messages import Message
from ...model import Known, Observations
from ...model.case_counts import Summary
from ...model.check import CheckSettings
from ...model.digest import blake2b
from ...records.values import Mark
from .tally import BatchTally

T = TypeVar("T")

_START, _CHECKPOINT = ".state", ".checkpoint"
PART, TEMPORARY = ".part", ".tmp"
PROVIDER_FILE = "provider file "
"""Start of the key of a provider file in the digests."""


def restart_hint(path: Path) -> Message:
    """Say how to start a batch from the beginning; ``path`` is its start file."""
    return Message("to start from the beginning, remove {path}", path=path)


class StoredObservations(Struct, frozen=True, kw_only=True):
    """The observations at the first start, in their stored form."""

    now: datetime
    known: dict[str, Known] = {}
    checks: CheckSettings = CheckSettings()
    last_assigned: dict[str, datetime] = {}
    summaries: tuple[Summary, ...] = ()
    as_of: datetime | None = None

    @classmethod
    def of(cls, observations: Observations) -> "StoredObservations":
        """Convert observations for storing."""
        return cls(
            now=observations.now,
            known=dict(observations.known),
            checks=observations.checks,
            last_assigned=observations.last_assigned,
            summaries=tuple(observations.summaries.values()),
            as_of=observations.as_of,
        )

    @property
    def observations(self) -> Observations:
        """The observations in the form that the ranking needs."""
        return Observations(
            now=self.now,
            known=self.known,
            checks=self.checks,
            last_assigned=self.last_assigned,
            summaries={(each.provider, each.service): each for each in self.summaries},
            as_of=self.as_of,
        )


class BatchStart(Struct, frozen=True, kw_only=True):
    """The first start of a batch; ``--resume`` refuses any difference.

    ``digests`` has the hashes of the input, the provider files and the file of kinds;
    ``libraries`` has the versions of libraries that the output bytes may depend on.
    """

    version: str
    now: datetime
    options: dict[str, str]
    digests: dict[str, str]
    known: StoredObservations = StoredObservations.of(Observations())
    libraries: dict[str, str] = {}


class Checkpoint(Struct, frozen=True, kw_only=True):
    """The progress of a batch: everything before the mark is on the disk.

    ``output`` and ``rejects`` are the bytes written to each part file; ``is_done`` means that only
    the final renames are left.
    """

    mark: Mark
    output: int
    rejects: int
    tally: BatchTally
    is_done: bool = False


class StateFiles:
    """The start file and the checkpoint file beside an unfinished output."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.start_path = output.with_name(output.name + _START)
        self.checkpoint_path = output.with_name(output.name + _CHECKPOINT)

    def read_start(self) -> BatchStart | None:
        """Read the first start; None if there is nothing to resume."""
        return _read(self.start_path, BatchStart)

    def read_checkpoint(self) -> Checkpoint | None:
        """Read the last checkpoint; None before the first one."""
        return _read(self.checkpoint_path, Checkpoint)

    def write_start(self, start: BatchStart) -> None:
        """Write the first start, after removing the checkpoint of any earlier batch."""
        self.checkpoint_path.unlink(missing_ok=True)
        _replace(self.start_path, msgspec.json.encode(start))

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; its output and rejects must be on the disk already."""
        _replace(self.checkpoint_path, msgspec.json.encode(checkpoint))

    def remove(self) -> None:
        """Remove both files, the checkpoint first: a start without one begins the batch again."""
        self.checkpoint_path.unlink(missing_ok=True)
        self.start_path.unlink(missing_ok=True)


def files_beside(target: Path) -> set[Path]:
    """Return every file that a batch may write for an output or reject file, and that file."""
    return {
        target.with_name(target.name + suffix)
        for suffix in ("", PART, TEMPORARY, _START, _CHECKPOINT,
                       _START + TEMPORARY, _CHECKPOINT + TEMPORARY)
    }  # fmt: skip


def check_same_start(
    start: BatchStart, options: Mapping[str, str], libraries: Mapping[str, str], hint: Message
) -> None:
    """Refuse to resume with other options (UsageError) or in another version (BadDataError)."""
    if start.version != __version__:
        raise BadDataError(
            "the batch was started by dispatch {version}, this is {own}",
            version=start.version,
            own=__version__,
            hint=hint,
        )
    others = _changed(start.libraries, libraries)
    absent = Message("not installed")
    if others:
        raise BadDataError(
            *(
                Message(
                    "the batch was started with {name} {before}, now it is {now}",
                    name=name,
                    before=start.libraries.get(name, absent),
                    now=libraries.get(name, absent),
                )
                for name in others
            ),
            hint=hint,
        )
    changed = _changed(start.options, options)
    if changed:
        raise UsageError(
            *(
                Message(
                    "{name} was {before!r}, now it is {now!r}",
                    name=name,
                    before=start.options.get(name, ""),
                    now=options.get(name, ""),
                )
                for name in changed
            ),
            hint=Message("resume with the options of the first start; {or_else}", or_else=hint),
        )


def check_same_files(start: BatchStart, digests: Mapping[str, str], hint: Message) -> None:
    """Refuse to resume if a file differs from the first start; raises BadDataError."""
    changed = _changed(start.digests, digests)
    if changed:
        raise BadDataError(
            *(
                Problem("has changed since the batch was started", who=_shown(name))
                for name in changed
            ),
            hint=hint,
        )


def _shown(name: str) -> Message:
    """Name a file of a batch by its key in the digests."""
    path = name.removeprefix(PROVIDER_FILE)
    return Message("provider file {path}", path=path) if path != name else Message(name)


def _changed(first: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*first, *now}) if first.get(name) != now.get(name)]


def digest_of(path: Path) -> str:
    """Hash a file in blocks; raises BadDataError if it cannot be read."""
    hashed = blake2b(digest_size=32)
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        raise BadDataError(
            Problem.at(path, "cannot be read: {strerror}", strerror=error.strerror)
        ) from None
    return hashed.hexdigest()


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadDataError(
            Problem.at(path, "cannot be read: {strerror}", strerror=error.strerror)
        ) from None
    except msgspec.MsgspecError:
        raise BadDataError(
            Problem("was not written by this version, or is damaged", file=str(path)),
            hint=restart_hint(path),
        ) from None


def _replace(path: Path, content: bytes) -> None:
    """Replace a file by an atomic rename, with the new content synced to the disk first."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with open_private(temporary) as file:
            file.truncate(0)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace_synced(temporary, path)
    except OSError as error:
        raise write_error(path, error) from None


def write_error(path: Path, error: OSError) -> UnavailableError:
    """Make the error of a failed write, such as on a full disk."""
    return UnavailableError(
        Problem.at(path, "cannot be written: {strerror}", strerror=error.strerror),
        hint="after the cause is fixed, --resume continues from the last checkpoint",
    )


def open_private(path: Path) -> BinaryIO:
    """Open or create a file for reading and writing, with mode 0600."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    file = os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600), "r+b")
    if hasattr(os, "fchmod"):
        os.fchmod(file.fileno(), 0o600)  # an existing file may have another mode
    return file
