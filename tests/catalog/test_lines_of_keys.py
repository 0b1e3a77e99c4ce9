"""The second pass finds the line of every table and key."""

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.catalog.line_numbers import LineNumbers, Path

# Values that try to look like something else, over one line or several.
VALUES = [
    "1",
    '"[[provider]]"',
    "'a = [ # no'",
    '"\\" [[provider]]"',
    '"""\n[[provider]]\nid = "x"\n"""',
    '"""\\\n  two "" quotes """""',
    "'''\n[[provider]]\n'''",
    "'''''two quotes'''''",
    '[\n  "a", # ] not yet\n  "]",\n  [1,\n 2],\n]',
    '{ id = "x", b = { c = [1, 2] } }',
    "[ { a = 1 },\n { b = '''\n[[provider]]\n''' } ]",
    "2026-12-01T08:00:00+01:00",
    "1.5 # [[provider]]",
    "[]",
    '""',
]
BETWEEN = ["", "\n", "# [[provider]]\n", "   \n\t\n", "# a = 1\n\n"]
QUOTINGS = ["{}", '"{}"', "'{}'", '"\\u0061{}"']

Statement = tuple[str, str, str, str]
statements = st.lists(
    st.tuples(
        st.sampled_from(["key", "key", "key", "dotted", "table", "array", "inner"]),
        st.sampled_from(VALUES),
        st.sampled_from(BETWEEN),
        st.sampled_from(QUOTINGS),
    ),
    max_size=25,
)


def write_out(rows: list[Statement]) -> tuple[str, dict[Path, int]]:
    """Write a valid file; returns also the line of each of its tables and keys."""
    text = ""
    truth: dict[Path, int] = {}
    table: Path = ()
    providers = 0
    for number, (kind, value, between, quoting) in enumerate(rows):
        text += between
        line = text.count("\n") + 1
        name = f"k{number}"
        written = quoting.format(name)
        plain = f"a{name}" if "u0061" in quoting else name
        if kind == "key":
            text += f"{written} = {value}\n"
            truth[(*table, plain)] = line
        elif kind == "dotted":
            text += f"{written} . b.'c' = {value}\n"
            truth[(*table, plain)] = truth[(*table, plain, "b", "c")] = line
        elif kind == "table":
            text += f"[ {written} . t ]\n"
            table = (plain, "t")
            truth[table] = line
        elif kind == "array":
            text += "[[provider]] # [x]\n"
            table = ("provider", providers)
            truth[table] = line
            providers += 1
        elif providers:
            text += f"[provider.{written}]\n"
            table = ("provider", providers - 1, plain)
            truth[table] = line
    return text, truth


@settings(max_examples=300, deadline=None)
@given(statements)
def test_lines_of_random_files(rows: list[Statement]) -> None:
    """In every file that tomli accepts, tables and keys are found at their lines."""
    text, truth = write_out(rows)
    tomli.loads(text)
    lines = LineNumbers(text)
    assert {path: lines.of(path) for path in truth} == truth
    for path in list(truth)[:3]:
        assert LineNumbers(text, [path]).of(path) == truth[path]
        assert LineNumbers(text, [(*path, "inside")]).of((*path, "inside")) == lines.of(
            (*path, "inside")
        )


def test_a_path_without_line_has_that_around_it() -> None:
    """A path inside a value has the line of the key, a missing key that of its table."""
    lines = LineNumbers('\n[[provider]]\nid = "a"\narea = {\n radius_km = 3 }\n')
    assert lines.of(("provider", 0, "area", "radius_km")) == 4
    assert lines.of(("provider", 0, "name")) == 2
    assert lines.of(("provider", 1)) == 2
    assert lines.of(("ranking",)) == 0
    assert lines.of(()) == 0


def test_parent_header_after_its_child() -> None:
    """A table has the line of its header, not that of a dotted key before it."""
    lines = LineNumbers("[a.b.c]\nx = 1\n[a]\ny = 2\n")
    assert lines.of(("a",)) == 3
    assert lines.of(("a", "b")) == 1
    assert lines.of(("a", "b", "c", "x")) == 2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]{}=.\"'#\n\\ a1,", max_size=60))
def test_never_fails(text: str) -> None:
    """Text that is not TOML gives some line or none, no error and no endless loop."""
    assert LineNumbers(text).of(("a",)) >= 0
