"""The small world of the pictures: the sample provider file, a fixed evening, invented cases.

No person is in it: every telephone number is from a range that the German regulator keeps free
for films.
"""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatch_cli import api, public_holidays
from dispatch_cli.cases import (
    answer_call,
    call_facts,
    draft_calls,
    keep_promises,
    offer_call,
    open_case,
)
from dispatch_cli.cases.book import Book, ClockFunctions
from dispatch_cli.store import open_store

EVENING = datetime(2026, 11, 27, 23, 12, 40, tzinfo=ZoneInfo("Europe/Berlin"))
"""The moment at which every picture of the desk is taken."""


_DESK = """
[desk]
name = "Einsatzzentrale Augsburg"
number = "089 99998-000"
"""
"""How the centre of the pictures names itself in the texts to read aloud."""

_LAST_RESORT = "duty desk: keeps asking and calls the motorist back"
_LAST_RESORT_DE = "Bereitschaft: fragt weiter, ruft den Anrufer an"


def _provider_file(folder: Path, sample: Path, language: str) -> Path:
    """Copy the sample with a name; a German centre writes its last resort in German."""
    text = sample.read_text(encoding="utf-8")
    if _LAST_RESORT not in text:
        raise LookupError(f"{sample.name} has another text of the last resort")
    copy = folder / sample.name
    text = text.replace(_LAST_RESORT, _LAST_RESORT_DE) if language == "de" else text
    copy.write_text(text + _DESK, encoding="utf-8")
    return copy


class World:
    """A case log with invented cases; the clock moves only from one act to the next."""

    def __init__(self, folder: Path, providers: Path, language: str) -> None:
        self.now = EVENING
        self.language = language
        self._path = folder / "cases.sqlite3"
        self._catalog = api.load(_provider_file(folder, providers, language), now=EVENING)

    def book(self, operator: str = "AK") -> Book:
        """Open the log for an operator, at the time of this world."""
        return Book(
            store=open_store(self._path, now=self.now),
            catalog=self._catalog,
            holidays=lambda region, years: public_holidays.holiday_dates(region, years, None),
            now=self.now,
            operator=operator,
            watch=ClockFunctions(read=lambda: self.now, record_jump=lambda *_: None),
        )

    def at(self, before_min: float) -> None:
        """Set the clock to some minutes before the picture."""
        self.now = EVENING - timedelta(minutes=before_min)

    def case(self, before_min: float, operator: str = "AK", **facts: str) -> int:
        """Open a case that was called in some minutes before the picture; return its number."""
        self.at(before_min)
        book = self.book(operator)
        known = {"injured": "0", "vehicle": "car", **facts}
        call = call_facts.call_of(book, known)
        opened = open_case.open_case(book, call.incident, call.personal, answered=known)
        return opened.case.id

    def called(self, before_min: float, operator: str = "AK", **facts: str) -> int:
        """Open a case and call its first firm at once."""
        number = self.case(before_min, operator, **facts)
        offer_call.place_call(self.book(operator), number, language=self.language)
        return number

    def accepted(
        self, before_min: float, there_in_min: int, operator: str = "AK", **facts: str
    ) -> int:
        """Open a case whose first firm has promised to come; driver and caller know it."""
        number = self.called(before_min, operator, **facts)
        self.accept(number, 1, there_in_min, operator)
        for told in ("driver", "caller"):
            keep_promises.tell(self.book(operator), f"{number}.1", told)
        return number

    def accept(self, number: int, offer: int, there_in_min: int, operator: str = "AK") -> None:
        """Record that a firm comes some minutes after the present time of this world."""
        there_at = self.now.replace(second=0) + timedelta(minutes=there_in_min)
        ref, book = f"{number}.{offer}", self.book(operator)
        answer_call.accept(book, ref, there_at, language=self.language, is_compared=True)

    def decline(self, number: int, offer: int, reason: str) -> None:
        """Record that a firm declines."""
        answer_call.record(self.book(), f"{number}.{offer}", "decline", reason=reason)


def fill(world: World) -> int:
    """Open the cases of an evening; return the number of the one whose card is shown.

    Its second firm is being asked.
    """
    road = {"de": "A8 Ri. München km 48,2", "en": "A8 to Munich km 48.2"}[world.language]
    scene = world.accepted(
        78, 34, "MB", kind="engine_failure", at="86199 Augsburg", client="volkswagen"
    )
    world.at(31)
    answer_call.arrive(world.book("MB"), f"{scene}.1")
    world.accepted(
        52,
        60,
        kind="breakdown",
        at="86500 Kutzenhausen",
        client="adac",
        brand="Ford Transit",
        vehicle="van",
        weight_t="2.8",
    )
    world.accepted(
        38, 55, kind="wrong_fuel", at="86441 Zusmarshausen", client="adac", brand="Audi A4"
    )
    world.accepted(33, 51, "MB", kind="locked_out", at="86163 Augsburg", client="none")
    refused = world.called(
        19, kind="flat_tyre", at="86179 Augsburg", spot="roadside", client="adac"
    )
    world.at(17)
    world.decline(refused, 1, "no_unit")
    world.at(14)
    waits = world.called(
        14, "MB", kind="flat_tyre", at="86316 Friedberg", brand="Opel Astra", client="opel"
    )
    world.at(8)
    keep_promises.ring_back(world.book("MB"), f"{waits}.1", EVENING + timedelta(seconds=80))
    untold = world.called(12, "MB", kind="overheating", at="86368 Gersthofen", brand="Skoda Fabia")
    world.at(3)
    world.accept(untold, 1, 40, "MB")
    keep_promises.tell(world.book("MB"), f"{untold}.1", "driver")
    world.case(47, kind="breakdown", at="86152 Augsburg", client="adac", when="2026-11-28T06:00")
    crash = world.case(
        4, kind="accident", injured="2", at="86356 Neusäß", where=road, spot="shoulder"
    )
    keep_promises.hold_line(world.book(), crash, is_waiting=True)
    shown = _case_on_the_card(world)
    world.at(2.1)
    draft = {"at": "86161 Augsburg", "kind": "dead_battery", "call_back": "030 23125-118"}
    draft_calls.start(world.book("MB"), draft)
    world.at(0)
    return shown


def _case_on_the_card(world: World) -> int:
    """Open the case whose first firm has declined and whose second one is being asked."""
    shown = world.called(
        5,
        kind="dead_battery",
        at="86150 Augsburg",
        client="adac",
        brand="VW Golf",
        spot="garage",
        clearance_m="2.0",
        persons="1",
        weight_t="1.3",
        call_back="030 23125-117",
        at_vehicle="yes",
    )
    keep_promises.hold_line(world.book(), shown, is_waiting=True)
    world.at(1.5)
    world.decline(shown, 1, "no_unit")
    world.at(0.2)
    offer_call.place_call(world.book(), shown, language=world.language)
    return shown
