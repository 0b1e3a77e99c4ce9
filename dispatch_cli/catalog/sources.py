"""The files that make up one provider file: main, included ones and polygons."""

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import BadDataError, Problem
from ..files import only_owner_writes
from ..messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence


INCLUDED = "in the main file: an included one may come from somebody else"
_NAMED = ("option", "environment", "config")


def distrust(found_by: str, found: os.stat_result) -> str:
    """Say where alone programs, secrets and private addresses count; "" if it is this file.

    A file that was found may be a download's, and one that others can write is theirs.
    """
    if found_by not in _NAMED:
        return (
            "in a file that you name: --providers FILE, DISPATCH_PROVIDERS, or your config folder"
        )
    if not only_owner_writes(found):
        return "in a file of your own that nobody else can write: chmod go-w"
    return ""


class Source(Struct, frozen=True):
    """A file that was read: where it really is, and how people see its name.

    ``short`` is its name in the main file's folder, which does not depend on where one stands.
    """

    real: str
    shown: str
    short: str


class Folder(Struct, frozen=True):
    """The main file's folder: everything that the file names must be in or below it."""

    real: str
    shown: str

    @classmethod
    def of(cls, main: str) -> "Folder":
        """Find the folder of a main file; links are resolved in one of the two names."""
        return cls(os.path.realpath(os.path.dirname(main) or "."), os.path.dirname(main))

    @staticmethod
    def main(main: str) -> Source:
        """The main file itself; it may be a link to wherever the user wants."""
        return Source(os.path.realpath(main), main, os.path.basename(main))

    def source(self, relative: str) -> Source:
        """Resolve a path that the file names; outside the folder it is a BadDataError."""
        if "\0" in relative or not relative:
            raise BadDataError(Problem("the path is empty or holds a NUL character"))
        real = os.path.realpath(os.path.join(self.real, relative))
        inside = os.path.join(self.real, "")
        if not real.startswith(inside):
            raise BadDataError(
                Problem(
                    Message(
                        '"{relative}" leads out of the folder of the main file', relative=relative
                    )
                )
            )
        return Source(real, os.path.join(self.shown, relative), relative)

    def matches(self, pattern: str) -> "Sequence[Source]":
        """Find the files that a pattern of ``include`` names, sorted; hidden ones only by name."""
        if "\0" in pattern:
            raise BadDataError(Problem("the pattern holds a NUL character"))
        if os.path.isabs(pattern) or ".." in pattern.replace(os.sep, "/").split("/"):
            raise BadDataError(
                Problem(
                    Message('"{pattern}" leads out of the folder of the main file', pattern=pattern)
                )
            )
        found = self._found(pattern)
        return [
            self.source(relative)
            for relative in sorted(found)
            if not os.path.isdir(os.path.join(self.real, relative))
        ]

    def _found(self, pattern: str) -> list[str]:
        """Match a pattern; ``**`` follows no links, since links that form a loop have no end."""
        if "**" not in pattern:
            from glob import glob

            return glob(pattern, root_dir=self.real)
        from pathlib import Path

        try:
            found = [str(path.relative_to(self.real)) for path in Path(self.real).glob(pattern)]
        except ValueError as error:
            raise BadDataError(
                Problem(Message("the pattern is not understood: {error}", error=error))
            ) from None
        return [each for each in found if not any(p.startswith(".") for p in each.split(os.sep))]

    def included(self, patterns: "Sequence[str]", main: str) -> list[Source]:
        """Find all included files, each once and never the main file itself."""
        found = {self.main(main).real: self.main(main)}
        for pattern in patterns:
            for source in self.matches(pattern):
                found.setdefault(source.real, source)
        return list(found.values())[1:]
