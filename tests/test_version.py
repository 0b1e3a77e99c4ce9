"""The version is that of the newest tag, also where there is no git, and costs no start time."""

import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from dispatch_cli import __version__

pytest.importorskip("hatch_vcs", reason='the extra "dev" is not installed')

ROOT = Path(__file__).parents[1]


def run(folder: Path, *words: str) -> str:
    """Run a program in a folder, without the user's settings of git, and return its output."""
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    ).stdout.strip()  # fmt: skip


def git(folder: Path, *words: str) -> str:
    """Run git as a person who has a name."""
    return run(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b", *words)


def version_of(folder: Path) -> str:
    """Ask the build backend for the version of a checkout."""
    return run(folder, sys.executable, "-m", "hatchling", "version")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a repository with one commit, of the files that decide on the version."""
    folder = tmp_path / "checkout"
    (folder / "dispatch_cli").mkdir(parents=True)
    for name in ("pyproject.toml", ".gitattributes", ".git_archival.txt", ".gitignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_without_a_tag_the_version_precedes_the_first_release(checkout: Path) -> None:
    """The version counts the commits, names the newest one, and sorts before 0.1.0."""
    version = Version(version_of(checkout))
    assert version.base_version == "0.1"
    assert version.dev == 1
    assert version < Version("0.1.0")
    assert version.local == f"g{git(checkout, 'rev-parse', '--short=9', 'HEAD')}"


def test_a_tag_is_the_version_and_the_next_commit_follows_it(checkout: Path) -> None:
    """At the tag the version has nothing else; behind it, it sorts before the next release."""
    git(checkout, "tag", "v1.2.3")
    assert version_of(checkout) == "1.2.3"
    git(checkout, "commit", "-q", "--allow-empty", "-m", "second")
    assert Version("1.2.3") < Version(version_of(checkout)) < Version("1.2.4")


def test_an_archive_of_git_has_the_version_of_its_tag(checkout: Path) -> None:
    """An archive, as a web page of a repository gives it, has no repository but the version."""
    git(checkout, "tag", "v1.2.3")
    git(checkout, "archive", "--prefix=archive/", "--output", "../archive.tar", "HEAD")
    run(checkout.parent, "tar", "-xf", "archive.tar")
    assert version_of(checkout.parent / "archive") == "1.2.3"


def test_files_without_git_have_a_version_as_well(checkout: Path) -> None:
    """A copy of the files is a development version before the first release."""
    run(checkout, "rm", "-r", ".git")
    assert version_of(checkout) == "0.1.dev0"


def test_the_program_has_a_valid_version_and_asks_no_metadata() -> None:
    """The version comes from a module, not from the installed package's metadata (cold start)."""
    Version(__version__)
    code = (
        "import sys; before = set(sys.modules); import dispatch_cli; "
        "print(dispatch_cli.__version__, *sorted(set(sys.modules) - before))"
    )
    version, *modules = run(ROOT, sys.executable, "-c", code).split()
    assert version == __version__
    assert {each.split(".")[0] for each in modules} == {"dispatch_cli"}
