"""The pages about the desk have the keys that the desk has, and the words of its screens."""

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest

import dispatch_cli
from dispatch_cli.cli.case import CaseCommands
from dispatch_cli.desk_app.key_table import KEYS, as_markdown
from tools import build_key_tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
GERMAN = sorted((DOCS / "de").glob("*.md"))
CATALOGUE = Path(dispatch_cli.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "dispatch.mo"
QUOTED = re.compile(r"„([^“]+)“")
NO_SCREEN = {"gelb"}
"""What the pages quote and no screen says: the word of a caller."""


def german_sentences() -> list[str]:
    """Return every German sentence of the program."""
    with CATALOGUE.open("rb") as file:
        return [str(each) for each in GNUTranslations(file)._catalog.values()]


def unknown_words(page: str, sentences: list[str]) -> list[str]:
    """Return what a page quotes and no sentence of the program has."""
    quoted = {" ".join(each.split()) for each in QUOTED.findall(page)} - NO_SCREEN
    return sorted(each for each in quoted if not any(each in known for known in sentences))


def test_the_table_of_keys_is_the_one_that_the_desk_has() -> None:
    """The page's table is printed from the registry of keys."""
    page = (DOCS / "desk.md").read_text(encoding="utf-8")
    assert page.split("<!-- keys -->\n")[1].split("<!-- end -->")[0] == as_markdown()


def test_the_german_table_has_the_labels_of_the_german_screen() -> None:
    """Page by page the written table is the generated one; a changed label makes it another."""
    for name, language in build_key_tables.PAGES.items():
        page = (DOCS / name).read_text(encoding="utf-8")
        table = build_key_tables.table(language)
        assert build_key_tables.with_table(page, table) == page
        changed = table.replace("lehnt ab", "sagt ab").replace("declines", "refuses")
        assert build_key_tables.with_table(page, changed) != page
    german = build_key_tables.table("de")
    assert "| `d` | lehnt ab | Firma ruft zurück, Firma ist gefragt | `case decline` |" in german
    assert german.count("\n") == len(KEYS) + 2


def test_the_german_pages_are_those_of_the_operator() -> None:
    """There is a page for each task of the issues."""
    names = [
        "anruf-annehmen.md", "fall-bearbeiten.md", "leitfaden.md", "notruf.md", "tafel.md",
        "tasten.md", "wenn-etwas-nicht-geht.md", "wenn-keine-firma-kommt.md",
    ]  # fmt: skip
    assert [each.name for each in GERMAN] == names


@pytest.mark.parametrize("path", GERMAN, ids=lambda path: path.name)
def test_what_a_german_page_quotes_stands_on_the_german_screen(path: Path) -> None:
    """Each word in German quotation marks is one of the program's catalogue."""
    sentences, page = german_sentences(), path.read_text(encoding="utf-8")
    assert unknown_words(page, sentences) == []
    assert unknown_words(f"{page} „Schaltfläche“", sentences) == ["Schaltfläche"]


@pytest.mark.parametrize("path", GERMAN, ids=lambda path: path.name)
def test_a_german_page_names_only_keys_of_the_desk(path: Path) -> None:
    """Each function key, and each letter in a code mark of a text, is a key of the desk."""
    text = path.read_text(encoding="utf-8").split("<!-- keys -->")[0]
    named = set(re.findall(r"`(F\d+|Esc|Enter|Tab|[a-z+/?])`", text))
    answers = {"j", "n"}  # also what may be answered to a question
    assert named - answers <= {each.name for each in KEYS}


def test_every_key_that_records_is_a_verb() -> None:
    """Nothing can be recorded at the desk that a script cannot record."""
    for each in KEYS:
        if each.records:
            group, name, *_ = each.verb.split()
            is_elsewhere = each.verb in ("providers report", "storm --open --apply")
            assert is_elsewhere or (group == "case" and name in CaseCommands.commands_at), each
