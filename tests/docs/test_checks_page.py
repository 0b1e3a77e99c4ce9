"""The page about checks agrees with the code."""

import re
from pathlib import Path
from typing import get_args

from dispatch_cli.availability import ASKED_AGAIN, hard_states
from dispatch_cli.availability.observer import _SHARE, SEVERAL, SEVERAL_TOGETHER
from dispatch_cli.availability.samples import SKEW
from dispatch_cli.cases import provider_reports
from dispatch_cli.catalog.raw import RawProbe
from dispatch_cli.checks.round import look_of
from dispatch_cli.model import Settings
from dispatch_cli.model.check import CheckSettings, CheckState
from dispatch_cli.model.check_kinds import CHECK_KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())


def test_every_state_has_its_row() -> None:
    """The table has the states of the code and the one that is only shown."""
    states = PAGE.split("## States\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `(\w+)` \|", states, flags=re.MULTILINE)
    assert sorted(found) == sorted([*get_args(CheckState), "closed"])


def test_every_kind_is_explained() -> None:
    """The table of kinds has those of the code, the states' table none of them."""
    kinds = PAGE.split("## What is looked at\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", kinds, flags=re.MULTILINE)) == set(CHECK_KINDS)


def test_every_kind_has_a_look_and_keys_of_the_file() -> None:
    """A kind that is declared can be looked at, and the file's tables have each of its keys."""
    for kind in CHECK_KINDS:
        assert look_of(kind).__name__ == f"look_{kind}"
    keys = {key for kind in CHECK_KINDS.values() for key in kind.keys}
    assert keys | {"kind"} == set(RawProbe.__struct_fields__)


def test_the_numbers_are_those_of_the_code() -> None:
    """Thresholds, shares and times that the page names are the defaults."""
    usual = CheckSettings()
    minutes = round(provider_reports.DEFAULT_LENGTH.total_seconds() / 60)
    hours = round(ASKED_AGAIN.total_seconds() / 3600)
    assert (usual.failures, usual.successes) == (3, 2)
    assert (SEVERAL, SEVERAL_TOGETHER, _SHARE) == (2, 3, 0.2)
    for said in (
        "3 failures in succession (`failures`)",
        "2 successes in succession (`successes`)",
        f"`stale_min` ({usual.stale_min:.0f})",
        f"more than {round(SKEW.total_seconds() / 60)} minutes ahead",
        f"`near_min` ({usual.near_min:.0f})",
        f"`busy_wait_min` ({Settings().busy_wait_min:.0f})",
        f"holds {minutes} minutes",
        f"for {hours} hours",
        f"at most {provider_reports.LONGEST.days} days",
        f"the last {hard_states.WINDOW} samples",
        "by 30 % or more",
        "below 20 %",
    ):
        assert said in TEXT, said
