"""Keep the answers of travel engines on disk for a day; they hold places.

A file has the legs to one place, by one engine, profile and data version. All files are private
data in a folder of their own, which ``case forget`` empties.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from ..files import read_private, write_private
from ..model.digest import blake2b
from .engine_protocol import Leg, Point

FOLDER = "roads"
_SCHEMA = "dispatch.roads/1"
_LONGEST_S = 24 * 3600
_MOST_FILES = 300
_MOST_LEGS = 2000
_MOST_BYTES = 1_000_000
_VERSION = ".version"
_LEGS = ".json"


class _File(msgspec.Struct, frozen=True):
    schema: str
    made: float
    place_snap_m: float | None
    legs: dict[str, Leg]


class KnownLegs(msgspec.Struct, frozen=True):
    """The legs to one place that are known, by their bases, and how far it is from its road."""

    legs: Mapping[Point, Leg] = {}
    place_snap_m: float | None = None


class RoadCache:
    """The files of one server; ``now`` is the current moment in seconds since 1970."""

    def __init__(self, folder: Path, server: str, now: float) -> None:
        self._folder = folder / FOLDER
        self._server = server
        self.now = now
        self._version_path = self._folder / f"{_digest(server)}{_VERSION}"
        content = read_private(self._version_path, 200)
        self._version = (content or b"").decode("utf-8", "replace")

    def read(self, place: Point, profile: str) -> KnownLegs:
        """Read the legs to a place that are not older than a day."""
        path = self._path(place, profile)
        found = self._file(path)
        if found is None:
            return KnownLegs()
        legs = {_point_of(text): leg for text, leg in found.legs.items()}
        return KnownLegs(legs, found.place_snap_m)

    def is_of(self, data_version: str) -> bool:
        """Return whether the files have this data version; if not, they are of no use any more."""
        if data_version == self._version:
            return True
        self._version = data_version
        with suppress(OSError):
            write_private(self._version_path, data_version[:200].encode())
        return False

    def add(self, place: Point, profile: str, known: KnownLegs) -> None:
        """Add legs to a place; the oldest files are removed if there are too many."""
        path = self._path(place, profile)
        before = self._file(path)
        legs = dict(before.legs) if before else {}
        legs |= {_text_of(base): leg for base, leg in known.legs.items()}
        while len(legs) > _MOST_LEGS:
            del legs[next(iter(legs))]
        # A file is as old as its oldest leg.
        made = before.made if before else self.now
        content = msgspec.json.encode(_File(_SCHEMA, made, known.place_snap_m, legs))
        with suppress(OSError):  # without the file the engine is asked again
            write_private(path, content)
            _sweep(self._folder, self.now)

    def _path(self, place: Point, profile: str) -> Path:
        name = "|".join((self._server, profile, self._version, _text_of(place)))
        return self._folder / f"{_digest(name)}{_LEGS}"

    def _file(self, path: Path) -> _File | None:
        content = read_private(path, _MOST_BYTES)
        if content is None:
            return None
        try:
            found = msgspec.json.decode(content, type=_File)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):  # damaged or foreign
            return None
        is_fresh = 0 <= self.now - found.made <= _LONGEST_S
        return found if found.schema == _SCHEMA and is_fresh else None


def forget_roads(folder: Path) -> None:
    """Remove all answers of travel engines; raises OSError if one cannot be removed."""
    try:
        names = os.listdir(folder / FOLDER)
    except FileNotFoundError:
        return
    for name in names:
        with suppress(FileNotFoundError):
            os.unlink(folder / FOLDER / name)


def _sweep(folder: Path, now: float) -> None:
    """Remove files over a day old, and the oldest ones beyond the largest number."""
    with os.scandir(folder) as entries:
        found = sorted(
            (entry.stat(follow_symlinks=False).st_mtime, entry.path)
            for entry in entries
            if entry.name.endswith(_LEGS)
        )
    beyond = len(found) - _MOST_FILES
    for at, (written, path) in enumerate(found):
        if at < beyond or now - written > _LONGEST_S:
            with suppress(OSError):  # another process has removed it
                os.unlink(path)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _text_of(point: Point) -> str:
    return f"{point[0]:.6f},{point[1]:.6f}"


def _point_of(text: str) -> Point:
    lat, _, lon = text.partition(",")
    return float(lat), float(lon)
