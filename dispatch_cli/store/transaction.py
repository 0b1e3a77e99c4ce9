"""Read from the case log within one snapshot, and write to it within one transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..errors import ConflictError, no_case
from ..geo import TRAVEL_SOURCE
from ..messages import Message
from ..model.case import Act, Booking, Case, Personal
from ..model.case_counts import ContractCount, Standing, Summary, TurnTally
from ..model.case_parts import CaseParts
from ..model.draft import Draft
from ..model.forecast_counts import ArrivalCount, ChanceCount, ChanceSum
from ..model.stamps import to_stamp
from . import (
    caller_facts,
    cases,
    drafts,
    engagements,
    forecasts,
    forgetting,
    journal,
    learned,
    soundness,
    tallies,
    undo_rows,
)
from .log_faults import whole
from .watch_access import WatchReader, WatchWriter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from .soundness import Schema

_TO_CALL_OFF = "SELECT case_id FROM offer WHERE call_off_by IS NOT NULL"
_OPEN = f" WHERE closed_at IS NULL OR id IN ({_TO_CALL_OFF})"
_CLOSED = f"SELECT id FROM case_file WHERE closed_at IS NOT NULL AND id NOT IN ({_TO_CALL_OFF})"  # noqa: S608


class Reader(WatchReader):
    """The case log at one moment: all reads see the same state."""

    def __init__(
        self, connection: "sqlite3.Connection", schema: "Callable[[], Schema]" = frozenset
    ) -> None:
        self._connection = connection
        self._schema = schema

    def case(self, case_id: int) -> Case | None:
        """Read one case, with its exact place until it is erased; None without such a case."""
        if case_id > cases.MOST_ID:
            return None
        found = whole(lambda: cases.read_cases(self._connection, "?", (case_id,)))
        return found[0] if found else None

    def cases(self, *, open_only: bool, limit: int | None = None) -> list[Case]:
        """Read the open cases or all, the newest first, at most ``limit``.

        A case that has ended is open as long as a provider must be called off.
        """
        where = _OPEN if open_only else ""
        which = f"SELECT id FROM case_file{where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return whole(
            lambda: cases.read_cases(self._connection, which, (-1 if limit is None else limit,))
        )

    def closed_cases(self, *, limit: int, after: int | None = None) -> list[Case]:
        """Read the last cases that are not open, or the first with numbers above ``after``."""
        if after is None:
            which, values = f"{_CLOSED} ORDER BY closed_at DESC, id DESC LIMIT ?", (limit,)
            found = whole(lambda: cases.read_cases(self._connection, which, values))
            return found[::-1]
        paged = f"{_CLOSED} AND id > ? ORDER BY id LIMIT ?"
        return whole(lambda: cases.read_cases(self._connection, paged, (after, limit)))[::-1]

    def cases_since(self, since: datetime) -> list[Case]:
        """Read the cases opened from a moment on, the newest first, without their offers."""
        which, values = "SELECT id FROM case_file WHERE opened_at >= ?", (to_stamp(since),)
        return whole(lambda: cases.read_cases(self._connection, which, values, with_offers=False))

    def personal(self, case_id: int) -> Personal | None:
        """Read the personal data of a case; None once it is erased."""
        return whole(lambda: cases.read_personal(self._connection, case_id))

    def texts(self, case_id: int) -> dict[str, str]:
        """Read the free texts of a case by their keys; none once they are erased."""
        return whole(lambda: cases.read_texts(self._connection, case_id))

    def draft(self, draft_id: int) -> Draft | None:
        """Read one call that is not finished; None without such a draft."""
        return whole(lambda: drafts.read_draft(self._connection, draft_id))

    def drafts(self) -> list[Draft]:
        """Read the calls that are not finished, by number."""
        return whole(lambda: drafts.read_drafts(self._connection))

    def drafts_ended(self, until: datetime) -> list[Draft]:
        """Read the drafts that were finished or discarded up to a moment, by number."""
        return whole(lambda: drafts.read_ended(self._connection, until))

    def tallies(self, since: datetime | None = None) -> list[TurnTally]:
        """Read the answered offers of the cases opened from a moment on; None: of all cases."""
        return whole(lambda: tallies.read_tallies(self._connection, since))

    def summaries(self, travel_source: str = TRAVEL_SOURCE) -> list[Summary]:
        """Read the sums for learning of each provider, in a time that does not grow with the log.

        Lateness is that of the offers whose travel minutes have this source.
        """
        return whole(lambda: learned.read_summaries(self._connection, travel_source))

    def standings(self) -> list[Standing]:
        """Read how often providers were first in erased cases, for the fairness report."""
        return whole(lambda: forgetting.read_standings(self._connection))

    def contract_counts(self) -> list[ContractCount]:
        """Read the numbers of erased cases by cost of the contract, for the fairness report."""
        return whole(lambda: forgetting.read_contract_counts(self._connection))

    def chance_counts(self) -> list[ChanceCount]:
        """Read the counts of acceptances by forecast chance, also of erased cases."""
        return whole(lambda: forecasts.read_chance_counts(self._connection))

    def arrival_counts(self) -> list[ArrivalCount]:
        """Read the counts and minutes of arrivals by forecast, also of erased cases."""
        return whole(lambda: forecasts.read_arrival_counts(self._connection))

    def chance_sums(self) -> list[ChanceSum]:
        """Read the sums of the forecast chances by provider and year, also of erased cases."""
        return whole(lambda: forecasts.read_chance_sums(self._connection))

    def last_assigned(self) -> dict[str, datetime]:
        """Read the time of each provider's last acceptance that was not cancelled or corrected."""
        return whole(lambda: learned.read_assigned(self._connection))

    def bookings(self) -> dict[str, list[Booking]]:
        """Read the bookings of units by provider, also ended ones whose case is still open."""
        return whole(lambda: engagements.read_bookings(self._connection))

    def acts(self, case_id: int | None = None) -> Iterator[Act]:
        """Read the journal of a case, or all of it, in order."""
        return iter(whole(lambda: list(journal.read_acts(self._connection, case_id))))

    def last_act(self, case_id: int | None = None, *actions: str) -> Act | None:
        """Read the last record of the journal, of a case, or of some actions; None without one."""
        return whole(lambda: journal.read_last(self._connection, case_id, *actions))

    def standing_acts(self, case_id: int, *, since: int = 0) -> list[tuple[int, Act]]:
        """Read the records of a case that were not undone, with numbers, the newest first."""
        return whole(lambda: list(journal.read_standing(self._connection, case_id, since=since)))

    def numbered_acts(self, case_id: int, *, since: int = 0) -> list[tuple[int, Act]]:
        """Read the records of a case with their numbers, undone ones too, the newest first."""
        return whole(lambda: list(journal.read_numbered(self._connection, case_id, since=since)))

    def acts_between(self, first: int, last: int) -> list[tuple[int, Act]]:
        """Read the records of all cases from one number to another, with their numbers."""
        return whole(lambda: list(journal.read_range(self._connection, first, last)))

    def takeover(self, case_id: int, operator: str) -> Act | None:
        """Read how a case was taken from an operator, or handed over, if not told since."""
        return whole(lambda: journal.read_takeover(self._connection, case_id, operator))

    def parts_before(self, case_id: int, record: int) -> CaseParts | None:
        """Read the parts of a case before the act of a record; None if they are not kept."""
        return whole(lambda: undo_rows.read_parts(self._connection, case_id, record))

    def merged_into(self, case_id: int) -> list[int]:
        """Read the numbers of the cases that were merged into a case."""
        return whole(lambda: caller_facts.read_merged(self._connection, case_id))

    def caller_facts(self) -> Iterator[caller_facts.CallerFacts]:
        """Read what identifies the caller of each case that is not erased, the newest first."""
        return iter(whole(lambda: list(caller_facts.read_caller_facts(self._connection))))

    def booked_ahead(self, now: datetime) -> set[tuple[int, int]]:
        """Read the offers (case, number) whose unit was booked later than now."""
        return whole(lambda: engagements.read_booked_after(self._connection, now))

    def exports(self) -> list[Act]:
        """Read the records of exports of personal data, in order."""
        return whole(lambda: list(journal.read_exports(self._connection)))

    def head(self) -> str:
        """Read the journal's last record, "NUMBER:HASH", to be stored elsewhere."""
        return whole(lambda: journal.read_head(self._connection))

    def verify(self, head: str | None = None) -> list[Message | str]:
        """List the problems of the whole log.

        ``head`` is a head of the journal that was stored elsewhere.
        """
        return soundness.all_problems(self._connection, self._schema(), head)


class Transaction(Reader, WatchWriter):
    """A read and write transaction: all of its changes are written, or none."""

    def __init__(
        self, connection: "sqlite3.Connection", schema: "Callable[[], Schema]" = frozenset
    ) -> None:
        super().__init__(connection, schema)
        self._recorder = undo_rows.ChangeRecorder(connection)

    def next_case_id(self) -> int:
        """Return the number of the next new case; its ranking depends on it."""
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
        """Write the difference between two states of a case.

        Raises ConflictError if the stored case differs from ``before``, if a service would have two
        acceptances, or if a unit is booked for another job.
        """
        if before.id != after.id or self.case(before.id) != before:
            raise ConflictError(
                "case {case_id} was changed by another program in the meantime",
                case_id=before.id,
                hint=Message(
                    '"dispatch case show {case_id}" shows the case; then repeat the command',
                    case_id=before.id,
                ),
            )
        if before.forgotten_at is not None:
            raise ConflictError(
                "case {case_id} is closed and its personal data erased", case_id=before.id
            )
        self._recorder.save_case(before, after)
        cases.update_case(self._connection, before, after)
        engagements.update_bookings(self._connection, before, after)
        learned.update_learned(self._connection, before, after)
        forecasts.update_forecasts(self._connection, before, after)

    def save_together(self, changes: Iterable[tuple[Case, Case]]) -> None:
        """Write the differences of several cases, whose bookings may take each other's place."""
        pairs = list(changes)
        for before, after in pairs:
            engagements.release_changed(self._connection, before, after)
        for before, after in pairs:
            self.save(before, after)

    def release_bookings(self, case_id: int, offers: Iterable[int]) -> None:
        """Free the units of some offers until their case is saved with other times.

        In between, bookings of other cases that overlap the old times may be saved.
        """
        engagements.delete_bookings(self._connection, case_id, offers)

    def set_personal(self, case_id: int, personal: Personal) -> None:
        """Replace the personal data of a case; raises ConflictError once it is erased."""
        self._recorder.save_personal(case_id)
        cases.put_personal(self._connection, case_id, personal)

    def set_text(self, case_id: int, key: str, text: str) -> None:
        """Keep a free text with the motorist's data; raises ConflictError once it is erased."""
        self._recorder.save_personal(case_id)
        cases.put_text(self._connection, case_id, key, text)

    def new_draft(self, draft: Draft) -> Draft:
        """Write a call that is not finished, and give it its number."""
        return drafts.insert_draft(self._connection, draft)

    def save_draft(self, draft: Draft) -> None:
        """Write the new state of a draft."""
        drafts.put_draft(self._connection, draft)

    def erase_draft(self, draft_id: int) -> None:
        """Erase a draft; the files are clean after ``after_erasure``."""
        drafts.erase_draft(self._connection, draft_id)

    def put_back_texts(self, case_id: int, texts: dict[str, str]) -> None:
        """Replace all free texts of a case by those before an act that is undone."""
        cases.put_texts(self._connection, case_id, texts)

    def drop_parts(self, case_id: int, record: int) -> None:
        """Delete the parts of a case before an act, which is undone."""
        undo_rows.delete_row(self._connection, case_id, record)

    def append(self, act: Act) -> None:
        """Write a record of the journal; its details must have no personal data."""
        self._recorder.write(act, journal.append(self._connection, act))

    def hold(self, case_id: int, until: datetime | None) -> None:
        """Keep a case from erasure until a moment; None removes the hold."""
        forgetting.hold(self._connection, self._existing(case_id), until)

    def is_due_for_erasure(self, case_id: int, days: float, now: datetime) -> bool:
        """Return whether a case was closed at least ``days`` ago and is neither held nor erased."""
        return forgetting.is_due(self._connection, case_id, days, now)

    def forget(self, case_id: int, now: datetime) -> None:
        """Erase the personal data of a closed case; the files are clean after ``after_erasure``.

        Raises ConflictError for a case that is open or on hold. A second time changes nothing.
        """
        forgetting.forget(self._connection, self._existing(case_id), now)

    def _existing(self, case_id: int) -> Case:
        case = self.case(case_id)
        if case is None:
            raise no_case(case_id)
        return case
