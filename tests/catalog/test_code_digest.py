"""The cache key covers the code: an edited program uses no form that it compiled before."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import grimp
import pytest

import dispatch_cli
from dispatch_cli.catalog import code_digest
from dispatch_cli.catalog.code_digest import SHAPING_FOLDERS, digest_of_code

from .files import HUBER, open_file, write

PACKAGE = Path(dispatch_cli.__file__).parent
WARM_CALL = ("cascade", "tow", "--at", "86150", "--when", "2026-11-27T12:03", "--json")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package folder with one module in each folder that shapes the compiled form."""
    for folder in SHAPING_FOLDERS:
        module = write(tmp_path, "minutes = 5.0\n", os.path.join("package", folder, "rules.py"))
        os.utime(module, ns=(0, 1_700_000_000_000_000_000))
    return tmp_path / "package"


def test_an_edited_default_changes_the_next_call(tmp_path: Path) -> None:
    """The next call has an edited default; a call without edits does not compile again."""
    shutil.copytree(
        PACKAGE, tmp_path / "code/dispatch_cli", ignore=shutil.ignore_patterns("__pycache__")
    )
    providers = write(tmp_path, HUBER, "here/providers.toml")
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "STATE")}
    cache = tmp_path / "cache"
    env = {**os.environ, **folders, "XDG_CACHE_HOME": str(cache),
           "PYTHONPATH": str(tmp_path / "code")}  # fmt: skip

    def turnout_min() -> float:
        argv = [sys.executable, "-m", "dispatch_cli", *WARM_CALL, "--providers", str(providers)]
        ran = subprocess.run(argv, cwd=providers.parent, env=env, capture_output=True, check=True)
        [cascade] = json.loads(ran.stdout)["data"]["cascades"]
        return cascade["candidates"][0]["turnout_min"]

    def written() -> tuple[int, int]:
        [compiled] = (cache / "dispatch/catalog").iterdir()
        return compiled.stat().st_ino, compiled.stat().st_mtime_ns

    assert turnout_min() == 5.0
    first = written()
    assert turnout_min() == 5.0
    assert written() == first
    rules = tmp_path / "code/dispatch_cli/model/rules.py"
    before = rules.read_text("utf-8")
    edited = before.replace("turnout_min: float = 5.0", "turnout_min: float = 17.0")
    assert edited != before
    rules.write_text(edited, "utf-8")
    assert turnout_min() == 17.0
    second = written()
    assert second != first
    assert turnout_min() == 17.0
    assert written() == second


def test_any_edited_module_changes_the_digest_of_the_package(tmp_path: Path) -> None:
    """The digest covers all modules, also those that do not shape the compiled form."""
    copy = tmp_path / "code/dispatch_cli"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from dispatch_cli.catalog.code_digest import digest_of_package as d; print(d())"

    def digest() -> str:
        argv = [sys.executable, "-c", code]
        env = {**os.environ, "PYTHONPATH": str(tmp_path / "code")}
        return subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, check=True).stdout

    found = {digest(), digest()}
    assert len(found) == 1
    for name in ("ranking.py", "batch/kernel.py", "eligibility/gate_table.py"):
        with (copy / name).open("a") as module:
            module.write("# edited\n")
        found.add(digest())
    assert len(found) == 4


def test_other_code_replaces_the_compiled_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form with another digest of the code is overwritten, so that none is left behind."""
    main, cache = write(tmp_path, HUBER), tmp_path / "cache"
    with monkeypatch.context() as patch:
        patch.setattr("dispatch_cli.catalog.compiled_catalog.CODE_DIGEST", b"other code")
        open_file(main, cache)
    [compiled] = (cache / "catalog").iterdir()
    content = compiled.read_bytes()
    assert open_file(main, cache).compiled_path == compiled
    assert compiled.read_bytes() != content
    assert list((cache / "catalog").iterdir()) == [compiled]


def _other_size(module: Path) -> None:
    stamp = module.stat()
    module.write_text("minutes = 17.0\n")
    os.utime(module, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def _other_time(module: Path) -> None:
    stamp = module.stat()
    module.write_text("minutes = 6.0\n")
    os.utime(module, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "other size": _other_size,
    "other time": _other_time,
    "added": lambda module: shutil.copy2(module, module.with_name("added.py")),
    "added bytecode": lambda module: shutil.copy2(module, module.with_name("added.pyc")),
    "added extension": lambda module: shutil.copy2(module, module.with_name("added.abi3.so")),
    "removed": Path.unlink,
    "renamed": lambda module: module.rename(module.with_name("settings.py")),
    "replaced by bytecode": lambda module: module.rename(module.with_suffix(".pyc")),
}


@pytest.mark.parametrize("folder", SHAPING_FOLDERS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_module_changes_the_digest(package: Path, change: str, folder: str) -> None:
    """Size, time, name and number of the modules count in every folder."""
    before = digest_of_code(str(package))
    assert digest_of_code(str(package)) == before
    CHANGES[change](package / folder / "rules.py")
    assert digest_of_code(str(package)) != before


def test_other_files_do_not_change_the_digest(package: Path) -> None:
    """Bytecode that Python keeps, data, and the locks and copies of editors do not count."""
    before = digest_of_code(str(package))
    write(package, b"", "model/__pycache__/rules.cpython-311.pyc")
    write(package, "", "model/rules.toml")
    write(package, "", "model/.rules.py")
    (package / "model/.#rules.py").symlink_to("maria@desk.example:1")
    (package / "model/dangling.py").symlink_to("missing.py")
    assert digest_of_code(str(package)) == before


def test_the_same_files_in_another_folder_have_another_digest(package: Path) -> None:
    """The path is a part of the digest."""
    before = digest_of_code(str(package))
    assert digest_of_code(str(package.rename(package.with_name("other")))) != before


def test_another_version_or_library_changes_the_digest(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version number counts, and each library that is found first along the path."""
    digests = {digest_of_code(str(package))}
    monkeypatch.setattr(code_digest, "__version__", "0.0.0")
    digests.add(digest_of_code(str(package)))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    for parts in code_digest._LIBRARY_FILES:
        write(tmp_path / "site", "", os.path.join(*parts))
        digests.add(digest_of_code(str(package)))
    assert len(digests) == 2 + len(code_digest._LIBRARY_FILES)


def test_in_an_archive_the_archive_counts(package: Path, tmp_path: Path) -> None:
    """A program in a zip archive has another digest after each change of the archive."""
    archive = tmp_path / "program.pyz"
    inside = str(archive / "dispatch_cli")
    digests = set()
    for content in ("minutes = 5.0\n", "minutes = 17.0\n"):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("dispatch_cli/model/rules.py", content)
        digests.add(digest_of_code(inside))
        assert digest_of_code(inside) in digests
    os.utime(archive, (0, 0))
    assert len(digests | {digest_of_code(inside)}) == 3


def test_without_folder_and_archive_the_executable_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen program is known by its executable; a program without one reuses nothing."""
    frozen = str(tmp_path / "frozen" / "dispatch_cli")
    monkeypatch.setattr(sys, "executable", str(write(tmp_path, "one", "dispatch")))
    before = digest_of_code(frozen)
    assert digest_of_code(frozen) == before
    write(tmp_path, "other", "dispatch")
    assert digest_of_code(frozen) != before
    monkeypatch.setattr(sys, "executable", "")
    assert digest_of_code(frozen) != digest_of_code(frozen)


def test_the_folders_are_those_that_loading_imports() -> None:
    """All modules that loading imports, at once or later, lie in the digested folders."""

    def folder_of(module: str) -> str:
        path = PACKAGE.joinpath(*module.split(".")[1:])
        folder = path if path.is_dir() else path.parent
        return "" if folder == PACKAGE else folder.relative_to(PACKAGE).as_posix()

    graph = grimp.build_graph("dispatch_cli", exclude_type_checking_imports=True, cache_dir=None)
    # Loading begins in the catalog. It gets the public holidays as an argument, and the notations
    # import their modules by name, so that the graph does not lead to either.
    beginnings = {"dispatch_cli.public_holidays"} | {
        module for module in graph.modules if folder_of(module) in {"catalog", "notation"}
    }
    imported = {name for module in beginnings for name in graph.find_upstream_modules(module)}
    assert {folder_of(module) for module in beginnings | imported} == set(SHAPING_FOLDERS)
