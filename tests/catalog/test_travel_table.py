"""[travel]: what the loader reads, refuses and trusts."""

import os
from datetime import UTC, datetime

import pytest

from dispatch_cli import catalog
from dispatch_cli.errors import BadDataError
from dispatch_cli.model.travel_engines import TRAVEL_ENGINES

from .files import HUBER

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OSRM = 'engine = "osrm"\nurl = "http://localhost:5000"\n'


@pytest.fixture
def load(tmp_path):
    """Load a file with a [travel] table."""

    def loaded(table, *, source="option", cache=None):
        path = tmp_path / "file.toml"
        path.write_text(f"[travel]\n{table}\n{HUBER}")
        return catalog.load(
            path, source=source, now=NOW, cache_dir=cache, holidays=lambda region, years: ()
        )

    return loaded


def test_the_keys_are_read(load):
    """All keys reach the settings; a factor that the file lacks is that of the engine."""
    text = OSRM + (
        "timeout_s = 2\nsnap_m = 300\ntop_speed_kmh = 150\n"
        'data_version = "x"\nfactor = { car = 0.9 }'
    )
    found = load(text).travel()
    assert (found.engine, found.url) == ("osrm", "http://localhost:5000")
    assert (found.timeout_s, found.snap_m, found.data_version) == (2, 300, "x")
    assert found.top_kmh("car") == 150
    assert [found.factor(unit) for unit in ("car", "tow_truck", "heavy_truck")] == [0.9, 1.1, 1.25]
    assert found.is_trusted


def test_without_a_table_minutes_are_estimates(load):
    """An empty table, or none, means crow-fly minutes."""
    assert load("").travel().engine == "crow_fly"


def test_trucks_of_valhalla_are_slower():
    """Valhalla's trucks have a top speed of their own, below that of the table."""
    from dispatch_cli.model.travel_engines import TravelSettings

    found = TravelSettings(engine="valhalla", url="http://a")
    assert [found.top_kmh(unit) for unit in ("car", "tow_truck", "heavy_truck")] == [120, 90, 80]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('engine = "orsm"', 'unknown engine "orsm": crow_fly, osrm, valhalla (did you mean "osrm"'),
        ('engine = "osrm"', "url is missing: the engine osrm needs it"),
        ('url = "http://a"', "the engine crow_fly has no url"),
        ('engine = "osrm"\nurl = "ftp://a"', "is not http://HOST"),
        ('engine = "osrm"\nurl = "http://u:p@a"', "contains a password"),
        (OSRM + "timeout_s = 0", "timeout_s"),
        (OSRM + "factor = { lorry = 1 }", "lorry"),
        (OSRM + "factor = { car = 0 }", "car"),
    ],
)
def test_wrong_tables_are_reported(load, table, said):
    """Each wrong value is a problem with its line."""
    with pytest.raises(BadDataError) as caught:
        load(table)
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("others_write", [False, True], ids=["found", "writable by others"])
def test_a_table_of_a_file_that_is_not_trusted_is_refused(load, tmp_path, others_write):
    """A found file, and one that others can write, sends no place anywhere; it still loads."""
    cache = tmp_path / "cache"
    assert load(OSRM, cache=cache).travel().engine == "osrm"
    if others_write:
        os.chmod(tmp_path / "file.toml", 0o666)  # noqa: S103 - the reason for its refusal
    for _ in range(2):  # built, then from its compiled form
        found = catalog.load(
            tmp_path / "file.toml",
            source="option" if others_write else "working folder",
            now=NOW,
            cache_dir=cache,
            holidays=lambda region, years: (),
        )
        assert found.travel().engine == "crow_fly"
        assert "file.toml:3: [travel]: url is allowed only in a file that you" in str(found.refusal)
        assert found.count == 1


def test_a_refused_table_is_not_counted_as_a_check(load):
    """With a refused check as well, the warning counts the tables of the file, not checks."""
    check = 'check = [{ kind = "command", command = ["/x"] }]'
    found = load(f"{OSRM}\n{HUBER}{check}".replace("huber", "lech"), source="working folder")
    assert found.travel().engine == "crow_fly"
    assert '; 2 tables are refused, "dispatch providers validate" lists' in str(found.refusal)


def test_every_engine_can_be_made():
    """The registry names a class for each engine with a server."""
    from dispatch_cli.model.travel_engines import TravelSettings
    from dispatch_cli.travel.place_roads import make_engine

    for name, keys in TRAVEL_ENGINES.items():
        if keys.needs_url:
            made = make_engine(TravelSettings(engine=name, url="http://a"))
            assert made.profile("car")
