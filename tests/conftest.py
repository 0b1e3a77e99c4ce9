"""Options of the test run, where its files lie."""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from . import answers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a changed screen be accepted, after one has looked at the difference."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/**/golden")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many workers run the tests: half as many again as there are cores.

    Tests of real terminals and programs wait most of their time. The full sizes do not.
    """
    cores = os.cpu_count() or 2
    return cores * 3 // 2 if "not ci" in config.getoption("markexpr") else cores


MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes private folders in it
LEAST_FREE = 8 * 2**30
"""The largest tests write files of some gibibytes."""


# Times are measured in benchmarks and never in a test: a busy machine must not fail a test.
settings.register_profile("dispatch", deadline=None)
settings.load_profile("dispatch")


def pytest_configure() -> None:
    """Let Ctrl-C reach the tests, and put their folders into memory: no test needs a disk.

    Half of the time would be spent on waiting for it. What reaches a disk before the power fails
    is worked out from system calls (``store/power.py``), which are the same in both places.
    """
    # Without bytecode each program that a test starts compiles the package again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # A background job of a shell ignores Ctrl-C, one of nohup a hang-up, and so do its children.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(MEMORY).free >= LEAST_FREE:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what the collection has made, which stays to the end."""
    gc.collect()
    gc.freeze()


def speak_english_again() -> None:
    """Undo the language of a run in this process: the next test may draw a screen without a run.

    The module is not imported here, because coverage does not count what is imported before.
    """
    screen_language = sys.modules.get("dispatch_cli.cli.screen_language")
    if screen_language and screen_language._is_set:
        screen_language._speak("en")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test that has printed an answer in JSON which does not fit its schema."""
    answers.watch()
    answers.take_faults()
    yield
    speak_english_again()
    faults = answers.take_faults()
    assert not faults, "\n".join(faults)
