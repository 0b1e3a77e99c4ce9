"""The page about joint plans has every act, option and field, and the formula of the lines."""

import re
from pathlib import Path
from typing import get_args

from dispatch_cli.cli.storm_arguments import StormArguments
from dispatch_cli.results import storm_results
from dispatch_cli.storm.line_price import line_price

from .test_lists_and_words import first_cells, section

PAGE = (Path(__file__).resolve().parents[2] / "docs/storm.md").read_text("utf-8")


def test_every_field_of_the_plan_is_described() -> None:
    """Plan, call for help, candidate, shortage and emergency call have all their fields."""
    text = section(PAGE, "Fields")
    plan, demand = storm_results.StormPlan, storm_results.StormDemand
    assert sorted(first_cells(text)) == sorted(plan.__struct_fields__ + demand.__struct_fields__)
    shapes = (
        storm_results.StormCandidate, storm_results.Shortage, storm_results.StormEmergency,
    )  # fmt: skip
    for name in {field for shape in shapes for field in shape.__struct_fields__}:
        assert f"`{name}`" in PAGE, name


def test_every_act_is_explained() -> None:
    """The table of acts is the closed set, in its order."""
    acts = first_cells(section(PAGE, "What to do for a caller"))
    assert acts == list(get_args(storm_results.StormAct))


def test_every_option_of_a_plan_stands_there() -> None:
    """Each option of the command is on the page, with its default where it has a number."""
    for name in StormArguments.__struct_fields__:
        option = {"file": "", "open_cases": "--open"}.get(name, f"--{name.replace('_', '-')}")
        assert option in PAGE, option
    defaults = dict(re.findall(r"^\| `(--[a-z-]+)(?: [A-Z]+)?` \| (\d+) \|", PAGE, re.MULTILINE))
    plain = StormArguments()
    assert {name: float(text) for name, text in defaults.items()} == {
        "--window-min": plain.window_min,
        "--ageing": plain.ageing,
        "--keep-min": plain.keep_min,
        "--top": plain.top,
    }


def test_the_formula_of_the_lines_gives_what_the_page_shows() -> None:
    """The worked example: 5 calls and 2 operators; with enough operators the price is 0."""
    assert "max(0, q - s) / (2 s)" in PAGE
    assert line_price(5, 2) == 0.75
    assert line_price(2, 2) == 0
    assert "5 calls for 2 operators,\n  each minute of a call costs the others 0.8 min" in PAGE
