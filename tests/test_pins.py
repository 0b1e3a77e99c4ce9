"""Pinned versions: every dependency has one, a page says which, and CI installs with them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def pinned() -> dict[str, str]:
    """Read the versions of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in pins)
    return {canonicalize_name(name): version for name, version in pins}


def required() -> dict[str, list[Requirement]]:
    """Read the requirements of pyproject.toml, by what needs them."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = whole["project"]
    groups = {
        "build": whole["build-system"]["requires"],
        "run": project["dependencies"],
        **project["optional-dependencies"],
    }
    return {group: [Requirement(each) for each in found] for group, found in groups.items()}


def test_every_requirement_has_a_pin_that_fulfils_it() -> None:
    """A new dependency, or a new lower bound, needs a version in constraints.txt."""
    pins = pinned()
    for requirements in required().values():
        for each in requirements:
            assert each.specifier.contains(pins[canonicalize_name(each.name)]), each


def test_the_page_names_the_lowest_and_the_tested_version() -> None:
    """The table has the lower bound of pyproject.toml and the version that CI installs."""
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z-]+) \| ([0-9.]+) \| ([0-9.]+) \| ", page, re.MULTILINE)
    pins, needed = pinned(), required()
    assert {name: (lowest, tested) for name, lowest, tested in rows} == {
        each.name: (lower_bound(each), pins[canonicalize_name(each.name)])
        for group in ("run", "batch", "notify", "osm", "storm")
        for each in needed[group]
    }


def lower_bound(requirement: Requirement) -> str:
    """Read the lower bound of a requirement."""
    (bound,) = [one.version for one in requirement.specifier if one.operator == ">="]
    return bound


def test_ci_and_development_install_what_is_pinned() -> None:
    """The script of CI sets the constraints for every pip, and the README's command names them."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    first = script.index('export PIP_CONSTRAINT="$PWD/constraints.txt"')
    assert first < script.index("step ")
    assert "pip install -q -c constraints.txt -e" in (ROOT / "README.md").read_text("utf-8")


def test_the_executables_of_travel_engines_have_one_version() -> None:
    """The tool fetches exactly the versions that the page states."""
    road_engine = pytest.importorskip("tools.road_engine", reason="the folder tools is not here")
    page = " ".join((ROOT / "docs" / "dependencies.md").read_text("utf-8").split())
    for package in map(Requirement, road_engine.PACKAGES.values()):
        (pin,) = package.specifier
        assert pin.operator == "=="
        assert f"{package.name} {pin.version}" in page
