"""The facts of a place beside its position: uncertainty, postcode, source, distance abroad."""

import math
import subprocess
import sys

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.notation import parse_place, place_at, recognise_place, split_short_code


@pytest.mark.parametrize(
    ("text", "source", "uncertainty_km"),
    [
        ("48.3705,10.8978", "coordinate", 0),
        ("48°22'14\"N 10°53'52\"E", "coordinate", 0),
        ("geo:48.3705,10.8978", "geo", 0),
        ("geo:48.3705,10.8978;u=35", "geo", 0.035),
        ("lt=48.3705 lg=10.8978 rd=20", "aml", 0.02),
        # 1/8000 of a degree: 13.90 m by 13.90 m * cos(48.37°) = 9.23 m, half diagonal 8.34 m
        ("8FWG9VCX+64", "plus_code", 0.00834),
        # 1/400 of a degree: 278.0 m by 184.7 m
        ("8FWG9VCX+", "plus_code", 0.1669),
        # squares of 100 m, 10 m and 1 m: half the diagonal
        ("32UPU405592", "mgrs", 0.07071),
        ("32UPU40545922", "mgrs", 0.007071),
        ("32UPU4054759221", "mgrs", 0.0007071),
        ("32U 640547 5359221", "utm", 0),
        ("https://maps.google.com/?q=48.3705,10.8978", "link", 0),
        ("https://www.openstreetmap.org/?mlat=48.3705&mlon=10.8978#map=9/48/10", "link", 0),
        # 156543 m * cos(48.3705°) / 2^15 = 3.174 m a pixel, of which 100
        ("https://www.openstreetmap.org/#map=15/48.3705/10.8978", "link", 0.3174),
        ("https://www.google.com/maps/@48.3705,10.8978,15z", "link", 0.3174),
        ("https://www.bing.com/maps?cp=48.3705~10.8978&lvl=15", "link", 0.3174),
        ("https://wego.here.com/?map=48.3705,10.8978,15,normal", "link", 0.3174),
        ("https://www.google.com/maps/@48.3705,10.8978,1500m/data=!3m1!1e3", "link", 0.15),
        ("https://www.google.com/maps/@48.3705,10.8978,3a,75y,210h,90t/data=x", "link", 0),
    ],
)
def test_uncertainty_follows_from_the_notation(
    text: str, source: str, uncertainty_km: float
) -> None:
    """A coordinate is exact, a cell is uncertain by half its diagonal, a map view by 100 pixels."""
    place = parse_place(text)
    assert place.source == source
    assert place.uncertainty_km == pytest.approx(uncertainty_km, rel=2e-3)


def test_a_coordinate_belongs_to_the_nearest_postcode_as_an_estimate() -> None:
    """Label, postcode and Land are those of the nearest centre, marked as an estimate."""
    place = parse_place("49.0134,12.1016")
    assert place.postcode == place.label == place.postcodes[0]
    assert place.postcode.startswith("930")
    assert (place.land, place.postcode_given, place.foreign_km) == ("BY", False, 0)


def test_a_town_that_may_be_right_is_only_the_label() -> None:
    """The postcode decides, with any town beside it that is not certainly another one."""
    place = parse_place("86199 Göggingen")
    assert (place.postcode, place.label, place.land) == ("86199", "86199 Göggingen", "BY")
    assert parse_place("Rathausplatz 1, D-86150  Augsburg, Germany").label == "86150 Augsburg"


def test_null_island_is_foreign_and_not_refused() -> None:
    """0, 0, the position of a device without a fix, is a place 5,300 km from Germany."""
    place = parse_place("0,0")
    assert (place.lat, place.lon, place.postcode, place.postcodes) == (0, 0, "", ())
    assert 5_200 < place.foreign_km < 5_400
    assert "outside Germany" in str(place.readback)


@pytest.mark.parametrize(
    ("city", "at", "readback"),
    [
        ("Zürich", "47.3769,8.5417", "(Switzerland, nearest 79801, 23 km)"),
        ("Basel", "47.5596,7.5886", "(Switzerland, nearest 79576, 4 km)"),
        ("Strasbourg", "48.5734,7.7521", "(France, nearest 77694, 5 km)"),
        ("Salzburg", "47.8095,13.0550", "(Austria, nearest 83395, 7 km)"),
        ("Luxembourg", "49.6116,6.1319", "(Luxembourg, nearest 54457, 21 km)"),
        ("Szczecin", "53.4285,14.5528", "(Poland, nearest 17322, 19 km)"),
        ("Bern", "46.9480,7.4474", "(Switzerland, nearest 79639, 69 km)"),
        ("Wien", "48.2082,16.3738", "(outside Germany, nearest 94110, 196 km)"),
        ("North Sea", "54.5,6.5", "(outside Germany, nearest 27498, 97 km)"),
    ],
)
def test_foreign_places_are_not_labelled_with_a_german_postcode(
    city: str, at: str, readback: str
) -> None:
    """A foreign place has its country if known, and the distance of the nearest postcode."""
    place = parse_place(at)
    assert str(place.readback).endswith(readback), city
    assert (place.postcode, place.label, place.land) == ("", "", "")
    assert place.foreign_km > 0


@pytest.mark.parametrize(
    ("town", "at", "postcode"),
    [
        ("Konstanz", "47.6603,9.1758", "78462"),
        ("Weil am Rhein", "47.5937,7.6209", "79576"),
        ("Kehl", "48.5730,7.8150", "77694"),
        ("Görlitz", "51.1527,14.9881", "02826"),
        ("Frankfurt (Oder)", "52.3471,14.5506", "15230"),
        ("Aachen", "50.7753,6.0839", "52062"),
        ("Freilassing", "47.8409,12.9800", "83395"),
        ("Flensburg", "54.7833,9.4333", "24937"),
        ("Büsingen", "47.6970,8.6900", "78266"),
        ("Passau", "48.5744,13.4648", "94032"),
    ],
)
def test_german_towns_at_the_border_keep_their_postcode(town: str, at: str, postcode: str) -> None:
    """A German town at the border is not abroad."""
    place = parse_place(at)
    assert (place.postcode, place.foreign_km, place.country) == (postcode, 0, ""), town


def test_close_to_the_border_the_nearest_postcodes_are_not_ruled_out() -> None:
    """The border is an estimate from its villages: Basel may be 79576, Zürich is not 79801."""
    assert "79576" in parse_place("47.5650,7.6050").postcodes
    assert parse_place("47.3769,8.5417").postcodes == ()


def test_swapped_coordinates_are_refused_with_the_right_ones() -> None:
    """The error names the pair in Germany; a pair that is foreign either way is kept."""
    with pytest.raises(UsageError, match=r"48\.3705, 10\.8978 is near 86153"):
        parse_place("10.8978, 48.3705")
    assert parse_place("10.0, 60.0").foreign_km > 30


@pytest.mark.parametrize(
    ("lat", "lon", "uncertainty_km"),
    [
        (math.nan, 10.0, 0.0), (48.0, math.inf, 0.0), (90.1, 10.0, 0.0), (48.0, -180.1, 0.0),
        (48.0, 10.0, -1.0), (48.0, 10.0, 50.1), (48.0, 10.0, math.nan),
    ],
)  # fmt: skip
def test_numbers_off_the_globe_raise(lat: float, lon: float, uncertainty_km: float) -> None:
    """Coordinates out of range raise ValueError."""
    with pytest.raises(ValueError, match=r"between|vague"):
        place_at(lat, lon, uncertainty_km=uncertainty_km)


def test_a_text_that_may_be_a_name_is_not_recognised() -> None:
    """A possible name gives None, a wrong notation raises UsageError."""
    assert recognise_place("Augsburg") is None
    assert recognise_place("9VCX+64 Augsburg") is None
    with pytest.raises(UsageError):
        recognise_place("86151")
    assert split_short_code("9vcx+64, Augsburg") == ("9VCX+64", "Augsburg")
    assert split_short_code("Augsburg") is None


def test_the_package_imports_none_of_its_parts() -> None:
    """Importing the package imports no notation, and reading a postcode no grid library."""
    code = (
        "import sys, dispatch_cli.notation as n;"
        "parts = lambda: [m for m in sys.modules if m.startswith('dispatch_cli.notation.')];"
        "assert not parts(), parts(); n.parse_place('86150'); n.parse_place('48.37,10.89');"
        "heavy = {'mgrs', 'openlocationcode', 'phonenumbers', 'urllib.parse'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no attribute"):
        __import__("dispatch_cli.notation").notation.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("geo:48.3705,10.8978?q=48.40,10.90(Auto)", 48.40, 10.90),
        ("geo:48.37,10.89?z=17&q=48.40%2C10.90%28Auto%29", 48.40, 10.90),
        ("geo:48.37,10.89?q=loc:48.40,10.90", 48.40, 10.90),
        ("geo:48.3705,10.8978?q=Tankstelle", 48.3705, 10.8978),
        ("geo:50.1,8.6?label=Auto&q=48.40%2C%2010.90", 48.40, 10.90),
        ("geo:50.1,8.6?q=48.40+10.90", 48.40, 10.90),
        ("geo:50.1,8.6?q=48.40,10.90 Auto", 48.40, 10.90),
        ("geo:50.1,8.6?q=48,40,10,90", 48.40, 10.90),
        ("geo:50.1,8.6?q=8FWG9VCX%2B64", 48.3706, 10.8978),
        ("geo:50.1,8.6?q=8FWG9VCX+64", 48.3706, 10.8978),
        ("geo:0,0?q=48.40 10.90", 48.40, 10.90),
        ("https://maps.google.com/maps?q=48,3705,10,8978", 48.3705, 10.8978),
        ("https://maps.apple.com/?ll=50.1,8.6&q=8FWG9VCX%2B64", 48.3706, 10.8978),
        ("8FWG9VCX%2B64", 48.3706, 10.8978),
        ("8fwg9vcx%2b64 Augsburg", 48.3706, 10.8978),
        ("https://plus.codes/8FWG9VCX+64", 48.3706, 10.8978),
        ("https://www.google.com/maps/search/8FWG9VCX%2B64", 48.3706, 10.8978),
        ("https://www.google.com/maps/place/8FWG9VCX+64/", 48.3706, 10.8978),
        ("https://maps.google.com/?q=8FWG9VCX%2B64", 48.3706, 10.8978),
        ("https://www.google.com/maps/search/?api=1&query=8FWG9VCX%2B64", 48.3706, 10.8978),
        ("https://maps.apple.com/?ll=48.3705,10.8978&q=Mein%20Standort", 48.3705, 10.8978),
        ("https://maps.apple.com/place?coordinate=48.3705,10.8978&name=x", 48.3705, 10.8978),
        ("https://maps.google.com/maps?q=48.3705%2C10.8978&z=17&hl=de", 48.3705, 10.8978),
        ("https://osmand.net/map?pin=48.3705,10.8978#17/48.3/10.8", 48.3705, 10.8978),
        ("https://share.here.com/l/48.3705,10.8978,Standort?z=16", 48.3705, 10.8978),
    ],
)
def test_what_phones_share_is_the_pin(text: str, lat: float, lon: float) -> None:
    """Shared positions: the pin and not the view, plus codes in links and with an encoded plus."""
    place = parse_place(text)
    assert (round(place.lat, 4), round(place.lon, 4)) == (lat, lon)


@pytest.mark.parametrize(
    "text",
    [
        "geo:48.37,10.89?q=48.40",
        "geo:48.37,10.89?q=48.40,10.90,17",
        "geo:48.37,10.89?q=48.40,10.90&q=50.1,8.6",
        "geo:48.37,10.89?q=8FWG9VCX%2B64&q=50.1,8.6",
        "geo:48.37,10.89?q=loc:48.4;10.9",
    ],
)
def test_a_pin_that_is_no_one_position_is_refused(text: str) -> None:
    """The view is not the place where the link names another one."""
    with pytest.raises(UsageError):
        parse_place(text)
