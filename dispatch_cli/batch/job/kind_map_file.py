"""Write the texts of unknown kinds to a file that is filled in for ``--map-kinds``."""

import os
from pathlib import Path

from ...errors import ConflictError, Problem
from ...files import replace_synced
from .checkpoints import TEMPORARY, open_private, write_error
from .unknown_kinds import UnknownKinds

_HEAD = (
    '# Texts of unknown kinds, the commonest first, with their rows. Write a kind of "dispatch',
    '# kinds" between the quotes, and delete the other lines. * at the end of a text stands for',
    "# any ending. Then: dispatch batch FILE --map-kinds THIS_FILE",
)


def check_absent(path: Path) -> None:
    """Raise ConflictError for a file of kinds that exists: it may have been filled in."""
    if path.exists():
        raise ConflictError(
            Problem("already exists, and --write-map does not replace it", file=str(path)),
            hint="name another file, or move this one away",
        )


def write_map(kinds: UnknownKinds, path: Path) -> None:
    """Write all counted texts to a file of kinds, whole or not at all.

    Raises UnavailableError if the file cannot be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    content = "\n".join((*_HEAD, *kinds.lines(), ""))
    try:
        with open_private(temporary) as file:
            file.truncate(0)
            file.write(content.encode())
            file.flush()
            os.fsync(file.fileno())
        replace_synced(temporary, path)
    except OSError as error:
        raise write_error(temporary, error) from None
