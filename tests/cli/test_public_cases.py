"""Small inputs made after public bug reports, which lie beside the checkout."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from .test_ranking_with_log import ranked

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the shared folder with public cases is not here"
)


def test_a_unit_booked_for_later_is_free_today(dispatch):
    """32-booked-for-later: a provider with a promise in four weeks is first today."""
    files = ("--providers", str(CASES / "base.toml"))
    then = datetime.now().astimezone().replace(second=0, microsecond=0) + timedelta(days=26)
    place = ("tow", "--at", "48.37,10.89")
    opened = dispatch("case", "open", *place, "--when", then.isoformat(timespec="minutes"), *files)
    assert opened.code == 0
    assert dispatch("case", "offer", "1", *files).code == 0
    there = (then + timedelta(minutes=20)).isoformat(timespec="minutes")
    accepted = dispatch("case", "accept", "1.1", "--eta", there, *files)
    assert accepted.code == 0
    assert "sued would be there" not in accepted.err + accepted.out
    today = ranked(dispatch("cascade", *place, "--json", *files))
    assert [(row["provider"], row["wait_min"]) for row in today] == [("nord", 0), ("sued", 0)]
    booked = ranked(dispatch("cascade", *place, "--json", "--when", there, *files))
    assert {row["provider"]: row["wait_min"] for row in booked} == {"nord": 75, "sued": 0}
