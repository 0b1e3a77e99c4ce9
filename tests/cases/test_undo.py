"""After an undo the log is as if the act had never happened, but for the journal."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    correct_case,
    decisions,
    emergency_record,
    end_case,
    erase_case,
    keep_case,
    keep_promises,
    offer_call,
    open_case,
    undo_acts,
    view_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.errors import ConflictError, DispatchError, UsageError
from dispatch_cli.model.case import Case, Personal
from dispatch_cli.model.case_parts import CaseFacts, CaseParts
from dispatch_cli.results.case_results import Exhausted
from dispatch_cli.store import open_store, undo_rows

from ..worlds import incident, no_holidays
from .conftest import NOON

MOTORIST = Personal(caller="Canary-Name", call_back="089 99998-777", plate="A-CA 1")


class Desk:
    """A log, and the acts on its two cases, each at a minute after noon."""

    def __init__(self, path, catalog) -> None:
        self.path, self.catalog = path, catalog

    def book(self, minute: float = 0, operator: str = "AK") -> Book:
        now = NOON + timedelta(minutes=minute)
        return Book(
            store=open_store(self.path, now=now),
            catalog=self.catalog,
            holidays=no_holidays,
            now=now,
            operator=operator,
        )

    def open(self) -> "Desk":
        for kind in ("breakdown", "tow"):
            facts = incident(kind=kind, when=NOON)
            open_case.open_case(self.book(), facts, MOTORIST, answered=["at", "kind"])
        return self

    def numbers(self, case_id: int) -> list[int]:
        """Return the numbers of the offers, without those of undone corrections."""
        with self.book().store.reading() as reader:
            return [each.number for each in reader.case(case_id).offers if not is_void(each)]

    def texts(self, found: dict[str, str], case_id: int) -> dict[str, str]:
        """Return the texts of a case with the offers numbered in their order."""
        new = {str(each): str(n) for n, each in enumerate(self.numbers(case_id), 1)}
        parts = {key.partition("."): text for key, text in found.items()}
        return {f"{new.get(head, head)}{dot}{tail}": t for (head, dot, tail), t in parts.items()}

    def state(self):
        """Return all that acts change but the journal, with offers numbered in their order."""
        with self.book().store.reading() as reader:
            found = [reader.case(number) for number in (1, 2)]
            bookings = [
                (name, each.unit, each.case_id, each.begin, each.end)
                for name, of_one in reader.bookings().items()
                for each in of_one
            ]
            sums = sorted(reader.summaries(), key=lambda each: (each.provider, each.service))
            return {
                "cases": [numbered(each) for each in found],
                "personal": [(reader.personal(n), self.texts(reader.texts(n), n)) for n in (1, 2)],
                "bookings": sorted(bookings),
                "assigned": reader.last_assigned(),
                "chances": sorted(map(repr, reader.chance_counts())),
                "arrivals": sorted(map(repr, reader.arrival_counts())),
                "chance sums": sorted(map(repr, reader.chance_sums())),
                "learned": [(each.provider, each.service, each.as_of) for each in sums],
                "sums": [value for each in sums for value in sums_of(each)],
            }


def sums_of(summary) -> list[float]:
    """Return the numbers of a summary."""
    names = [name for name in summary.__struct_fields__ if "weight" in name]
    return [getattr(summary, name) for name in names]


def is_void(offer) -> bool:
    """Return whether an offer is what an undone correction has left: no answer, superseded."""
    return offer.corrected and offer.outcome is None


def numbered(case):
    """Return a case whose offers are numbered without those that undone corrections have left."""
    kept = [each for each in case.offers if not is_void(each)]
    new = {each.number: place for place, each in enumerate(kept, 1)}
    offers = tuple(
        replace(each, number=new[each.number], joint=new.get(each.joint, 0)) for each in kept
    )
    services = tuple(replace(each, input_hash="") for each in case.services)
    return replace(case, offers=offers, services=services)


REFUSALS = ("decline", "no_answer", "unreachable", "wrong_equipment")
ENDS = ("fail", "unsuccessful", "cancel", "wrong_equipment")
WEIGHTS = {
    "offer": 14, "accept": 18, **dict.fromkeys(REFUSALS, 3), **dict.fromkeys(ENDS, 4), "eta": 6,
    "arrive": 6, "later": 3, "call off": 4, "told driver": 3, "told caller": 3, "line": 2,
    "emergency": 2, "last resort": 6, "amend": 3, "callback": 2, "note": 2, "correct": 8,
    "personal": 2, "close": 1, "cancel case": 1,
}  # fmt: skip


def drawn(chance: random.Random, desk: Desk, last: int) -> tuple:
    """Draw an act: its verb, its case, the place of its offer among the others, a number."""
    case_id = last if chance.random() < 0.85 else chance.choice((1, 2))
    count = len(desk.numbers(case_id))
    place = max(0, count - 1 - chance.choice((0, 0, 0, 1, 2)))
    [verb] = chance.choices([*WEIGHTS], [*WEIGHTS.values()])
    return verb, case_id, place, chance.randrange(5, 60)


def perform(desk: Desk, minute: int, act: tuple) -> bool:
    """Do an act; returns whether it was a call that was placed, which no undo takes back."""
    verb, case_id, place, number = act
    book = desk.book(minute)
    numbers = desk.numbers(case_id)
    ref = f"{case_id}.{numbers[place] if place < len(numbers) else 99}"
    if verb == "offer":
        services = ("roadside_repair", "tow")
        wanted = () if number < 40 else services[number % 2 :][: 1 + number % 2]
        made = offer_call.place_call(book, case_id, services=wanted)
        return not isinstance(made, Exhausted)
    on_offer, on_case = acts_on_offers(book, ref, number), acts_on_cases(book, case_id, number)
    {**on_offer, **on_case}[verb]()
    return False


def acts_on_offers(book: Book, ref: str, number: int) -> dict:
    """Return the acts on an offer by their verb; a number decides on their details."""
    later = book.now + timedelta(minutes=number)
    right = ("declined", "open", "not_called", "accepted", "no_answer", "failed")[number % 6]

    def ended(verb: str):
        reason = ("no_unit", "other")[number % 2] if verb == "decline" else ""
        return lambda: answer_call.record(
            book, ref, verb, reason=reason, text=reason and "Canary-Text"
        )

    return {
        **{verb: ended(verb) for verb in (*REFUSALS, *ENDS)},
        "accept": lambda: answer_call.accept(book, ref, later, is_compared=True),
        "eta": lambda: answer_call.promise(book, ref, later),
        "arrive": lambda: answer_call.arrive(book, ref),
        "later": lambda: keep_promises.ring_back(book, ref, later),
        "call off": lambda: keep_promises.call_off(book, ref),
        "told driver": lambda: keep_promises.tell(book, ref, "driver"),
        "told caller": lambda: keep_promises.tell(book, ref, "caller"),
        "correct": lambda: correct_case.correct(
            book, ref, right, "Canary-Why", there_at=later if right == "accepted" else None
        ),
    }


def acts_on_cases(book: Book, case_id: int, number: int) -> dict:
    """Return the acts on a case by their verb; a number decides on their details."""
    later = None if number % 3 == 0 else book.now + timedelta(minutes=number)
    emergency = ("called", "not_reached", "not_needed")[number % 3]
    last_resort = ("called", "takes_over", "does_not")[number % 3]
    facts = {"injured": number % 3, "trailer": number > 30}
    theirs = {"plate": f"Canary-{number}"} if number % 2 else {}
    caller = "desk" if emergency == "called" else ""
    return {
        "line": lambda: keep_promises.hold_line(book, case_id, is_waiting=bool(number % 2)),
        "emergency": lambda: emergency_record.record_emergency(
            book, case_id, emergency, caller=caller, because="Canary-Why"
        ),
        "last resort": lambda: emergency_record.record_last_resort(
            book, case_id, last_resort, caller="desk"
        ),
        "amend": lambda: amend_case.amend(book, case_id, facts, theirs),
        "callback": lambda: keep_case.remind(book, case_id, later),
        "note": lambda: keep_case.note(book, case_id, f"Canary-Note {number}"),
        "personal": lambda: amend_case.amend(book, case_id, {}, {"to": f"Canary-To {number}"}),
        "close": lambda: end_case.close(book, case_id),
        "cancel case": lambda: end_case.cancel(book, case_id),
    }


@pytest.fixture(autouse=True)
def one_salt(monkeypatch):
    """All logs have the same salt, so that their personal data can be compared."""
    monkeypatch.setattr(open_case, "token_hex", lambda size: "5a" * size)


SEEDS = 5
ACTS = 60


def tail(history: list[tuple], wanted: int) -> int:
    """Return how many of the last acts can be undone together: of one case, without a call."""
    count = 0
    for _, act, is_placed in reversed(history):
        if count == wanted or is_placed or act[1] != history[-1][1][1]:
            break
        count += 1
    return count


@pytest.mark.parametrize(
    "seeds",
    [pytest.param(range(SEEDS)), pytest.param(range(100, 250), marks=pytest.mark.ci)],
    ids=["some", "many"],
)
def test_an_undo_is_as_if_the_act_had_never_been(tmp_path, catalog, seeds):
    """Random acts on two cases, some undone up to four deep; a second log has only the others.

    Cases, personal data, bookings, learned sums and counts of forecasts of both logs are equal.
    """
    undone: Counter[str] = Counter()
    depths: Counter[int] = Counter()
    for seed in seeds:
        for acts in one_life(tmp_path, catalog, seed):
            undone.update(acts)
            depths[len(acts)] += 1
    assert depths.keys() >= {1, 2, 3}
    if len(seeds) > SEEDS:
        assert 4 in depths
        assert undone.keys() >= {*WEIGHTS} - {"offer"}


def one_life(tmp_path, catalog, seed: int) -> Iterator[list[str]]:
    """Work on two cases; yields the verbs of each undo, after which both logs were equal."""
    chance = random.Random(seed)
    desk = Desk(tmp_path / f"{seed}.sqlite3", catalog).open()
    history: list[tuple] = []
    for minute in range(1, ACTS):
        act = drawn(chance, desk, history[-1][1][1] if history else 1)
        try:
            history.append((minute, act, perform(desk, minute, act)))
        except DispatchError:
            continue
        depth = tail(history, chance.choice((0, 0, 0, 0, 1, 2, 3, 4)))
        book = desk.book(minute)
        # A firm that was told must be called off, which leaves a trace: see below.
        if not depth or undo_acts.calls_of_undo(book, act[1], last=depth):
            continue
        undo_acts.undo(book, act[1], last=depth)
        gone = history[-depth:]
        del history[-depth:]
        check_against_a_new_log(tmp_path / f"{seed}-{minute}.sqlite3", catalog, desk, history)
        yield [each[0] for _, each, _ in gone]


@pytest.mark.parametrize("part", ["offers", "flags", "facts", "personal", "incident", "services"])
def test_a_part_that_is_not_put_back_is_found(tmp_path, catalog, monkeypatch, part):
    """The control: an undo that leaves one part of the case as it is fails the same comparison."""
    real = undo_rows.read_parts

    def without(connection, case_id, record):
        found = real(connection, case_id, record)
        return found and replace(found, **{part: getattr(CaseParts(since=0), part)})

    monkeypatch.setattr(undo_rows, "read_parts", without)
    with pytest.raises((AssertionError, DispatchError)):  # noqa: PT012 - any of the lives
        for seed in range(40):
            list(one_life(tmp_path, catalog, seed))


def check_against_a_new_log(path, catalog, desk, history):
    """Do the standing acts in a new log, and compare everything but the journal."""
    other = Desk(path, catalog).open()
    for minute, act, is_placed in history:
        assert perform(other, minute, act) == is_placed
    mine, theirs = desk.state(), other.state()
    for name, found in mine.items():
        expected = pytest.approx(theirs[name]) if name == "sums" else theirs[name]
        assert found == expected, (name, history)


def test_every_value_of_a_case_is_put_back_or_named_here():
    """A new value of a case must be among those that an undo puts back, or in this list."""
    stay = {"id", "opened_at", "operator", "hold_until", "forgotten_at", "call_back_set_at"}
    parts = {"incident", "services", "offers"}
    assert {*CaseFacts.__struct_fields__} == {*Case.__struct_fields__} - stay - parts


def accepted(desk: Desk, minute: int = 1, operator: str = "AK") -> None:
    """Let Anna accept the repair of case 1 for 20 minutes later."""
    offer_call.place_call(desk.book(minute, operator), 1)
    there_at = NOON + timedelta(minutes=minute + 20)
    answer_call.accept(desk.book(minute, operator), "1.1", there_at, is_compared=True)


def offer_of(desk: Desk, number: int = 1, case_id: int = 1):
    """Read an offer."""
    with desk.book().store.reading() as reader:
        return reader.case(case_id).offers[number - 1]


@pytest.fixture
def two(tmp_path, catalog) -> Desk:
    """A log with two cases, on which AK and MB work."""
    return Desk(tmp_path / "cases.sqlite3", catalog).open()


def refusal(function, *args, **more) -> str:
    """Return the sentence with which an act is refused."""
    with pytest.raises(ConflictError) as error:
        function(*args, **more)
    return "; ".join(map(str, error.value.problems))


def test_another_operators_act_stands_before_an_undo(two):
    """Only one's own acts can be undone, and none below an act of another operator.

    Once that one has undone it, the own act can be undone.
    """
    offer_call.place_call(two.book(1, "AK"), 1)
    answer_call.record(two.book(2, "AK"), "1.1", "no_answer")
    keep_promises.hold_line(two.book(3, "MB"), 1, is_waiting=True)
    assert refusal(undo_acts.undo, two.book(4, "AK"), 1) == "MB recorded line at 13:03 after that"
    assert "AK recorded line" not in refusal(undo_acts.undo, two.book(4, "AK"), 1, last=2)
    assert refusal(undo_acts.undo, two.book(5, "CD"), 1) == (
        "the last act of case 1 is not yours: MB recorded line at 13:03"
    )
    undo_acts.undo(two.book(6, "MB"), 1)
    assert str(undo_acts.undo(two.book(7, "AK"), 1).message) == "undone: no answer of 1.1"
    assert offer_of(two).state == "open"
    assert refusal(undo_acts.undo, two.book(8, "AK"), 1) == (
        "a placed call cannot be undone: offer of 1.1 at 13:01"
    )
    with two.book().store.reading() as reader:
        acts = [(act.action, act.operator) for act in reader.acts(1)]
        assert acts.count(("refused undo", "AK")) == 3
        assert [act.details["undone"] for act in reader.acts(1) if act.action == "undo"] == [
            "line",
            "no_answer",
        ]
        assert reader.verify() == []


def test_views_and_refusals_of_others_do_not_stand_before_an_undo(two):
    """What changes nothing is passed over: personal views, refused acts, a hold."""
    offer_call.place_call(two.book(1, "AK"), 1)
    answer_call.record(two.book(2, "AK"), "1.1", "decline", reason="no_unit")
    view_case.personal(two.book(3, "MB"), 1)
    refusal(answer_call.record, two.book(3, "MB"), "1.1", "no_answer")
    keep_case.hold(two.book(3, "MB"), 1, NOON + timedelta(days=9))
    keep_case.export(two.book(3, "MB"), 1)
    undo_acts.undo(two.book(4, "AK"), 1)
    assert offer_of(two).state == "open"
    with two.book().store.reading() as reader:
        assert reader.case(1).hold_until == NOON + timedelta(days=9)


def test_several_acts_are_undone_together_or_not_at_all(two):
    """With a placed call among the last acts, none of them is undone."""
    offer_call.place_call(two.book(1), 1)
    answer_call.record(two.book(2), "1.1", "decline", reason="no_unit")
    keep_case.note(two.book(3), 1, "Canary")
    refusal(undo_acts.undo, two.book(4), 1, last=3)
    assert offer_of(two).state == "declined"
    undo_acts.undo(two.book(5), 1, last=2)
    assert offer_of(two).state == "open"
    with pytest.raises(UsageError):
        undo_acts.undo(two.book(6), 1, last=0)


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("is_together", [True, False], ids=["together", "one by one"])
def test_a_firm_that_was_told_is_called_off(two, is_told, is_together):
    """Once the driver has the address, undoing the acceptance names the number to call off.

    The call is due until it is recorded. A firm whose driver was not told need not be called.
    """
    accepted(two)
    if is_told:
        keep_promises.tell(two.book(2), "1.1", "driver")
    book = two.book(4)
    if not is_together and is_told:
        undo_acts.undo(book, 1)
    last = 2 if is_told and is_together else 1
    calls = ["call 089 1 Anna: no longer needed"] if is_told else []
    assert [str(each) for each in undo_acts.calls_of_undo(book, 1, last=last)] == calls
    done = undo_acts.undo(book, 1, last=last)
    assert [str(each) for each in done.warnings] == calls
    offer = offer_of(two)
    assert (offer.state, offer.call_off_by) == ("open", book.now if is_told else None)
    overdue = [each.what for each in view_case.audit(two.book(5)).overdue if each.ref == "1.1"]
    assert overdue == (["call off"] if is_told else ["answer"])
    if is_told:
        keep_promises.call_off(two.book(5), "1.1")
        assert offer_of(two).state == "called_off"


def test_a_firm_that_called_back_and_was_told_is_called_off(two):
    """An acceptance after no answer goes back to no answer, and the firm is called off."""
    offer_call.place_call(two.book(1), 1)
    answer_call.record(two.book(1), "1.1", "no_answer")
    answer_call.accept(two.book(2), "1.1", NOON + timedelta(minutes=30), is_compared=True)
    keep_promises.tell(two.book(2), "1.1", "driver")
    undo_acts.undo(two.book(3), 1, last=2)
    assert offer_of(two).state == "no_answer"
    keep_promises.call_off(two.book(4), "1.1")
    assert (offer_of(two).state, offer_of(two).call_off_by) == ("no_answer", None)


def test_a_firm_that_was_called_off_is_called_again(two):
    """Undoing a cancellation names the firm that was called off in between."""
    accepted(two)
    end_case.cancel(two.book(2), 1)
    keep_promises.call_off(two.book(3), "1.1")
    done = undo_acts.undo(two.book(4), 1, last=2)
    assert [str(each) for each in done.warnings] == [
        "call 089 1 Anna: it was called off, and is needed after all"
    ]
    assert (offer_of(two).state, offer_of(two).call_off_by) == ("accepted", None)


def test_a_unit_that_is_booked_meanwhile_refuses_the_undo(two):
    """The refusal names the job that has the unit; nothing changes."""
    for case_id in (1, 2):
        card = offer_call.place_call(
            two.book(1), case_id, services=["tow"], provider="bert", because="x", override="wish"
        )
        assert card.ref == f"{case_id}.1"
    answer_call.accept(two.book(2), "1.1", NOON + timedelta(minutes=30), is_compared=True)
    answer_call.record(two.book(3), "1.1", "fail")
    answer_call.accept(two.book(4, "MB"), "2.1", NOON + timedelta(minutes=40), is_compared=True)
    assert refusal(undo_acts.undo, two.book(5), 1) == (
        "unit 1 of Bert is booked for 2.1 now, so that 1.1 cannot be restored"
    )
    assert offer_of(two).state == "failed"
    undo_acts.undo(two.book(6, "MB"), 2)
    undo_acts.undo(two.book(7), 1)
    assert offer_of(two).state == "accepted"


def test_a_booking_that_gave_way_moves_back(two):
    """Undoing a new time also undoes what another job had to give way; a later change stays."""
    for case_id, minutes in ((1, 30), (2, 120)):
        offer_call.place_call(
            two.book(1), case_id, services=["tow"], provider="bert", because="x", override="wish"
        )
        there_at = NOON + timedelta(minutes=minutes)
        answer_call.accept(two.book(2), f"{case_id}.1", there_at, is_compared=True)
    before = offer_of(two, case_id=2)
    late = NOON + timedelta(minutes=110)
    answer_call.promise(two.book(3), "1.1", late)
    assert offer_of(two, case_id=2).booked_from > before.booked_from
    undo_acts.undo(two.book(4), 1)
    assert offer_of(two, case_id=2) == before
    answer_call.promise(two.book(5), "1.1", late)
    answer_call.promise(two.book(6, "MB"), "2.1", NOON + timedelta(minutes=300))
    after = offer_of(two, case_id=2)
    undo_acts.undo(two.book(7), 1)
    assert offer_of(two, case_id=2) == after


def test_an_erased_case_has_no_undo(two):
    """After ``forget`` an undo is refused; and acts of a closed case are kept for one day."""
    end_case.close(two.book(1), 1)
    end_case.close(two.book(2), 2)
    day_and_more = 25 * 60
    undo_acts.undo(two.book(3), 2)
    end_case.close(two.book(day_and_more), 2)
    assert refusal(undo_acts.undo, two.book(day_and_more), 1).endswith("can no longer be undone")
    erase_case.forget(two.book(day_and_more), older_than_days=0, dry_run=False)
    with pytest.raises(ConflictError, match="personal data erased"):
        undo_acts.undo(two.book(day_and_more), 2)


def test_the_refusal_of_a_late_act_names_the_other_operator(two):
    """AK answers a call that MB has ended meanwhile, or a case that MB has closed."""
    offer_call.place_call(two.book(1, "AK"), 1)
    answer_call.record(two.book(2, "MB"), "1.1", "decline", reason="no_unit")
    late = refusal(
        answer_call.accept, two.book(3, "AK"), "1.1", NOON + timedelta(minutes=30), is_compared=True
    )
    assert late == (
        "1.1 has already been answered: Anna at 13:02 (declined);"
        " MB recorded decline of 1.1 at 13:02"
    )
    own = refusal(answer_call.record, two.book(3, "MB"), "1.1", "no_answer")
    assert own == "1.1 has already been answered: Anna at 13:02 (declined)"
    end_case.close(two.book(4, "MB"), 1)
    assert refusal(end_case.close, two.book(5, "AK"), 1) == (
        "case 1 was closed at 13:04; MB recorded close at 13:04"
    )


def test_a_case_number_means_no_call_that_the_operator_has_not_seen(two):
    """AK's call was ended by MB, who placed the next one: ``accept 1`` is refused for AK."""
    offer_call.place_call(two.book(1, "AK"), 1)
    answer_call.record(two.book(2, "MB"), "1.1", "decline", reason="no_unit")
    offer_call.place_call(two.book(3, "MB"), 1)
    refused = refusal(
        answer_call.accept, two.book(4, "AK"), "1", NOON + timedelta(minutes=30), is_compared=True
    )
    assert refused == "MB called 1.2 Bert at 13:03, after your call 1.1"
    assert offer_of(two, 2).state == "open"
    # The one who placed it, one who has placed none, and the number itself are unambiguous.
    for operator, ref in (("MB", "1"), ("CD", "1"), ("AK", "1.2")):
        assert decisions.offer_ref(two.book(5, operator), ref) == (1, 2)


def test_a_call_that_another_operator_has_placed_is_named(two):
    """AK presses the key after MB: the refusal names MB, the firm and the time; no second call."""
    offer_call.place_call(two.book(1, "MB"), 1)
    refused = refusal(offer_call.place_call, two.book(2, "AK"), 1, services=["roadside_repair"])
    assert "1.1 Anna" in refused
    assert refused.endswith("; MB recorded offer of 1.1 at 13:01")
    own = refusal(offer_call.place_call, two.book(2, "MB"), 1, services=["roadside_repair"])
    assert "MB recorded" not in own
    assert len(two.numbers(1)) == 1
