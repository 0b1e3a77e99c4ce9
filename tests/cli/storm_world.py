"""A provider file and incidents for the tests of joint plans."""

FIRMS = """\
[last_resort]
default = { phone = "089 99998-900", text = "duty desk" }

[[provider]]
id = "lech"
name = "Abschlepp Lech"
phone = "089 99998-114"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 60 }
hours = "24/7"
units = 1

[[provider]]
id = "wertach"
name = "Abschlepp Wertach"
phone = "089 99998-207"
services = ["tow"]
base = "86199"
area = { radius_km = 60 }
hours = "24/7"
units = 1

[[provider]]
id = "paar"
name = "Pannenhilfe Paar"
phone = "089 99998-303"
services = ["tow", "roadside_repair"]
base = "86316"
area = { radius_km = 60 }
hours = "24/7"
units = 2
"""
INCIDENTS = """\
id,kind,plz,when,priority,injured
A1,tow,86150,2026-11-27T11:40,,
A2,tow,86152,2026-11-27T11:50,3,
A3,breakdown,86199,2026-11-27T11:55,,
A4,accident,86150,2026-11-27T11:58,,1
A5,tow,86150,2026-11-27T09:00,,
"""
PHONES = {
    "lech": "089 99998-114", "wertach": "089 99998-207", "paar": "089 99998-303",
    None: "089 99998-900",
}  # fmt: skip
PLAN = ("storm", "incidents.csv", "--when", "2026-11-27T12:03")
NAMES = ["A1", "A2", "A3", "A4", "A5"]


def rows_of(out: str) -> list[dict[str, str]]:
    """Read tab-separated rows by the names of their columns."""
    names, *rows = [line.split("\t") for line in out.splitlines()]
    return [dict(zip(names, row, strict=True)) for row in rows]
