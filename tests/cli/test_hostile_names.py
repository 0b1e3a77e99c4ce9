"""The 300 worst strings, one per provider, through every command that shows text."""

import json
import re
import unicodedata

import pytest

from ..render.test_clean import NASTY, hostile_strings
from ..terminal import on_terminal, screen_lines

OWN_SEQUENCES = re.compile(rb"\x1b\[[0-9;]*m")
WHEN = ("--when", "2026-11-27T12:03")


def worst(count: int) -> list[str]:
    """Hostile strings that a TOML file can hold: everything but lone surrogates, by escapes."""
    found = []
    for raw in (*NASTY, *hostile_strings(2 * count, seed=7)):
        text = raw.encode("utf-8", "ignore").decode().strip()
        if text and not text.isprintable():
            found.append(text)
    return found[:count]


def toml_string(text: str) -> str:
    """Write a TOML basic string in which everything unusual is an escape."""
    return '"' + "".join(
        f"\\U{ord(c):08x}" if not (c.isascii() and c.isalnum()) else c for c in text
    ) + '"'  # fmt: skip


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory):
    """300 providers in Augsburg whose names, labels and notes do their worst."""
    providers = [
        f"""
[[provider]]
id = "p{number}"
name = {toml_string(text)}
phones = [{{ number = "089 99998-{number:03d}", label = {toml_string(text[:40])} }}]
services = ["tow"]
base = "86150"
area = {{ radius_km = {30 if number % 2 else 0.5} }}
notes = {toml_string(text)}
turnout_min = {number % 60}
"""
        for number, text in enumerate(worst(300))
    ]
    clients = f'[clients.c]\nname = {toml_string(NASTY[0])}\nonly = ["p1"]\nonly_strict = true\n'
    plan = f'[plans.gas]\nwords = [{toml_string(NASTY[2])}]\nservices = ["tow"]\n'
    resort = f'[last_resort.default]\nphone = "110"\ntext = {toml_string(NASTY[1])}\n'
    folder = tmp_path_factory.mktemp("hostile")
    text = clients + plan + resort + "".join(providers)
    (folder / "providers.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def hostile_file(home, hostile_folder, monkeypatch):
    """Work in the folder of that file; its compiled form is kept for the next command."""
    monkeypatch.chdir(hostile_folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(hostile_folder / "cache"))


HOSTILE_WORD = "\x1b]0;owned\x07\u202e[/b]"
COMMANDS = {
    "cascade": ("cascade", "tow", "-a", "86150", "--top", "300", "-x", *WHEN),
    "cascade far away": ("cascade", "tow", "-a", "86899", *WHEN),
    "cascade strict": ("cascade", "tow", "-a", "86150", "-c", "c", *WHEN),
    "cascade with words": (
        "cascade", "tow", "-a", "86150", "--note", HOSTILE_WORD, "--where", HOSTILE_WORD,
        "--brand", HOSTILE_WORD, "--hazard", HOSTILE_WORD, "--language", HOSTILE_WORD, *WHEN,
    ),
    "wrong kind": ("cascade", HOSTILE_WORD, "-a", "86150"),
    "wrong place": ("cascade", "tow", "-a", HOSTILE_WORD),
    "wrong client": ("cascade", "tow", "-a", "86150", "-c", HOSTILE_WORD),
    "wrong option": ("cascade", "tow", "-a", "86150", "--" + HOSTILE_WORD),
    "wrong command": (HOSTILE_WORD,),
    "wrong file": ("providers", "list", "--providers", HOSTILE_WORD),
    "list": ("providers", "list"),
    "show": ("providers", "show", "p0"),
    "validate": ("providers", "validate"),
    "kinds": ("kinds",),
    "doctor": ("doctor",),
}  # fmt: skip


def assert_harmless(raw: bytes) -> None:
    """Nothing but cells and the program's own colours reaches the terminal."""
    text = OWN_SEQUENCES.sub(b"", raw).decode("utf-8")
    hidden = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cn", "Co", "Cs"}}
    assert hidden <= {"\r", "\n"}, hidden


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_lets_anything_through(hostile_file, name):
    """Through every command a terminal sees only cells and our colours, and markup is only text."""
    code, raw = on_terminal(COMMANDS[name])
    assert code in (0, 2, 3, 4), raw[-500:]
    assert_harmless(raw)


def test_every_ranked_number_is_whole_on_one_line(hostile_file):
    """Beside any name the number can be read and dialled."""
    _, raw = on_terminal(COMMANDS["cascade"], columns=60)
    lines = screen_lines(raw, columns=60)
    for number in range(1, 300, 2):
        assert any(f"089 99998-{number:03d}" in line for line in lines), number


def test_json_is_exact(hostile_file, dispatch):
    """What is cleaned for the terminal is exact for a program."""
    data = json.loads(dispatch("providers", "list", "--json").out)["data"]
    assert [each["name"] for each in data["providers"]] == worst(300)


def test_without_the_cleaning_function_the_terminal_would_obey(hostile_file):
    """Negative control: the names as they are in the file fail the same assertion."""
    raw = "\n".join(worst(300)).encode()
    with pytest.raises(AssertionError):
        assert_harmless(raw)
