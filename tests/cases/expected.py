"""Compute the expected result of each act at the desk: refusal or change."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from .jobs import BERLIN, ENDINGS, FIRMS, MINUTE, Call, Job, Needed, plan
from .promised import BUSY, WRONG, Promises, Verdict

HOUR = timedelta(hours=1)


class Asked(Struct):
    """The expected firm of the next call, and the skipped firms with their reasons."""

    firm: str = ""
    phone: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    is_warned: bool = False
    """Whether there is a reason against the firm that is asked out of order."""


def clock_text(moment: datetime, now: datetime) -> str:
    """Return a moment with weekday, date, year or zone if the time alone is ambiguous."""
    at, here = moment.astimezone(BERLIN), now.astimezone(BERLIN)
    days = abs((at.date() - here.date()).days)
    day = "" if not days else "%a " if days < 7 else "%a %d %b "
    year = "%Y " if days >= 7 and at.year != here.year else ""
    utc = moment.astimezone(UTC)
    walls = [(utc + hour).astimezone(BERLIN).replace(tzinfo=None) for hour in (-HOUR, HOUR)]
    return at.strftime(f"{day}{year}%H:%M" + (" %Z" if at.replace(tzinfo=None) in walls else ""))


class Desk(Promises):
    """The model of the log: all cases, all bookings and the journal."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.who = "MB"
        """The operator of the current act."""
        self.journal: list[tuple[str, int, str]] = []
        self.gave_way: list[tuple[str, int]] = []
        """The records that the current act writes for other cases, before its own record."""

    # Units.

    def spans(self, firm: str, unit: int, but: Call | None = None) -> list[tuple]:
        """Return the times for which a truck of a firm is booked, by all calls but one."""
        return [each.span for each in self.booked(firm) if each.unit == unit and each is not but]

    def heard_spans(self, firm: str, unit: int, now: datetime) -> list[tuple]:
        """Return the same times without bookings that a clock made before it was set back."""
        return [
            each.span
            for each in self.booked(firm)
            if each.unit == unit and each.told <= now + MINUTE
        ]

    def booked(self, firm: str) -> list[Call]:
        return [
            call
            for job in self.jobs
            for call in job.calls
            if call.firm == firm and call.is_live and not job.over
        ]

    def is_free(self, firm: str, unit: int, span: tuple, but: Call | None = None) -> bool:
        begin, end = span
        return all(e <= begin or end <= b for b, e in self.spans(firm, unit, but))

    def free_truck(self, firm: str, span: tuple, now: datetime, but: Call | None = None) -> int:
        """Return the first free truck; an overdue one only if there is no other."""
        trucks = range(1, FIRMS[firm].units + 1)
        free = [n for n in trucks if self.is_free(firm, n, span, but)]
        back = [n for n in free if all(end > now for _, end in self.spans(firm, n, but))]
        return next(iter([*back, *free]), 0)

    def wait(self, firm: str, moment: datetime, now: datetime) -> timedelta:
        """Return how long after a moment the first truck is free; an overdue truck has no wait."""
        waits = []
        for unit in range(1, FIRMS[firm].units + 1):
            free = moment
            while hit := [e for b, e in self.heard_spans(firm, unit, now) if b <= free < e]:
                free = hit[0]
            waits.append(free - moment)
        return min(waits, default=timedelta())

    @staticmethod
    def span(job: Job, call: Call, there: datetime, since: datetime) -> tuple:
        """Return the begin and end of a job's booking of a truck."""
        way = job.ways.get((call.service, call.firm))
        begin = max(since, min(job.when, there) if way is None else there - way)
        job_min = 75 if call.service in ("tow", "recovery") else 45
        return begin, max(begin, there) + job_min * MINUTE

    def truck_for(self, call: Call, span: tuple, now: datetime, *, extra: bool) -> int:
        """Return the truck that an acceptance books; 0 if no truck is free."""
        truck = self.free_truck(call.firm, span, now)
        is_back = truck and all(end > now for _, end in self.spans(call.firm, truck))
        if extra and not is_back:
            known = [call.unit for call in self.booked(call.firm)]
            truck = max([FIRMS[call.firm].units, *known]) + 1
        return truck

    def put(self, call: Call, unit: int, span: tuple) -> None:
        """Book a truck for a job; its other jobs end before it, or wait until it is done."""
        others = [each for each in self.booked(call.firm) if each is not call and each.unit == unit]
        call.unit, call.span, free = unit, span, span[1]
        for other in sorted(others, key=lambda each: each.span):
            first, last = other.span
            if first < span[0]:
                other.span = first, min(last, span[0])
                is_late = other.span[1] < min(last, other.promised[-1])
            elif first < free:
                other.span = free, free + (last - first)
                free, is_late = other.span[1], free > other.told
            if other.span != (first, last):
                other.is_late = other.is_late or is_late
                [job] = [each for each in self.jobs if other in each.calls]
                self.gave_way.insert(0, ("give way", job.number))

    def move(self, call: Call, span: tuple, now: datetime) -> None:
        """Book a truck for a job that is promised for another time now."""
        if call.span[0] <= now:
            self.put(call, call.unit, (call.span[0], span[1]))
        elif self.is_free(call.firm, call.unit, span, call):
            call.span = span
        else:
            self.put(call, self.free_truck(call.firm, span, now, call) or call.unit, span)

    # Ranking and asking.

    def planned(self, kind: str, state: str | None, when: datetime, now: datetime) -> list[Needed]:
        """Return the services with the firms that can be asked, the nearest first."""
        found = []
        for service, after in plan(kind, state):
            turns = [
                firm.name
                for firm in FIRMS.values()
                if firm.units and not self.unfit(firm.name, service, state, when)
            ]
            waited = {each for each in turns if self.is_waited_for(each, when, now)}
            found.append(Needed(service, after, after is None, turns, waited))
        return found

    def is_waited_for(self, firm: str, when: datetime, now: datetime) -> bool:
        """Return whether all trucks of a firm are out, with a wait that the order includes."""
        return self.wait(firm, when, now) > timedelta()

    def unfit(self, name: str, service: str, state: str | None, when: datetime) -> str:
        """Return why a firm could not be sent at all; empty if there is no reason."""
        firm = FIRMS[name]
        if service not in firm.services:
            return f"does not offer {service}"
        if service == "tow" and state == "blocked" and not firm.has_flatbed:
            return "needs flatbed or dollies or crane or rotator"
        if firm.is_closed(when):
            return "opens 05:00"
        return "" if firm.units else "has no unit"

    def passed_over(self, job: Job, needed: Needed, firm: str, now: datetime) -> str:
        """Return why the next firm cannot be called now."""
        if why := self.barred(job, needed.name, firm, now):
            return why
        wait = self.wait(firm, max(now, job.when), now) / MINUTE
        if firm not in needed.waited_for and wait > 0:
            return (
                f"all units booked since the ranking, the next one is free in about {wait:.0f} min"
            )
        return ""

    def barred(self, job: Job, service: str, firm: str, now: datetime) -> str:
        """Return why a firm cannot be sent, at the moment of the call or when help is needed."""
        moments = (now, max(now, job.when))
        return next(filter(None, (self.unfit(firm, service, job.state, at) for at in moments)), "")

    def next_for(self, job: Job, needed: Needed, now: datetime) -> Asked:
        skipped = []
        for firm in needed.turns:
            phone = job.next_phone(needed.name, firm, FIRMS[firm].answers_on(now))
            if phone is None:
                continue
            why = self.passed_over(job, needed, firm, now)
            if not why:
                return Asked(firm, phone, tuple(skipped))
            skipped.append((firm.title(), why))
        return Asked(skipped=tuple(skipped))

    def ask(
        self, job: Job, service: str | None, now: datetime, *, firm: str = "", override: str = ""
    ) -> tuple[Verdict, Asked]:
        """Place the next call of a case, to the next firm or to the named one."""
        if job.over:
            return Verdict(BUSY), Asked()
        stands = {each.name: job.state_word(each) for each in job.services}
        if service is None:
            order = [each.name for word in ("waiting", "exhausted") for each in job.services
                     if stands[each.name] == word and not job.hopes_for_next(each)]  # fmt: skip
            if not order:
                return Verdict(BUSY), Asked()
            service = order[0]
        if service not in stands:
            return Verdict(WRONG), Asked()
        needs = firm and not any(each.is_asked for each in job.calls_for(service))
        if stands[service] == "asking" and not needs:
            return Verdict(BUSY), Asked()
        if stands[service] not in (
            "asking",
            "later",
            "waiting",
            "exhausted",
            "last_resort",
            "taken_over",
        ):
            return Verdict(BUSY), Asked()
        early = (("open early", job.number),) if stands[service] == "later" else ()
        if firm and firm not in FIRMS:
            return Verdict(WRONG), Asked()
        whom = self.next_for(job, job.service(service), now)
        if firm:
            needed = job.service(service)
            is_listed = firm in needed.turns
            against = (
                self.passed_over(job, needed, firm, now)
                if is_listed
                else self.barred(job, service, firm, now)
            )
            had = any(each.firm == firm for each in job.calls_for(service))
            whom = Asked(firm, FIRMS[firm].answers_on(now)[0], (), bool(against) or had)
        if not whom.firm:

            def follow() -> None:
                for each in job.services:
                    each.is_due = each.is_due or service in (each.name, each.after)

            return Verdict(journal=(*early, ("exhausted", job.number)), change=follow), whom
        call = Call(
            len(job.calls) + 1,
            service,
            whom.firm,
            whom.phone,
            now,
            now + 3 * MINUTE,
            override=override,
            placed_by=self.who,
        )
        if job.keeper != self.who:
            early = (*early, ("take", job.number))

        def change() -> None:
            job.calls.append(call)
            job.keeper = self.who
            job.service(service).is_due = True
            if override:
                job.texts[f"{call.number}.because"] = "because"

        return Verdict(journal=(*early, ("offer", job.number)), change=change), whom

    # Answers.

    def accept(
        self, job: Job, call: Call, there: datetime, now: datetime, *, extra: bool
    ) -> Verdict:
        """Accept a call: refused if another firm is coming or no truck is free."""
        if now - there > MINUTE:
            return Verdict(WRONG)
        if job.over or not call.may("accept"):
            return self._late(job, "accept")
        others = [each for each in job.calls_for(call.service) if each is not call]
        is_back = call.outcome == "no_answer"
        if is_back and any(each.is_asked for each in others):
            return self._late(job, "accept")
        for other in others:
            if other.is_live:
                at = clock_text(other.answered, now)
                return self._late(
                    job, "accept", f"already accepted by {other.firm.title()} at {at}"
                )
        if is_back and now > call.back_until:
            return self._late(job, "accept")
        span = self.span(job, call, there, now)
        truck = self.truck_for(call, span, now, extra=extra)
        if not truck:
            return self._late(job, "accept", "no free unit")

        def change() -> None:
            call.outcome, call.answered, call.unit, call.span = "accepted", now, truck, span
            call.promised, call.told = [there], now
            self.now_comes(job, call, now)

        return self._done(job, "accept", change)

    def answer(
        self, job: Job, call: Call, action: str, now: datetime, *, reason: str, text: str
    ) -> Verdict:
        """Record any other answer or ending of a call."""
        if reason == "other" and not text:
            return Verdict(WRONG)
        if job.over or not call.may(action):
            return self._late(job, action)
        if action == "decline" and reason == "lazy":
            return Verdict(WRONG)

        def change() -> None:
            if call.is_live:
                call.ended = now
                if action in ("fail", "wrong_equipment"):
                    self.needs_open_calls(job, call)
            call.rings_back = call.driver_due = call.caller_due = None
            call.off_due = now if action == "cancel" else None
            call.outcome, call.reason, call.answered = ENDINGS[action], reason, call.answered or now
            if action == "no_answer":
                call.back_until = now + 5 * MINUTE
            if text:
                job.texts[f"{call.number}.text"] = text
            for needed in job.services:
                if action == "unsuccessful" and needed.after == call.service:
                    needed.is_due = True

        return self._done(job, action, change)

    def promise(self, job: Job, call: Call, there: datetime, now: datetime) -> Verdict:
        if now - there > MINUTE:
            return Verdict(WRONG)
        if job.over or not call.may("eta"):
            return self._late(job, "eta")
        span = self.span(job, call, there, min(call.answered, now))

        def change() -> None:
            call.promised.append(there)
            call.told, call.is_late = now, False
            call.caller_due = now + job.tells_caller_within()
            self.move(call, span, now)

        return self._done(job, "eta", change)

    def arrive(self, job: Job, call: Call, now: datetime) -> Verdict:
        if job.over or not call.may("arrive"):
            return self._late(job, "arrive")
        job_min = 75 if call.service in ("tow", "recovery") else 45

        def change() -> None:
            call.there = call.told = now
            call.driver_due = call.caller_due = None
            self.put(call, call.unit, (min(call.span[0], now), now + job_min * MINUTE))

        return self._done(job, "arrive", change)

    # Mending and ending.

    def correct(
        self, job: Job, call: Call, right: str, there: datetime, now: datetime, *, extra: bool
    ) -> Verdict:
        """Correct an answer: the wrong record is kept as superseded, and the right one follows."""
        if job.over or not call.may("correct"):
            return self._late(job, "correct")
        if (call.rings and right != "not_called") or (right == "accepted" and now - there > MINUTE):
            return Verdict(WRONG)
        others = [each for each in job.calls_for(call.service) if each is not call]
        is_taken = any(each.is_live or (each.is_asked and right == "open") for each in others)
        if is_taken and right in ("open", "accepted"):
            return self._late(job, "correct")
        fresh = Call(
            len(job.calls) + 1,
            call.service,
            call.firm,
            call.phone,
            call.at,
            now + 3 * MINUTE,
            outcome=right.replace("open", ""),
            override=call.override,
            placed_by=self.who,
            answered=call.answered,
        )
        if right == "no_answer":
            fresh.back_until = now + 5 * MINUTE
        if right == "open":
            fresh.answered = None
        if right == "accepted":
            call.is_struck = True  # its own truck is free while another is looked for
            fresh.span, fresh.answered = self.span(job, call, there, now), now
            fresh.unit = self.truck_for(call, fresh.span, now, extra=extra)
            call.is_struck = False
            fresh.promised, fresh.told = [there], now
            if not fresh.unit:
                return self._late(job, "correct", "no free unit")

        def change() -> None:
            believed = call.word == "accepted"
            call.is_struck, call.ended = True, call.ended or now
            call.driver_due = call.caller_due = None
            if believed and right not in ("accepted", "open", "failed"):
                call.off_due = now
            elif right != "cancelled":
                call.off_due = None
            if believed and right not in ("accepted", "cancelled"):
                self.needs_open_calls(job, call)
            job.texts[f"{call.number}.corrected"] = "because"
            if right != "not_called":
                job.calls.append(fresh)
            if right == "accepted":
                self.now_comes(job, fresh, now)

        return self._done(job, "correct", change)

    def end(self, job: Job, action: str, now: datetime) -> Verdict:
        """Close or cancel: no call may be open at a close, but the motorist may always cancel."""
        if job.over or (action == "close" and any(call.rings for call in job.calls)):
            return self._late(job, action)

        def change() -> None:
            for call in job.calls:
                if call.is_live:
                    call.ended = now
                if action == "cancel" and (call.is_live or call.rings):
                    call.outcome, call.answered = "cancelled", call.answered or now
                    call.rings_back, call.off_due = None, now
                call.driver_due = call.caller_due = None
            job.over, job.ended = {"close": "closed", "cancel": "cancelled"}[action], now
            job.remind = job.emergency_by = job.on_line = None

        return self._done(job, action, change)

    # The case itself.

    def open(
        self, kind: str, state: str | None, now: datetime, *, injured: int, spot: str | None
    ) -> Verdict:
        number = len(self.jobs) + 1
        job = Job(number, kind, state, now, now, self.planned(kind, state, now, now))
        job.keeper = self.who
        job.put_emergency(injured, spot, now)
        return self._done(job, "open", lambda: self.jobs.append(job))

    def likely_same(self, now: datetime) -> set[int]:
        """Return the cases of the last hour, all of which are at the same spot."""
        return {
            job.number
            for job in self.jobs
            if now - job.opened <= timedelta(hours=1) and not job.is_forgotten
        }

    def amend(
        self, job: Job, state: str | None, now: datetime, *, injured: int, spot: str | None
    ) -> Verdict:
        """Amend facts: services without help are planned and ranked again."""
        if job.over:
            return Verdict(BUSY)
        when = max(job.when, now)
        old = {each.name: each for each in job.services}
        merged = []
        for needed in self.planned(job.kind, state, when, now):
            before = old.pop(needed.name, None)
            if before is not None:
                if job.state_word(before) in ("accepted", "arrived", "taken_over"):
                    merged.append(before)
                    continue
                needed.is_due = needed.is_due or before.is_due
                needed.resort, needed.resort_by = before.resort, before.resort_by
            merged.append(needed)
        asked = {call.service for call in job.calls}
        merged += [each for name, each in old.items() if name in asked]

        def change() -> None:
            if (job.state, job.injured, job.spot) != (state, injured, spot):
                for call in job.calls:
                    if call.word == "accepted":
                        call.driver_due = now + 2 * MINUTE
            job.put_emergency(injured, spot, now)
            job.state, job.when, job.services = state, when, merged

        return self._done(job, "amend", change)

    def unfit_now(self, job: Job) -> set[str]:
        """Return the calls to firms that are asked or coming and no longer pass the gates."""
        known = [each.name for each in job.services]
        return {
            f"{job.number}.{call.number}"
            for call in job.calls
            if (call.rings or call.is_live)
            and call.service in known
            and self.unfit(call.firm, call.service, job.state, job.when)
        }

    def remind(self, job: Job, at: datetime | None, now: datetime) -> Verdict:
        if at is not None and at < now:
            return Verdict(WRONG)
        if job.over:
            return Verdict(BUSY)

        def change() -> None:
            job.remind, job.remind_heard = at, now

        return self._done(job, "callback", change)

    def note(self, job: Job, text: str) -> Verdict:
        if job.is_forgotten:
            return Verdict(BUSY)
        return self._done(job, "note", lambda: job.notes.append(text))

    def hold(self, job: Job, until: datetime) -> Verdict:
        if job.is_forgotten:
            return Verdict(BUSY)
        return self._done(job, "hold", lambda: setattr(job, "held", until))

    def forget(self, now: datetime) -> Verdict:
        """Erase the cases that were closed 30 days ago and are not on hold."""
        due = [
            job
            for job in self.jobs
            if job.over
            and not job.is_forgotten
            and job.ended <= now - timedelta(days=30)
            and (job.held is None or job.held <= now)
            and job.stays_over()
        ]

        def change() -> None:
            for job in due:
                job.is_forgotten, job.notes, job.texts = True, [], {}
                for call in job.calls:
                    call.off_due = None

        return Verdict(journal=tuple(("forget", job.number) for job in due), change=change)

    def in_work(self) -> list[Job]:
        """Return the cases that are not over, or of which firms must be called off."""
        return [job for job in self.jobs if not job.over or any(c.off_due for c in job.calls)]

    def take(self, job: Job) -> Verdict:
        """Take a case over from the other operator."""
        if job.over or job.keeper == self.who:
            return self._late(job, "take")
        return self._done(job, "take", lambda: setattr(job, "keeper", self.who))

    def hand_over(self, to: str) -> Verdict:
        """Hand all own cases over to another operator."""
        own = [job for job in self.in_work() if job.keeper == self.who]
        if to == self.who:
            return Verdict(WRONG)

        def change() -> None:
            for job in own:
                job.keeper = to

        return Verdict(journal=tuple(("hand over", job.number) for job in own), change=change)

    def may_mean_another(self, job: Job, call: Call) -> bool:
        """Return whether an answer without its call may be to an operator's own, earlier one."""
        had = any(each.placed_by == self.who for each in job.calls)
        return had and call.placed_by != self.who

    def by_urgency(self, now: datetime) -> list[int]:
        """Return the cases that are not done: danger first, then overdue, then on the line."""

        def place(job: Job) -> tuple:
            due = job.in_order(now)
            missed = [each for each in due if not each[0]]
            firm_acts = ("answer", "ring back", "arrival", "closing", "last resort answer")
            is_to_do = missed or any(each[2] not in firm_acts for each in due)
            is_danger = job.injured or job.spot in ("lane", "shoulder", "tunnel")
            if not job.over and is_to_do and (is_danger or job.emergency_by):
                group = 0
            elif missed:
                group = 1
            elif job.over:
                group = 5
            elif job.on_line:
                group = 2
            else:
                group = 4 if job.when - now > MINUTE else 3
            return group, due[0][1], job.opened, job.number

        return [job.number for job in sorted(self.in_work(), key=place)]

    def overdue(self, now: datetime) -> list[tuple[datetime, str, str, str, str]]:
        """Return the missed deadlines: moment, subject, kind, firm and number to call."""
        found = []
        for job in self.jobs:
            for is_in_time, at, what, number, service in job.deadlines(now):
                call = job.calls[number - 1] if number else None
                name, phone = (call.firm.title(), call.phone) if call else (service, "")
                if what in ("last resort", "last resort answer"):
                    phone = "110"
                elif what == "emergency call":
                    phone = " ".join(sorted(job.to_dial()))
                elif what == "tell caller":
                    phone = ""
                ref = f"{job.number}.{number}" if number else str(job.number)
                if not is_in_time:
                    found.append((at, ref, what, name, phone))
        return sorted(found)
