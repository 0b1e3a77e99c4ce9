"""A firm that opens soon is called before it opens, on the number that is answered then."""

from msgspec.structs import replace

from dispatch_cli.cases import answer_call, offer_call, open_case
from dispatch_cli.model import Phone, Span, Timetable
from dispatch_cli.model.case import Personal

from ..worlds import ALWAYS, NOON, incident, provider

OPENS = int(NOON.timestamp()) + 20 * 60
SOON = Timetable((Span(0, OPENS, "closed"), Span(OPENS, 4102444800, "open")))
PHONES = (Phone("1", "089 1"), Phone("2", "089 2", hours="24/7", timetable=ALWAYS))


def called(desk, catalog, minutes=0, **facts):
    """Open a case at noon for a firm that opens at 12:20, and place the call so much later."""
    catalog.providers[:] = [provider("anna", timetable=SOON, phones=PHONES, **facts)]
    found = open_case.open_case(desk(0), incident(kind="tow"), Personal())
    return found, offer_call.place_call(desk(minutes), found.case.id)


def test_it_is_asked_on_the_number_with_hours_of_its_own(desk, catalog):
    """The firm is ranked with the wait until it opens, and called on its second number."""
    found, card = called(desk, catalog)
    [row] = found.answer.cascades[0].candidates
    assert (row.wait_min, str(row.why[0]), row.phone) == (20.0, "opens 12:20", "089 2")
    assert (card.provider, card.phone) == ("anna", "089 2")


def test_a_call_before_the_opening_that_is_not_answered_teaches_nothing(desk, catalog):
    """An answer teaches, and so does a call after the opening that is not answered."""
    taught = {}
    for minutes, said in ((1, "no_answer"), (1, "decline"), (25, "no_answer")):
        catalog.providers[:] = []
        _, card = called(desk, catalog, minutes)
        reason = "no_unit" if said == "decline" else ""
        answer_call.record(desk(minutes + 1), card.ref, said, reason=reason)
        with desk(minutes + 1).store.reading() as reader:
            taught[minutes, said] = sum(each.asked_weight for each in reader.summaries())
    assert taught[1, "no_answer"] == 0
    assert 0 < taught[1, "decline"] < taught[25, "no_answer"]


def test_without_such_a_number_it_is_below_the_cascade(desk, catalog):
    """A firm that opens soon is listed with the time to call, and not offered."""
    catalog.providers[:] = [replace(provider("anna", timetable=SOON), phones=PHONES[:1])]
    found = open_case.open_case(desk(0), incident(kind="tow"), Personal())
    [soon] = found.answer.cascades[0].opens_soon
    assert (soon.provider, str(soon.detail)) == ("anna", "opens 12:20")
    assert (soon.call_at - NOON).total_seconds() == 20 * 60
    assert found.answer.cascades[0].nearest_excluded == ()
    assert isinstance(offer_call.place_call(desk(1), found.case.id), offer_call.Exhausted)
