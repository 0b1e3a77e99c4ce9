"""Services that wait for another one start at the computed minutes."""

import pytest

from dispatch_cli import chain, incident_ranking
from dispatch_cli.chain import Link
from dispatch_cli.model import Rules, ServiceSettings, Settings

from .worlds import MemoryCatalog, incident, looked_at, no_holidays, observed, provider

REPAIR = Link("roadside_repair", None, 20.0)
TOW = Link("tow", "roadside_repair", 40.0)
HALF = Settings(default=ServiceSettings(helped=0.5))


def starts(links, settings=Settings()):  # noqa: B008 - frozen
    """Return when each service starts, for minutes that do not depend on that."""
    minutes = {link.service: link.expected_min for link in links}
    afters = {link.service: link.after for link in links}
    found = chain.linked(afters, lambda service, _: minutes[service], settings)
    return {link.service: link.start_min for link in found}


def test_a_service_starts_when_the_one_before_can_have_failed():
    """The patrol is expected after 20 minutes and works for 45: the tow starts after 65."""
    assert starts([REPAIR, TOW]) == {"roadside_repair": 0.0, "tow": 65.0}
    # In any order; and a service whose first one is not in the plan starts at once.
    assert starts([TOW, REPAIR])["tow"] == 65.0
    assert starts([TOW]) == {"tow": 0.0}
    three = [Link("jump_start", None, 10.0), Link("battery_replacement", "jump_start", 30.0),
             Link("tow", "battery_replacement", 40.0)]  # fmt: skip
    assert starts(three)["tow"] == 10 + 45 + 30 + 45


def test_the_plan_ends_when_the_motorist_drives_on_or_is_towed():
    """20 + 45 minutes, and half of 40 more, because the patrol helps in half of the cases."""
    assert chain.plan_min([REPAIR, TOW], HALF) == 20 + 45 + 0.5 * 40
    assert chain.plan_min([REPAIR, TOW], Settings()) == pytest.approx(20 + 45 + 0.16 * 40)
    three = [Link("jump_start", None, 10.0), Link("battery_replacement", "jump_start", 30.0),
             Link("tow", "battery_replacement", 40.0)]  # fmt: skip
    assert chain.plan_min(three, HALF) == 10 + 45 + 0.5 * (30 + 45 + 0.5 * 40)


def test_the_slowest_of_several_that_follow_counts():
    """A taxi for the travellers waits as the truck does."""
    taxi = Link("taxi", "roadside_repair", 90.0)
    assert chain.plan_min([REPAIR, TOW, taxi], HALF) == 20 + 45 + 0.5 * (90 + 45)


def test_a_plan_without_steps_has_no_minutes_of_its_own():
    """Without waiting services the plan has no minutes beside those of its cascades."""
    assert chain.plan_min([Link("recovery", None, 30.0), Link("tow", None, 30.0)], HALF) is None
    assert chain.plan_min([TOW], HALF) is None
    assert chain.plan_min([], HALF) is None


def test_the_tow_is_not_there_before_the_patrol_that_must_fail_first():
    """Patrol: 3 to ask, 17 to arrive, 45 to work. Tow: 3 to ask, 12 to arrive, after that."""
    patrol = provider("patrol", services=("roadside_repair",), turnout_min=17.0, answer_min=3.0,
                      acceptance=1.0)  # fmt: skip
    tow = provider("tow", turnout_min=12.0, answer_min=3.0, acceptance=1.0)
    answer = incident_ranking.rank_incident(
        MemoryCatalog([patrol, tow], Rules(settings=HALF)), incident(kind="breakdown"),
        holidays=no_holidays,
    )  # fmt: skip
    first, then = answer.cascades
    when = answer.incident.when
    assert (first.start_min, first.expected_min) == (0.0, 20.0)
    assert (then.start_min, then.expected_min, then.neutral_expected_min) == (65.0, 80.0, 80.0)
    there = [(row.there_at - when).total_seconds() / 60 for row in (first.candidates[0],
             then.candidates[0])]  # fmt: skip
    assert there == [20.0, 80.0]
    assert answer.plan_min == 20 + 45 + 0.5 * 15


def test_a_wait_that_is_over_by_then_does_not_count():
    """The tow starts after 65 minutes, and its truck is out until minute 30, then until 90."""
    patrol = provider("patrol", services=("roadside_repair",), turnout_min=17.0, answer_min=3.0,
                      acceptance=1.0)  # fmt: skip
    tow = provider("tow", turnout_min=12.0, answer_min=3.0, acceptance=1.0)
    for wait_min, there in ((30.0, 65 + 3 + 12), (90.0, 65 + 3 + 12 + 90 - 65)):
        seen = observed(tow=looked_at("busy", wait_min=wait_min))
        answer = incident_ranking.rank_incident(
            MemoryCatalog([patrol, tow], Rules(settings=HALF)), incident(kind="breakdown"),
            holidays=no_holidays, observations=seen,
        )  # fmt: skip
        [row] = answer.cascades[1].candidates
        assert (row.there_at - answer.incident.when).total_seconds() / 60 == there
        assert answer.cascades[1].expected_min == there
        assert row.wait_min == wait_min
