"""The compiled form equals the files, is refused if damaged, and can be built concurrently."""

import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

import dispatch_cli
from dispatch_cli.catalog import Catalog, compiled_catalog
from dispatch_cli.errors import BadDataError
from dispatch_cli.model import Place
from dispatch_cli.model.check import Checking

from .files import HUBER, NOW, open_file, write

AUGSBURG = Place(lat=48.3645, lon=10.8928, uncertainty_km=1.0, postcode="86150")
SQUARE = '{"type": "Polygon", "coordinates": [[[10,48],[12,48],[12,49],[10,49],[10,48]]]}'
MAIN = f"""
include = ["sub/*.toml"]
[clients.adac]
prefer = {{ tags = ["x"], head_start_min = 5 }}
[[maintenance]]
from = 2026-11-25T08:00:00
until = 2026-11-25T09:00:00
{HUBER}
hours = "Mo-Fr 08:00-18:00"
phone = "112"
check = [{{ kind = "tcp", host = "huber.example", port = 5060 }}]
"""


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Write a main file with an included one and a polygon."""
    text = MAIN.replace('phone = "112"\n', "")
    write(tmp_path, HUBER.replace("huber", "lech").replace("radius_km = 30", 'polygon = "a.json"'),
          "sub/b.toml")  # fmt: skip
    write(tmp_path, SQUARE, "a.json")
    return write(tmp_path, text)


def facts(catalog: Catalog) -> tuple[object, ...]:
    """Return all values of a catalog."""
    ids = catalog.ids()
    return (
        catalog.rules,
        catalog.count,
        catalog.warnings,
        ids,
        catalog.all(),
        catalog.near(AUGSBURG),
        [catalog.find(one) for one in (*ids, "nobody")],
        catalog.checking(),
        catalog.probes(),
    )


def test_warm_is_cold(world: Path, tmp_path: Path) -> None:
    """The second load reads the compiled form and has the same values as the first."""
    cache = tmp_path / "cache"
    cold = open_file(world, cache)
    path = cold.compiled_path
    assert path is not None
    written = path.stat().st_mtime_ns
    warm = open_file(world, cache)
    assert path.stat().st_mtime_ns == written
    assert warm.compiled_path == path
    assert facts(warm) == facts(cold) == facts(open_file(world))
    assert [one.id for one in warm.near(AUGSBURG)] == ["huber", "lech"]
    assert warm.files == (world, tmp_path / "sub/b.toml", tmp_path / "a.json")


def test_only_the_owner_can_read(world: Path, tmp_path: Path) -> None:
    """The file has mode 0600 and is in a folder of mode 0700, with any umask."""
    before = os.umask(0)
    try:
        path = open_file(world, tmp_path / "cache").compiled_path
    finally:
        os.umask(before)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_not_trusted_if_others_can_write(world: Path, tmp_path: Path) -> None:
    """A compiled form that others may have written is built anew."""
    path = open_file(world, tmp_path / "cache").compiled_path
    assert path is not None
    path.chmod(0o666)
    open_file(world, tmp_path / "cache")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _append(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a") as file:
            file.write(text)

    return change


CHANGES: list[Callable[[Path], object]] = [
    _append("providers.toml", "units = 3\n"),
    _append("sub/b.toml", "units = 3\n"),
    lambda folder: write(folder, SQUARE.replace("12", "13"), "a.json"),
    lambda folder: write(folder, HUBER.replace("huber", "neu"), "sub/c.toml"),
    lambda folder: (folder / "sub/b.toml").unlink(),
    lambda folder: (folder / "sub/b.toml").rename(folder / "sub/z.toml"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_any_change_is_seen(world: Path, tmp_path: Path, number: int) -> None:
    """A changed file, polygon or set of included files gives the answer of a fresh load."""
    cache = tmp_path / "cache"
    before = facts(open_file(world, cache))
    stamps = {path: path.stat() for path in tmp_path.rglob("*.*") if path.is_file()}
    CHANGES[number](tmp_path)
    for path, stamp in stamps.items():
        if path.exists() and cache not in path.parents:
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    after = open_file(world, cache)
    assert facts(after) == facts(open_file(world))
    assert facts(after) != before or number == 5


def test_broken_after_it_was_compiled(world: Path, tmp_path: Path) -> None:
    """A file that is invalid, unreadable or missing after its compilation is an error."""
    cache = tmp_path / "cache"
    open_file(world, cache)
    for change in (
        _append("sub/b.toml", "price = 1\n"),
        lambda folder: (folder / "a.json").unlink(),
        lambda folder: world.unlink(),
    ):
        change(tmp_path)
        with pytest.raises(BadDataError):
            open_file(world, cache)


@pytest.mark.parametrize(("days", "is_new"), [(0, False), (6, False), (8, True), (-2, True)])
def test_time_passes(world: Path, tmp_path: Path, days: int, is_new: bool) -> None:
    """The form is built anew if its timetables end too soon for the gates, or start after now."""
    cache = tmp_path / "cache"
    path = open_file(world, cache).compiled_path
    assert path is not None
    content = path.read_bytes()
    later = NOW + timedelta(days=days)
    catalog = open_file(world, cache, now=later)
    assert (path.read_bytes() != content) == is_new
    timetable = catalog.all()[0].timetable
    assert timetable is not None
    assert timetable.covers(later, days=7)


def _damage(path: Path, random_: random.Random) -> str:
    """Damage the compiled form in one of several ways."""
    content = bytearray(path.read_bytes())
    kind = random_.choice(["flip", "flip", "flip", "cut", "zero", "swap"])
    at = random_.randrange(len(content))
    if kind == "flip":
        content[at] ^= 1 << random_.randrange(8)
    elif kind == "cut":
        del content[at:]
    elif kind == "zero":
        content[at : at + 64] = bytes(len(content[at : at + 64]))
    else:
        other = random_.randrange(len(content))
        content[at : at + 32], content[other : other + 32] = (
            content[other : other + 32],
            content[at : at + 32],
        )
    path.write_bytes(content)
    return f"{kind} at {at}"


@pytest.mark.parametrize("rounds", [150, pytest.param(3000, marks=pytest.mark.ci)])
def test_damage_never_changes_an_answer(world: Path, tmp_path: Path, rounds: int) -> None:
    """After any flipped bit, cut or swapped part the values are those of a fresh load."""
    cache = tmp_path / "cache"
    expected = facts(open_file(world, cache))
    (path,) = (cache / "catalog").iterdir()
    good = path.read_bytes()
    random_ = random.Random(17)
    for _ in range(rounds):
        path.write_bytes(good)
        what = _damage(path, random_)
        assert facts(open_file(world, cache)) == expected, what


def test_damage_after_opening(world: Path, tmp_path: Path) -> None:
    """A record that is damaged while the catalog is open is built anew at its use."""
    cache = tmp_path / "cache"
    expected = open_file(world, cache).all()
    catalog = open_file(world, cache)
    assert catalog.compiled_path is not None
    with catalog.compiled_path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\0")
        file.seek(-150, os.SEEK_END)
        file.write(b"damaged")
    assert catalog.all() == expected


def test_foreign_content(world: Path, tmp_path: Path) -> None:
    """The compiled form of another file under this one's name is not used."""
    cache = tmp_path / "cache"
    other = write(tmp_path, HUBER.replace("huber", "other"), "other/providers.toml")
    theirs, ours = open_file(other, cache).compiled_path, open_file(world, cache).compiled_path
    assert theirs is not None
    assert ours is not None
    shutil.copy(theirs, ours)
    assert open_file(world, cache).ids() == ["huber", "lech"]


def test_records_of_another_build_are_refused(world: Path) -> None:
    """A digest covers the cache key: the same record with another key is damaged."""
    content = compiled_catalog.pack(
        compiled_catalog.CatalogContent(
            key=b"k" * 32, main="m", patterns=(), included=(), polygons=(), start=0, end=0,
            rules=open_file(world).rules, providers=open_file(world).all(), warnings=(),
            checking=Checking(), probes={},
        )
    )  # fmt: skip
    opened = compiled_catalog.CompiledCatalog(
        lambda offset, length: content[offset : offset + length]
    )
    assert opened.provider(0).id == "huber"
    opened.head = msgspec.structs.replace(opened.head, key=b"x" * 32)
    with pytest.raises(compiled_catalog.DamagedCacheError):
        opened.provider(0)


def test_a_query_reads_only_the_hits(tmp_path: Path) -> None:
    """Of a thousand providers only those near the place are read and decoded."""
    far = [
        HUBER.replace("huber", f"p{number}").replace("48.3645", f"{50 + number / 500:.3f}")
        for number in range(1000)
    ]
    path = open_file(write(tmp_path, HUBER + "".join(far)), tmp_path / "cache").compiled_path
    assert path is not None
    content = path.read_bytes()
    asked: list[int] = []

    def read_at(offset: int, length: int) -> bytes:
        asked.append(length)
        return content[offset : offset + length]

    opened = compiled_catalog.CompiledCatalog(read_at)
    numbers = opened.index().near(AUGSBURG)
    assert [opened.provider(number).id for number in numbers] == ["huber"]
    # Lead, head, index, offsets, the provider, its timetable.
    assert len(asked) == 6
    assert sum(asked) < len(content) / 4


@pytest.mark.parametrize("where", ["file", "below a file", "read-only"])
def test_without_a_place_to_write(world: Path, tmp_path: Path, where: str) -> None:
    """Without a writable folder the compiled form is kept in memory."""
    cache = write(tmp_path, "in the way", "cache")
    if where == "below a file":
        cache = cache / "deeper"
    if where == "read-only":
        if os.geteuid() == 0:
            pytest.skip("root may write everywhere")
        cache = tmp_path / "locked"
        cache.mkdir(mode=0o500)
    catalog = open_file(world, cache)
    assert catalog.compiled_path is None
    assert facts(catalog) == facts(open_file(world))


BUILD_MANY = """
import sys
from pathlib import Path
from tests.catalog.files import open_file
main, cache = map(Path, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(15):
    for path in (cache / "catalog").glob("*.bin"):
        path.unlink(missing_ok=True)
    catalog = open_file(main, cache)
    assert [one.id for one in catalog.all()] == ["huber", "lech"], catalog.ids()
"""


def test_two_processes_build_at_once(world: Path, tmp_path: Path) -> None:
    """Processes that delete and build one compiled form concurrently all get right values."""
    cache = tmp_path / "cache"
    open_file(world, cache)
    root = Path(dispatch_cli.__file__).parent.parent
    command = [sys.executable, "-c", BUILD_MANY, str(world), str(cache)]
    runs = [
        subprocess.Popen(
            command, cwd=root, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 0, errors
    assert not list((cache / "catalog").glob("*.tmp"))
    assert facts(open_file(world, cache)) == facts(open_file(world))


HEAVY = ["tomli", "phonenumbers", "opening_hours", "holidays", "rich"]
LOOK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from dispatch_cli.catalog import load
from dispatch_cli.errors import BadDataError
from dispatch_cli.model import Place
main, cache = map(Path, sys.argv[1:3])
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # as in files.py, which imports pytest
def holidays(region, years):
    raise AssertionError("asked for holidays")
catalog = load(main, source="option", now=NOW, cache_dir=cache, holidays=holidays)
assert len(catalog.near(Place(lat=48.3645, lon=10.8928, postcode="86150"))) == 2
print([name for name in sys.argv[3:] if name in sys.modules])
"""


def test_warm_start_imports_nothing_heavy(world: Path, tmp_path: Path) -> None:
    """A warm load, with a query, imports no parser and lists no holidays."""
    cache = tmp_path / "cache"
    open_file(world, cache)
    root = Path(dispatch_cli.__file__).parent.parent
    own = [f"dispatch_cli.catalog.{name}" for name in ("build", "raw", "shape", "lines", "parsers")]
    command = [sys.executable, "-c", LOOK, str(world), str(cache), *HEAVY, *own]
    run = subprocess.run(command, cwd=root, text=True, capture_output=True, check=True)
    assert run.stdout == "[]\n"


def test_leftovers_are_swept(world: Path, tmp_path: Path) -> None:
    """A writer removes old temporary files of killed writers, and no recent ones."""
    cache = tmp_path / "cache"
    path = open_file(world, cache).compiled_path
    assert path is not None
    old, fresh = (path.with_name(f"{path.name}.{tail}.tmp") for tail in ("1-x", "2-y"))
    for leftover in (old, fresh):
        leftover.touch()
    os.utime(old, (0, 0))
    write(tmp_path, HUBER)
    open_file(world, cache)
    assert not old.exists()
    assert fresh.exists()
