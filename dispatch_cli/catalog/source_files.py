"""Find the files of one provider file: the main file, included files and polygons."""

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError
from ..files import only_owner_writes
from ..messages import marked

if TYPE_CHECKING:
    from collections.abc import Sequence

INCLUDED = marked(
    "{key} is allowed only in the main file: an included file may be of another origin"
)
_OUTSIDE = '"{path}" leads out of the folder of the main file'
_NAMED = ("option", "environment", "config")


def distrust(found_by: str, found: os.stat_result) -> str | None:
    """Return the problem of a ``key`` for programs, secrets and private addresses in a file.

    It is None for a trusted file. A file in the working folder may be downloaded, and one that
    other users can write may be theirs.
    """
    if found_by not in _NAMED:
        return marked(
            "{key} is allowed only in a file that you name: --providers FILE, DISPATCH_PROVIDERS,"
            " or your config folder"
        )
    if not only_owner_writes(found):
        return marked(
            "{key} is allowed only in a file that you own and no other user can write: chmod go-w"
        )
    return None


class SourceFile(Struct, frozen=True):
    """A file that is read: its real path, and its name as shown.

    ``short`` is its path from the folder of the main file, the same in every working folder.
    """

    real: str
    shown: str
    short: str


def road_presence(roads: "Sequence[SourceFile]") -> dict[SourceFile, bytes]:
    """Return for each road table whether it exists, as content of the cache key.

    Its own content does not matter to the compiled form: a place on a motorway is read from it.
    """
    return {source: b"1" if os.path.isfile(source.real) else b"0" for source in roads}


class Folder(Struct, frozen=True):
    """The folder of the main file; all files that it names must be in or below it."""

    real: str
    shown: str

    @classmethod
    def of(cls, main: str) -> "Folder":
        """Find the folder of a main file; ``real`` has its links resolved."""
        return cls(os.path.realpath(os.path.dirname(main) or "."), os.path.dirname(main))

    @staticmethod
    def main(main: str) -> SourceFile:
        """Return the main file itself, which may be a link to any place."""
        return SourceFile(os.path.realpath(main), main, os.path.basename(main))

    def source(self, relative: str) -> SourceFile:
        """Resolve a path that a file names; raises BadDataError for one outside the folder."""
        if "\0" in relative or not relative:
            raise BadDataError("the path is empty or contains a NUL character")
        real = os.path.realpath(os.path.join(self.real, relative))
        inside = os.path.join(self.real, "")
        if not real.startswith(inside):
            raise BadDataError(_OUTSIDE, path=relative)
        return SourceFile(real, os.path.join(self.shown, relative), relative)

    def beside(self, file: str, relative: str) -> SourceFile:
        """Resolve a path that the file ``file`` of this folder names, from the folder of that file.

        Raises BadDataError for one outside the folder of the main file.
        """
        if "\0" in relative or not relative:
            raise BadDataError("the path is empty or contains a NUL character")
        return self.source(os.path.join(os.path.dirname(file), relative))

    def matches(self, pattern: str) -> "Sequence[SourceFile]":
        """Find the files of a pattern of ``include``, sorted; wildcards match no hidden files."""
        if "\0" in pattern:
            raise BadDataError("the pattern contains a NUL character")
        if os.path.isabs(pattern) or ".." in pattern.replace(os.sep, "/").split("/"):
            raise BadDataError(_OUTSIDE, path=pattern)
        found = self._found(pattern)
        return [
            self.source(relative)
            for relative in sorted(found)
            if not os.path.isdir(os.path.join(self.real, relative))
        ]

    def _found(self, pattern: str) -> list[str]:
        """Match a pattern; ``**`` follows no links, because they may form a loop."""
        if "**" not in pattern:
            from glob import glob

            return glob(pattern, root_dir=self.real)
        from pathlib import Path

        try:
            found = [str(path.relative_to(self.real)) for path in Path(self.real).glob(pattern)]
        except ValueError as error:
            raise BadDataError("the pattern is not valid: {error}", error=error) from None
        return [each for each in found if not any(p.startswith(".") for p in each.split(os.sep))]

    def included(self, patterns: "Sequence[str]", main: str) -> list[SourceFile]:
        """Find all included files, each once and without the main file."""
        found = {self.main(main).real: self.main(main)}
        for pattern in patterns:
            for source in self.matches(pattern):
                found.setdefault(source.real, source)
        return list(found.values())[1:]
