"""The risks of a log's place: network, FUSE, read-only, other owners."""

import os
from pathlib import Path

import pytest

from dispatch_cli.errors import UnavailableError
from dispatch_cli.messages import Message
from dispatch_cli.store import Store, filesystem
from dispatch_cli.store.database import Database, StoreNotices
from dispatch_cli.store.sqlite_faults import linked_version, resets_wal_unsafely

from ..english import english
from .programs import open_case, plain, tokens_in
from .sample import NOW

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:26 / /srv rw,relatime shared:5 master:1 - nfs4 host:/srv rw,vers=4.2
31 22 0:27 / /srv\\040two rw - cifs //host/share rw
32 30 0:28 / /srv/local rw - xfs /dev/vdb rw
33 22 0:29 / /mnt rw - fuse.sshfs host: rw
34 22 0:30 / /over rw - nfs host:/x rw
35 22 0:31 / /over rw - ext4 /dev/vdc rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/cases", "nfs4"), ("/srv", "nfs4"), ("/srvx/cases", "ext4"), ("/srv two/c", "cifs"),
        ("/srv/local/c", "xfs"), ("/mnt/c", "fuse.sshfs"), ("/over/c", "ext4"), ("/etc/c", "ext4"),
    ],
)  # fmt: skip
def test_the_mount_that_counts_is_the_innermost_and_the_last(path: str, kind: str) -> None:
    """The longest mount point counts, of two at one place the later one."""
    assert filesystem.file_system_of(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    ("path", "kind", "lines"),
    [
        # A mount over a folder that was made later hides the mounts inside of it.
        ("/a/b/c", "nfs4", ["2 1 0:2 / /a/b rw - ext4 x rw", "3 1 0:3 / /a rw - nfs4 h:/ rw"]),
        # One that was made within it is on top of it, wherever it stands in the table.
        ("/a/b/c", "ext4", ["4 3 0:4 / /a/b rw - ext4 x rw", "3 1 0:3 / /a rw - nfs4 h:/ rw"]),
        ("/a/b/c", "xfs", ["2 1 0:2 / /a/b rw - ext4 x rw", "3 1 0:3 / /a rw - nfs4 h:/ rw",
                           "5 3 0:5 / /a/b rw - xfs y rw"]),
        # Other ends of lines than a newline belong to a name.
        *((f"/m{end}nt/c", "nfs4", [f"2 1 0:2 / /m{end}nt rw - nfs4 h:/ rw"])
          for end in "\x85\x0c\x0b\x1c\u2028\r"),
        ("/m\nnt/c", "nfs4", ["2 1 0:2 / /m\\012nt rw - nfs4 h:/ rw"]),
        # A table without the root's own mount, and one whose root is its own parent.
        ("/x/c", "ext4", []),
        ("/a/c", "cifs", ["1 1 0:9 / / rw - ext4 x rw", "7 6 0:7 / /a rw - cifs //h/s rw"]),
    ],
)  # fmt: skip
def test_the_mount_that_a_path_leads_to(path: str, kind: str, lines: list[str]) -> None:
    """Mounts are followed from the root by their parents, with any names and order."""
    mounts = "\n".join(["1 0 0:1 / / rw - ext4 x rw", *lines])
    assert filesystem.file_system_of(Path(path), mounts) == kind


def test_the_own_mounts_are_read() -> None:
    """The system's table has the root; without a table the type is ""."""
    if Path("/proc/self/mountinfo").exists():
        assert filesystem.file_system_of(Path("/proc/self")) == "proc"
    assert filesystem.file_system_of(Path("/"), "") == ""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone",
                                  "fuse.s3fs"])  # fmt: skip
def test_a_log_on_a_network_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The message has the cause, and no file is made; --db-on-network allows it with a warning."""
    path, there = tmp_path / "cases.sqlite3", tmp_path / "there.sqlite3"
    with plain(there) as store:
        open_case(store, 1)
    monkeypatch.setattr(filesystem, "file_system_of", lambda _: kind)
    for use in (lambda: open_case(plain(path), 1), lambda: tokens_in(plain(there))):
        with pytest.raises(UnavailableError, match=f"network file system .{kind}.: SQLite"):
            use()
    assert not path.exists()
    heard: list[Message | str] = []
    notices = StoreNotices(heard.append, heard.append)
    with Store(Database(path, now=NOW, on_network=True, notices=notices)) as store:
        open_case(store, 1)
        open_case(store, 2)
    assert [kind in str(each) for each in heard] == [True]


def test_other_fuse_is_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown FUSE file system gives a warning; a disk through FUSE does not."""
    for kind, count in (("fuse.gocryptfs", 1), ("fuseblk", 0), ("ext4", 0), ("overlay", 0)):
        monkeypatch.setattr(filesystem, "file_system_of", lambda _, kind=kind: kind)
        heard: list[Message | str] = []
        path = tmp_path / kind / "cases.sqlite3"
        notices = StoreNotices(heard.append, heard.append)
        with Store(Database(path, now=NOW, notices=notices)) as store:
            open_case(store, 1)
        assert len(heard) == count, kind


@pytest.mark.parametrize(
    ("name", "mode", "why"),
    [("log", 0o700, ""), ("log", 0o770, "by its group"), ("log", 0o1777, "by all users"),
     ("log/cases.sqlite3", 0o600, ""), ("log/cases.sqlite3", 0o666, "by all users")],
)  # fmt: skip
def test_who_else_can_write(tmp_path: Path, name: str, mode: int, why: str) -> None:
    """A folder or log that the group or all users can write is named with its mode."""
    path = tmp_path / "log" / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    (tmp_path / name).chmod(mode)
    found = english(filesystem.shared_with(path))
    assert [why in each and str(tmp_path / name) in each for each in found] == [True] * bool(why)


def test_who_can_replace_the_folder(tmp_path: Path) -> None:
    """A parent folder that others can write is named, unless only owners can rename in it."""
    path = tmp_path / "open" / "above" / "log" / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    assert filesystem.shared_with(path) == []
    (tmp_path / "open").chmod(0o777)
    [found] = filesystem.shared_with(path)
    assert str(found) == f"{tmp_path / 'open'} can be written by all users (mode 0777)"
    (tmp_path / "open").chmod(0o1777)
    assert filesystem.shared_with(path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_what_others_own(tmp_path: Path) -> None:
    """A log, a folder and a link on the way that belong to another user are named."""
    path = tmp_path / "log" / "cases.sqlite3"
    with plain(path) as store:
        open_case(store, 1)
    link = tmp_path / "link"
    link.symlink_to("log")
    for each in (path, path.parent):
        os.chown(each, 65534, -1)
    os.lchown(link, 4_000_000, -1)
    found = english(filesystem.shared_with(link / path.name))
    assert len(found) == 2 + 1
    assert any("belongs to user 4000000" in each for each in found)
    heard: list[Message | str] = []
    with Store(Database(path, now=NOW, notices=StoreNotices(heard.append, heard.append))) as store:
        open_case(store, 2)
        tokens_in(store)
    assert len(heard) == 2
    assert all("others can change the case log" in str(each) for each in heard)


@pytest.mark.parametrize(
    ("version", "is_faulty"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True),
     ((3, 44, 6), False), ((3, 45, 0), True), ((3, 50, 6), True), ((3, 50, 7), False),
     ((3, 51, 2), True), ((3, 51, 3), False), ((3, 52, 0), False), ((4, 0, 0), False)],
)  # fmt: skip
def test_versions_with_the_wal_reset_fault(version: tuple[int, int, int], is_faulty: bool) -> None:
    """The range of SQLite's own page, without the two branches that were mended."""
    assert resets_wal_unsafely(version) == is_faulty
    assert linked_version() >= (3, 37, 0)
