"""What one reads from the case log and writes to it, within one snapshot or one decision."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import ConflictError, UsageError
from ..geo import TRAVEL_SOURCE
from ..model.case import Act, Booking, Case, ContractCount, Personal, Standing, Summary, Tally
from ..model.check import Move, Report, Watched
from ..model.forecast_counts import ArrivalCount, ChanceCount, ChanceSum
from . import (
    cases,
    engagements,
    forecasts,
    forgetting,
    journal,
    learned,
    soundness,
    tallies,
    watched_rows,
)
from .log_faults import whole
from .stamps import to_stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from .soundness import Schema

_CLOSED = "SELECT id FROM case_file WHERE closed_at IS NOT NULL"


class Reader:
    """The case log at one moment: all reads see the same state."""

    def __init__(
        self, connection: "sqlite3.Connection", schema: "Callable[[], Schema]" = frozenset
    ) -> None:
        self._connection = connection
        self._schema = schema

    def case(self, case_id: int) -> Case | None:
        """One case, with its exact place until its motorist is forgotten; None: no such case."""
        if case_id > cases.MOST_ID:
            return None
        found = whole(lambda: cases.read_cases(self._connection, "?", (case_id,)))
        return found[0] if found else None

    def cases(self, *, open_only: bool, limit: int | None = None) -> list[Case]:
        """The open cases or all, the newest first, at most so many of them."""
        where = " WHERE closed_at IS NULL" if open_only else ""
        which = f"SELECT id FROM case_file{where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return whole(
            lambda: cases.read_cases(self._connection, which, (-1 if limit is None else limit,))
        )

    def closed_cases(self, *, limit: int, after: int | None = None) -> list[Case]:
        """The last closed cases, or the first ones whose numbers come after one; by number."""
        if after is None:
            which, values = f"{_CLOSED} ORDER BY closed_at DESC, id DESC LIMIT ?", (limit,)
            found = whole(lambda: cases.read_cases(self._connection, which, values))
            return found[::-1]
        paged = f"{_CLOSED} AND id > ? ORDER BY id LIMIT ?"
        return whole(lambda: cases.read_cases(self._connection, paged, (after, limit)))[::-1]

    def cases_since(self, since: datetime) -> list[Case]:
        """The cases that were opened from a moment on, the newest first, without their offers."""
        which, values = "SELECT id FROM case_file WHERE opened_at >= ?", (to_stamp(since),)
        return whole(lambda: cases.read_cases(self._connection, which, values, with_offers=False))

    def personal(self, case_id: int) -> Personal | None:
        """What belongs to a case's motorist; None once it is erased."""
        return whole(lambda: cases.read_personal(self._connection, case_id))

    def texts(self, case_id: int) -> dict[str, str]:
        """The free texts of a case by their keys; none once they are erased."""
        return whole(lambda: cases.read_texts(self._connection, case_id))

    def tallies(self, since: datetime | None = None) -> list[Tally]:
        """Every answered offer of the cases opened from a moment on; None reads the whole log."""
        return whole(lambda: tallies.read_tallies(self._connection, since))

    def summaries(self, travel_source: str = TRAVEL_SOURCE) -> list[Summary]:
        """What each provider's offers add up to for learning; the time does not grow with the log.

        Lateness is that of the offers whose travel minutes have this source.
        """
        return whole(lambda: learned.read_summaries(self._connection, travel_source))

    def standings(self) -> list[Standing]:
        """What the cascades of the erased cases add up to, for the fairness report."""
        return whole(lambda: forgetting.read_standings(self._connection))

    def contract_counts(self) -> list[ContractCount]:
        """In how many erased cases contracts cost how much, for the fairness report."""
        return whole(lambda: forgetting.read_contract_counts(self._connection))

    def chance_counts(self) -> list[ChanceCount]:
        """How often which forecast chance came true, also in erased cases."""
        return whole(lambda: forecasts.read_chance_counts(self._connection))

    def arrival_counts(self) -> list[ArrivalCount]:
        """After how long providers came after which forecast, also in erased cases."""
        return whole(lambda: forecasts.read_arrival_counts(self._connection))

    def chance_sums(self) -> list[ChanceSum]:
        """The sums of the forecast chances by provider and year, also of erased cases."""
        return whole(lambda: forecasts.read_chance_sums(self._connection))

    def last_assigned(self) -> dict[str, datetime]:
        """When each provider last accepted something that was neither cancelled nor corrected."""
        return whole(lambda: learned.read_assigned(self._connection))

    def bookings(self) -> dict[str, list[Booking]]:
        """The bookings of units by provider, also those past their end whose case is still open."""
        return whole(lambda: engagements.read_bookings(self._connection))

    def watched(self, *, but_up: tuple[datetime, datetime] | None = None) -> dict[str, Watched]:
        """How every provider stands that has been looked at.

        With ``but_up`` without those of whom no more is known than that they were seen up between
        these two moments.
        """
        return whole(lambda: watched_rows.read_watched(self._connection, but_up))

    def reports(self, ended_after: datetime) -> dict[str, Report]:
        """What each provider said last on the phone, unless that ended before a moment."""
        return whole(lambda: watched_rows.read_reports(self._connection, ended_after))

    def reports_of(self, provider: str) -> list[Report]:
        """Everything that a provider has said on the phone, the newest first."""
        return whole(lambda: watched_rows.read_all_reports(self._connection, provider))

    def moves(self, since: datetime) -> list[Move]:
        """Which hard states have moved from a moment on, in order."""
        return whole(lambda: watched_rows.read_moves(self._connection, since))

    def acts(self, case_id: int | None = None) -> Iterator[Act]:
        """The journal of a case, or all of it, in order."""
        return iter(whole(lambda: list(journal.read_acts(self._connection, case_id))))

    def last_act(self, case_id: int | None = None, *actions: str) -> Act | None:
        """The last record of the journal, or of one case, or of some actions; None without one."""
        return whole(lambda: journal.read_last(self._connection, case_id, *actions))

    def booked_ahead(self, now: datetime) -> set[tuple[int, int]]:
        """The offers (case, number) whose unit was booked at a moment that has not come yet."""
        return whole(lambda: engagements.read_booked_after(self._connection, now))

    def exports(self) -> list[Act]:
        """Return the records of exports of personal data, in order."""
        return whole(lambda: list(journal.read_exports(self._connection)))

    def head(self) -> str:
        """The journal's last record, "NUMBER:HASH", to be kept elsewhere."""
        return whole(lambda: journal.read_head(self._connection))

    def verify(self, head: str | None = None) -> list[str]:
        """What is wrong with the log, by its journal and all else; the empty list if nothing is.

        ``head`` is one of the journal that was kept elsewhere.
        """
        return soundness.all_problems(self._connection, self._schema(), head)


class Transaction(Reader):
    """One decision: everything in it is written, or nothing."""

    def next_case_id(self) -> int:
        """The number of the next new case, which its ranking depends on."""
        return cases.next_id(self._connection)

    def new_case(self, case: Case, personal: Personal) -> Case:
        """Write a case and give it its number, that of ``next_case_id``."""
        case = cases.insert_case(self._connection, case, personal)
        empty = replace(case, offers=())
        engagements.update_bookings(self._connection, empty, case)
        learned.update_learned(self._connection, empty, case)
        forecasts.update_forecasts(self._connection, empty, case)
        return case

    def save(self, before: Case, after: Case) -> None:
        """Write what differs between two states of a case.

        Raises ConflictError if the case is no longer as it was, if a service would have two
        acceptances, or if a unit is booked for another job.
        """
        if before.id != after.id or self.case(before.id) != before:
            raise ConflictError(
                "case {id} has been changed by somebody else meanwhile",
                id=before.id,
                hint="look at it again and repeat the command",
            )
        if before.forgotten_at is not None:
            raise ConflictError("case {id} is closed and its motorist forgotten", id=before.id)
        cases.update_case(self._connection, before, after)
        engagements.update_bookings(self._connection, before, after)
        learned.update_learned(self._connection, before, after)
        forecasts.update_forecasts(self._connection, before, after)

    def release_bookings(self, case_id: int, offers: Iterable[int]) -> None:
        """Free the units of some offers until their case is saved with other times.

        Bookings of other cases may be saved in between, which would overlap the old times.
        """
        engagements.delete_bookings(self._connection, case_id, offers)

    def set_personal(self, case_id: int, personal: Personal) -> None:
        """Replace what belongs to the motorist; raises ConflictError once it is erased."""
        cases.put_personal(self._connection, case_id, personal)

    def set_text(self, case_id: int, key: str, text: str) -> None:
        """Keep a free text with the motorist's data; raises ConflictError once it is erased."""
        cases.put_text(self._connection, case_id, key, text)

    def append(self, act: Act) -> None:
        """Write a record of the journal; its details hold nothing personal."""
        journal.append(self._connection, act)

    def save_watched(self, states: Iterable[Watched], moves: Iterable[Move] = ()) -> None:
        """Write how providers stand after a run of checks, and what has moved in it."""
        watched_rows.put_watched(self._connection, states)
        watched_rows.insert_moves(self._connection, moves)

    def drop_watched(self, providers: Iterable[str]) -> None:
        """Delete the states of providers that have no check any more."""
        watched_rows.delete_watched(self._connection, providers)

    def add_report(self, report: Report) -> None:
        """Write what a provider has said on the phone, which supersedes what it said before."""
        watched_rows.insert_report(self._connection, report)

    def hold(self, case_id: int, until: datetime | None) -> None:
        """Keep a case back from erasure until a moment; None: no longer."""
        forgetting.hold(self._connection, self._existing(case_id), until)

    def is_due_for_erasure(self, case_id: int, days: float, now: datetime) -> bool:
        """Whether a case is there, was closed so many days ago and is neither held nor erased."""
        return forgetting.is_due(self._connection, case_id, days, now)

    def forget(self, case_id: int, now: datetime) -> None:
        """Erase what is personal in a closed case; the files are clean after ``after_erasure``.

        Raises ConflictError for an open case and one on hold. A second time changes nothing.
        """
        forgetting.forget(self._connection, self._existing(case_id), now)

    def _existing(self, case_id: int) -> Case:
        case = self.case(case_id)
        if case is None:
            raise UsageError(
                "there is no case {case_id}",
                case_id=case_id,
                hint='"dispatch case list" names them',
            )
        return case
