"""Find the sentences of the program in its source: for the catalogues, and for their test."""

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import dispatch_cli

PACKAGE = Path(dispatch_cli.__file__).parent

FOR_OTHER_LANGUAGES = {"number"}
"""Values that the English template does not need, such as the number of a month."""

TEMPLATE_AT = {
    "Message": 0, "say": 0, "marked": 0, "Problem": 0, "place_error": 1, "report": 1, "warn": 0,
}  # fmt: skip
"""The position of the template in the arguments of a function.

In its own module, a function with a parameter ``template`` is found without an entry here.
"""

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


class Spoken(NamedTuple):
    """The templates of one call, None for one that is put together, and the names of its values.

    ``is_open``: the call has values whose names its source does not say (``**values``).
    """

    line: int
    templates: list[str | None]
    values: set[str]
    is_open: bool


def spoken_in(source: str, errors: Collection[str]) -> Iterator[Spoken]:
    """Yield the sentences of a module."""
    tree = ast.parse(source)
    template_at = {**own_functions(tree), **TEMPLATE_AT}
    for scopes, call in calls_in(tree):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        owner = getattr(getattr(call.func, "value", None), "id", "")
        given = {each.arg: each.value for each in call.keywords}
        optional = MAY_FILL_NOTHING.get(name, set())
        values = {arg for arg in given if arg and arg not in optional}
        spoken: list[tuple[list[ast.expr], set[str]]] = []
        if name == "Plural":
            texts = [text for node in call.args[:2] for text in literals(node, scopes)]
            wanted = {place for text in texts if text for place in places_in(text)}
            spoken.append((call.args[:2], values | ({"count"} & wanted)))
        elif name in template_at:
            place = template_at[name]
            spoken.append((call.args[place : place + 1], values))
        elif name == "at" and owner == "Problem":
            spoken.append((call.args[1:2], values))
        elif name in errors:
            spoken.append((call.args, values - {"hint"}))
        if "hint" in given:
            spoken.append(([given["hint"]], set()))
        for nodes, filled in spoken:
            templates = [text for node in nodes for text in literals(node, scopes)]
            is_open = None in given or name not in {*TEMPLATE_AT, *errors, "Plural", "at"}
            yield Spoken(call.lineno, templates, filled, is_open or name == "marked")


def marked_in(source: str) -> set[str]:
    """Return the templates of a module."""
    found = spoken_in(source, all_errors())
    return {text for each in found for text in each.templates if text}


def own_functions(tree: ast.Module) -> dict[str, int]:
    """Return the position of the parameter ``template`` of each function of a module."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
            if "template" in names and "self" not in names:
                found[node.name] = names.index("template")
    return found


@cache
def constants() -> dict[str, list[ast.expr]]:
    """Return the values of the constants of all modules by their names."""
    found: dict[str, list[ast.expr]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).append(node.value)
    return found


@cache
def imported(scope: ast.AST) -> frozenset[str]:
    """Return the names that a module or function imports from other modules."""
    return frozenset(
        alias.name
        for node in ast.walk(scope)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


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
        case ast.BoolOp():
            return [text for each in node.values for text in literals(each, scopes)]
        case ast.BinOp():
            parts = [*literals(node.left, scopes), *literals(node.right, scopes)]
            return [None] if parts else []
        case ast.Name():
            found = next(filter(None, (assigned(node, scope) for scope in scopes)), [])
            if not found and any(node.id in imported(scope) for scope in scopes):
                found = constants().get(node.id, [])
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


def sources() -> dict[str, str]:
    """Return the source of each module of the package by its path."""
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def all_errors() -> set[str]:
    """Name all classes of errors of the package whose arguments are templates."""
    return own_errors(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
