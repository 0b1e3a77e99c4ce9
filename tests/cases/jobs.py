"""A model of one case that shares no code with the program."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
TWICE = datetime(2026, 10, 25, tzinfo=BERLIN).date()
"""The day on which the clock shows the hour from two to three twice."""


class Firm(Struct, frozen=True):
    """A firm of the model; the nearest are asked first."""

    name: str
    km: float
    services: tuple[str, ...]
    units: int = 1
    numbers: tuple[str, ...] = ()
    has_flatbed: bool = True

    def is_closed(self, now: datetime) -> bool:
        """Return whether the firm is closed.

        Only Bert closes, from 02:30 to 05:00; of a repeated 02:30 the second counts.
        """
        wall = now.astimezone(BERLIN)
        if self.name != "bert" or (wall.date() == TWICE and wall.hour == 2 and not wall.fold):
            return False
        return time(2, 30) <= wall.time() < time(5)

    def answers_on(self, now: datetime) -> tuple[str, ...]:
        """Return the numbers that are answered; Anna's office only from 6 to 22."""
        is_day = 6 <= now.astimezone(BERLIN).hour < 22
        return tuple(each for each in self.numbers if is_day or not each.endswith("office"))


FIRMS = {
    firm.name: firm
    for firm in (
        Firm("anna", 5, ("roadside_repair", "jump_start", "tow"), 2, ("anna office", "anna cell")),
        Firm("carl", 8, ("tow", "recovery"), 1, ("carl",)),
        Firm(
            "bert",
            12,
            ("roadside_repair", "battery_replacement", "tow", "recovery"),
            1,
            ("bert",),
            has_flatbed=False,
        ),
        Firm("dora", 30, ("tow",), 0, ("dora",)),
    )
}

ENDINGS = {
    "decline": "declined",
    "no_answer": "no_answer",
    "unreachable": "unreachable",
    "wrong_equipment": "wrong_equipment",
    "fail": "failed",
    "unsuccessful": "unsuccessful",
    "cancel": "cancelled",
}


def plan(kind: str, state: str | None) -> list[tuple[str, str | None]]:
    """Return the planned services, each with the one it waits for.

    A vehicle on its side gets no help on the spot.
    """
    on_the_spot = {
        "breakdown": ["roadside_repair"],
        "dead_battery": ["jump_start", "battery_replacement"],
        "tow": [],
    }[kind]
    if state == "on_side":
        return [("recovery", None), ("tow", None)]
    chain = [*on_the_spot, "tow"]
    return list(zip(chain, [None, *chain], strict=False))


class Call(Struct):
    """One call: its firm and service, its answers and promises."""

    number: int
    service: str
    firm: str
    phone: str
    at: datetime
    due: datetime
    outcome: str = ""
    override: str = ""
    placed_by: str = ""
    """The operator who placed the call, or recorded what it was in truth."""
    reason: str = ""
    is_struck: bool = False
    promised: list[datetime] = []
    there: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    back_until: datetime | None = None
    unit: int = 0
    span: tuple[datetime, datetime] | None = None
    """The begin and end of the booking of its truck."""
    told: datetime | None = None
    """When its time was last changed, by a promise or the arrival."""
    is_late: bool = False
    """Whether its truck has been taken for another job, so that its last promise does not hold."""
    chance: float | None = None
    said_min: int | None = None
    base_min: int | None = None
    """The forecast of the cascade at the call, if it was in order: see ``lessons``."""
    is_noted: bool = False
    rings_back: datetime | None = None
    """When the firm rings back, having asked its driver."""
    driver_due: datetime | None = None
    caller_due: datetime | None = None
    off_due: datetime | None = None
    """Until when the driver must have the address, the caller the time, the firm be called off."""

    def __repr__(self) -> str:
        return f"call {self.number} to {self.firm}: {self.word}"

    @property
    def rings(self) -> bool:
        """Return whether the firm owes an answer, on the line or by ringing back."""
        return not self.outcome and not self.is_struck

    @property
    def is_asked(self) -> bool:
        """Return whether the firm is on the line."""
        return self.rings and not self.rings_back

    @property
    def is_live(self) -> bool:
        """Return whether a firm is coming or has arrived."""
        return self.outcome == "accepted" and not self.is_struck

    @property
    def word(self) -> str:
        if self.is_struck:
            return "corrected"
        if self.is_live and self.there:
            return "arrived"
        return self.outcome or ("later" if self.rings_back else "open")

    def may(self, action: str) -> bool:
        """Return whether an act is possible now for this call alone."""
        if action == "call_off":
            return self.rings or self.is_struck or self.outcome in ("cancelled", "called_off")
        if self.is_struck:
            return False
        if self.rings:
            return action in (
                "accept", "decline", "no_answer", "unreachable", "wrong_equipment", "cancel",
                "correct", "later",
            )  # fmt: skip
        if self.is_live:
            ends = action in ("fail", "wrong_equipment", "unsuccessful", "cancel")
            on_the_way = ("eta", "arrive", "correct", "tell_driver", "tell_caller")
            return ends or (not self.there and action in on_the_way)
        if action == "accept":
            return self.outcome == "no_answer"
        is_final = self.outcome in ("unsuccessful", "called_off") or self.there
        return action == "correct" and not is_final


class Needed(Struct):
    """One service of a case: the one it waits for, whether it is opened, and the firms in order."""

    name: str
    after: str | None
    is_due: bool
    turns: list[str]
    waited_for: set[str]
    resort: str = ""
    """What was heard of the last resort: called, takes_over or does_not."""
    resort_by: datetime | None = None
    """Three minutes after that."""


class Job(Struct):
    """One case."""

    number: int
    kind: str
    state: str | None
    opened: datetime
    when: datetime
    services: list[Needed]
    injured: int = 0
    spot: str | None = None
    calls: list[Call] = []
    over: str = ""
    ended: datetime | None = None
    remind: datetime | None = None
    remind_heard: datetime | None = None
    """When the reminder was set."""
    held: datetime | None = None
    is_forgotten: bool = False
    notes: list[str] = []
    texts: dict[str, str] = {}
    emergency: str = ""
    emergency_by: datetime | None = None
    on_line: datetime | None = None
    keeper: str = ""
    into: "Job | None" = None
    """The case that stays, if this one was its duplicate."""
    ways: dict[tuple[str, str], timedelta] = {}
    """Return the ranking's minutes on the way of a firm for a service."""

    def __repr__(self) -> str:
        return f"case {self.number}: {self.case_state()}"

    def stays_over(self) -> bool:
        """Return whether no case is open that this one was merged into, also through others."""
        return not self.into or bool(self.into.over and self.into.stays_over())

    def service(self, name: str) -> Needed:
        return next(each for each in self.services if each.name == name)

    def calls_for(self, name: str) -> list[Call]:
        return [each for each in self.calls if each.service == name and not each.is_struck]

    def next_phone(self, service: str, firm: str, numbers: tuple[str, ...]) -> str | None:
        """Return the number to call; None after an answer, or without another number."""
        had = [each for each in self.calls_for(service) if each.firm == firm]
        if any(each.outcome not in ("no_answer", "unreachable") for each in had):
            return None
        return next((each for each in numbers if each not in [call.phone for call in had]), None)

    def state_word(self, needed: Needed) -> str:
        """Return the state of a service."""
        if self.over:
            return self.over
        if not self.has_begun(needed):
            return "later"
        words = {each.word for each in self.calls_for(needed.name)}
        for word in ("accepted", "arrived", "open", "unsuccessful", "cancelled"):
            if word in words:
                return "asking" if word == "open" else word
        if needed.resort in ("called", "takes_over"):
            return {"called": "last_resort", "takes_over": "taken_over"}[needed.resort]
        if any(self.next_phone(needed.name, firm, FIRMS[firm].numbers) for firm in needed.turns):
            return "waiting"
        return "asking" if "later" in words else "exhausted"

    def has_begun(self, needed: Needed) -> bool:
        """Return whether a service was opened by an act, or the one before it has failed.

        A service also waits for none that the case no longer needs.
        """
        failed = ("unsuccessful", "exhausted", "last_resort")
        before = [each for each in self.services if each.name == needed.after]
        return (
            needed.is_due or not before or any(self.state_word(each) in failed for each in before)
        )

    def hopes_for_next(self, needed: Needed) -> bool:
        """Return whether no firm is left for a service, while one planned after it has a chance."""
        if self.state_word(needed) not in ("exhausted", "last_resort"):
            return False
        following = [each for each in self.services if each.after == needed.name]
        return any(
            self.state_word(each) != "exhausted" or self.hopes_for_next(each) for each in following
        )

    def without_firm(self) -> bool:
        """Return whether any service could be left to the last resort."""
        words = {self.state_word(each) for each in self.services}
        return bool(words & {"exhausted", "last_resort", "taken_over"})

    def case_state(self) -> str:
        """Return the state of the case: that of the service that needs help most."""
        found = [self.state_word(each) for each in self.services if not self.hopes_for_next(each)]
        words = (
            "exhausted", "waiting", "last_resort", "asking", "taken_over", "accepted", "arrived",
        )  # fmt: skip
        return self.over or next((word for word in words if word in found), "open")

    def tells_caller_within(self) -> timedelta:
        """Return how soon the caller must know the time: at once where cars drive past."""
        return (1 if self.spot in ("lane", "shoulder", "tunnel") else 5) * MINUTE

    def to_dial(self) -> set[str]:
        """Return the emergency numbers that persons in danger need."""
        lane = {"110"} if self.spot in ("lane", "tunnel") else set()
        return lane | ({"112"} if self.injured else set())

    def put_emergency(self, injured: int, spot: str | None, now: datetime) -> None:
        """Change who is hurt and where; a number that is newly needed is due in a minute."""
        old, was = self.to_dial(), self.injured
        self.injured, self.spot = injured, spot
        is_worse = injured > was and self.emergency != "called"
        if self.to_dial() - old or (self.to_dial() and is_worse):
            self.emergency, self.emergency_by = "", now + MINUTE
        elif not self.to_dial():
            self.emergency_by = None

    def in_order(self, now: datetime) -> list[tuple[bool, datetime, str, int, str]]:
        """Return the deadlines, the emergency call first, then the missed ones."""
        return sorted(self.deadlines(now), key=lambda due: (due[2] != "emergency call", due))

    def deadlines(self, now: datetime) -> list[tuple[bool, datetime, str, int, str]]:
        """Return the deadlines by the number of a call or the name of a service.

        The first value of each is whether it is missed: its moment has passed, or a clock that was
        set back later has set it.
        """
        found = [(call.off_due, call.off_due, "call off", call.number, "")
                 for call in self.calls if call.off_due]  # fmt: skip
        if not self.over:
            found += self.of_running(now)
        return [
            (at >= now and heard <= now + MINUTE, at, what, number, service)
            for at, heard, what, number, service in found
        ]

    def of_running(self, now: datetime) -> list[tuple[datetime, datetime, str, int, str]]:
        """Return the deadlines of a case that is not over, each with when it was recorded."""
        found = [(self.remind, self.remind_heard, "call back", 0, "")] if self.remind else []
        if self.emergency_by:
            dialled = self.emergency_by - MINUTE
            found.append((self.emergency_by, dialled, "emergency call", 0, ""))
        is_idle = len(found)
        for call in self.calls:
            if call.is_asked and not call.off_due:
                found.append((call.due, call.due - 3 * MINUTE, "answer", call.number, ""))
            if call.rings and call.rings_back and not call.off_due:
                found.append((call.rings_back, now, "ring back", call.number, ""))
            if call.is_live and not call.there:
                late = call.promised[-1] + 10 * MINUTE
                found.append((late, call.told, "arrival", call.number, ""))
            if call.is_live and not call.there and call.is_late:
                # As if it were heard too late: it is due at once.
                found.append((call.promised[-1], now + 2 * MINUTE, "new time", call.number, ""))
            if call.driver_due:
                heard = call.driver_due - 2 * MINUTE
                found.append((call.driver_due, heard, "tell driver", call.number, ""))
            if call.caller_due:
                by = min(call.caller_due, call.told + self.tells_caller_within())
                found.append((by, call.told, "tell caller", call.number, ""))
        for needed in self.services:
            idle = {"waiting": "next call", "exhausted": "last resort"}
            what = idle.get(self.state_word(needed))
            if self.state_word(needed) == "last_resort":
                heard = needed.resort_by - 3 * MINUTE
                found.append((needed.resort_by, heard, "last resort answer", 0, needed.name))
            elif what and not self.hopes_for_next(needed):
                since, heard = self.quiet_since(needed, now)
                found.append((since + 3 * MINUTE, heard, what, 0, needed.name))
        return found if len(found) > is_idle else [*found, self.closing()]

    def closing(self) -> tuple[datetime, datetime, str, int, str]:
        """Return when a case in which no firm has anything more to do is due to be closed."""
        done = [(call.span[1], call.number, call.there) for call in self.calls
                if call.is_live and call.there and call.span]  # fmt: skip
        for call in self.calls:
            if call.word in ("unsuccessful", "cancelled", "called_off"):
                gone = call.ended or call.answered
                done.append((gone + 3 * MINUTE, call.number, gone))
        done += [(each.resort_by, 0, each.resort_by - 3 * MINUTE)
                 for each in self.services if self.state_word(each) == "taken_over"]  # fmt: skip
        end, number, heard = max(done, key=lambda each: each[:2])
        return end, heard, "closing", number, ""

    def names_up_to(self, needed: Needed) -> set[str]:
        """Return the name of a service, and of all that were planned before it."""
        before = [each for each in self.services if each.name == needed.after]
        return {needed.name}.union(*map(self.names_up_to, before))

    def quiet_since(self, needed: Needed, now: datetime) -> tuple[datetime, datetime]:
        """Return since when no call has been open for a service, and when that was recorded.

        Moments of a clock that was set back later count only if there are no others.
        """
        is_later = self.when - self.opened > MINUTE
        moments = [(self.opened, self.opened), (self.when, now if is_later else self.opened)]
        names = self.names_up_to(needed)
        moments += [(each.resort_by - 3 * MINUTE, each.resort_by - 3 * MINUTE)
                    for each in self.services
                    if each.name in names and each.resort == "does_not"]  # fmt: skip
        for call in self.calls:
            if call.service in names:
                moments += [(each, each) for each in (call.answered, call.ended) if each]
                if call.word == "later":
                    moments.append((min(call.rings_back, call.at + 10 * MINUTE), call.at))
                if call.word == "no_answer":
                    moments.append((call.back_until, call.back_until - 5 * MINUTE))
        believed = [each for each in moments if each[1] <= now + MINUTE]
        return (max(believed)[0], now) if believed else (max(moments)[0], now + 2 * MINUTE)
