"""The page about cases states what the code does."""

from pathlib import Path
from typing import get_args

import pytest

from dispatch_cli.cases import offer_table
from dispatch_cli.model.case import ServiceState
from dispatch_cli.model.words import DECLINE_REASONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cases.md").read_text(encoding="utf-8")


def test_the_table_of_states_is_the_one_that_the_code_has() -> None:
    """The page's table is printed from the code."""
    table = PAGE.split("<!-- table of states -->\n")[1].split("<!-- end -->")[0]
    assert table == offer_table.as_markdown()


@pytest.mark.parametrize(
    "words", [DECLINE_REASONS, get_args(ServiceState)], ids=["reasons", "states"]
)
def test_every_word_of_the_closed_sets_is_named(words: tuple[str, ...]) -> None:
    """The page names every reason for a refusal and every state of a service."""
    for word in words:
        assert f"`{word}`" in PAGE, word
