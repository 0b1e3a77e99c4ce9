"""Ten thousand mutated inputs: no traceback, no row lost, no meaning changed in silence."""

import json
import random
import unicodedata
from datetime import UTC, datetime

import pytest

from dispatch_cli.errors import DispatchError
from dispatch_cli.hours import parse_hours
from dispatch_cli.notation import parse_phone, parse_when

from .conftest import TWO_FIRMS
from .test_batch_columns import BATCH

NAMES = ("id", "lat", "lon", "kind", "when", "weight_t", "note")
# Far apart and at other hours, so that another place, kind, time or weight gives another result.
ROWS = [
    ("c1", "48.3705", "10.8978", "tow", "2026-11-27T12:03", "1.6", "canary one"),
    ("c2", "48.3300", "10.9000", "breakdown", "2026-11-28T03:00", "2.9", "canary two"),
    ("c3", "48.4500", "10.8500", "tow", "2026-11-27T17:30", "2.5", "canary three"),
]
DAMAGE = [b"\0", b"\xff", b"\\", b",", b":", b"9", b"-", b"{", b"\xc3", b" "]
SIZES = [200, pytest.param(4_000, marks=pytest.mark.ci)]
VALUES = [600, pytest.param(6_000, marks=pytest.mark.ci)]


def results(ran) -> dict[str, object]:
    """Return the result of each row by its canary, without the number of the row."""
    lines = [json.loads(line) for line in ran.out.splitlines()]
    return {line["kept"]["note"]: {**line, "row": 0} for line in lines}


def same_meaning(rows, chance) -> tuple[bytes, list[str]]:
    """Write rows as another program writes them; every reader understands the same."""
    sign = chance.choice([",", ";", "\t", "|"])
    end = chance.choice(["\n", "\r\n"])
    comma = sign != "," and chance.random() < 0.5
    quoted = chance.random() < 0.3
    pad = chance.choice(["", " ", "  "])

    def cell(name, text):
        if comma and name in ("lat", "lon", "weight_t"):
            text = text.replace(".", ",")
        if name == "when" and chance.random() < 0.5:
            day, clock = text.split("T")
            year, month, date = day.split("-")
            text = chance.choice(
                [f"{day} {clock}", f"{date}.{month}.{year} {clock}", f"{text}:00.0000000",
                 f"{day}T{clock}+01:00", f"{day} {clock}:00,000", f"{text}+01:00[Europe/Berlin]"]
            )  # fmt: skip
        if name == "weight_t" and chance.random() < 0.3:
            text = f"{text} t"
        text = f"{pad}{text}{pad}" if name != "note" else text
        return f'"{text}"' if quoted or sign in text else text

    header = [chance.choice([each, each.upper() if each != "note" else each]) for each in NAMES]
    lines = [sign.join(header)]
    lines += [sign.join(map(cell, NAMES, row)) for row in rows]
    if chance.random() < 0.3:
        lines = [f"{line}{sign}" for line in lines]
    if chance.random() < 0.2:
        lines.insert(0, f"sep={sign}")
    text = end.join(lines) + (end if chance.random() < 0.8 else "")
    options = ["--delimiter", "tab" if sign == "\t" else sign] if chance.random() < 0.2 else []
    return chance.choice([b"", b"\xef\xbb\xbf"]) + text.encode(), options


@pytest.mark.parametrize("count", SIZES)
def test_spellings_of_other_programs_change_no_result(dispatch, firms, home, count):
    """Delimiters, line ends, quotes, blanks, commas, spellings of times: each canary comes out."""
    chance = random.Random(15)
    (home / "in.csv").write_bytes(same_meaning(ROWS, random.Random(0))[0])
    right = None
    for number in range(count):
        rows = chance.sample(ROWS, 3)
        content, options = same_meaning(rows, chance)
        (home / "in.csv").write_bytes(content)
        ran = dispatch("batch", "in.csv", *BATCH, "--keep", "note", "--full", *options)
        found = results(ran)
        right = right or found
        assert found == right, (number, content, ran.err)
    assert right is not None
    assert len({json.dumps(each["cascades"]) for each in right.values()}) == 3


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_damaged_rows_are_rejects_or_what_they_were(dispatch, firms, home, count, form):
    """One row is damaged: the others come out as before, and every row is ranked or rejected."""
    chance = random.Random(form)
    if form == "csv":
        lines = [",".join(NAMES), *(",".join(row) for row in ROWS)]
    else:
        lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS]
    first = int(form == "csv")

    def rank(content: bytes):
        (home / f"in.{form}").write_bytes(content)
        return dispatch("batch", f"in.{form}", *BATCH, "--keep", "note", "--full")

    right = results(rank("\n".join(lines).encode()))
    for _ in range(count // 4):
        at = chance.randrange(first, len(lines))
        line = bytearray(lines[at].encode())
        for _ in range(chance.randint(1, 3)):
            # No line ends and no quotes: those may join rows, which has tests of its own.
            piece = chance.choice(
                [b"\0", b"\xff", b"\\", b",", b":", b"9", b"-", b"{", b"\xc3", b" "]
            )
            # The first sign of a file says that it is JSON lines.
            place = chance.randrange(1, len(line) + 1)
            line[place : place + chance.randint(0, 2)] = piece
        if b"\n" in line:
            continue
        damaged = [*map(str.encode, lines)]
        damaged[at] = bytes(line)
        ran = rank(b"\n".join(damaged))
        assert ran.code in (0, 3, 4, 6), (damaged, ran.err)
        assert "Traceback" not in ran.err
        assert ran.out.count("\n") + ran.err.count("rejected: ") == len(ROWS), (damaged, ran.err)
        found = results(ran)
        canaries = [row[-1] for row in ROWS if row[-1] != ROWS[at - first][-1]]
        assert {each: found.get(each) for each in canaries} == {
            each: right[each] for each in canaries
        }, (damaged, ran.err)


@pytest.mark.parametrize("count", SIZES)
def test_a_damaged_provider_file_is_right_or_told_with_its_line(dispatch, home, count):
    """Exit 0 with both firms or 4 with a place in the file; never a bug."""
    chance = random.Random(24)
    signs = ["“", "\xa0", "=", "[", "]", '"', "True", ":", "9", "\u2212", "#", ",", "e\u0301", "\\"]
    for _ in range(count // 4):
        at = chance.randrange(len(TWO_FIRMS))
        text = TWO_FIRMS[:at] + chance.choice(signs) + TWO_FIRMS[at + chance.randint(0, 2) :]
        (home / "providers.toml").write_text(text, encoding="utf-8")
        ran = dispatch("providers", "validate", "--providers", "providers.toml")
        assert ran.code in (0, 4), (text, ran.err)
        if ran.code == 4:
            assert "providers.toml:" in ran.err, (text, ran.err)


def mutated(text: str, chance: random.Random, signs: str) -> str:
    """Insert, replace or remove a few characters, or decompose the text."""
    letters = list(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randint(0, 2)] = chance.choice(["", *signs])
    return unicodedata.normalize(chance.choice(["NFC", "NFD"]), "".join(letters))


def attempt(read, *values, **options):
    """Return what a reader makes of a text; None where it refuses it with a sentence."""
    try:
        return read(*values, **options)
    except (ValueError, DispatchError) as error:
        return None if str(error) else "no sentence"


@pytest.mark.parametrize("count", VALUES)
def test_mutated_values_are_read_or_refused(count):
    """Phones, hours and times: a value of the right form, or an error with a sentence."""
    chance = random.Random(19)
    now = datetime(2026, 11, 27, 12, 3, tzinfo=UTC)
    for _ in range(count // 3):
        phone = mutated(chance.choice(["089 99998-114", "+49 89 99998114"]), chance, "0189+/-( )")
        found = attempt(parse_phone, phone)
        if found is not None:
            number, shown = found
            assert len(number) <= 16
            assert sum(each.isdigit() for each in shown) <= 1 + sum(map(str.isdigit, phone))
        hours = mutated("Mo-Fr 08:00-18:00; Sa 09:00-12:00; PH off", chance, "MoFr0189:-;, ü")
        written = attempt(parse_hours, hours)
        assert written is None or parse_hours(written) == written
        when = mutated("2026-11-27T12:03:00+01:00", chance, "0129-:T.+Z /")
        moment = attempt(parse_when, when, now, "Europe/Berlin", needs_date=True)
        assert moment is None or (moment.tzinfo is not None and str(moment.year) in when)
