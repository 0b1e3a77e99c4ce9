"""Read and write the states of checked providers within a snapshot or a transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ..model.check import Acknowledgement, Move, PhoneReport, Reading, Watched
from . import watched_rows
from .log_faults import whole

if TYPE_CHECKING:
    import sqlite3


class WatchReader:
    """The part of a reader that has the states of providers."""

    _connection: "sqlite3.Connection"

    def watched(self, *, but_up: tuple[datetime, datetime] | None = None) -> dict[str, Watched]:
        """Read the states of all checked providers.

        With ``but_up``, providers are left out that were only found up between these two moments.
        """
        return whole(lambda: watched_rows.read_watched(self._connection, but_up))

    def reports(self, ended_after: datetime) -> dict[str, PhoneReport]:
        """Read the last report of each provider by phone, unless it ended before a moment."""
        return whole(lambda: watched_rows.read_reports(self._connection, ended_after))

    def reports_of(self, provider: str) -> list[PhoneReport]:
        """Read all reports of a provider by phone, the newest first."""
        return whole(lambda: watched_rows.read_all_reports(self._connection, provider))

    def moves(self, since: datetime) -> list[Move]:
        """Read the changes of hard states from a moment on, in order."""
        return whole(lambda: watched_rows.read_moves(self._connection, since))

    def last_looks(self) -> dict[tuple[str, str], Reading]:
        """Read the last look of each check with ``every_min``, by provider and digest."""
        return whole(lambda: watched_rows.read_last_looks(self._connection))

    def acknowledged(self, now: datetime) -> dict[str, Acknowledgement]:
        """Read the acknowledgements that have not ended, by provider."""
        return whole(lambda: watched_rows.read_acknowledged(self._connection, now))


class WatchWriter(WatchReader):
    """The part of a transaction that has the states of providers."""

    def save_watched(self, states: Iterable[Watched], moves: Iterable[Move] = ()) -> None:
        """Write the states of providers after a run of checks, and their changes."""
        watched_rows.put_watched(self._connection, states)
        watched_rows.insert_moves(self._connection, moves)

    def drop_watched(self, providers: Iterable[str]) -> None:
        """Delete the states of providers that have no check any more."""
        watched_rows.delete_watched(self._connection, providers)

    def add_report(self, report: PhoneReport) -> None:
        """Write a provider's report by phone, which supersedes its earlier ones."""
        watched_rows.insert_report(self._connection, report)

    def save_last_looks(self, looks: Mapping[tuple[str, str], Reading]) -> None:
        """Write the last look of checks, by provider and digest."""
        watched_rows.put_last_looks(self._connection, looks)

    def drop_last_looks(self, looks: Iterable[tuple[str, str]]) -> None:
        """Delete the last looks of checks that the file has no more."""
        watched_rows.delete_last_looks(self._connection, looks)

    def acknowledge(self, made: Acknowledgement) -> None:
        """Write an acknowledgement, which replaces that of an earlier outage."""
        watched_rows.put_acknowledged(self._connection, made)
