"""Learned values are right by hand, within bounds, and save minutes in simulated worlds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb, inf, isfinite
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks import learning as benchmark
from dispatch_cli.betas import beta_cdf, beta_quantile
from dispatch_cli.geo import TRAVEL_SOURCE
from dispatch_cli.learning import (
    HALF_LIFE_DAYS,
    PRIOR_OFFERS,
    LearnedValues,
    PriorValues,
    answer_minutes,
    apply_learned,
    faded,
    is_counted,
    late_minutes,
    learned,
    prior_of,
    summarise,
)
from dispatch_cli.model import ServiceSettings, Settings
from dispatch_cli.model.case import ACCEPTED_OUTCOMES, REFUSED_OUTCOMES
from dispatch_cli.model.case_counts import Summary, TurnTally

from .worlds import NOON, provider

PAGE = Path(__file__).resolve().parents[1] / "docs" / "learning.md"
EQUALS = PAGE.with_name("equals.md")
PRIOR = PriorValues(0.7, 3.0)
NOT_COUNTED = ("cancelled", "corrected", "open", "")


def tally(outcome: str = "accepted", **facts: object) -> TurnTally:
    """Make an offer of now, answered after two minutes."""
    defaults: dict[str, object] = {
        "provider": "huber",
        "service": "tow",
        "client": None,
        "opened_at": NOON,
        "answer_min": 2.0,
        "promised_min": None,
        "arrival_min": None,
        "override": "",
        "case_id": 1,
        "travel_source": TRAVEL_SOURCE,
    }
    return TurnTally(outcome=outcome, **{**defaults, **facts})


def summary_of(*tallies: TurnTally, as_of: datetime = NOON) -> Summary:
    """Make the summary of offers of one provider and service."""
    [summary] = summarise(tallies, as_of)
    return summary


MINUTES = st.floats(0, 1000)
TALLIES = st.builds(
    tally,
    st.sampled_from([*sorted(ACCEPTED_OUTCOMES), *sorted(REFUSED_OUTCOMES), *NOT_COUNTED]),
    provider=st.sampled_from(["huber", "lechtal"]),
    service=st.sampled_from(["tow", "recovery"]),
    opened_at=st.floats(-10, 2000).map(lambda days: NOON - timedelta(days=days)),
    answer_min=MINUTES,
    promised_min=st.none() | MINUTES,
    arrival_min=st.none() | MINUTES,
    came_min=st.none() | MINUTES,
    base_min=st.none() | st.integers(-20, 600),
    in_vain_min=st.lists(MINUTES, max_size=2).map(tuple),
    travel_source=st.sampled_from([TRAVEL_SOURCE, "road", ""]),
    override=st.sampled_from(["", "", "wish", "decision"]),
)
PRIORS = st.builds(PriorValues, st.floats(0, 1), st.floats(0, 60))


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Make any summary that a log could have, and much larger ones."""
    asked, answers, late, kept = (draw(st.floats(0, 1e6)) for _ in range(4))
    return Summary(
        provider="huber",
        service="tow",
        accepted_weight=asked * draw(st.floats(0, 1)),
        asked_weight=asked,
        answer_weight=answers,
        answer_min_weighted=answers * draw(MINUTES),
        late_weight=late,
        late_min_weighted=late * draw(st.floats(-1000, 1000)),
        promise_weight=kept,
        promise_min_weighted=kept * draw(st.floats(-1000, 1000)),
        as_of=NOON,
    )


# Fading


@given(st.floats(0, 1e6), st.floats(0, 3000))
def test_a_weight_halves_in_a_half_life(weight, days):
    """A half-life later half of a weight is left."""
    assert faded(weight, days + HALF_LIFE_DAYS) == pytest.approx(faded(weight, days) / 2)
    assert faded(weight, 0) == weight


@given(st.floats(0, 1e6), st.floats(-1e6, 0))
def test_a_clock_that_was_put_back_makes_nothing_heavier(weight, days):
    """Negative days leave a weight unchanged."""
    assert faded(weight, days) == weight


@given(st.lists(TALLIES, max_size=12), st.floats(0, 400))
def test_a_summary_fades_as_its_offers_would_have(tallies, days):
    """A summary that fades equals one that is made later."""
    later = NOON + timedelta(days=10 + days)
    at_ten = {
        (each.provider, each.service): learned(PRIOR, each, later)
        for each in summarise(tallies, NOON + timedelta(days=10))
    }
    for summary in summarise(tallies, later):
        direct, kept = learned(PRIOR, summary, later), at_ten[summary.provider, summary.service]
        assert direct.acceptance == pytest.approx(kept.acceptance)
        assert direct.answer_min == pytest.approx(kept.answer_min)
        assert direct.late_min == pytest.approx(kept.late_min, abs=1e-9)
        assert direct.promise_late_min == pytest.approx(kept.promise_late_min, abs=1e-9)


# What counts


def test_a_log_added_up_by_hand():
    """Weights, minutes and lateness of four offers, one of them a half-life old."""
    old = NOON - timedelta(days=HALF_LIFE_DAYS)
    summary = summary_of(
        tally(answer_min=1.0, promised_min=30.0, arrival_min=36.0, came_min=36.0, base_min=22),
        tally("failed", answer_min=2.0, promised_min=20.0, base_min=22),
        tally(
            "unsuccessful",
            answer_min=4.0,
            promised_min=25.0,
            arrival_min=21.0,
            came_min=21.0,
            base_min=24,
            opened_at=old,
        ),
        tally("no_answer", answer_min=3.0, base_min=22),
    )
    assert summary == Summary(
        provider="huber",
        service="tow",
        accepted_weight=2.5,
        asked_weight=3.5,
        answer_weight=3.5,
        answer_min_weighted=1.0 + 2.0 + 0.5 * 4.0 + 3.0,
        late_weight=1.5,
        late_min_weighted=14.0 - 0.5 * 3.0,
        promise_weight=1.5,
        promise_min_weighted=6.0 - 0.5 * 4.0,
        as_of=NOON,
    )
    found = learned(PRIOR, summary, NOON)
    assert found.acceptance == pytest.approx((7 + 2.5) / 13.5)
    assert found.answer_min == pytest.approx((30 + 8) / 13.5)
    assert found.late_min == pytest.approx(12.5 / 11.5)
    assert found.promise_late_min == pytest.approx(4 / 11.5)
    assert (found.asked, found.accepted) == (3.5, 2.5)


@pytest.mark.parametrize("outcome", sorted(ACCEPTED_OUTCOMES))
def test_a_yes_counts_as_an_acceptance_with_any_later_outcome(outcome):
    """An acceptance counts as one even if it failed later or was of no help."""
    assert learned(PRIOR, summary_of(tally(outcome)), NOON).acceptance > PRIOR.acceptance


@pytest.mark.parametrize("outcome", sorted(REFUSED_OUTCOMES))
def test_a_refusal_is_a_refusal_however_it_was_given(outcome):
    """Declined, no answer, unreachable and the wrong truck all lower the acceptance."""
    assert learned(PRIOR, summary_of(tally(outcome)), NOON).acceptance < PRIOR.acceptance


@given(
    st.lists(TALLIES, max_size=8),
    st.lists(TALLIES.filter(lambda each: not is_counted(each)), max_size=8),
)
def test_cancelled_corrected_and_overrides_change_nothing(tallies, others):
    """Cancelled, superseded and out-of-order offers do not count."""
    assert all(each.override or each.outcome in NOT_COUNTED for each in others)
    assert summarise([*tallies, *others], NOON) == summarise(tallies, NOON)


@given(st.lists(TALLIES, max_size=12).flatmap(lambda e: st.tuples(st.just(e), st.permutations(e))))
def test_the_order_of_the_log_changes_nothing(both):
    """Two orders of the same offers give the same bits."""
    tallies, shuffled = both
    assert summarise(tallies, NOON) == summarise(shuffled, NOON)


def test_providers_and_services_are_learned_apart():
    """Each provider and service has its own summary, in order."""
    found = summarise(
        [tally(provider="b"), tally(provider="a"), tally("declined", service="recovery")], NOON
    )
    assert [(each.provider, each.service, each.accepted_weight) for each in found] == [
        ("a", "tow", 1.0),
        ("b", "tow", 1.0),
        ("huber", "recovery", 0.0),
    ]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0])
def test_minutes_that_cannot_be_teach_nothing(odd):
    """With an impossible answer time the acceptance counts and the minutes do not."""
    found = learned(PRIOR, summary_of(tally(answer_min=odd)), NOON)
    assert (found.asked, found.answer_min) == (1.0, PRIOR.answer_min)
    in_vain = summary_of(tally(answer_min=1.0, in_vain_min=(odd,)))
    assert in_vain.answer_weight == 0
    late = summary_of(
        tally(promised_min=abs(odd), arrival_min=inf, came_min=inf, base_min=20),
    )
    assert (late.late_weight, late.promise_weight) == (0, 0)


# The values


def test_a_call_that_was_forgotten_is_no_long_call():
    """A call closed ten hours later counts as 15 minutes; one of 15 is unchanged."""
    forgotten, long = (
        summary_of(tally("no_answer", answer_min=minutes)).answer_min_weighted
        for minutes in (600.0, 15.0)
    )
    assert forgotten == long == 15.0


def test_the_calls_of_a_turn_are_one_answer():
    """Nine unanswered minutes and one to the answer are ten; a call counts at most 15."""
    assert answer_minutes(tally(answer_min=1.0, in_vain_min=(9.0,))) == 10.0
    assert answer_minutes(tally(answer_min=20.0, in_vain_min=(9.0, 600.0))) == 39.0
    summary = summary_of(tally(answer_min=1.0, in_vain_min=(9.0,)))
    assert (summary.answer_weight, summary.answer_min_weighted) == (1.0, 10.0)


@pytest.mark.parametrize(
    ("came_min", "base_min", "late_min"),
    [(75.0, 8, 67), (8.4, 8, 0), (7.6, 8, 0), (0.0, 20, -20), (None, 8, None), (75.0, None, None)],
)
def test_late_is_the_arrival_minus_our_own_forecast(came_min, base_min, late_min):
    """Lateness is in whole minutes, negative if early; None if one value is unknown."""
    assert late_minutes(tally(came_min=came_min, base_min=base_min)) == late_min


def test_lateness_counts_for_one_source_of_travel_minutes():
    """Lateness against road minutes does not count for crow-fly estimates."""
    tallies = [
        tally(came_min=30.0, base_min=20),
        tally(came_min=90.0, base_min=20, travel_source="road"),
        tally(came_min=99.0, base_min=None, travel_source=""),
    ]
    [crow], [road] = summarise(tallies, NOON), summarise(tallies, NOON, "road")
    assert (crow.late_weight, crow.late_min_weighted) == (1, 10)
    assert (road.late_weight, road.late_min_weighted) == (1, 70)
    assert crow.asked_weight == road.asked_weight == 3


def test_an_empty_log_leaves_the_prior():
    """Without offers the file's values remain, without lateness, within the interval."""
    found = learned(PRIOR, None, NOON)
    assert (found.acceptance, found.answer_min, found.late_min) == (0.7, 3.0, 0.0)
    assert (found.asked, found.accepted) == (0, 0)
    assert found.interval_low < 0.7 < found.interval_high


@settings(deadline=None)
@given(PRIORS, summaries(), st.floats(-1e5, 1e5))
def test_learned_values_are_never_absurd(prior, summary, days):
    """Learned values are finite and between prior and log; a certainty only comes from the file."""
    found = learned(prior, summary, NOON + timedelta(days=days))
    minutes = (found.answer_min, found.late_min, found.promise_late_min)
    for value in (*minutes, found.interval_low, found.interval_high):
        assert isfinite(value)
    assert 0 <= found.interval_low <= found.interval_high <= 1
    assert found.answer_min >= 0
    if 0 < prior.acceptance < 1:
        assert 0 < found.acceptance < 1
    assert 0 <= found.acceptance <= 1


@given(st.floats(1e-6, 1 - 1e-6), st.floats(1e-6, 1e6), st.floats(0, 1))
def test_the_acceptance_lies_between_the_file_and_the_average(prior, asked, share):
    """Shrinking stays between the file and the average of the log."""
    summary = replace(
        summary_of(tally()), asked_weight=asked, accepted_weight=min(asked, asked * share)
    )
    found = learned(PriorValues(prior, 3.0), summary, NOON).acceptance
    low, high = sorted((prior, share))
    assert low - 1e-9 <= found <= high + 1e-9


@given(PRIORS, summaries(), st.floats(0, 100))
def test_more_acceptances_never_lower_the_acceptance(prior, summary, more):
    """More acceptances never lower it, and more refusals never raise it."""
    before = learned(prior, summary, NOON).acceptance
    longer = replace(
        summary,
        asked_weight=summary.asked_weight + more,
        accepted_weight=summary.accepted_weight + more,
    )
    instead = min(summary.asked_weight, summary.accepted_weight + more)
    refused = replace(summary, asked_weight=summary.asked_weight + more)
    assert learned(prior, longer, NOON).acceptance >= before - 1e-12
    assert learned(prior, replace(summary, accepted_weight=instead), NOON).acceptance >= before
    assert learned(prior, refused, NOON).acceptance <= before + 1e-12


@pytest.mark.parametrize(("certain", "against"), [(0.0, "accepted"), (1.0, "declined")])
def test_a_certainty_of_the_file_falls_with_the_first_offer_against_it(certain, against):
    """Exactly 0 or 1 remains only as long as all offers agree."""
    prior, agrees = PriorValues(certain, 3.0), "declined" if certain == 0 else "accepted"
    for found in (learned(prior, None, NOON), learned(prior, summary_of(tally(agrees)), NOON)):
        assert found.acceptance == certain
        assert found.interval_low == found.interval_high == certain
    assert 0 < learned(prior, summary_of(tally(against)), NOON).acceptance < 1


@pytest.mark.parametrize(("prior", "accepted"), [(5e-324, 0.0), (1 - 2**-53, 1e17)])
def test_rounding_makes_no_certainty(prior, accepted):
    """At the limits of floats the acceptance is still not 0 or 1."""
    summary = replace(summary_of(tally()), asked_weight=1e17, accepted_weight=accepted)
    found = learned(PriorValues(prior, 3.0), summary, NOON)
    assert 0 < found.acceptance < 1
    assert 0 <= found.interval_low <= found.interval_high <= 1


def test_ten_offers_weigh_as_much_as_the_file():
    """After PRIOR_OFFERS refusals half of the file's acceptance is left."""
    found = learned(PRIOR, summary_of(*[tally("declined")] * PRIOR_OFFERS), NOON)
    assert found.acceptance == pytest.approx(0.35)


def test_a_provider_gets_what_was_learned_and_keeps_the_rest():
    """The provider's value, else the service's, is the prior; without a log nothing changes."""
    defaults = Settings(services={"recovery": ServiceSettings(acceptance=0.5, answer_min=8.0)})
    huber = provider("huber", acceptance=0.9)
    assert prior_of(huber, "recovery", defaults) == PriorValues(0.9, 8.0)
    assert prior_of(provider("x"), "recovery", defaults) == PriorValues(0.5, 8.0)
    assert prior_of(provider("x", answer_min=1.0), "tow", defaults) == PriorValues(0.7, 1.0)
    same, nothing = apply_learned(huber, "tow", defaults, None, NOON)
    assert same is huber
    assert nothing.acceptance == 0.9
    summary = summary_of(tally("declined", answer_min=14.0))
    changed, found = apply_learned(huber, "tow", defaults, summary, NOON)
    assert (changed.acceptance, changed.answer_min) == (found.acceptance, found.answer_min)
    assert found.acceptance == pytest.approx(9 / 11)
    assert found.answer_min == pytest.approx((30 + 14) / 11)
    assert replace(changed, acceptance=0.9, answer_min=None) == huber


# The Beta distribution

KNOWN = [  # Computed with 30 digits by another program's hypergeometric series.
    (2, 3, 0.5, 0.6875),
    (0.5, 0.5, 0.25, 1 / 3),
    (7, 3, 0.8, 0.7381975040000002),
    (14.5, 5.25, 0.7, 0.3406334514648268),
    (0.1, 9.9, 0.001, 0.6589792339833396),
    (300, 100, 0.74, 0.3167445358408092),
    (1.3, 40000, 2e-05, 0.41797753007106786),
]


@pytest.mark.parametrize(("a", "b", "x", "chance"), KNOWN)
def test_the_beta_distribution_has_its_known_values(a, b, x, chance):
    """Ten digits on both sides of the mean, for small and large parameters, and back."""
    assert beta_cdf(a, b, x) == pytest.approx(chance, rel=1e-10)
    assert beta_quantile(a, b, chance) == pytest.approx(x, rel=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 100))
def test_the_beta_distribution_is_the_tail_of_a_binomial(a, b, hundredths):
    """For whole parameters the exact fraction is a sum of binomial terms."""
    n, x = a + b - 1, Fraction(hundredths, 100)
    exact = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert beta_cdf(a, b, hundredths / 100) == pytest.approx(float(exact), rel=1e-9, abs=1e-14)


@given(st.floats(1.5, 60), st.floats(1.5, 60), st.floats(0.01, 0.99))
def test_the_beta_distribution_is_its_density_added_up(a, b, x):
    """Brute force: the area of thin strips below x, as a share of the whole."""

    def strips(width: float, count: int = 2000) -> float:
        middles = ((k + 0.5) * width / count for k in range(count))
        return sum(m ** (a - 1) * (1 - m) ** (b - 1) for m in middles) * width / count

    assert beta_cdf(a, b, x) == pytest.approx(strips(x) / strips(1.0), abs=1e-3)


@given(st.floats(1e-9, 1e6), st.floats(1e-9, 1e6), st.floats(0, 1))
def test_the_beta_distribution_mirrors_and_stays_a_chance(a, b, x):
    """It is between 0 and 1 for any parameters, and the two tails add up to 1."""
    chance = beta_cdf(a, b, x)
    assert 0 <= chance <= 1
    if 1 - (1 - x) == x:
        assert chance + beta_cdf(b, a, 1 - x) == pytest.approx(1, abs=1e-7)


def test_the_beta_distribution_ends_for_parameters_of_any_size():
    """For huge parameters the sum is cut off: less exact, and still a chance."""
    assert beta_cdf(1e7, 1e7, 0.5) == pytest.approx(0.5, abs=1e-7)
    assert 0 < beta_cdf(1e12, 1e12, 0.5) < 1


# The standard error of the index


def error_by_hand(found: LearnedValues) -> float:
    """Compute the formula of docs/equals.md by a second implementation."""
    a = 10 * found.prior.acceptance + found.accepted
    b = 10 * (1 - found.prior.acceptance) + found.asked - found.accepted
    parts = (
        found.answer_min / found.acceptance**2 * (a * b / (a + b + 1)) ** 0.5 / (a + b),
        3 / (10 + found.answer_weight) ** 0.5 / found.acceptance,
        5 / (10 + found.late_weight) ** 0.5,
    )
    return sum(part**2 for part in parts) ** 0.5


def test_the_standard_error_in_the_docs_is_right():
    """Forty offers with 28 acceptances have the numbers of the page."""
    late = {"came_min": 20.0, "base_min": 20}
    offers = [tally(answer_min=3.0, **late)] * 28 + [tally("declined", answer_min=3.0)] * 12
    found = learned(PRIOR, summary_of(*offers), NOON)
    assert (found.answer_weight, found.late_weight) == pytest.approx((40, 28))
    assert found.error_min == pytest.approx(error_by_hand(found)) == pytest.approx(1.09, abs=0.005)
    page = " ".join(EQUALS.read_text(encoding="utf-8").split())
    assert "the three parts are 0.39, 0.61 and 0.81, and the root is 1.09" in page
    long = learned(PRIOR, summary_of(*offers * 10), NOON)
    assert long.error_min == pytest.approx(0.39, abs=0.005)


def test_without_a_log_there_is_no_standard_error():
    """Without offers, or for a provider that never accepts, there is no standard error."""
    assert learned(PRIOR, None, NOON).error_min == 0
    never = learned(PriorValues(0.0, 3.0), summary_of(tally("declined")), NOON)
    assert (never.acceptance, never.error_min) == (0, 0)


@given(PRIORS, st.lists(TALLIES.filter(is_counted), min_size=1, max_size=30))
def test_the_standard_error_is_a_number_or_endless(prior, tallies):
    """It is never NaN and never negative, with any numbers in the log."""
    for summary in summarise(tallies, NOON):
        assert learned(prior, summary, NOON).error_min >= 0


# The study


@pytest.mark.parametrize("seeds", [pytest.param(100), pytest.param(1000, marks=pytest.mark.ci)])
def test_learning_is_worth_its_minutes(seeds):
    """Mean regret at most 0.3 min after 5 offers and 0.15 after 20; never worse than the file.

    Turns among equals add at most 0.3 min. The page has the table of 1,000 seeds, to the last
    digit.
    """
    regrets, *others = benchmark.study(seeds)
    mean = {key: fmean(lost) for key, lost in regrets.items()}
    assert mean["learned", 0] == mean["file's values", 0]
    assert mean["learned", 5] <= min(0.3, mean["file's values", 5], mean["plain average", 5])
    assert mean["learned", 20] <= min(0.15, mean["file's values", 20], mean["plain average", 20])
    assert mean["learned", 100] <= mean["plain average", 100]
    for offers in benchmark.OFFERS:
        assert mean["learned, in turn", offers] <= mean["learned", offers] + 0.3
    assert all(regret >= -1e-9 for lost in regrets.values() for regret in lost)
    if seeds == 1000:
        assert benchmark.table(regrets, *others) in PAGE.read_text(encoding="utf-8")


def test_the_example_in_the_docs_is_right():
    """Eight offers with three acceptances have the numbers of the page."""
    found = learned(PRIOR, summary_of(*[tally()] * 3, *[tally("declined")] * 5), NOON)
    figures = (found.acceptance, found.interval_low, found.interval_high)
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"{figure:.3f}" in text for figure in figures)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """A truth drawn from the prior is in the 80 % interval in about 80 of 100 logs."""
    random, held = Random(7), []
    for _ in range(400):
        truth = random.betavariate(7, 3)
        answers = ["accepted" if random.random() < truth else "declined" for _ in range(12)]
        found = learned(PRIOR, summary_of(*map(tally, answers)), datetime(2026, 11, 27, tzinfo=UTC))
        held.append(found.interval_low <= truth <= found.interval_high)
    assert fmean(held) == pytest.approx(0.8, abs=0.06)
