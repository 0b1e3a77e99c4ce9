"""The documentation is true: every command line shown runs, and all links exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_cli.cli import app, run

from ..cli.conftest import dispatch, home
from .test_walkthroughs import PAGES as WALKTHROUGHS

__all__ = ["dispatch", "home"]

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def shell_lines(text: str) -> list[str]:
    """Return the command lines of a page: lines of ``sh`` blocks that begin with ``dispatch``."""
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("dispatch ")]


SINGLE = [page for page in PAGES if page not in WALKTHROUGHS]
"""The pages whose command lines are run one by one; test_walkthroughs.py runs the others."""
LINES = [line for page in [README, *(p.read_text(encoding="utf-8") for p in SINGLE)]
         for line in shell_lines(page)]  # fmt: skip


@pytest.mark.parametrize("line", sorted({*LINES}))
def test_every_command_line_shown_runs(line, home, dispatch):
    """Each ``dispatch …`` line of the README and the docs ends with 0, and prints something."""
    (home / "providers.toml").write_bytes((ROOT / "providers.toml").read_bytes())
    for example in (ROOT / "docs" / "examples").iterdir():
        (home / example.name).write_bytes(example.read_bytes())
    ran = dispatch(*shlex.split(line)[1:])
    assert ran.code == 0, ran.err
    assert ran.out or "--quiet" in line


def test_the_readme_shows_the_daily_commands():
    """The README has command lines for operator, script and cron, and the two set-up commands.

    It has at most 150 lines: figures and inside are on pages of their own.
    """
    assert README.count("\n") <= 150
    assert len([line for line in LINES if line.startswith("dispatch cascade")]) >= 5
    two = README.split("<!-- two commands -->")[1].split("<!-- end -->")[0]
    assert len(re.findall(r"^python3 -m venv", two, flags=re.MULTILINE)) == 2


def command_paths() -> list[list[str]]:
    """Yield every command of the command line, as its words."""
    import typer.main

    def walk(group, words):
        for name in group.list_commands(None):
            command = group.get_command(None, name)
            yield [*words, name]
            if hasattr(command, "list_commands"):
                yield from walk(command, [*words, name])

    return list(walk(typer.main.get_command(app), []))


@pytest.mark.parametrize("words", command_paths(), ids=" ".join)
def test_every_command_is_documented_and_has_help(words, capsys):
    """Every command is named by the README or a page that a person wrote, and has a help."""
    name = " ".join(words)
    if words not in (["providers"], ["places"], ["osm"], ["case"], ["log"], ["report"]):
        written = [README, *(p.read_text("utf-8") for p in PAGES if p.name != "cli.md")]
        assert any(f"dispatch {name}" in each.replace("\n", " ") for each in written), name
    assert run([*words, "--help"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 3


def test_the_reference_is_what_the_program_says():
    """The page of the command line and the manual page are those that the program gives now."""
    ran = subprocess.run(
        [sys.executable, ROOT / "tools" / "build_reference.py", "--check"], cwd=ROOT,
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_links_between_pages_lead_somewhere():
    """Every relative link of the README and the docs names a file that exists."""
    for page in [ROOT / "README.md", *PAGES]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_dependency_has_its_reason_on_the_page():
    """Every dependency has a line that says why it is there, and the README has the way there."""
    import tomli

    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0]
        assert re.search(rf"^\| {name}\b", page, flags=re.MULTILINE), name
    assert "docs/dependencies.md" in README
