"""Bytes are cut into lines without loss, for any sizes of the blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.records.lines import PIECE, Lines, Piece, lines_of
from dispatch_cli.records.values import MOST_BYTES


def blocks_of(data: bytes, sizes: list[int]):
    """Return a function that reads bytes in blocks of these sizes, then of 7 bytes."""
    rest = iter(sizes)
    at = 0

    def read() -> bytes:
        nonlocal at
        block = data[at : at + next(rest, 7)]
        at += len(block)
        return block

    return read


@given(
    st.text(alphabet='ab\r\n"', max_size=80).map(str.encode),
    st.lists(st.integers(1, 9), max_size=30),
)
def test_the_lines_are_those_of_splitlines_whatever_the_blocks(data, sizes):
    r"""A ``\r\n`` that two blocks part is one line end, and every byte comes out once."""
    found = list(lines_of(blocks_of(data, sizes)))
    assert all(isinstance(each, Lines) for each in found)
    assert [line for each in found for line in each.lines] == data.splitlines(keepends=True)
    assert b"".join(each.joined for each in found) == data


@given(
    st.text(alphabet="ab\r\n", max_size=60).map(str.encode),
    st.lists(st.integers(1, 9), max_size=20),
)
def test_reading_resumes_inside_a_long_line(data, sizes):
    """Inside a line over the limit, reading yields the rest of this line first."""
    found = list(lines_of(blocks_of(data, sizes), within=True))
    rest = b"".join(each.raw for each in found if isinstance(each, Piece))
    lines = [line for each in found if isinstance(each, Lines) for line in each.lines]
    expected = data.splitlines(keepends=True) or [b""]
    assert [rest, *lines] == expected
    pieces = [each for each in found if isinstance(each, Piece)]
    assert [each.more for each in pieces] == [True] * (len(pieces) - 1) + [False]


def test_a_line_over_the_limit_comes_in_pieces():
    """A line of one byte more than the limit comes in pieces, one of the limit does not."""
    fits, long = b"x" * (MOST_BYTES - 1) + b"\n", b"y" * MOST_BYTES + b"\n"
    data = fits + long + b"z\n"
    found = list(lines_of(blocks_of(data, [1 << 18] * 20)))
    pieces = [each for each in found if isinstance(each, Piece)]
    assert b"".join(each.raw for each in pieces) == long
    assert [len(each.raw) for each in pieces] == [PIECE] * 4 + [1]
    assert [line for each in found if isinstance(each, Lines) for line in each.lines] == [
        fits,
        b"z\n",
    ]


@pytest.mark.parametrize("blocks", [[1 << 20] * 9, [77_777] * 99, [(1 << 18) - 1] * 40])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""])
def test_pieces_are_the_same_from_any_piece_on(blocks, end):
    """Behind any piece the others are the same, for any sizes of the blocks."""
    data = b"x" * (5 * PIECE - len(end)) + end + b"next\n"
    pieces = [each for each in lines_of(blocks_of(data, blocks)) if isinstance(each, Piece)]
    if end:
        assert [(len(each.raw), each.more) for each in pieces] == [(PIECE, True)] * 4 + [
            (PIECE, False)
        ]
    for taken in range(1, len(pieces)):
        rest = list(lines_of(blocks_of(data[taken * PIECE :], blocks), within=True))
        assert [each for each in rest if isinstance(each, Piece)] == pieces[taken:]
