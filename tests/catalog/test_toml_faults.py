"""A file that is not valid TOML is explained: line, column, the text found, what to write."""

import json
from pathlib import Path
from random import Random

import pytest
import tomli

from dispatch_cli.catalog.toml_faults import explain
from dispatch_cli.catalog.untrusted_files import parse_toml
from dispatch_cli.errors import BadDataError
from dispatch_cli.render.wording import worded

from .files import HUBER, open_text, problems_of

HEAD = '[[provider]]\nid = "p"\n\n'
ROWS = [
    (json.loads(text), said)
    for text, said in (
        row.split("\t")
        for row in Path(__file__).with_name("toml_faults.tsv").read_text("utf-8").splitlines()
    )
]
CASES = Path(__file__).parents[3] / "shared" / "cases" / "24-toml-editors"


def _said(text: str) -> str:
    """Return line, column and sentence of a text that is not valid TOML."""
    with pytest.raises(BadDataError) as caught:
        parse_toml(text.encode(), shown="f", short="f")
    (problem,) = caught.value.problems
    assert worded(problem) == str(problem)
    return str(problem).removeprefix("f:").replace(": not valid TOML, column ", ":", 1)


def test_the_table_has_every_kind_of_fault() -> None:
    """The table of faults is there, with more rows than the kinds that it is about."""
    assert len(ROWS) > 330
    assert len({said.partition(": ")[2].split(": write")[0][-30:] for _, said in ROWS}) > 60


@pytest.mark.parametrize(("text", "said"), ROWS, ids=range(len(ROWS)))
def test_a_fault_is_named_with_its_column_and_what_to_write(text: str, said: str) -> None:
    """Below a valid head of three lines, each fault is found where it stands."""
    assert _said(f"{HEAD}{text}\n") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"provider": []}', "1:1: { begins JSON, not TOML"),
        ('\n [ {"id": "p"} ]', "2:2: [ begins JSON, not TOML"),
        ("<!DOCTYPE html>\n<html>", "1:1: <!DOCTYPE begins HTML, not TOML"),
        ("\n<HTML lang='de'>", "2:1: <HTML begins HTML, not TOML"),
        ('<?xml version="1.0"?>', "1:1: <?xml begins XML, not TOML"),
        ("{\\rtf1\\ansi [[provider]]}", "1:1: {\\rtf begins a file of a word processor"),
        ('[[provider]]\rid = "p"\r', "1:13: a carriage return (U+000D) ends a line alone"),
        ("id: p\nname: x", "1:3: id is followed by : instead of =: write id ="),
        ("[provider]\nid = 'a'\n[provider]\n", "3:1: provider occurs as one table and as several"),
        ("[provider]\nid = 'a'\n[[provider]]\n", "3:1: provider occurs as one table and"),
        ("[ranking]\n[places]\n[ranking]\n", "3:1: [ranking] occurs in line 1 already"),
        ("x = '''\n“a”\n'''\nx = 2", "4:1: x occurs in line 1 already"),
        ("x = ['a',\n 'b'\n", "1:5: the [ of line 1 is not closed: write ]"),
        ("a" * 50 + " b = 1", '1:52: a key with a blank needs quotes: write "'),
        ("x = 'a" + "\nb = 'c'", "1:5: the text that begins here has no end in its line"),
    ],
)
def test_a_whole_file_of_another_kind_is_recognized(text: str, said: str) -> None:
    """JSON, web pages, word processors, old line ends, and tables that stand twice."""
    assert _said(text).startswith(said)


RIGHT = """\
# “quotes”, a\u00a0hard blank, 24.12.2026, <<<<<<< and True in a comment
[[provider]]
id = "p" # ' „ "
name = 'Abschlepp „Huber“ GmbH\u00a0& Co'
notes = \"\"\"
<<<<<<< HEAD
hours: True, 0,8
\ufeffC:\\\\Users {"a": 1}
\"\"\"
phone = "+49 89 99998-114"
base = '86150'
services = [
  "tow", # a comma at the end is right
]
area = { radius_km = 60.5, }
on_hold = { reason = "“x”", until = 2026-12-24 18:00 }
"""


def test_a_valid_file_gives_no_message(tmp_path: Path) -> None:
    """Every character that is a fault elsewhere is allowed in a text and in a comment."""
    catalog = open_text(tmp_path, RIGHT)
    (provider,) = catalog.all()
    assert provider.name == "Abschlepp „Huber“ GmbH\u00a0& Co"
    assert "\ufeffC:\\Users" in provider.notes
    assert not [each for each in catalog.warnings if "no provider offers" not in str(each)]


KINDS = [
    (
        "base = 86150",
        "base must be text or a table, not a whole number (86150): write it in quotes",
    ),
    ("phone = +4982199998", "phone must be text, not a whole number (4982199998): write it in qu"),
    ("hours = 08:00", "hours must be text, not a date or time: write it in quotes"),
    ('pets = "yes"', 'pets must be true or false, not text "yes": write true without quotes'),
    ('pets = "Nein"', "write false without quotes"),
    ("pets = 1", "pets must be true or false, not a whole number (1): write true"),
    ('units = "2"', 'units must be a whole number, not text "2": write 2 without quotes'),
    ('acceptance = "0,8"', "write 0.8 without quotes"),
    ('max_weight_t = "2,8 t"', "write the number alone, without quotes and without its unit"),
    ('services = "tow, jump_start"', 'write ["tow", "jump_start"]'),
    ("area = { postcodes = [86150] }", "entry 1 of postcodes must be text, not a whole number"),
    ('on_hold = { reason = "x", until = "24.12.2026" }', "without quotes, such as 2026-12-24"),
    ('on_hold = { reason = "x", until = "1.1.27 8:00" }', "such as 2027-01-01 08:00"),
    ('on_hold = { reason = "x", until = "31.2.27" }', "without quotes, such as 2026-12-24"),
    ("on_hold = { reason = 'x', until = 2026 }", "must be a date or a date and time, such as 2026"),
    ("[provider.check]", "check must be a list, not a table: its header needs double brackets"),
]


@pytest.mark.parametrize(("line", "said"), KINDS)
def test_a_value_of_another_kind_is_reported_with_what_to_write(
    tmp_path: Path, line: str, said: str
) -> None:
    """For a value of the wrong kind the message has the right spelling, with or without quotes."""
    key = line.partition(" ")[0]
    kept = "\n".join(each for each in HUBER.splitlines() if not each.startswith(f"{key} ="))
    found = problems_of(tmp_path, f"{kept}\n{line}\n")
    assert any(said in problem for problem in found), found


SIGNS = [
    *"\"'[]{}=,.:;#\\\n\r\t -+*/<>&%019aÄß“”„´`\u00a0\u200b\ufeff–€",
    '"""', "'''", "\n\n", "[[", "]]", "\\u12",
]  # fmt: skip


def _fault(text: str) -> tomli.TOMLDecodeError | None:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        return error
    return None


def test_no_damage_breaks_the_explanation() -> None:
    """A thousand damaged files: each has one line of words, at or before the parser's line."""
    random, faults = Random(8), 0
    while faults < 1000:
        text = RIGHT
        for _ in range(random.choice((1, 1, 2, 3))):
            at = random.randrange(len(text) + 1)
            cut = random.randrange(4)
            text = text[:at] + random.choice((*SIGNS, "")) + text[at + cut :]
        error = _fault(text)
        if error is None:
            continue
        faults += 1
        line, column, sentence = explain(text, error.pos, error.msg)
        assert 1 <= line <= error.lineno
        assert 1 <= column <= len(text.split("\n")[line - 1]) + 1
        assert str(sentence) == worded(sentence)
        assert "\n" not in str(sentence)


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder of public cases is not beside this one")
@pytest.mark.parametrize(
    "name",
    ["backslash", "bom_mid", "bool_cap", "comma_dec", "conflict", "cr", "ctrlz", "date_local",
     "hash_in", "html", "json", "lead0", "nbsp_indent", "nbsp_inline", "smart", "trunc", "unit",
     "yaml_colon", "dupkey", "twice_single"],
)  # fmt: skip
def test_the_public_cases_name_what_was_found(name: str) -> None:
    """Every file of an editor that is not valid TOML has a column and an advice."""
    said = _said((CASES / f"{name}.toml").read_bytes().decode())
    assert (
        ": write " in said
        or ": delete " in said
        or ": save " in said
        or ": keep " in said
        or (": end it " in said)
    )
