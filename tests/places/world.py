"""A small gazetteer of real towns, in the format of GeoNames."""

from collections.abc import Sequence
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2].parent / "shared/data/places/zipcodes.de.csv.gz"

# postcode, place, Land, its name, district, its key, lat, lon
TOWNS: tuple[tuple[str, str, str, str, str, str, float, float], ...] = (
    ("86150", "Augsburg", "BY", "Bayern", "Augsburg", "09761", 48.3673, 10.8921),
    ("86152", "Augsburg", "BY", "Bayern", "Augsburg", "09761", 48.3752, 10.8901),
    ("86153", "Augsburg", "BY", "Bayern", "Augsburg", "09761", 48.3782, 10.9087),
    ("86850", "Fischach", "BY", "Bayern", "Landkreis Augsburg", "09772", 48.2905, 10.6559),
    ("89073", "Ulm", "BW", "Baden-Württemberg", "Ulm", "08421", 48.4015, 9.9927),
    ("48485", "Neuenkirchen", "NW", "Nordrhein-Westfalen", "Steinfurt", "05566", 52.24, 7.37),
    ("21640", "Neuenkirchen", "NI", "Niedersachsen", "Landkreis Stade", "03359", 53.48, 9.6),
    ("01067", "Dresden Friedrichstadt", "SN", "Sachsen", "Stadt Dresden", "14612", 51.06, 13.72),
    ("01067", "Dresden", "SN", "Sachsen", "Stadt Dresden", "14612", 51.05, 13.73),
    ("60311", "Frankfurt am Main", "HE", "Hessen", "Frankfurt am Main", "06412", 50.11, 8.68),
    ("15230", "Frankfurt (Oder)", "BB", "Brandenburg", "Frankfurt (Oder)", "12053", 52.35, 14.55),
    ("86135", "Sparkasse", "BY", "Bayern", "Augsburg", "09761", 48.37, 10.89),  # bulk receiver
)


def geonames(towns: Sequence[tuple[str, str, str, str, str, str, float, float]] = TOWNS) -> str:
    """Return the published form: twelve columns separated by tabs, without header row."""
    return "".join(
        f"DE\t{code}\t{name}\t{state}\t{land}\t\t00\t{district}\t{key}\t{lat}\t{lon}\t4\n"
        for code, name, land, state, district, key, lat, lon in towns
    )


def table() -> str:
    """Return the CSV form: eleven columns, with header row and quotes."""
    head = (
        "country_code,zipcode,place,state,state_code,province,province_code,community,"
        "community_code,latitude,longitude\n"
    )
    return head + "".join(
        f'DE,{code},"{name}",{state},{land},,00,{district},{key},{lat},{lon}\n'
        for code, name, land, state, district, key, lat, lon in TOWNS
    )
