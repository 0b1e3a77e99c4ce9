"""Random worlds for the engine."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import inf
from random import Random

from msgspec.structs import replace

from dispatch_cli.hours import evaluate_hours
from dispatch_cli.model import (
    Area,
    Circle,
    Client,
    Country,
    Hold,
    Incident,
    Observations,
    Phone,
    Place,
    Polygon,
    Postcodes,
    Provider,
    Rules,
    ServiceSettings,
    Settings,
    Vehicle,
)

from .learned import summaries_of
from .naive_availability import BERLIN, HOURS, some_known

START = datetime(2026, 10, 20, tzinfo=UTC)
DAYS = 80
"""The rows of a world lie in these: over the change of clocks, Christmas and the new year."""
CODES = ("86150", "86161", "86316", "86415", "86720", "80331")
SERVICES = ("tow", "recovery", "jump_start", "roadside_repair")
HOLIDAYS = (date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 1, 6))


def holidays(region: str, years: Iterable[int]) -> list[date]:
    """Return the holidays of these worlds, in every named region."""
    return [day for day in HOLIDAYS if region and day.year in years]


class World:
    """A random provider file, its rows and its observations.

    With ``ties`` bases and minutes come from so few values that the digest decides many orders.
    Half of the worlds are ``plain``: circles and few limits, so that many stand in each order.
    """

    def __init__(self, seed: int, *, method: str = "index", ties: bool | None = None) -> None:
        random = self.random = Random(seed)
        self.ties = random.random() < 0.3 if ties is None else ties
        self.plain = random.random() < 0.5
        count = random.choice((12, 40, 60) if self.plain else (0, 1, 3, 10, 25, 40))
        self.providers = [self._provider(number) for number in range(count)]
        speed = random.choice((((inf, 50.0),), ((5.0, 30.0), (inf, 70.0))))
        self.rules = Rules(
            settings=Settings(
                method=method,
                default=ServiceSettings(fallback_min=random.choice((45.0, 120.0)), speed=speed),
                services={"recovery": ServiceSettings(fallback_min=200.0, turnout_min=15.0)},
            ),
            clients={
                "adac": Client(id="adac", name="ADAC", prefer=("own", "p3"), head_start_min=8.0),
                "avd": Client(id="avd", name="AvD", only=("own",), prefer=("own",),
                              head_start_min=4.5),
                "strict": Client(id="strict", name="Strict", only=("own", "p1"), only_strict=True),
            },
        )  # fmt: skip
        self.now = self._when()
        self.observations = self._observations() if random.random() < 0.5 else Observations()
        self._learn(Random(f"the log of {seed}"))

    def rows(self, count: int) -> list[Incident]:
        """Make some incidents; every other one has a number."""
        return [replace(self._incident(), number=row * (row % 2)) for row in range(count)]

    def _learn(self, random: Random) -> None:
        """Give half of the worlds a log; the limit of equality differs from world to world."""
        fair_within_min = random.choice((3.0, 3.0, 0.0, 8.0))
        settings = replace(self.rules.settings, fair_within_min=fair_within_min)
        self.rules = replace(self.rules, settings=settings)
        if random.random() < 0.5:
            self.observations = replace(
                self.observations, summaries=summaries_of(random, self.providers, START),
                as_of=START,
            )  # fmt: skip

    def _minutes(self, most: float) -> float | None:
        random = self.random
        if random.random() < 0.3:
            return None
        return float(random.randint(1, 3)) if self.ties else random.uniform(0, most)

    def _point(self) -> tuple[float, float]:
        random = self.random
        if self.ties:
            return random.choice(((48.3, 10.8), (48.4, 10.9)))
        return random.uniform(47.9, 48.8), random.uniform(10.2, 11.6)

    def _area(self, lat: float, lon: float) -> Area:
        random = self.random
        if self.plain:
            return Circle(random.uniform(5, 60)) if random.random() < 0.99 else Country()
        half = random.uniform(0.05, 0.4)
        ring = ((lat - half, lon - half), (lat - half, lon + half), (lat + half, lon + half * 0.4),
                (lat + half * 0.8, lon - half))  # fmt: skip
        codes = tuple((code, code) for code in random.sample(CODES, 2))
        return random.choice(
            (*[Circle(random.uniform(5, 60))] * 4, Polygon(((ring,),)), Postcodes(codes), Country())
        )

    def _provider(self, number: int) -> Provider:
        random = self.random
        lat, lon = self._point()

        def pick(values):
            return values[0] if self.plain and random.random() < 0.7 else random.choice(values)

        phones = [Phone(f"+49{number}{line}", f"0{number}-{line}") for line in range(2)]
        if random.random() < 0.5:
            own = random.choice(("Mo-Su 20:00-06:00", "24/7"))
            phones[random.randrange(2)] = Phone("+49", "own", hours=own)
        return Provider(
            id=f"p{number}",
            name=f"Provider {number}",
            phones=tuple(phones),
            services=tuple(random.sample(SERVICES, random.randint(1, 3))),
            lat=lat,
            lon=lon,
            area=self._area(lat, lon),
            **self._hours(),
            units=pick((1, 1, 1, 2, 0)),
            vehicle_classes=pick((None, None, ("car", "van"), ("truck",))),
            max_weight_t=pick((None, 2.8, 3.5, 40.0)),
            max_height_m=pick((None, None, 2.2)),
            height_m=pick((None, None, 3.2)),
            equipment=pick((None, None, (), ("flatbed",), ("dollies", "winch"))),
            seats=pick((None, None, 0, 2, 4)),
            pets=pick((None, None, False)),
            clients=pick((None, None, None, ("adac",), ("avd", "strict"))),
            turnout_min=self._minutes(20),
            acceptance=pick((None, 0.0, 0.5, 1.0) if self.ties else (random.random(), None)),
            answer_min=self._minutes(6),
            on_hold=pick((None,) * 5 + (Hold("away"), Hold("away", self._when()))),
            tags=pick(((), (), ("own",))),
        )

    def _hours(self) -> dict[str, object]:
        """Make opening hours as a text, in some regions; sometimes computed for the first weeks."""
        random = self.random
        text, region = random.choice(tuple(HOURS)), random.choice(("BY", "BY", "BE", ""))
        worked_out = None
        if random.random() < 0.3:
            worked_out = evaluate_hours(
                text, holidays=holidays(region, (2026, 2027)), start=START, days=30,
                timezone="Europe/Berlin",
            )  # fmt: skip
        return {"hours": text, "region": region, "timetable": worked_out}

    def _when(self) -> datetime:
        return START + timedelta(seconds=self.random.randrange(DAYS * 86400))

    def _row_time(self) -> datetime:
        """Make a moment near to now, shortly before firms open, or any."""
        random, kind = self.random, self.random.random()
        if kind < 0.4:
            return self.now + timedelta(seconds=random.randrange(-7200, 10800))
        if kind < 0.6:
            day = self._when().astimezone(BERLIN).replace(hour=6, minute=30, second=0)
            return day + timedelta(minutes=random.randrange(90))
        return self._when()

    def _observations(self) -> Observations:
        random = self.random
        ids = [provider.id for provider in self.providers]
        return Observations(
            now=self.now,
            known={
                each: some_known(random, each, self.now) for each in ids if random.random() < 0.4
            },
            last_assigned={each: self._when() for each in ids if random.random() < 0.5},
        )

    def _incident(self) -> Incident:
        random, pick = self.random, self.random.choice
        lat, lon = random.uniform(47.8, 48.9), random.uniform(10.0, 11.8)
        if self.ties and random.random() < 0.7:
            lat, lon = random.choice(((48.35, 10.8), (48.3, 10.8)))
        code = pick(("", *CODES))
        ids = [provider.id for provider in self.providers]
        return Incident(
            kind=pick(("tow", "breakdown", "recovery", "dead_battery", "accident", "taxi")),
            place=Place(
                lat=lat,
                lon=lon,
                uncertainty_km=pick((0.0, 0.0, 0.0, 0.7, 3.0)),
                postcode=code,
                postcodes=tuple(filter(None, (code, *random.sample(CODES, random.randint(0, 2))))),
                foreign_km=0.0 if code else pick((0.0, 2.0)),
            ),
            when=self._row_time().astimezone(pick((UTC, BERLIN))),
            client=pick((None, "none", "adac", "avd", "strict")),
            vehicle=Vehicle(
                kind=pick((None, "car", "car", "van", "truck")),
                weight_t=pick((None, 1.4, 2.8, 3.1, 7.5, 12.0)),
                height_m=pick((None, 1.5, 2.4)),
                state=pick((None, None, "blocked", "on_roof")),
                ev=random.random() < 0.1,
                brand=pick((None, "vw", "tesla")),
            ),
            persons=pick((None, None, 1, 3)),
            spot=pick((None, None, "lane", "garage", "ditch")),
            clearance_m=pick((None, None, 2.1)),
            injured=pick((0, 0, 0, 1)),
            wish=pick(ids) if ids and random.random() < 0.03 else None,
            asked=tuple(random.sample(ids, 1)) if ids and random.random() < 0.1 else (),
        )
