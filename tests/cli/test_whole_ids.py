"""On a real terminal no id is broken in the middle, whatever its width."""

import re

import pytest

from dispatch_cli.catalog import sample_path
from dispatch_cli.plans import BUILT_IN

from ..terminal import on_terminal

IDS = re.findall(r'^id = "(.+)"', sample_path().read_text(encoding="utf-8"), re.M)


def words(home, columns: int, *argv: str) -> set[str]:
    """Return the words of a screen, without the commas behind them."""
    code, raw = on_terminal(argv, columns=columns, env={"NO_COLOR": "1"})
    assert code == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", raw.decode())
    lines = text.replace("\r\n", "\n").splitlines()
    shown = [line for line in lines if not line.startswith("warning: ")]
    assert max(map(len, shown)) <= columns
    return {word.strip(",:") for word in text.split()}


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lists_and_pages_have_whole_ids(home, columns):
    """Every provider of the sample, every kind, and the providers of each holiday region."""
    sample = ("--providers", str(sample_path()))
    assert {*IDS} <= words(home, columns, "providers", "list", *sample)
    assert {*BUILT_IN} <= words(home, columns, "kinds", *sample)
    assert IDS[0] in words(home, columns, "providers", "show", IDS[0], *sample)
    listed = words(home, columns, "providers", "validate", *sample)
    begun = {word for word in listed if "-" in word and word[0].islower()}
    assert begun
    assert begun <= {*IDS}
