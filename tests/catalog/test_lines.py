"""The second pass finds the line of every table and key."""

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.catalog.file_lines import Lines, Path

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
    """Write a valid file, and where each of its tables and keys was put."""
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
    """In every file that tomli accepts, tables and keys are found where they were written."""
    text, truth = write_out(rows)
    tomli.loads(text)
    lines = Lines(text)
    assert {path: lines.of(path) for path in truth} == truth
    for path in list(truth)[:3]:
        assert Lines(text, [path]).of(path) == truth[path]
        assert Lines(text, [(*path, "inside")]).of((*path, "inside")) == lines.of((*path, "inside"))


def test_falls_back_to_what_is_around() -> None:
    """Inside a value the key's line counts, for a missing key its table's, else there is none."""
    lines = Lines('\n[[provider]]\nid = "a"\narea = {\n radius_km = 3 }\n')
    assert lines.of(("provider", 0, "area", "radius_km")) == 4
    assert lines.of(("provider", 0, "name")) == 2
    assert lines.of(("provider", 1)) == 2
    assert lines.of(("ranking",)) == 0
    assert lines.of(()) == 0


def test_parent_header_after_its_child() -> None:
    """A header of its own is the line of a table, not the first dotted mention of it."""
    lines = Lines("[a.b.c]\nx = 1\n[a]\ny = 2\n")
    assert lines.of(("a",)) == 3
    assert lines.of(("a", "b")) == 1
    assert lines.of(("a", "b", "c", "x")) == 2


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="[]{}=.\"'#\n\\ a1,", max_size=60))
def test_never_fails(text: str) -> None:
    """Text that is not TOML at all gives some line or none, never an error and never a loop."""
    assert Lines(text).of(("a",)) >= 0
