"""Rows of a file of incidents: valid ones, and invalid ones of many kinds."""

import random

HEADER = (
    b"id,lat,lon,at,kind,when,client,vehicle,weight_t,height_m,injured,ev,spot,state,wish,asked,"
    b"note\n"
)
NAMES = HEADER.decode().strip().split(",")

SOUND: list[dict[str, str]] = [
    {},
    {"lat": '"48,3705"', "lon": '"10,8978"'},
    {"lat": "N 48 22 13.8", "lon": "E 10 53 52"},
    {"lat": "", "lon": "", "at": "86150"},
    {"lat": "", "lon": "", "at": '"86150 Augsburg"'},
    {"kind": "Panne", "client": "adac"},
    {"client": "ADAC", "vehicle": "E-Auto", "weight_t": "1.600 kg", "spot": "Standspur"},
    {"kind": "medical", "injured": "2"},
    {"note": '"two\nlines, and a ""quote"""'},
    {"note": '5" pipe'},
    {"when": "2026-11-27T12:00", "weight_t": '"1,6 t"', "ev": "ja"},
    {"when": "27.11.2026 23:59", "wish": "lech", "asked": "wertach"},
    {"lat": "40.1", "lon": "-75.3"},
    {"last": "missing"},
    {"last": ",,,"},
]
"""Cells that differ from those of an ordinary row."""

INVALID: dict[str, tuple[str, dict[str, str]]] = {
    "nothing says where": ("no_place", {"lat": "", "lon": ""}),
    "blanks say where": ("no_place", {"lat": " ", "lon": " ", "at": "  "}),
    "lat alone": ("bad_position", {"lon": ""}),
    "lon alone": ("bad_position", {"lat": ""}),
    "lat is a word": ("bad_position", {"lat": "north"}),
    "lat beyond the pole": ("bad_position", {"lat": "91.5"}),
    "lon beyond the date line": ("bad_position", {"lon": "181.5"}),
    "lat is NaN": ("bad_position", {"lat": "nan"}),
    "lat is infinite": ("bad_position", {"lat": "inf"}),
    "lat has an exponent": ("bad_position", {"lat": "4.8e1"}),
    "null island": ("bad_position", {"lat": "0.0", "lon": "0"}),
    "lat is 0": ("bad_position", {"lat": "0"}),
    "lon is 0": ("bad_position", {"lon": "0.000"}),
    "null island as a place": ("bad_position", {"lat": "", "lon": "", "at": '"0,0"'}),
    "time of day": ("bad_time", {"when": "12:03"}),
    "swapped": ("bad_position", {"lat": "10.8978", "lon": "48.3705"}),
    "two points": ("bad_position", {"lat": "48.3.7"}),
    "unknown name": ("unknown_place", {"lat": "", "lon": "", "at": "Nowhere"}),
    "postcode and town of others": (
        "unknown_place",
        {"lat": "", "lon": "", "at": "80331 Augsburg"},
    ),
    "town of several places": ("unknown_place", {"lat": "", "lon": "", "at": "Frankfurt"}),
    "unknown postcode": ("unknown_place", {"lat": "", "lon": "", "at": "00001"}),
    "motorway kilometre": ("unknown_place", {"lat": "", "lon": "", "at": "A8 km 37"}),
    "no kind": ("no_kind", {"kind": ""}),
    "unknown kind": ("unknown_kind", {"kind": "picnic"}),
    "time is a word": ("bad_time", {"when": "soon"}),
    "30 February": ("bad_time", {"when": "2026-02-30T12:00"}),
    "hour 25": ("bad_time", {"when": "25:00"}),
    "year 1066": ("bad_time", {"when": "1066-10-14T09:00"}),
    "offset of 99 hours": ("bad_time", {"when": "2026-11-27T12:00+99:00"}),
    "month first": ("bad_time", {"when": "11/27/2026"}),
    "epoch seconds": ("bad_time", {"when": "1764244800"}),
    "a time that is twice": ("time_twice", {"when": "2026-10-25T02:30"}),
    "a time that is never": ("time_never", {"when": "2026-03-29T02:30"}),
    "unknown client": ("unknown_client", {"client": "adca"}),
    "unknown vehicle": ("unknown_word", {"vehicle": "boat"}),
    "unknown spot": ("unknown_word", {"spot": "moon"}),
    "unknown state": ("unknown_word", {"state": "flying"}),
    "weight is a word": ("bad_number", {"weight_t": "heavy"}),
    "weight is negative": ("bad_number", {"weight_t": "-1"}),
    "weight may be a thousand times more": ("bad_number", {"weight_t": "80.000 kg"}),
    "weight of a ship": ("bad_number", {"weight_t": "500000"}),
    "spot has two readings": ("unknown_word", {"spot": "Autobahn"}),
    "height is a word": ("bad_number", {"height_m": "high"}),
    "injured is a word": ("bad_number", {"injured": "two"}),
    "injured is negative": ("bad_number", {"injured": "-1"}),
    "half a person": ("bad_number", {"injured": "1.5"}),
    "maybe electric": ("bad_flag", {"ev": "maybe"}),
    "unknown wish": ("unknown_provider", {"wish": "nobody"}),
    "unknown asked": ("unknown_provider", {"asked": "nobody"}),
    "NUL": ("nul_byte", {"note": "a\0b"}),
    "another encoding": ("encoding", {"note": "M\xfcnchen"}),
    "a quote that is not closed": ("open_quote", {"note": '"never closed'}),
    "a cell too many": ("ragged", {"note": "a,b"}),
    "an empty line": ("empty", {}),
    "blanks": ("empty", {}),
}


def row_of(number: int, cells: dict[str, str]) -> bytes:
    """Make a valid row with some other cells; "last" says how its end differs from the header."""
    ordinary = {"id": f"r{number}", "lat": f"48.{number % 700 + 100}", "lon": "10.9", "kind": "tow",
                "vehicle": "car", "note": "x"}  # fmt: skip
    last = cells.get("last", "")
    text = ",".join({**ordinary, **cells}.get(name, "") for name in NAMES)
    # The last ten cells may be missing, and empty ones may follow.
    text = ",".join(text.split(",")[:6]) if last == "missing" else text + last
    return f"{text}\n".encode("latin-1")


def invalid_row(number: int, way: str) -> tuple[bytes, str]:
    """Make an invalid row, and the reason of its reject."""
    reason, cells = INVALID[way]
    if way == "an empty line":
        return b"\n", reason
    if way == "blanks":
        return b"   \n", reason
    row = row_of(number, cells)
    return row, reason


def random_rows(seed: int, count: int, share: float = 0.1) -> list[tuple[bytes, str]]:
    """Make rows with the reason of each invalid one ("" for a valid one)."""
    chance = random.Random(seed)
    ways = list(INVALID)
    return [
        invalid_row(number, chance.choice(ways))
        if chance.random() < share
        else (row_of(number, chance.choice(SOUND)), "")
        for number in range(1, count + 1)
    ]
