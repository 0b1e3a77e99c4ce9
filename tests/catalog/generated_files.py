"""Random provider files: valid ones with words in every spelling, and changes of them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime
from random import Random
from typing import Any

from dispatch_cli.catalog import raw
from dispatch_cli.model.words import EQUIPMENT, METHODS, SERVICES, VEHICLE_CLASSES
from dispatch_cli.plans import BUILT_IN, CONDITIONS

Table = dict[str, Any]
KEYS = sorted(
    {key for shape in vars(raw).values() for key in getattr(shape, "__struct_encode_fields__", ())}
)
DATES = (date(2026, 12, 24), datetime(2026, 12, 25, 6, 0))  # noqa: DTZ001 - local, as in the file
JUNK = (
    "", "  ", "xyz", "none", "86150", "110", "tow", "country", "24/7", "http://a.de/", "/bin/x",
    -1, 0, 1, 2.0, 0.5, 17, 1e9, 10**20, float("nan"), float("inf"), True, False, *DATES,
    [], [""], ["x"], ["tow"], [1], [[1, 2]], {}, {"x": 1}, [{}],
)  # fmt: skip


def spelled(random: Random, words: Mapping[str, tuple[str, ...]]) -> str:
    """Choose a word of a closed set, in one of the spellings that mean the same."""
    word = random.choice([*words, *(other for others in words.values() for other in others)])
    word = random.choice([word, word.upper(), word.lower(), word.title(), word.casefold()])
    for sign in ("_", "-", " "):
        if random.random() < 0.4:
            word = word.replace(sign, random.choice("_- "))
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ü", "UE"), ("ß", "ss")):
        if random.random() < 0.5:
            word = word.replace(umlaut, plain)
    return random.choice(["", "", "", " ", "\t"]) + word + random.choice(["", "", "", " "])


def some(random: Random, words: Mapping[str, tuple[str, ...]], least: int = 0) -> list[str]:
    """Choose a few words of a closed set."""
    return [spelled(random, words) for _ in range(random.randint(max(1, least), 3))]


def optional(random: Random, table: Table, share: float = 0.3) -> Table:
    """Keep some keys of a table."""
    return {key: value for key, value in table.items() if random.random() < share}


def valid_file(random: Random) -> Table:
    """Make a file that loads."""
    ids = [f"firm-{number}" for number in range(random.randint(1, 3))]
    file = optional(random, _main_tables(random, ids))
    file["provider"] = [_provider(random, each, list(file.get("clients", ()))) for each in ids]
    return file


def _minutes(random: Random) -> Table:
    speed = random.choice([{"speed": [[10, 35], [1000, 80.5]]}, {"speed_kmh": 55}, {}])
    return speed | optional(
        random,
        {"fallback_min": 90, "detour": 1.4, "turnout_min": 0, "answer_min": 2.5, "acceptance": 1,
         "job_min": 40, "helped": 0.5},
    )  # fmt: skip


def _main_tables(random: Random, ids: list[str]) -> Table:
    """Make every table of a main file but the providers."""
    ranking = _minutes(random) | optional(
        random,
        {"timezone": "Europe/Vienna", "method": random.choice(METHODS), "band_min": 10,
         "fair_within_min": 0, "truck_seats": 3,
         "service": {spelled(random, SERVICES): _minutes(random)}},
    )  # fmt: skip
    entry = {"service": spelled(random, SERVICES)} | optional(
        random,
        {"when": [random.choice(list(CONDITIONS))], "unless": [random.choice(list(CONDITIONS))],
         "equipment": [spelled(random, EQUIPMENT), some(random, EQUIPMENT)]},
    )  # fmt: skip
    kind = random.choice([*BUILT_IN, "own_kind"])
    last = random.choice([spelled(random, SERVICES), "default", " Default "])
    client = optional(random, {"name": "Club", "kind": "maker", "only": ids, "only_strict": False})
    return {
        "ranking": ranking,
        "clients": {"club": client, "other": {"only": ids[:1], "only_strict": True}},
        "plans": {kind: {"services": [spelled(random, SERVICES), entry], "words": ["Wort"]}},
        "places": {"Autohof": random.choice(["86150", {"at": "48.43,10.87", "uncertainty_km": 1}])},
        "say": {random.choice(["de", "en"]): {"ask": "Können Sie?"}},
        "desk": optional(random, {"name": "Zentrale", "number": "089 99998-0", "language": "de"}),
        "last_resort": {last: {"phone": "110", "text": "Polizei"}},
        "control_centre": [{"name": "ILS", "phone": "112", "postcodes": ["860 - 865", " 86 "]}],
        "travel": random.choice(
            [{"engine": "crow_fly"}, {"engine": "valhalla", "url": "HTTP://a.example:8002"}]
        )
        | optional(random, {"timeout_s": 2, "snap_m": 300, "factor": {"car": 0.9}}),
        "check": optional(random, {"failures": 2, "reference": "[::1]:53", "remind_min": 30}),
        "maintenance": [{"from": DATES[0], "until": DATES[1], "providers": ids, "text": "Umzug"}],
        "coverage": optional(random, {"minimum": 1, "services": ["TOW"], "regions": ["86"]}),
    }


def _provider(random: Random, provider_id: str, clients: list[str]) -> Table:
    phones: Table = random.choice([
        {"phone": "089 99998-207"},
        {"phones": ["089 99998-207", "112"]},
        {"phones": [{"number": "089 99998-2"} | optional(random, {"label": "", "hours": "24/7"})]},
    ])  # fmt: skip
    area = random.choice([
        {"radius_km": 30}, {"postcodes": ["860-865", "8672"]}, "country", "Deutschland ", "GERMANy",
    ])  # fmt: skip
    checks = [
        {"kind": "http", "url": "HTTP://a.example/x"} | optional(random, {"status": [200]}),
        {"kind": "tcp", "host": "a.example", "port": 5060},
        {"kind": "tls", "host": "::1"} | optional(random, {"port": 8443, "certificate_days": 3}),
        random.choice([{"kind": "sip", "host": "a.example"}, {"kind": "sip", "url": "sip:1@a.b"}]),
        {"kind": "command", "command": ["/bin/true"], "timeout_s": 3},
    ]
    return {
        "id": provider_id,
        "name": random.choice(["Huber", " Müller & Söhne "]),
        **phones,
        "services": some(random, SERVICES, 1),
        "base": random.choice(["86150", "48.3645,10.8928", {"lat": 48, "lon": 10.5}]),
        "area": area,
        **optional(
            random,
            {"hours": "Mo-Fr 08:00-18:00", "region": "BY", "units": 2, "max_weight_t": 3,
             "vehicle_classes": some(random, VEHICLE_CLASSES), "pets": True, "seats": 2,
             "equipment": some(random, EQUIPMENT), "clients": ["none", *clients], "tags": ["a.b"],
             "on_hold": {"reason": ""} | optional(random, {"until": DATES[0]}), "notes": "",
             "check": random.sample(checks, 2), "acceptance": 0.5, "height_m": 2.9},
        ),
    }  # fmt: skip


def change(random: Random, file: Table) -> None:
    """Change one value anywhere in a file: another value, no value, or one more key."""
    inside, key = random.choice(list(_values(file)))
    value = inside[key]
    choice = random.random()
    if choice < 0.2:
        del inside[key]
    elif choice < 0.4 and isinstance(value, dict):
        value[random.choice([*KEYS, "preis", "x"])] = deepcopy(random.choice(JUNK))
    elif choice < 0.5 and isinstance(value, list):
        value.append(deepcopy(random.choice(JUNK)))
    else:
        other, name = random.choice(list(_values(file)))
        inside[key] = deepcopy(random.choice([random.choice(JUNK), other[name]]))


def _values(node: Any) -> Iterator[tuple[Any, Any]]:
    """Iterate over all values of a file, each as its container and its key."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from _values(node[key])
