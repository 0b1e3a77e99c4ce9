"""Tutorial and how-tos work as printed: each is worked through in an empty folder."""

from pathlib import Path

import pytest

from tools.walkthroughs import Reader, Step, WrongPageError, agrees, steps_of

from ..cli.conftest import home
from ..extras import NEEDS_STORM

__all__ = ["home"]

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [
    DOCS / "tutorial.md",
    *sorted((DOCS / "how-to").glob("*.md")),
    DOCS / "de" / "leitfaden.md",
    DOCS / "storm.md",
]
NEEDS = {"storm.md": NEEDS_STORM}


@pytest.mark.parametrize(
    "path", [pytest.param(each, marks=NEEDS.get(each.name, ()), id=each.name) for each in PAGES]
)
def test_a_page_works_from_top_to_bottom(path: Path, home: Path) -> None:
    """Each command ends as the page says, and what the page shows is what the terminal shows."""
    steps = steps_of(path.read_text(encoding="utf-8"))
    assert any(step.commands for step in steps)
    reader = Reader(home)
    for step in steps:
        real = reader.take(step)
        if step.shown is not None:
            assert agrees(step.shown, real), f"{step.commands}\n{real}"


def test_the_tutorial_shows_what_its_commands_print() -> None:
    """The tutorial has at least fifteen commands, and shows the output of most blocks."""
    steps = [each for each in steps_of(PAGES[0].read_text(encoding="utf-8")) if each.commands]
    assert sum(len(each.commands) for each in steps) >= 15
    assert sum(each.shown is not None for each in steps) * 2 > len(steps)


def test_a_page_is_divided_into_its_steps() -> None:
    """Files, commands with an exit code and shown output are found; other blocks are not run."""
    page = (
        "<!-- file: a.toml -->\n```toml\nx = 1\n```\n\ntext\n\n```text\ndispatch no\n```\n"
        "<!-- exit: 3 -->\n```sh\ndispatch one \\\n  --two\ndispatch three\n```\n"
        "\n```text\nout\n```\n"
        "```sh\ndispatch four\n```\n\nNot its output:\n\n```text\nother\n```\n"
    )
    one, two, three = steps_of(page)
    assert one == Step("a.toml", text="x = 1\n")
    assert two == Step(
        commands=("dispatch one    --two", "dispatch three"), exit_code=3, shown="out\n"
    )
    assert three == Step(commands=("dispatch four",))


@pytest.mark.parametrize(
    ("shown", "is_same"),
    [
        ("a\nb\nc", True), ("a\nb", False), ("a\n…", True), ("…\nc", True), ("a\n…\nc", True),
        ("b\n…", False), ("a\n…\nb", False), ("a\nc", False), ("…\nB\n…", False),
    ],
)  # fmt: skip
def test_only_lines_that_are_marked_may_be_missing(shown: str, is_same: bool) -> None:
    """A shown output agrees if each of its lines stands there, and "…" for those left out."""
    assert agrees(shown, "a\nb  \nc\n") is is_same


def test_a_wrong_output_or_exit_code_is_found(home: Path) -> None:
    """A control: the reader sees the real output, and a command that fails stops the page."""
    reader = Reader(home)
    real = reader.take(Step(commands=("dispatch kinds --equipment",)))
    assert not agrees("nothing of that kind", real)
    with pytest.raises(WrongPageError, match="validate"):
        reader.take(Step(commands=("dispatch providers validate --providers none.toml",)))
