"""Compute the possible disks after a power cut from recorded writes, some of them lost.

The record is strace's. A file's writes may have reached the disk or not, each for itself, as long
as the file has not been synced since; the one that was under way may be torn at any sector. A name
(a file made, renamed, removed) is sure once its folder has been synced.
"""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .working import plain_environment

SECTOR = 512
_CALLS = (
    "openat,creat,pwrite64,pwritev,write,ftruncate,fallocate,fsync,fdatasync,"
    "unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink"
)
_STRACE = ("strace", "-f", "-y", "-xx", "-s", "4000000", "-e", f"trace={_CALLS}")
_LINE = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+)")
_BYTES = re.compile(r"\\x([0-9a-f]{2})")


class Step(Struct, frozen=True):
    """One change of files by a program, or an acknowledgement.

    ``kind`` is write, truncate, sync, make, remove, rename, sync-names or said.
    """

    kind: str
    name: str = ""
    offset: int = 0
    content: bytes = b""
    other: str = ""


def record(folder: Path, steps: int, *mode: str) -> list[Step]:
    """Run a worker under strace in a folder; returns its writes in order."""
    trace = folder.parent / f"{folder.name}.trace"
    command = [sys.executable, "-m", "tests.store.working", str(folder / "cases.sqlite3")]
    subprocess.run(
        [*_STRACE, "-o", str(trace), *command, str(steps), *mode],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
        timeout=600,
        env=plain_environment(),
    )
    with trace.open() as lines:
        return [step for line in lines for step in _steps(line, str(folder))]


def disks(steps: list[Step], count: int, seed: int) -> Iterator[tuple[dict[str, bytes], int]]:
    """Yield some possible disks after a cut, each with the last acknowledgement before it.

    Even the first disk of a cut is a possible one: everything that was written is there.
    """
    chance = random.Random(seed)
    seen: set[int] = set()
    said = [0]
    for step in steps:
        said.append(int(step.content) if step.kind == "said" else said[-1])
    tries = 0
    while len(seen) < count and tries < 20 * count:
        tries += 1
        cut = chance.randrange(1, len(steps) + 1)
        disk = _disk(steps[:cut], chance)
        mark = hash((tuple(sorted(disk.items())), said[cut]))
        if mark not in seen:
            seen.add(mark)
            yield disk, said[cut]


def _disk(steps: list[Step], chance: random.Random) -> dict[str, bytes]:
    """Return a possible disk after these steps."""
    lost = _lost(steps, chance)
    files: dict[str, bytearray] = {}
    for place, step in enumerate(steps):
        kept = lost.get(place, step)
        if kept is not None:
            _do(kept, files)
    return {name: bytes(content) for name, content in files.items()}


def _lost(steps: list[Step], chance: random.Random) -> dict[int, Step | None]:
    """Choose the steps that are lost (None) or torn, as the syncs allow."""
    unsure: list[int] = []
    names: list[int] = []
    for place, step in enumerate(steps):
        if step.kind == "sync":
            unsure = [each for each in unsure if steps[each].name != step.name]
        elif step.kind == "sync-names":
            names = []
        elif step.kind in ("write", "truncate"):
            unsure.append(place)
        elif step.kind in ("make", "remove", "rename"):
            names.append(place)
            if step.kind == "rename":  # what was written under the old name goes on under the new
                unsure = [each for each in unsure if steps[each].name != step.name]
    way = chance.choice(("all kept", "all lost", "one lost", "any lost", "torn", "names lost"))
    lost: dict[int, Step | None] = {}
    if way == "all lost":
        lost = dict.fromkeys(unsure)
    elif way == "one lost" and unsure:
        lost = {chance.choice(unsure): None}
    elif way == "any lost":
        lost = {place: None for place in unsure if chance.random() < 0.5}
    elif way == "torn":
        torn = [place for place in unsure if len(steps[place].content) > SECTOR]
        if torn:
            place = chance.choice(torn)
            sectors = chance.randrange(1, len(steps[place].content) // SECTOR + 1)
            lost = {place: replace(steps[place], content=steps[place].content[: sectors * SECTOR])}
    elif way == "names lost" and names:
        lost = dict.fromkeys(names[chance.randrange(len(names)) :])
    return lost


def _do(step: Step, files: dict[str, bytearray]) -> None:
    if step.kind == "make":
        files.setdefault(step.name, bytearray())
    elif step.kind == "remove":
        files.pop(step.name, None)
    elif step.kind == "rename" and step.name in files:
        files[step.other] = files.pop(step.name)
    elif step.kind == "truncate" and step.name in files:
        content = files[step.name]
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
    elif step.kind == "write" and step.name in files:
        content = files[step.name]
        content.extend(bytes(max(0, step.offset - len(content))))
        content[step.offset : step.offset + len(step.content)] = step.content


def _steps(line: str, folder: str) -> Iterator[Step]:
    """Yield the steps of one line of the record: those in the folder, and acknowledgements."""
    match = _LINE.match(line)
    if match is None or match[3].startswith("-"):
        return
    call, text = match[1], _BYTES.sub(lambda byte: chr(int(byte[1], 16)), match[2])
    if call == "write" and text.startswith("1<"):
        yield Step("said", content=_content(match[2]))
        return
    names = [os.path.basename(name) for name in re.findall(re.escape(folder) + r"/[^\">]+", text)]
    names = [name for name in names if not name.endswith(("-shm", ".lock"))]
    if call in ("fsync", "fdatasync") and f"<{folder}>" in text:
        yield Step("sync-names")
    elif names:
        yield from _of_file(call, text, names, match[2])


def _of_file(call: str, text: str, names: list[str], raw: str) -> Iterator[Step]:
    if call in ("fsync", "fdatasync"):
        yield Step("sync", names[0])
    elif call in ("openat", "creat"):
        if "O_CREAT" in text:
            yield Step("make", names[0])
        if "O_TRUNC" in text:
            yield Step("truncate", names[0])
    elif call == "pwrite64":
        yield Step("write", names[0], int(text.rpartition(", ")[2]), _content(raw))
    elif call == "ftruncate":
        yield Step("truncate", names[0], int(text.rpartition(", ")[2]))
    elif call in ("unlink", "unlinkat"):
        yield Step("remove", names[0])
    elif call in ("rename", "renameat", "renameat2"):
        yield Step("rename", names[0], other=names[1])
    else:
        raise AssertionError(f"{call} in the log's folder: this model does not know it")


def _content(text: str) -> bytes:
    r"""Return the bytes of a call, all written as \x.."""
    return bytes.fromhex(text[text.index('"') + 1 : text.rindex('"')].replace("\\x", ""))
