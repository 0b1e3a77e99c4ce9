"""The world of benchmarks/batch.py: one seed, the same providers and rows at every run.

Circles only, so that the peers can say the same in their words. 60 % of the bases and rows lie
round forty towns. Every row needs exactly one service, and hours, weights, clients and head starts
decide in many of them.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from dispatch_cli.model import (
    Circle,
    Client,
    Incident,
    Phone,
    Place,
    Provider,
    Rules,
    Settings,
    Vehicle,
)

SEED = 5
SERVICES = ("tow", "roadside_repair", "jump_start", "tyre_change", "lockout", "recovery")
HOURS = (
    "24/7",
    "24/7",
    "Mo-Fr 08:00-18:00",
    "Mo-Fr 07:00-17:00; Sa 08:00-12:00",
    "Mo-Su 06:00-22:00",
    "Mo-Fr 18:00-06:00; Sa,Su 00:00-24:00",
    None,
)
START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 28
BOX = (47.5, 54.9, 6.2, 14.9)
RULES = Rules(
    # The peers know no night.
    settings=Settings(unknown_hours_night_factor=1.0),
    clients={
        "adac": Client(id="adac", name="ADAC", prefer=("adac",), head_start_min=8.0),
        "avd": Client(id="avd", name="AvD"),
    },
)


class InMemory:
    """A provider file that was never on a disk."""

    def __init__(self, providers: list[Provider]) -> None:
        self.providers, self.rules, self.count = providers, RULES, len(providers)
        self.path, self.source, self.warnings = Path("memory.toml"), "option", ()

    def all(self) -> list[Provider]:
        """Everybody."""
        return self.providers


def providers(count: int, seed: int = SEED) -> list[Provider]:
    """Make so many providers."""
    random = Random(seed)
    towns = _towns(random)
    made = []
    for number in range(count):
        lat, lon = _point(random, towns)
        phone = f"0{30 + number % 10} {number:06}"
        made.append(
            Provider(
                id=f"p{number}",
                name=f"Firm {number}",
                phones=(Phone(f"+49{number:09}", phone),),
                services=tuple(random.sample(SERVICES, random.randint(1, 3))),
                lat=lat,
                lon=lon,
                area=Circle(round(random.uniform(15, 60), 1)),
                hours=random.choice(HOURS),
                units=random.randint(1, 5),
                max_weight_t=random.choice((None, 2.8, 3.5, 7.5, 40.0)),
                vehicle_classes=random.choice((None, None, ("car", "van"))),
                turnout_min=round(random.uniform(2, 15), 1),
                acceptance=round(random.uniform(0.4, 0.95), 2),
                answer_min=round(random.uniform(1, 4), 1),
                tags=random.choice(((), (), (), ("adac",))),
                clients=random.choice((None,) * 19 + (("adac", "avd"),)),
            )
        )
    return made


def incidents(count: int, seed: int = SEED + 1) -> list[Incident]:
    """Make so many rows."""
    random = Random(seed)
    towns = _towns(Random(SEED))
    made = []
    for _ in range(count):
        lat, lon = _point(random, towns)
        made.append(
            Incident(
                kind=random.choice(SERVICES),
                place=Place(lat=lat, lon=lon),
                when=START + timedelta(seconds=random.randrange(DAYS * 86400)),
                client=random.choice((None, "adac", "avd")),
                vehicle=Vehicle(
                    kind=random.choice(("car", "car", "van", "truck")),
                    weight_t=round(random.uniform(0.8, 4.0), 2),
                ),
            )
        )
    return made


def _towns(random: Random) -> list[tuple[float, float]]:
    south, north, west, east = BOX
    return [(random.uniform(south, north), random.uniform(west, east)) for _ in range(40)]


def _point(random: Random, towns: list[tuple[float, float]]) -> tuple[float, float]:
    south, north, west, east = BOX
    if random.random() < 0.6:
        lat, lon = random.choice(towns)
        return round(random.gauss(lat, 0.15), 6), round(random.gauss(lon, 0.22), 6)
    return round(random.uniform(south, north), 6), round(random.uniform(west, east), 6)


def write_toml(path: Path, count: int) -> None:
    """Write the same providers as a file."""
    from benchmarks.batch_toml import tables

    per_file = 20_000
    made = [tables(one) for one in providers(count)]
    head = HEAD
    if count > per_file:
        head = f'include = ["{path.stem}-*.part.toml"]\n{head}'
        for start in range(0, count, per_file):
            part = path.with_name(f"{path.stem}-{start // per_file:03}.part.toml")
            part.write_text("".join(made[start : start + per_file]), encoding="utf-8")
        made = []
    path.write_text(head + "".join(made), encoding="utf-8")


HEAD = """
[ranking]
unknown_hours_night_factor = 1

[clients.adac]
name = "ADAC"
prefer = { tags = ["adac"], head_start_min = 8 }

[clients.avd]
name = "AvD"

[last_resort.default]
phone = "110"
text = "police has the road cleared"
"""
