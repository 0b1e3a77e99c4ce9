"""Store cases, offers, bookings and the journal in one SQLite file, the case log.

``Store`` is its only interface. SQLite is imported when a store is first used.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .database import StoreNotices
    from .log import Store
    from .transaction import Reader, Transaction

__all__ = ["Reader", "Store", "StoreNotices", "Transaction", "default_path", "open_store"]


def default_path(state_dir: Path) -> Path:
    """Return the default path of the case log."""
    return state_dir / "cases.sqlite3"


def open_store(
    path: Path, *, now: datetime, on_network: bool = False, notices: "StoreNotices | None" = None
) -> "Store":
    """Prepare the case log at a path; it is read or made at the first use.

    ``now`` is in the names of additional files, such as the copy before a migration. ``on_network``
    allows a log on a network file system.
    """
    from .database import SILENT, Database
    from .log import Store

    return Store(Database(path, now=now, on_network=on_network, notices=notices or SILENT))


def __getattr__(name: str) -> object:
    if name == "Store":
        from .log import Store

        return Store
    if name == "StoreNotices":
        from .database import StoreNotices

        return StoreNotices
    if name in ("Reader", "Transaction"):
        from . import transaction

        return getattr(transaction, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
