"""Compute the expected results of the acts that keep promises: told, called off, rung back."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from .jobs import MINUTE, Call, Job, Needed

LATE, BUSY, WRONG = "late", "busy", "wrong"
"""The kinds of refusals: too late (it is recorded), blocked by an earlier act, or invalid."""


class Verdict(Struct):
    """The expected result of an act: refusal or change, and the records of the journal."""

    refused: str = ""
    journal: tuple[tuple[str, int], ...] = ()
    change: Callable[[], None] = lambda: None
    says: str = ""


class Promises:
    """What the desk has promised to do, and what a firm has promised to say."""

    def _done(self, job: Job, action: str, change: Callable[[], None]) -> Verdict:
        return Verdict(journal=((action, job.number),), change=change)

    def _late(self, job: Job, action: str, says: str = "") -> Verdict:
        return Verdict(LATE, ((f"refused {action}", job.number),), says=says)

    @staticmethod
    def now_comes(job: Job, call: Call, now: datetime) -> None:
        """Note what follows an acceptance: two persons to tell, and other firms to call off."""
        call.driver_due, call.off_due = now + 2 * MINUTE, None
        call.caller_due = now + job.tells_caller_within()
        for other in job.calls:
            if other.service != call.service or other is call:
                continue
            if other.rings:
                other.off_due = now
            elif other.is_struck and other.firm == call.firm:
                other.off_due = None

    @staticmethod
    def needs_open_calls(job: Job, lost: Call) -> None:
        """Note that the firms that owe an answer are needed again, since the help is lost."""
        for other in job.calls_for(lost.service):
            if other.rings:
                other.off_due = None

    def later(self, job: Job, call: Call, until: datetime, now: datetime) -> Verdict:
        if now - until > MINUTE:
            return Verdict(WRONG)
        if job.over or not call.may("later"):
            return self._late(job, "later")
        return self._done(job, "later", lambda: setattr(call, "rings_back", until))

    def call_off(self, job: Job, call: Call | None, now: datetime) -> Verdict:
        """Call off a firm, or without its call the only one that must be, also in an ended case."""
        if call is None:
            due = [each for each in job.calls if each.off_due]
            if len(due) != 1:
                return Verdict(WRONG)
            call = due[0]
        if not call.may("call_off") or not (call.rings or call.off_due):
            return self._late(job, "call off")

        def change() -> None:
            if call.rings:
                call.outcome, call.answered = "called_off", now
            call.off_due = None

        return self._done(job, "call off", change)

    def tell(self, job: Job, call: Call | None, person: str) -> Verdict:
        """Tell driver or caller about one firm, or about all of which they do not know."""
        due, action = f"{person}_due", f"tell_{person}"
        calls = [call]
        if call is None:
            calls = [each for each in job.calls if each.word == "accepted" and getattr(each, due)]
            if not calls:
                return Verdict(WRONG)
        if job.over or not all(each.may(action) for each in calls):
            return self._late(job, action)

        def change() -> None:
            for each in calls:
                setattr(each, due, None)
            if person == "caller":
                job.on_line = None

        return self._done(job, action, change)

    def line(self, job: Job, now: datetime, *, waits: bool) -> Verdict:
        if job.over:
            return self._late(job, "line")
        since = (job.on_line or now) if waits else None
        return self._done(job, "line", lambda: setattr(job, "on_line", since))

    def emergency(
        self, job: Job, state: str, caller: str, at: datetime, now: datetime, *, because: str
    ) -> Verdict:
        """Record that the emergency number was dialled, not reached, or is not needed."""
        is_known = caller in ("caller", "desk", "on-scene", "other")
        if at > now or (state == "called" and not is_known):
            return Verdict(WRONG)
        if state == "not_needed" and not because:
            return Verdict(WRONG)
        if job.over:
            return self._late(job, "emergency")

        def change() -> None:
            job.emergency = state
            job.emergency_by = now + MINUTE if state == "not_reached" else None
            if because:
                job.texts["emergency"] = because

        return self._done(job, "emergency", change)

    def last_resort(self, job: Job, service: str, said: str, now: datetime) -> Verdict:
        """Record a call to the last resort, or its answer, for a service that needs it."""
        if job.over:
            return self._late(job, "last resort")
        needed = self.left_to_last_resort(job, service, said)
        if not needed:
            return self._late(job, "last resort")
        if len(needed) > 1:
            return Verdict(WRONG)

        def change() -> None:
            needed[0].resort, needed[0].resort_by = said, now + 3 * MINUTE

        return self._done(job, "last resort", change)

    @staticmethod
    def left_to_last_resort(job: Job, service: str, said: str) -> list[Needed]:
        """Return the services that can be meant: for an answer first those that wait for it.

        Those after which others have a chance are last.
        """
        rank = {"exhausted": 0, "last_resort": 0, "waiting": 1}
        if said != "called":
            rank = {"last_resort": 0, "exhausted": 1, "taken_over": 2, "waiting": 3}
        ranked = [
            ((job.hopes_for_next(each), rank[job.state_word(each)]), each)
            for each in job.services
            if service in ("", each.name) and job.state_word(each) in rank
        ]
        best = min((place for place, _ in ranked), default=None)
        return [each for place, each in ranked if place == best]

    def merge(self, stays: Job, other: Job, now: datetime) -> Verdict:
        """End a duplicate: its firms are called off, and its caller waits for the other case."""
        if stays is other:
            return Verdict(WRONG)
        is_only_help = any(call.word == "accepted" for call in other.calls) and not any(
            call.is_live for call in stays.calls
        )
        is_undialled = other.emergency_by and not stays.emergency_by and stays.emergency != "called"
        has_arrived = any(call.word == "arrived" for call in other.calls)
        if stays.over or other.over or has_arrived or is_only_help or is_undialled:
            return self._late(other, "merge")

        def change() -> None:
            for call in other.calls:
                call.driver_due = call.caller_due = None
                if call.rings or call.is_live:
                    call.ended = now if call.is_live else None
                    call.outcome, call.answered = "called_off", call.answered or now
                    call.rings_back, call.off_due = None, now
            stays.on_line = stays.on_line or other.on_line
            stays.injured = max(stays.injured, other.injured)
            if other.remind and not (stays.remind and stays.remind <= other.remind):
                stays.remind, stays.remind_heard = other.remind, other.remind_heard
            if other.emergency == "called" != stays.emergency:
                stays.emergency, stays.emergency_by = "called", None
            other.over, other.ended, other.into = "closed", now, stays
            other.remind = other.emergency_by = other.on_line = None

        both = (("merge", stays.number), ("merge", other.number))
        return Verdict(journal=both, change=change)
