"""The API: errors of the project, a report of a file, and catalogs that travel."""

import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli import api
from dispatch_cli.catalog import load_catalog

SAMPLE = Path(__file__).resolve().parents[1] / "providers.toml"
NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> api.Catalog:
    """The sample provider file."""
    return api.load(SAMPLE)


def incident(**facts) -> api.Incident:
    """Make a tow near Augsburg."""
    known = {"kind": "tow", "place": api.locate("86150"), "when": NOON, **facts}
    return api.Incident(**known)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"when": datetime(2026, 11, 27, 11)}, "2026-11-27T11:00:00 has no time zone"),  # noqa: DTZ001
        ({"kind": "Abschleppen"}, 'unknown kind "Abschleppen" (did you mean "tow"?)'),
        ({"client": "nobody"}, 'unknown client "nobody"'),
        ({"vehicle": api.Vehicle(kind="PKW")}, "unknown vehicle 'PKW'; allowed: car"),
        ({"vehicle": api.Vehicle(state="upside down")}, "unknown state 'upside down'"),
        ({"spot": "Standspur"}, "unknown spot 'Standspur'"),
    ],
)
def test_an_invalid_incident_is_an_error_of_the_project(catalog, facts, said):
    """A naive time and unknown words raise UsageError with what is allowed."""
    with pytest.raises(api.UsageError) as refused:
        api.rank(catalog, incident(**facts))
    assert said in str(refused.value)


def test_a_time_without_a_zone_loads_nothing():
    """``now`` needs a zone as well."""
    with pytest.raises(api.UsageError, match="has no time zone"):
        api.load(SAMPLE, now=datetime(2026, 11, 27, 11))  # noqa: DTZ001


def test_a_valid_file_is_reported_with_its_counts(catalog):
    """The report has what ``providers validate`` prints."""
    report = api.validate(SAMPLE)
    assert report.is_valid
    assert (report.providers, report.problems) == (catalog.count, ())
    assert report.clients == len(catalog.rules.clients)


def test_a_broken_file_is_reported_with_all_problems(tmp_path):
    """Each problem has its line; nothing is raised."""
    path = tmp_path / "providers.toml"
    path.write_text('[[provider]]\nid = "a"\nphone = "12"\nservices = ["towing?"]\n')
    report = api.validate(path)
    assert not report.is_valid
    assert {problem.line for problem in report.problems} >= {3, 4}


def test_a_catalog_travels_and_ranks_alike(catalog):
    """A pickled catalog gives the same answer, and one process unpacks it once."""
    packed = pickle.dumps(catalog)
    load_catalog._RESTORED.clear()
    copy = pickle.loads(packed)  # noqa: S301 - our own bytes
    assert pickle.loads(packed) is copy  # noqa: S301
    assert not copy.is_trusted
    assert api.rank(copy, incident()) == api.rank(catalog, incident())
    assert [each.id for each in copy.each()] == catalog.ids()


def test_a_catalog_travels_to_another_process(catalog, tmp_path):
    """Another process, without the provider file, ranks with what it was given."""
    (tmp_path / "catalog").write_bytes(pickle.dumps(catalog))
    program = (
        "import pickle, sys\n"
        "from dispatch_cli import api\n"
        "from datetime import datetime, UTC\n"
        "catalog = pickle.load(open('catalog', 'rb'))\n"
        "one = api.Incident(kind='tow', place=api.locate('86150'), "
        "when=datetime(2026, 11, 27, 11, tzinfo=UTC))\n"
        "print(api.rank(catalog, one).cascades[0].candidates[0].phone)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    wanted = api.rank(catalog, incident()).cascades[0].candidates[0].phone
    assert ran.stdout == f"{wanted}\n"


def test_a_damaged_pickle_is_refused(catalog):
    """Bytes that were changed on the way are an error of the project."""
    restore, (path, source, content) = catalog.__reduce__()
    with pytest.raises(api.BadDataError, match="another version of the program, or is damaged"):
        restore(path, source, content[:100] + b"?" + content[101:])


def test_an_answer_is_shown_in_a_notebook(catalog):
    """The notebook's HTML has the first number and no markup from data."""
    answer = api.rank(catalog, incident())
    shown = answer._repr_html_()
    assert shown.startswith("<pre")
    assert answer.cascades[0].candidates[0].phone in shown
    assert "<script" not in shown
