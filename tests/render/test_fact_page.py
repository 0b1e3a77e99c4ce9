"""The readable pages of "kinds" and "providers show", and tables whose words stay whole."""

import re

import pytest

from dispatch_cli.catalog import sample_path
from dispatch_cli.cli.kinds import _sections
from dispatch_cli.cli.provider_page import provider_sections
from dispatch_cli.messages import Message
from dispatch_cli.model.words import SERVICES, SPOTS
from dispatch_cli.plans import BUILT_IN
from dispatch_cli.render.fact_page import Section, page_lines
from dispatch_cli.render.layout import Screen, cells, line_text
from dispatch_cli.render.listing import print_listing
from tests.worlds import provider

from .screens import Terminal

WIDTHS = [40, 60, 80, 100, 140]


def shown(sections, width: int) -> list[str]:
    """Return the lines of a page."""
    return [line_text(line) for line in page_lines(sections, Screen(width))]


def test_labels_stand_beside_their_texts():
    """Texts are aligned, each further one on a line of its own; a long label stands above."""
    page = [
        Section("Huber", [("id", ["huber"]), ("phones", ["110", "", "112"]), ("x" * 30, ["y"])]),
        Section("nothing", []),
        Section("More", [("area", ["within 30 km " * 3])]),
    ]
    assert shown(page, 40) == [
        "Huber",
        "  id             huber",
        "  phones         110",
        "                 112",
        "  " + "x" * 30,
        "                 y",
        "",
        "More",
        "  area           within 30 km within 30",
        "                 km within 30 km",
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_kinds_has_every_word_whole(width):
    """Each kind, service and spot is on a line, and no id is broken where a line can hold it."""
    lines = shown(_sections(BUILT_IN), width)
    assert max(map(cells, lines)) <= width
    words = {word.rstrip(",") for line in lines for word in line.split()}
    assert {*BUILT_IN, *SERVICES, *SPOTS} <= words


def test_a_kind_shows_its_words_and_what_it_needs():
    """One line for the words, one for each service with its conditions."""
    lines = [line.strip() for line in shown(_sections(BUILT_IN), 100)]
    at = next(index for index, line in enumerate(lines) if line.startswith("breakdown "))
    assert re.sub(" +", " ", lines[at]) == "breakdown Panne, autopanne, liegenbleiber"
    assert lines[at + 1] == "roadside_repair unless on_side or on_roof"


def test_a_provider_is_described_in_words():
    """Limits, assumptions and learned values have units and sentences, not keys of the file."""
    made = provider(
        "huber", clients=("adac",), max_weight_t=3.5, max_height_m=2.8, pets=False, acceptance=0.8,
        turnout_min=7.0, equipment=("crane",), hours=None,
    )  # fmt: skip
    learned = [("heavy_tow", Message("accepts {acceptance:.0%}", acceptance=0.7))]
    lines = shown(provider_sections(made, {"area": "all of Germany"}, learned), 80)
    text = "\n".join(re.sub(" +", " ", line) for line in lines)
    for fact in (
        " hours not in the file: ask", " clients adac", " limits up to 3.5 t, up to 2.8 m high",
        " takes animals no", " sets off after 7 min", " accepts 80% of the calls",
        " equipment on board crane", " heavy tow accepts 70%", " area all of Germany",
    ):  # fmt: skip
        assert fact in text
    assert "_" not in text
    assert "None" not in text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_no_id_of_a_list_is_broken(width):
    """Where the columns do not fit beside each other, the cells stand one after the other."""
    ids = re.findall(r'^id = "(.+)"', sample_path().read_text(encoding="utf-8"), re.M)
    services = ", ".join(SERVICES)
    rows = [[each, "089 99998-101", f"Firma {each}", services] for each in ids]
    stream = Terminal()
    print_listing(["id", "phone", "name", "services"], rows, stream=stream, width=width)
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    lines = text.splitlines()
    words = {word.rstrip(",") for word in text.split()}
    assert {each for each in ids if len(each) <= width - 2} <= words
    assert {each for each in SERVICES if len(each) <= width - 2} <= words
    assert max(map(cells, lines)) <= width
    assert text.count("089 99998-101") == len(ids)


def test_a_long_path_may_be_broken():
    """A column of paths does not force all cells of a row below each other."""
    stream = Terminal()
    rows = [["case log", "/a" * 60, "platform"]]
    print_listing(["what", "value", "from"], rows, stream=stream, width=60, folded=["value"])
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert text.splitlines()[0].split() == ["what", "value", "from"]
    assert len(text.splitlines()) == 4
