"""What the lines of board, card and new call keep whole where there is little room."""

from datetime import timedelta
from gettext import GNUTranslations

import pytest
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    answer_call,
    call_facts,
    desk_views,
    keep_promises,
    view_case,
)
from dispatch_cli.render.board_screen import board_lines, board_rows, overdue_line
from dispatch_cli.render.card_screen import card_lines
from dispatch_cli.render.desk_words import act_words, state_words, vehicle_words
from dispatch_cli.render.intake_screen import IntakePage, intake_lines
from dispatch_cli.render.layout import Screen, line_text

from ..catalogues import spoken
from .seats import NOON
from .test_desk_screens import german

LONGEST_STATE = 24
"""The cells of the column at 80 and at 140 columns."""

DUE = (
    "emergency call", "next call", "ring back", "tell caller", "tell driver", "call back",
    "arrival", "new time", "closing", "last resort", "last resort answer",
)  # fmt: skip
"""Everything that may be due and has no name of a firm in its words."""


def in_german() -> GNUTranslations:
    """Return the German catalogue."""
    with german().open("rb") as file:
        return GNUTranslations(file)


def text(lines) -> str:
    """Return lines as they stand on a screen."""
    return "\n".join(line_text(each) for each in lines)


@pytest.mark.parametrize("due", DUE)
def test_every_state_has_room_in_its_column_in_both_languages(world, due):
    """No state on the board is cut, and its time is whole, also after midnight."""
    [view] = view_case.cases(world.book()) or [view_case.show(world.book(), world.case())]
    late = NOON.replace(hour=22, minute=50)
    at = late + timedelta(minutes=75)
    shown = replace(view, due=due, next_deadline=at, services=())
    words = [state_words(shown, late, Screen(80))]
    with spoken(in_german()):
        words.append(state_words(shown, late, Screen(80)))
    assert [each for each in words if len(each) > LONGEST_STATE] == []
    if due == "arrival":
        assert words == ["on the way, by 00:05", "unterwegs, da bis 00:05"]


@pytest.mark.parametrize("width", [80, 140])
def test_the_board_has_the_whole_time_of_an_arrival(world, width):
    """In German, the longest state with a time ends with its minutes at both widths."""
    number = world.accepted()
    for told in ("driver", "caller"):
        keep_promises.tell(world.book(), f"{number}.1", told)
    rows = board_rows(desk_views.board(world.book()))
    with spoken(in_german()):
        shown = text(board_lines(rows, "", 0, world.clock.now, Screen(width, 24)))
    assert "unterwegs, da bis 11:30 " in shown


def test_what_is_overdue_is_named_as_a_whole_or_counted(world):
    """The line of what is overdue ends with the number of rows that have no room on it."""
    for _ in range(4):
        world.case()
    world.clock.goes_on(minutes=14)
    rows = board_rows(desk_views.board(world.book()))
    wide = line_text(overdue_line(rows, world.clock.now, Screen(140)))
    narrow = line_text(overdue_line(rows, world.clock.now, Screen(80)))
    assert wide.count("next call due 11:00") == 4
    assert narrow.count("next call due 11:00") == 2
    assert narrow.endswith("11:00  +2")
    assert len(narrow) <= 80


def test_weights_follow_the_language(world):
    """A German board and card write 1,3 t."""
    view = view_case.show(world.book(), world.case(brand="VW Golf", weight_t="1.3"))
    assert vehicle_words(view, "VW Golf", Screen(80)) == "VW Golf 1.3 t"
    with spoken(in_german()):
        assert vehicle_words(view, "VW Golf", Screen(80)) == "VW Golf 1,3 t"


def test_changed_facts_follow_the_language(world):
    """The history names both values of a fact in words, never as the key of a closed set."""
    number = world.case()
    amend_case.amend(world.book(), number, {"spot": "shoulder", "injured": 1})
    act = desk_views.last_act(world.book(), number)
    assert act_words(act, Screen(80)) == "injured 0 → 1, spot - → shoulder"
    with spoken(in_german()):
        assert act_words(act, Screen(80)) == "Verletzte 0 → 1, Stelle - → Standstreifen"
    amend_case.amend(world.book(), number, {})
    act = desk_views.last_act(world.book(), number)
    assert act_words(act, Screen(80)) == "ranked again"
    with spoken(in_german()):
        assert act_words(act, Screen(80)) == "neu gereiht"


def test_a_long_name_gives_way_to_its_minutes(world):
    """The preview of a new call has the minutes of the first firm whole, whatever its name is."""
    answer = call_facts.preview(world.book(), {"at": "86150", "kind": "breakdown"})
    [first, *_] = answer.cascades
    named = replace(first.candidates[0], name="Abschleppdienst " * 6)
    first = replace(first, candidates=(named, *first.candidates[1:]))
    page = IntakePage(
        number="G1", since=NOON, saved_at=None, fields=(), asked="injured",
        preview=replace(answer, cascades=(first,)),
    )  # fmt: skip
    with spoken(in_german()):
        lines = [line_text(each) for each in intake_lines(page, "AK", NOON, Screen(80, 24))]
    [order] = [each for each in lines if "REIHENFOLGE" in each]
    assert order.endswith(f"…, {named.arrival_min:.0f} min")
    assert len(order) <= 80


def test_the_client_gives_way_to_the_deadline(world):
    """On a narrow card the first line has the running deadline whole, without the client."""
    number = world.accepted(client="adac")
    card = desk_views.card(world.book(), number)
    with spoken(in_german()):
        titles = {
            width: line_text(card_lines(card, "AK", world.clock.now, Screen(width, 30))[0])
            for width in (120, 80)
        }
    assert "informieren in 2:00  ADAC" in titles[120]
    assert "informieren in 2:00 " in titles[80]
    assert "ADAC" not in titles[80]
    assert "…" not in titles[80]


def test_reason_and_last_resort_have_the_room_of_the_minutes(world):
    """The reason of a refusal, its time and the text of the last resort are whole in German."""
    number = world.called()
    answer_call.record(world.book(), f"{number}.1", "decline", reason="eta_too_long")
    card = desk_views.card(world.book(), number)
    card = replace(card, last_resort=("089 99998-900", "Bereitschaft: fragt weiter, ruft ihn an"))
    with spoken(in_german()):
        shown = text(card_lines(card, "AK", world.clock.now, Screen(80, 24)))
    assert "dauert zu lange 11:00" in shown
    [last] = [each for each in shown.splitlines() if "089 99998-900" in each]
    assert "Bereitschaft: fragt weiter, ruft ihn an  " in last
    assert last.endswith("  zuletzt")


def test_the_last_resort_of_a_file_without_one_has_the_language_of_the_screen(world):
    """The police as the last resort are a sentence of the program, and German on a German card."""
    card = desk_views.card(world.book(), world.called())
    assert card.last_resort[0] == "110"
    with spoken(in_german()):
        shown = text(card_lines(card, "AK", world.clock.now, Screen(80, 24)))
    [last] = [each for each in shown.splitlines() if "- 110" in each]
    assert "Polizei lässt die Straße räumen" in last


def test_a_caller_on_the_line_hears_the_time_once_there_is_one(world):
    """After 3 minutes the card says to ring back, but not beside the sentence for the caller."""
    number = world.called(call_back="030 23125-117")
    keep_promises.hold_line(world.book(), number, is_waiting=True)
    world.clock.goes_on(minutes=4)
    screen, now = Screen(80, 24), world.clock.now
    asking = text(card_lines(desk_views.card(world.book(), number), "AK", now, screen))
    at = world.clock.now + timedelta(minutes=30)
    answer_call.accept(world.book(), f"{number}.1", at, is_compared=True)
    accepted = text(card_lines(desk_views.card(world.book(), number), "AK", now, screen))
    assert 'caller waits on the line 4:00   say: "I will ring you back"' in asking
    assert "caller waits on the line 4:00" in accepted
    assert "I will ring you back" not in accepted


def test_a_trapped_person_is_never_shown_as_nobody(world):
    """The field for safety names who is hurt, trapped, or in danger where the vehicle stands."""
    trapped = call_facts.preview(
        world.book(), {"at": "86150", "kind": "accident", "injured": "0", "trapped": "yes"}
    )
    page = IntakePage(
        number="G1", since=NOON, saved_at=None, fields=(("injured", "0"),), asked="at"
    )

    def shown(**facts) -> tuple[str, str]:
        lines = intake_lines(replace(page, **facts), "AK", NOON, Screen(80, 24))
        [(words, style)] = [each[0] for each in lines if "Hurt, in danger" in each[0][0]]
        return words.split("danger", 1)[1].strip(), style

    assert shown() == ("nobody", "")
    assert shown(trapped=True) == ("trapped", "bold red")
    assert shown(preview=trapped) == ("trapped", "bold red")
    assert shown(danger=True) == ("IN DANGER", "bold red")
    assert shown(fields=(("injured", "2"),), trapped=True) == ("2 hurt, trapped", "bold red")


def test_fields_without_room_are_counted(world):
    """Where not all fields of a call fit, a line says how many are left out."""
    names = ("injured", "at", "spot", "call_back", "kind", "vehicle", "brand", "client", "note")
    page = IntakePage(
        number="G1", since=NOON, saved_at=None, fields=tuple((each, None) for each in names),
        asked="injured", sentence="Is anybody hurt?",
    )  # fmt: skip
    whole = text(intake_lines(page, "AK", NOON, Screen(80, 24)))
    cut = intake_lines(page, "AK", NOON, Screen(80, 8))
    assert "more" not in whole
    shown = [line_text(each) for each in cut]
    at = next(number for number, each in enumerate(shown) if "more" in each)
    fields = [each for each in shown[1:at] if each.strip()]
    assert shown[at].strip() == f"… {len(names) - len(fields)} more"
    assert any("Is anybody hurt?" in each for each in shown)
