"""Every screen fits its terminal, is worded as a whole, and shows data only as text."""

from gettext import GNUTranslations
from pathlib import Path

import pytest

import dispatch_cli
from dispatch_cli.desk_app.desk_drawing import fuzzy
from dispatch_cli.desk_app.key_table import valid_keys

from ..catalogues import spoken
from ..pseudo_language import PseudoLanguage, unworded
from .seats import seated

DATA = (
    "Anna [/b] Pannenhilfe", "Bert Abschleppdienst", "Carl Bergung", "089 99998-201",
    "089 99998-202", "089 99998-203", "089 99998-204", "86150", "86316", "0170 1234567", "AK",
    "VW Golf", "ADAC", "Autobahn A8", "Autobahn", "police has the road cleared",
)  # fmt: skip
SPOKEN_DE = (r"\"Pannenhilfe,.*?\"", r"Wann können.*", r"Der Anrufer sagte.*", r"\d+")


def german() -> Path:
    """Return the compiled German catalogue."""
    return Path(dispatch_cli.__file__).parent / "locale" / "de" / "LC_MESSAGES" / "dispatch.mo"


def fill(world) -> tuple[int, int]:
    """Open a case that is asked and one that is accepted; return their numbers."""
    asked = world.called(client="adac", brand="VW Golf", where="Autobahn A8")
    return asked, world.accepted(at="86316", call_back="0170 1234567")


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (140, 40), (20, 8)], ids=str)
def test_no_screen_is_wider_or_higher_than_its_terminal(world, size):
    """At any size board, cards, new call and all keys are drawn, and the keys stay visible."""
    asked, accepted = fill(world)

    async def play(seat):
        for show in (
            lambda: seat.program.session.show_case(asked),
            lambda: seat.program.session.show_case(accepted),
            seat.program.session.show_board,
        ):
            show()
            seat.program.draw()
            await seat.pilot.pause()
            assert len(seat.lines) == size[1]
            assert all(len(each) <= size[0] for each in seat.lines)
            assert "F2" in seat.shown
        await seat.press("f2")
        await seat.press("escape")
        await seat.press("question_mark")
        assert seat.shown.startswith("ALL KEYS")

    seated(play, world.desk(), size=size)


def test_a_terminal_may_change_its_size(world):
    """From 140 to 80 to 40 columns the same card is drawn anew, with its number whole."""
    asked, _ = fill(world)

    async def play(seat):
        for columns, rows in ((80, 24), (40, 24), (140, 40)):
            await seat.pilot.resize_terminal(columns, rows)
            await seat.pilot.pause()
            assert "089 99998-201" in seat.shown
            assert ("BOARD" in seat.shown) == (columns == 140)

    seated(play, world.desk(case_id=asked), size=(140, 40))


def test_every_word_of_ours_can_be_translated(world):
    """In a language that marks its words, none of ours on board, card and new call is unmarked."""
    asked, _ = fill(world)

    async def play(seat):
        with spoken(PseudoLanguage()):
            await seat.pilot.resize_terminal(300, 60)
            seat.program.draw()
            await seat.pilot.pause()
            left = unworded(seat.shown, DATA, (r"\bF\d+", r"Ctrl-Q", r"\bEnter|\bTab|\bEsc"))
            assert left == []
            seat.program.session.show_case(asked)
            seat.program.draw()
            await seat.pilot.pause()
            keys = {each.name for each in valid_keys(seat.program.session.place)}
            card = [each.split("│")[0] for each in seat.lines]
            shown = "\n".join(each for each in card if '"' not in each)
            assert [each for each in shown.splitlines() if each.count("«") != each.count("»")] == []
            left = unworded(shown, (*DATA, *keys), SPOKEN_DE)
            assert [each for each in left if len(each) > 1] == []

    seated(play, world.desk(), size=(140, 40))


def test_numbers_are_links_and_data_are_never_markup(world):
    """A phone number is a tel: link; a name with markup is shown as it is."""
    asked, _ = fill(world)

    async def play(seat):
        links = {
            piece.style.link
            for strip in seat.program.screen._compositor.render_strips()
            for piece in strip
            if piece.style and piece.style.link
        }
        assert "tel:08999998201" in links
        assert "Anna [/b] Pannenhilfe" in seat.shown

    seated(play, world.desk(case_id=asked))


def test_the_palette_has_every_key(world):
    """Ctrl-P offers the acts of the screen by their labels, and Ctrl-C only says how to leave."""
    asked, _ = fill(world)

    async def play(seat):
        titles = [each.title for each in seat.program.get_system_commands(seat.program.screen)]
        assert "n  no answer" in titles
        assert "F2  new call" in titles
        assert "Ctrl-Q leaves the desk" in await seat.press("ctrl+c")
        await seat.pilot.press("ctrl+p", *"answer")
        await seat.pilot.pause(0.3)
        await seat.pilot.press("enter")
        await seat.pilot.pause(0.3)
        assert "did not answer" in seat.shown

    seated(play, world.desk(case_id=asked))


def test_letters_choose_from_a_set():
    """A beginning comes first, then letters inside a word, then letters in their order."""
    words = ["shoulder", "Standstreifen", "roadside", "Straßenrand", "lane"]
    assert fuzzy("st", words)[:2] == ["Standstreifen", "Straßenrand"]
    assert fuzzy("side", words) == ["roadside"]
    assert fuzzy("sdr", words) == ["shoulder", "Standstreifen"]
    assert fuzzy("xyz", words) == []


def test_number_text_and_keys_are_never_cut(world):
    """At 80 x 24 in an emergency, with a caller on the line and a question, all three are whole."""
    number = world.called(
        kind="accident", injured="2", spot="shoulder", where="A8 Richtung München km 48,2"
    )

    async def play(seat):
        await seat.press("j")
        world.clock.goes_on(minutes=4)
        shown = await seat.press("f9")
        lines = shown.splitlines()
        assert any(each.strip() == "089 99998-201" for each in lines)
        assert "Wann können Sie dort sein?" in " ".join(shown.split())
        assert "6 none is needed" in shown
        assert "F2 new call" in lines[-1]
        await seat.press("escape")
        assert "089 99998-201" in seat.shown
        assert "Wann können Sie dort sein?" in " ".join(seat.shown.split())
        assert "a accepts" in seat.shown

    seated(play, world.desk(case_id=number))


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=str)
def test_the_desk_speaks_german(world, size):
    """Board, cards and new call are German as a whole, and no key of an answer is cut."""
    asked, accepted = fill(world)
    with open(german(), "rb") as file:
        catalogue = GNUTranslations(file)

    async def play(seat):
        with spoken(catalogue):
            seat.program.draw()
            await seat.pilot.pause()
            assert seat.lines[0].startswith("TAFEL  alle offenen: 2, geparkt 0, überfällig 0")
            assert "Fr 27.11. 12:00:00" in seat.lines[0]
            assert "fragt 1. Anna" in seat.shown
            assert "F2 neuer Anruf" in seat.shown
            seat.program.session.show_case(asked)
            seat.program.draw()
            await seat.pilot.pause()
            for key in ("a nimmt an", "d lehnt ab", "n keine Antwort", "w ruft zurück"):
                assert key in seat.shown
            for key in ("x Anrufer sagt ab", "m ändern", "z zurücknehmen", "F9 Notruf", "? Tasten"):
                assert key in seat.shown
            assert f"FALL {asked}  Pannenhilfe  Firma 1 von 2  Antwort fällig in 3:00" in seat.shown
            seat.program.session.show_case(accepted)
            seat.program.draw()
            await seat.pilot.pause()
            assert "1 DEM FAHRER DURCHGEBEN" in seat.shown
            assert "g Fahrer weiß Bescheid" in seat.shown
            await seat.press("f2")
            assert "was der Anrufer sagt, in einer Zeile" in seat.shown
            assert all(len(each) <= size[0] for each in seat.lines)

    seated(play, world.desk(), size=size)
