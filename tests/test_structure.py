"""Modules are small, have unique names, and import each other without cycles."""

from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

import dispatch_cli

MOST_LINES = 350
PACKAGE = Path(dispatch_cli.__file__).parent
SAME_AS_ITS_COMMAND = {"cascade", "check", "desk", "log"}
"""The module of a command, ``cli/COMMAND.py``, may have the name of another module."""


def test_no_module_is_longer_than_350_lines() -> None:
    """No module has more lines than the limit, beyond which it would hold several concepts."""
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert len(sizes) > 200
    assert {str(path): size for path, size in sizes.items() if size > MOST_LINES} == {}


def test_no_two_modules_have_one_name() -> None:
    """Module names are unique, so that a name can be searched without its package."""
    names = Counter(path.stem for path in PACKAGE.rglob("*.py") if path.stem[:2] != "__")
    assert len(names) > 200
    assert {name for name, count in names.items() if count > 1} <= SAME_AS_ITS_COMMAND
    for name in SAME_AS_ITS_COMMAND:
        assert (PACKAGE / "cli" / f"{name}.py").exists()


def test_no_two_test_modules_have_one_name() -> None:
    """Names of test modules and their parts are unique, except those that pytest prescribes."""
    names = Counter(path.stem for path in Path(__file__).parent.rglob("*.py"))
    assert len(names) > 150
    assert {name for name, count in names.items() if count > 1} == {"__init__", "conftest"}


def _refuse_circle(imports: dict[str, set[str]]) -> None:
    TopologicalSorter(imports).prepare()


def test_no_module_imports_itself_through_others() -> None:
    """No imports form a cycle, including those in functions and for types only."""
    graph = grimp.build_graph("dispatch_cli", cache_dir=None)
    imports = {each: graph.find_modules_directly_imported_by(each) for each in graph.modules}
    assert sum(map(len, imports.values())) > 1000
    _refuse_circle(imports)


def test_a_circle_is_found() -> None:
    """The control: one import upwards is enough."""
    with pytest.raises(CycleError):
        _refuse_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
