"""The case log: cases, offers, who is engaged, and the journal, in one SQLite file.

``Store`` is the one interface to it. Nothing here imports SQLite before a store is used.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .database import Voice
    from .log import Store
    from .transaction import Reader, Transaction

__all__ = ["Reader", "Store", "Transaction", "Voice", "default_path", "open_store"]


def default_path(state_dir: Path) -> Path:
    """Where the case log is, unless the user says otherwise."""
    return state_dir / "cases.sqlite3"


def open_store(
    path: Path, *, now: datetime, on_network: bool = False, voice: "Voice | None" = None
) -> "Store":
    """Prepare the case log at a path; nothing is read or made before the first use.

    ``now`` is the moment that files made on the way, such as copies before a migration, are named
    after. ``on_network`` takes a log on a network file system, too.
    """
    from .database import SILENT, Database
    from .log import Store

    return Store(Database(path, now=now, on_network=on_network, voice=voice or SILENT))


def __getattr__(name: str) -> object:
    if name == "Store":
        from .log import Store

        return Store
    if name == "Voice":
        from .database import Voice

        return Voice
    if name in ("Reader", "Transaction"):
        from . import transaction

        return getattr(transaction, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
