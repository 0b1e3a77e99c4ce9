"""Every sentence of the program has a value for each of its places."""

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import dispatch_cli

PACKAGE = Path(dispatch_cli.__file__).parent

FOR_OTHER_LANGUAGES = {"number"}
"""Values that the English template does not need, such as the number of a month."""

TEMPLATE_AT = {"Message": 0, "say": 0, "Problem": 0, "place_error": 1, "report": 1, "warn": 0}
"""The position of the template in the arguments of a function."""

MAY_FILL_NOTHING = {
    "ClockChangeError": {"is_twice"},
    "at": {"line", "who"}, "place_error": {"hint"}, "warn": {"who", "file"},
    "Problem": {"file", "line", "who"},
}  # fmt: skip


def own_errors(sources: Iterable[str]) -> set[str]:
    """Name the classes of errors whose arguments are templates."""
    classes = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }
    found, before = {"DispatchError", "SentenceError"}, 0
    while len(found) > before:
        before = len(found)
        found |= {name for name, bases in classes.items() if bases & found}
    return found


def faults_of_templates(source: str, errors: Collection[str]) -> tuple[int, list[str]]:
    """Count the sentences whose template is literal, and list those that no catalogue can have."""
    tree = ast.parse(source)
    seen, faults = 0, []
    for scopes, call in calls_in(tree):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        owner = getattr(getattr(call.func, "value", None), "id", "")
        given = {each.arg: each.value for each in call.keywords}
        optional = MAY_FILL_NOTHING.get(name, set())
        values = {arg for arg in given if arg and arg not in optional}
        spoken: list[tuple[list[ast.expr], set[str]]] = []
        if name == "Plural":
            spoken.append((call.args[:2], values | {"count"}))
        elif name in TEMPLATE_AT:
            place = TEMPLATE_AT[name]
            spoken.append((call.args[place : place + 1], values))
        elif name == "at" and owner == "Problem":
            spoken.append((call.args[1:2], values))
        elif name in errors:
            spoken.append((call.args, values - {"hint"}))
        if "hint" in given:
            spoken.append(([given["hint"]], set()))
        for nodes, filled in spoken:
            templates = [text for node in nodes for text in literals(node, scopes)]
            if None in templates:
                faults.append(f"{call.lineno}: a template is not literal")
            literal = [text for text in templates if text is not None]
            seen += bool(literal)
            wanted = {place for text in literal for place in places_in(text)}
            differs = wanted - filled or filled - wanted - FOR_OTHER_LANGUAGES
            if literal and None not in given and differs:
                faults.append(f"{call.lineno}: {sorted(wanted)}, but {sorted(filled)} are given")
    return seen, faults


def calls_in(tree: ast.AST) -> Iterator[tuple[list[ast.AST], ast.Call]]:
    """Yield all calls, each with the functions around it, the innermost first, and the module."""
    waiting: list[tuple[list[ast.AST], ast.AST]] = [([tree], tree)]
    while waiting:
        scopes, node = waiting.pop()
        if isinstance(node, ast.Call):
            yield scopes, node
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        inner = [node, *scopes] if is_function else scopes
        waiting += [(inner, child) for child in ast.iter_child_nodes(node)]


def literals(node: ast.expr, scopes: Sequence[ast.AST]) -> list[str | None]:
    """List the templates that an argument may have; None is one that is put together."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.IfExp():
            return [*literals(node.body, scopes), *literals(node.orelse, scopes)]
        case ast.JoinedStr() | ast.Call(func=ast.Attribute(attr="format" | "join")):
            return [None]
        case ast.BinOp():
            parts = [*literals(node.left, scopes), *literals(node.right, scopes)]
            return [None] if parts else []
        case ast.Name():
            found = next(filter(None, (assigned(node, scope) for scope in scopes)), [])
            return [text for value in found for text in literals(value, ())]
    return []


@cache
def names_in(scope: ast.AST) -> tuple[ast.AST, ...]:
    """List the names and assignments of a function."""
    return tuple(each for each in ast.walk(scope) if isinstance(each, ast.Name | ast.Assign))


def assigned(name: ast.Name, scope: ast.AST) -> list[ast.expr]:
    """List what a name may stand for in a function or a module.

    These are the assignments since its last use before them, as in the branches of an "if".
    """
    is_module = isinstance(scope, ast.Module)
    nodes = scope.body if isinstance(scope, ast.Module) else names_in(scope)
    values = {
        each.lineno: each.value
        for each in nodes
        if isinstance(each, ast.Assign)
        and any(getattr(target, "id", "") == name.id for target in each.targets)
        and (is_module or each.lineno <= name.lineno)
    }
    if is_module or not values:
        return [*values.values()]
    uses = [
        each.lineno
        for each in names_in(scope)
        if isinstance(each, ast.Name)
        and (each.id, type(each.ctx)) == (name.id, ast.Load)
        and each.lineno < max(values)
    ]
    return [value for line, value in values.items() if line > max(uses, default=0)]


def places_in(template: str) -> set[str]:
    """Name the places of a template."""
    fields = (field for _, field, _, _ in Formatter().parse(template) if field is not None)
    return {field.split(".")[0].split("[")[0] for field in fields}


def test_every_template_is_literal_and_filled():
    """No sentence is put together from pieces, and places and values have the same names."""
    sources = {
        path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    errors = own_errors(sources.values())
    seen, wrong = 0, []
    for name in sources.keys() - {"messages.py", "errors.py"}:
        count, faults = faults_of_templates(sources[name], errors)
        seen += count
        wrong += [f"{name}:{each}" for each in faults]
    assert {"UsageError", "HoursError", "NoUnitError"} <= errors
    assert seen > 800
    assert sorted(wrong) == []


@pytest.mark.parametrize(
    "source",
    [
        'Message(f"no {thing}")',
        'say("no " + thing)',
        'Problem.at(path, "no {}".format(thing))',
        'Problem.at(path, "line {line}", line=3)',
        'UsageError("no thing", hint=f"find {thing}")',
        'UsageError("no {thing}")',
        'UsageError("no thing", hint="find {thing}")',
        'Message("no {thing}", thing=1, other=2)',
        'Message("no {thing}" if thing else "no {other}", thing=1)',
        'Plural("{count} thing of {many}", "{count} things", count)',
        'def one():\n    text = f"no {thing}"\n    raise HoursError(text, 3)',
        'def one():\n    text = "no {thing}"\n    Message(text, thing=1)\n'
        '    text = "no {other}"\n    Message(text, thing=1)',
        'TEXT = "no {thing}"\ndef one():\n    raise UsageError(TEXT, other=1)',
    ],
)
def test_a_sentence_that_no_catalogue_can_have_is_found(source: str):
    """Each fault in a small source is found."""
    assert faults_of_templates(source, {"UsageError", "HoursError"})[1]


@pytest.mark.parametrize(
    "source",
    [
        'Message("no {thing:.1f}", thing=1)',
        'Problem.at(path, "no {thing}", line=3, thing=1)',
        'UsageError("no {thing}", thing=1, hint="find it")',
        'def one():\n    text = "no {thing}" if thing else "none"\n    Message(text, thing=1)',
        'Plural("{count} {thing}", "{count} {thing}s", 3, thing=1)',
        "Message(word)",
    ],
)
def test_a_whole_sentence_is_no_fault(source: str):
    """Sentences as they should be are not reported."""
    assert faults_of_templates(source, {"UsageError"})[1] == []
