"""Every sentence of the program has a value for each of its places."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import dispatch_cli

PACKAGE = Path(dispatch_cli.__file__).parent
MAKERS = {"Message", "place_error", "report", "warn", "_refuse", "_unreadable"}
"""Functions that make a sentence of their last argument, as errors and problems do."""

OPTIONS = {"hint", "line", "who", "file", "is_twice", "at", "after"}
"""Arguments of errors and problems that may fill no place of the sentence."""


def sentences(source: str) -> Iterator[tuple[int, str, set[str]]]:
    """Yield each template with its line and the names of its values."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        is_problem = name == "at" and getattr(node.func, "value", None) is not None
        owner = getattr(getattr(node.func, "value", None), "id", "")
        if not (name in MAKERS or name.endswith("Error") or (is_problem and owner == "Problem")):
            continue
        texts = [
            each
            for each in node.args
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        is_template = texts and (texts[-1] is node.args[-1] or name.endswith("Error"))
        values = {each.arg for each in node.keywords if each.arg}
        if is_template and values and None not in {each.arg for each in node.keywords}:
            yield node.lineno, str(texts[-1].value), values


def mistakes(source: str) -> list[str]:
    """Name the templates whose places are not filled, or filled by no value."""
    found = []
    for line, template, values in sentences(source):
        places = {
            field.split(".")[0].split("[")[0]
            for _, field, _, _ in Formatter().parse(template)
            if field is not None
        }
        if not places and not values - OPTIONS:
            continue
        if places - values or values - places - OPTIONS:
            found.append(f"{line}: {template!r} with {sorted(values)}")
    return found


def test_every_place_of_a_sentence_has_its_value():
    """The names in a template are the names of its values, in the whole package."""
    seen, wrong = 0, []
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text("utf-8")
        seen += sum(1 for _ in sentences(source))
        wrong += [f"{path.name}:{each}" for each in mistakes(source)]
    assert seen > 200
    assert wrong == []


def test_a_place_without_a_value_is_found():
    """The check sees a missing value, and a value without a place."""
    assert mistakes('UsageError("no {thing}", hint="x", other=1)')
    assert mistakes('Message("no {thing} {other}", thing=1)')
    assert mistakes('Problem.at(path, "no {thing}", line=3)')
    assert mistakes('reporter.report("key", "no {thing}", other=1)')
    assert not mistakes('Problem.at(path, "no {thing:.3g}", line=3, thing=1)')
