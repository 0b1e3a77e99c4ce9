"""What to ask a provider before the call: counts of one have the singular."""

import pytest

from dispatch_cli.eligibility.ask import to_ask
from dispatch_cli.eligibility.assessment import Assessment
from tests.worlds import incident, need, provider


@pytest.mark.parametrize(
    ("persons", "seats", "question"),
    [
        (None, 0, "seats 0 of 1 person"), (1, 0, "seats 0 of 1 person"),
        (2, 1, "seats 1 of 2 persons"), (5, 2, "seats 2 of 5 persons"),
    ],
)  # fmt: skip
def test_seats_for_one_person(persons, seats, question):
    """One traveller is a person, several are persons; enough seats need no question."""
    of = incident(persons=persons)
    assert question in map(str, to_ask(Assessment(need(of), provider("a", seats=seats))))
    enough = to_ask(Assessment(need(of), provider("a", seats=5)))
    assert not [each for each in map(str, enough) if "seats" in each]
