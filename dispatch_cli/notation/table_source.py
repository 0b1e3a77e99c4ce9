"""Where the table of postcode centres comes from; commands that need none set it, too.

Whatever the source, it is the same table: nothing but the time to load it depends on it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .centres import Centres

_MAKER: "list[Callable[[], Centres | None]]" = []


def make_with(maker: "Callable[[], Centres | None]") -> None:
    """Have the table made in another way than from the library, once it is needed."""
    _MAKER[:] = [maker]


def made() -> "Centres | None":
    """The table from the source that was set; None where none was set, or it has none."""
    return _MAKER[-1]() if _MAKER else None
