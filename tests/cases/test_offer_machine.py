"""Random acts, clock jumps and both clock-change nights, against a model that shares no code."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dispatch_cli.cases import (
    case_deadlines,
    case_ends,
    case_states,
    offer_changes,
    offer_corrections,
    offer_notices,
    unit_bookings,
)
from dispatch_cli.errors import ConflictError, UsageError

from .jobs import ENDINGS, MINUTE
from .sample_cases import JOB, case, fleet, option, service

UNITS = {"anna": 1, "bert": 1, "carl": 2}
PHONES = {"anna": 2, "bert": 1, "carl": 1}
CASCADES = {"roadside_repair": ["anna", "bert", "carl"], "tow": ["bert", "carl"]}
# The nights of 25 October 2026 and 28 March 2027, and an ordinary noon.
STARTS = [
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
    datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
]
RIGHTS = {"correct": "declined", "missed": "no_answer"}
NOTICES = ["call_off", "tell_driver", "tell_caller"]
ACTS = ["accept", *ENDINGS, "eta", "arrive", *RIGHTS, "later", *NOTICES]
CALL_BACK = timedelta(minutes=5)
HALF_AN_HOUR = timedelta(minutes=30)


class ModelOffer:
    """The model's record of one offer."""

    def __init__(self, service_name, provider, phone, at):
        self.service, self.provider, self.phone, self.at = service_name, provider, phone, at
        self.word, self.there, self.replaced, self.call_back = "", False, False, None
        self.booked, self.rings_at, self.answer_due = None, None, at + timedelta(minutes=3)
        self.driver_by = self.caller_by = self.off_by = None

    @property
    def live(self):
        return self.word == "accepted" and not self.replaced

    @property
    def silent(self):
        """Return whether the firm owes an answer."""
        return not self.word and not self.replaced

    @property
    def on_line(self):
        return self.silent and self.rings_at is None


class Working(RuleBasedStateMachine):
    """One case with random acts; after every act it must be as the model expects."""

    def __init__(self):
        super().__init__()
        self.case = case(
            service("roadside_repair", *(self.option(p) for p in CASCADES["roadside_repair"])),
            service("tow", *(self.option(p) for p in CASCADES["tow"]), after="roadside_repair"),
        )
        self.now = STARTS[0]
        self.offers: list[ModelOffer] = []
        self.tow_open, self.over = False, False

    @staticmethod
    def option(provider):
        return option(provider, units=UNITS[provider], phones=PHONES[provider])

    # What the model says would happen, in words of its own.

    def waits_for(self, name):
        """Return the next firm and number of a service; None if there is none."""
        for provider in CASCADES[name]:
            mine = [t for t in self.offers if (t.service, t.provider) == (name, provider)]
            mine = [t for t in mine if not t.replaced]
            if any(t.word not in ("no_answer", "unreachable") for t in mine):
                continue
            for number in range(1, PHONES[provider] + 1):
                phone = f"{provider} {number}"
                if phone not in [t.phone for t in mine]:
                    return provider, phone
        return None

    def may_ask(self, name):
        mine = [t for t in self.offers if t.service == name and not t.replaced]
        blocked = any(t.live or t.on_line or t.word in ("unsuccessful", "cancelled") for t in mine)
        return not self.over and (name != "tow" or self.tow_is_wanted()) and not blocked

    def tow_is_wanted(self):
        """Return whether the tow was opened, or no firm is left that could repair."""
        mine = [t for t in self.offers if t.service == "roadside_repair" and not t.replaced]
        held = any(t.live or t.silent or t.word in ("unsuccessful", "cancelled") for t in mine)
        return self.tow_open or not (held or self.waits_for("roadside_repair"))

    def may(self, kept, action):
        action = "correct" if action in RIGHTS else action
        if action == "call_off":
            return bool(kept.silent or kept.off_by)
        if self.over or kept.replaced:
            return False
        if kept.word == "":
            return action in (
                "accept", "decline", "no_answer", "unreachable", "wrong_equipment", "cancel",
                "later",
            )  # fmt: skip
        if kept.live and kept.there:
            return action in ("fail", "wrong_equipment", "unsuccessful", "cancel")
        if kept.live:
            return action in (
                "eta", "arrive", "fail", "wrong_equipment", "unsuccessful", "cancel", "correct",
                "tell_driver", "tell_caller",
            )  # fmt: skip
        if kept.word == "no_answer" and action == "accept":
            return True
        # Help that has come is never corrected away, also if it failed later.
        is_final = kept.word in ("unsuccessful", "called_off") or kept.there
        return action == "correct" and not is_final

    def others(self, kept):
        """Return the times for which the firm's units are booked otherwise, by unit."""
        mine = [t for t in self.offers if t.live and t.provider == kept.provider and t is not kept]
        return {
            unit: [t.booked[1:] for t in mine if t.booked[0] == unit]
            for unit in range(1, UNITS[kept.provider] + 1)
        }

    def free_unit(self, kept, begin, end):
        others = self.others(kept)
        free = [u for u, spans in others.items() if all(e <= begin or end <= b for b, e in spans)]
        back = [unit for unit in free if all(e > self.now for _, e in others[unit])]
        return next(iter([*back, *free]), None)

    @staticmethod
    def time_of(there, since):
        """Twenty minutes on the way, three quarters of an hour on the scene."""
        begin = max(since, there - timedelta(minutes=20))
        return begin, max(begin, there) + timedelta(minutes=45)

    def put(self, kept, unit, begin, end):
        """Book a unit for a job; its other jobs end before it, or wait until it is done."""
        kept.booked, free = (unit, begin, end), end
        mine = [t for t in self.offers if t.live and t.provider == kept.provider and t is not kept]
        for other in sorted((t for t in mine if t.booked[0] == unit), key=lambda t: t.booked[1]):
            _, first, last = other.booked
            if first < begin:
                other.booked = unit, first, min(last, begin)
            elif first < free:
                other.booked = unit, free, free + (last - first)
                free = other.booked[2]

    def rebook(self, kept, begin, end):
        """Return the booking of a job that is promised for another time now."""
        unit, set_off, _ = kept.booked
        spans = self.others(kept)[unit]
        if set_off <= self.now:
            self.put(kept, unit, set_off, end)
        elif all(e <= begin or end <= b for b, e in spans):
            kept.booked = unit, begin, end
        else:
            self.put(kept, self.free_unit(kept, begin, end) or unit, begin, end)

    def may_accept(self, kept):
        others = [t for t in self.offers if t.service == kept.service and t is not kept]
        others = [t for t in others if not t.replaced]
        if any(t.live for t in others):
            return False
        called_back = kept.word == "no_answer"
        if called_back and (any(t.on_line for t in others) or self.now > kept.call_back):
            return False
        return self.free_unit(kept, *self.time_of(self.now + HALF_AN_HOUR, self.now)) is not None

    def attempt(self, allowed, act):
        """Do an act; it must succeed exactly where the model allows it."""
        before = self.case
        try:
            after = act(before)
        except (ConflictError, UsageError):
            assert not allowed
            assert self.case is before
            return False
        assert allowed
        self.case = after
        return True

    # The acts.

    @rule(start=st.sampled_from(STARTS))
    def another_night(self, start):
        """The clock may jump to another night, also backwards."""
        self.now = start

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(name=st.sampled_from(list(CASCADES)))
    def ask(self, name):
        wanted = case_states.service_of(self.case, name)
        expected = self.waits_for(name)
        found = case_states.next_option(self.case, wanted)
        assert expected == ((found.option.provider, found.phone) if found.option else None)
        if found.option is None:
            return
        if self.attempt(
            self.may_ask(name),
            lambda c: offer_changes.ask(
                c, wanted, found.option, phone=found.phone, now=self.now, operator="desk"
            ),
        ):
            self.offers.append(ModelOffer(name, *expected, self.now))

    @rule(pick=st.integers(0, 9), action=st.sampled_from(ACTS))
    def answer(self, pick, action):
        """Record any act on any offer."""
        if self.offers:
            self.say(pick % len(self.offers) + 1, action)

    @rule(data=st.data())
    def go_on(self, data):
        """Record one of the acts that make sense now."""
        acts = [(number, action) for number, kept in enumerate(self.offers, 1)
                for action in ACTS if self.may(kept, action)]  # fmt: skip
        if acts:
            self.say(*data.draw(st.sampled_from(acts)))

    def say(self, number, action):
        kept = self.offers[number - 1]
        if action == "accept":
            self.accept(number, kept)
        elif self.attempt(self.may(kept, action), lambda c: self.done(c, number, action)):
            self.note(kept, action)

    def accept(self, number, kept):
        allowed = self.may(kept, "accept") and self.may_accept(kept)
        if self.attempt(
            allowed,
            lambda c: offer_changes.accept(
                c,
                number,
                there_at=self.now + HALF_AN_HOUR,
                now=self.now,
                fleet=fleet(c, kept.provider, UNITS[kept.provider], now=self.now),
                minutes=JOB,
            ),
        ):
            begin, end = self.time_of(self.now + HALF_AN_HOUR, self.now)
            kept.booked = self.free_unit(kept, begin, end), begin, end
            kept.word, kept.call_back, kept.answered = "accepted", None, self.now
            kept.promised = self.now + HALF_AN_HOUR
            kept.driver_by, kept.caller_by = self.now + 2 * MINUTE, self.now + 5 * MINUTE
            self.call_off_others(kept)

    def call_off_others(self, kept):
        """Firms that owe an answer are called off, and the firm that comes is not."""
        kept.off_by = None
        for other in self.offers:
            if other.service == kept.service and other is not kept:
                if other.silent:
                    other.off_by = self.now
                elif other.replaced and other.provider == kept.provider:
                    other.off_by = None

    def await_others(self, kept):
        for other in self.offers:
            if other.service == kept.service and other.silent:
                other.off_by = None

    def done(self, of, number, action):
        units = fleet(of, self.offers[number - 1].provider, UNITS[self.offers[number - 1].provider],
                      but=number, now=self.now)  # fmt: skip
        if action == "eta":
            there_at = self.now + timedelta(minutes=50)
            found = offer_changes.promise(of, number, there_at=there_at, now=self.now, speaker="x",
                                     fleet=units, minutes=JOB)  # fmt: skip
            return self.settled(*found)
        if action == "arrive":
            found = offer_changes.arrive(of, number, now=self.now, fleet=units, job_min=JOB.job_min)
            return self.settled(*found)
        if action == "later":
            return offer_notices.later(of, number, until=self.now + CALL_BACK)
        if action == "call_off":
            return offer_notices.call_off(of, number, now=self.now)
        if action in NOTICES:
            return offer_notices.tell(of, number, action)
        if right := RIGHTS.get(action):
            return offer_corrections.correct(of, number, right, now=self.now, operator="boss")
        return offer_changes.answer(of, number, action, now=self.now, reason="weather")

    @staticmethod
    def settled(of, placed):
        """Return the case, with the bookings that give way."""
        for booking in placed.others:
            of = unit_bookings.rebooked(of, booking)
        return of

    def note(self, kept, action):
        if action == "arrive":
            unit, begin, _ = kept.booked
            kept.there, kept.driver_by, kept.caller_by = True, None, None
            self.put(kept, unit, min(begin, self.now), self.now + timedelta(minutes=45))
        elif action == "eta":
            there = kept.promised = self.now + timedelta(minutes=50)
            kept.caller_by = self.now + 5 * MINUTE
            # A clock that was ahead at the acceptance does not keep the unit from setting off now.
            self.rebook(kept, *self.time_of(there, min(kept.answered, self.now)))
        elif action in RIGHTS:
            kept.off_by = self.now if kept.live else None
            if kept.live:
                self.await_others(kept)
            kept.replaced, kept.driver_by, kept.caller_by = True, None, None
            fresh = ModelOffer(kept.service, kept.provider, kept.phone, kept.at)
            fresh.word = RIGHTS[action]
            fresh.call_back = self.now + CALL_BACK
            self.offers.append(fresh)
        elif action == "later":
            kept.rings_at = self.now + CALL_BACK
        elif action == "call_off":
            kept.word, kept.off_by = kept.word or "called_off", None
        elif action in NOTICES:
            setattr(kept, action.removeprefix("tell_") + "_by", None)
        else:
            if kept.live and action in ("fail", "wrong_equipment"):
                self.await_others(kept)
            kept.driver_by = kept.caller_by = None
            kept.off_by = self.now if action == "cancel" else None
            kept.word = ENDINGS[action]
            kept.call_back = self.now + CALL_BACK if action == "no_answer" else None
            if action == "unsuccessful" and kept.service == "roadside_repair":
                self.tow_open = True

    @rule(end=st.sampled_from(["close", "cancel"]), really=st.integers(0, 9))
    def end(self, end, really):
        if really:
            return
        asking = any(t.silent for t in self.offers)
        allowed = not self.over and (end == "cancel" or not asking)
        act = case_ends.close if end == "close" else case_ends.cancel
        if self.attempt(allowed, lambda c: act(c, now=self.now)):
            self.over = True
            if end == "cancel":
                for kept in self.offers:
                    if kept.live or kept.silent:
                        kept.word, kept.off_by = "cancelled", self.now
                        kept.driver_by = kept.caller_by = None

    # What must always hold.

    @invariant()
    def the_case_equals_the_model(self):
        assert len(self.case.offers) == len(self.offers)
        for offer, kept in zip(self.case.offers, self.offers, strict=True):
            assert (offer.service, offer.provider, offer.phone) == (
                kept.service, kept.provider, kept.phone,
            )  # fmt: skip
            assert offer.corrected == kept.replaced
            assert (offer.outcome or "") == kept.word
            assert (offer.arrived_at is not None) == kept.there
            assert (offer.state == "later") == (kept.silent and not kept.on_line)

    @invariant()
    def each_promise_has_its_deadline(self):
        found = [(each.what, each.at, each.offer) for each in self.deadlines() if each.offer]
        expected = []
        for number, kept in enumerate(self.offers, 1):
            if kept.off_by:
                expected.append(("call off", kept.off_by, number))
            elif kept.silent and not self.over:
                due = kept.answer_due if kept.on_line else kept.rings_at
                expected.append(("answer" if kept.on_line else "ring back", due, number))
            if kept.live and not kept.there and not self.over:
                expected.append(("arrival", kept.promised + 10 * MINUTE, number))
                told = {"tell driver": kept.driver_by, "tell caller": kept.caller_by}
                expected += [(what, by, number) for what, by in told.items() if by]
        found = [each for each in found if each[0] not in ("closing", "new time")]
        assert sorted(found) == sorted(expected)

    @invariant()
    def an_open_case_is_never_without_a_deadline(self):
        assert self.over or self.deadlines()

    def deadlines(self):
        return case_deadlines.deadlines(self.case, self.now)

    @invariant()
    def at_most_one_acceptance_per_service_and_unit(self):
        live = [o for o in self.case.offers if o.state in ("accepted", "arrived")]
        assert len({o.service for o in live}) == len(live)
        for offer, kept in zip(self.case.offers, self.offers, strict=True):
            if kept.live and not self.over:
                assert (offer.unit, offer.booked_from, offer.booked_until) == kept.booked

    @invariant()
    def nobody_is_asked_twice_on_the_same_number(self):
        asked = [(o.service, o.phone) for o in self.case.offers if not o.corrected]
        assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(10_000),
        pytest.param(200_000, marks=pytest.mark.ci),
        pytest.param(2_000_000, marks=pytest.mark.heavy),
    ],
)
def test_the_state_machine_obeys_an_independent_model(steps):
    """After any acts in any order the case equals the model."""
    run_state_machine_as_test(
        Working,
        settings=settings(
            max_examples=steps // 50,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
