"""Provider files of any size: random German providers with the same seed, the same file.

An incident at AUGSBURG has exactly 20 ranked candidates for ``tow`` at every size from 20: those
stand round the town, always open; nobody else's area comes near it.
"""

from pathlib import Path
from random import Random

from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.model.words import EQUIPMENT, SERVICES

AUGSBURG = (48.3645, 10.8928)
FIXED = 20
_PER_FILE = 20_000
_KEEP_OFF_KM = 25.0
"""Nobody else's area ends nearer; more than any postcode's uncertainty near Augsburg."""

# The numbers that the German regulator keeps for films: nobody can be called on them.
_FILM_NUMBERS = ("030 23125-", "069 90009-", "040 66969-", "0221 4710-", "089 99998-")
_HOURS = (
    None,
    "24/7",
    "Mo-Fr 08:00-18:00; PH off",
    "Mo-Fr 07:00-17:00; Sa 08:00-12:00; PH off",
    "Mo-Su 06:00-22:00",
    "Mo-Fr 18:00-06:00; Sa,Su,PH 00:00-24:00",
    "Mo-Th 07:30-16:30; Fr 07:30-13:00; PH,Su off",
    "Mo-Sa 08:00-20:00; Su 10:00-16:00",
)
_TOWNS = ("Lech", "Wertach", "Isar", "Neckar", "Spree", "Elbe", "Weser", "Saale", "Ruhr", "Main")
_TRADES = ("Abschlepp", "Pannenhilfe", "Bergung", "Autohilfe", "Kfz", "Streife")
_OFFERED = [name for name in SERVICES if name not in ("ambulance", "fire", "police")]


def write_world(path: Path, *, providers: int, seed: int = 1) -> Path:
    """Write a main file with so many providers, above 20,000 with included ones beside it."""
    random = Random(seed)
    bases = _bases()
    tables = [_fixed(number, random) for number in range(min(FIXED, providers))]
    tables += [_other(number, random, bases) for number in range(len(tables), providers)]
    head = _HEAD
    if providers > _PER_FILE:
        head = f'include = ["{path.stem}-*.part.toml"]\n{head}'
        for start in range(0, providers, _PER_FILE):
            part = path.with_name(f"{path.stem}-{start // _PER_FILE:03}.part.toml")
            part.write_text("".join(tables[start : start + _PER_FILE]), encoding="utf-8")
        tables = []
    path.write_text(head + "".join(tables), encoding="utf-8")
    return path


_HEAD = """
[ranking]
timezone = "Europe/Berlin"

[clients.adac]
name = "ADAC"
prefer = { tags = ["adac"], head_start_min = 8 }

[clients.avd]
name = "AvD"

[last_resort.default]
phone = "110"
text = "police has the road cleared"
"""


def _bases() -> list[tuple[str, float, float]]:
    """Return all postcodes with their centres, in order."""
    from dispatch_cli.notation.centres import centres

    return list(centres().everything())


def _fixed(number: int, random: Random) -> str:
    """Make one of the twenty round Augsburg, each able to tow any car at any time."""
    lat = AUGSBURG[0] + random.uniform(-0.15, 0.15)
    lon = AUGSBURG[1] + random.uniform(-0.2, 0.2)
    return _table(
        number,
        random,
        services=["tow", "roadside_repair", "recovery"],
        base=f"{lat:.4f},{lon:.4f}",
        area=f"{{ radius_km = {random.randint(40, 60)} }}",
        rest=['hours = "24/7"', 'region = "BY"', 'tags = ["adac"]' if number % 5 == 0 else ""],
    )


def _other(number: int, random: Random, bases: list[tuple[str, float, float]]) -> str:
    """Make one anywhere else, with an area that ends well before Augsburg."""
    while True:
        code, lat, lon = random.choice(bases)
        away_km = great_circle_km(lat, lon, *AUGSBURG)
        if away_km > 80 and not code.startswith("86"):
            break
    hours = random.choice(_HOURS)
    if random.random() < 0.7:
        radius_km = random.uniform(15, min(60, away_km - _KEEP_OFF_KM))
        area = f"{{ radius_km = {radius_km:.1f} }}"
    else:
        area = f'{{ postcodes = ["{code[:3]}", "{code}"] }}'
    base = f'"{code}"' if random.random() < 0.3 else f'"{lat:.4f},{lon:.4f}"'
    rest = [
        f'hours = "{hours}"' if hours else "",
        f"units = {random.randint(1, 6)}",
        f"max_weight_t = {random.choice((2.8, 3.5, 7.5, 18.0, 40.0))}",
        f"max_height_m = {random.choice((2.2, 2.8, 4.0))}" if random.random() < 0.5 else "",
        'vehicle_classes = ["car", "van", "motorcycle"]' if random.random() < 0.3 else "",
        f"equipment = {_list(random.sample(list(EQUIPMENT), 3))}",
        f"turnout_min = {random.randint(2, 15)}",
        'tags = ["adac"]' if random.random() < 0.2 else "",
        'clients = ["adac", "avd"]' if random.random() < 0.05 else "",
    ]
    services = random.sample(_OFFERED, random.randint(1, 6))
    return _table(number, random, services=services, base=base[1:-1], area=area, rest=rest)


def _table(
    number: int, random: Random, *, services: list[str], base: str, area: str, rest: list[str]
) -> str:
    name = f"{random.choice(_TRADES)} {random.choice(_TOWNS)} {number}"
    phone = f"{random.choice(_FILM_NUMBERS)}{random.randrange(1000):03}"
    lines = [
        "",
        "[[provider]]",
        f'id = "p{number}"',
        f'name = "{name}"',
        f'phone = "{phone}"',
        f"services = {_list(services)}",
        f'base = "{base}"',
        f"area = {area}",
        f"acceptance = {random.uniform(0.4, 0.95):.2f}",
        f"answer_min = {random.randint(1, 4)}",
        *filter(None, rest),
        "",
    ]
    return "\n".join(lines)


def _list(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
