"""The order is optimal, and does not depend on names."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_cli import cascade, eligibility, ranking
from dispatch_cli.candidates import RatedProvider
from dispatch_cli.eligibility import Need
from dispatch_cli.model import Client, Observations, Place, Provider, Settings

from .tiers import searched
from .worlds import NOON, incident, need, provider, settings_with

# On these grids two different indices are at least 1e-5 apart, further than the 1e-6 to which
# orders are compared, so that "optimal to 1e-9" has one meaning.
EIGHTHS = st.integers(0, 480).map(lambda n: n / 8)
HUNDREDTHS = st.integers(0, 100).map(lambda n: n / 100)
EXAMPLES = [pytest.param(500), pytest.param(5000, marks=pytest.mark.ci)]

World = list[tuple[float, float, float, bool]]  # arrival, answer, acceptance, own
WORLDS = st.lists(
    st.tuples(EIGHTHS, st.integers(0, 80).map(lambda n: n / 8), HUNDREDTHS, st.booleans()),
    max_size=7,
)
FALLBACKS = st.integers(20, 200).map(float)


def rate_all(
    world: World, fallback_min: float, client: Client | None = None
) -> list[RatedProvider]:
    """Rate a world of providers at the incident, so that turnout is arrival."""
    asked = need(settings=settings_with(fallback_min), client=client)
    providers = [
        provider(
            f"p{number}",
            turnout_min=arrival,
            answer_min=answer,
            acceptance=acceptance,
            tags=("own",) if own else (),
        )
        for number, (arrival, answer, acceptance, own) in enumerate(world)
    ]
    return rated_of(providers, asked)


def expected_by_hand(steps: list[tuple[float, float, float]], fallback_min: float) -> float:
    """Compute the expected minutes of an order backwards, independently of the program."""
    minutes = fallback_min
    for arrival, answer, acceptance in reversed(steps):
        minutes = answer + acceptance * arrival + (1 - acceptance) * minutes
    return minutes


def best_by_brute_force(
    steps: list[tuple[float, float, float]], fallback_min: float, *, all_of_them: bool
) -> float:
    """Find the least expected minutes over all orders of all subsets of the steps.

    What is left to ask does not depend on who was asked before, so the best of each subset is
    built from the best of the smaller ones: exhaustive, and quick enough for seven.
    """
    best = {0: fallback_min}
    for subset in range(1, 1 << len(steps)):
        asked = [
            answer + acceptance * arrival + (1 - acceptance) * best[subset & ~(1 << number)]
            for number, (arrival, answer, acceptance) in enumerate(steps)
            if subset >> number & 1
        ]
        best[subset] = min(asked) if all_of_them else min(fallback_min, *asked)
    return best[(1 << len(steps)) - 1]


def steps_of(
    order: list[RatedProvider], *, with_head_start: bool = False
) -> list[tuple[float, ...]]:
    """Return arrival, answer and acceptance of an order."""
    return [
        (
            rated.arrival_min - (rated.head_start_min if with_head_start else 0),
            rated.answer_min,
            rated.acceptance,
        )
        for rated in order
    ]


@given(
    steps=st.lists(st.tuples(EIGHTHS, EIGHTHS, HUNDREDTHS), max_size=5),
    fallback_min=FALLBACKS,
)
@settings(max_examples=60, deadline=None)
def test_brute_force_equals_listing_every_order(steps, fallback_min):
    """The reference itself is right: building from subsets equals listing all orders."""
    walked = min(
        expected_by_hand(list(order), fallback_min)
        for size in range(len(steps) + 1)
        for order in permutations(steps, size)
    )
    assert best_by_brute_force(steps, fallback_min, all_of_them=False) == pytest.approx(
        walked, abs=1e-9
    )


@pytest.mark.parametrize("examples", EXAMPLES)
def test_cascade_is_optimal_over_all_orders_and_subsets(examples):
    """Without head starts the expected minutes are the minimum over all orders and subsets."""

    @given(world=WORLDS, fallback_min=FALLBACKS)
    @settings(max_examples=examples, deadline=None)
    def check(world, fallback_min):
        kept, _ = ranking.keep(rate_all(world, fallback_min), fallback_min)
        asked = need(settings=settings_with(fallback_min))
        order = ranking.orders(kept, [], asked).asked
        everybody = [world_row[:3] for world_row in world]
        best = best_by_brute_force(everybody, fallback_min, all_of_them=False)
        assert cascade.expected_min(order, fallback_min) == pytest.approx(best, abs=1e-9)

    check()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_head_starts_reorder_the_kept_and_keep_no_other(examples):
    """With head starts the true index decides the set, and the reduced index the order."""
    client = Client(id="c", name="C", prefer=("own",), head_start_min=8)

    @given(world=WORLDS, fallback_min=FALLBACKS)
    @settings(max_examples=examples, deadline=None)
    def check(world, fallback_min):
        rated = rate_all(world, fallback_min, client)
        kept, beyond = ranking.keep(rated, fallback_min)
        for row in kept:
            assert row.arrival_min + row.answer_min / row.acceptance < fallback_min
        for row in beyond:
            assert row.acceptance == 0 or row.index_min >= fallback_min
        asked = need(settings=settings_with(fallback_min), client=client)
        order = ranking.orders(kept, [], asked).asked
        reduced = steps_of(order, with_head_start=True)
        best = best_by_brute_force(reduced, fallback_min, all_of_them=True)
        assert expected_by_hand(reduced, fallback_min) == pytest.approx(best, abs=1e-9)

    check()


def test_index_order_beats_the_naive_ones_somewhere():
    """The control: ordering by arrival alone is not optimal, and the reference shows it."""
    steps = [(20.0, 10.0, 0.1), (25.0, 1.0, 0.9)]
    by_arrival = expected_by_hand(sorted(steps), 120)
    assert by_arrival > best_by_brute_force(steps, 120, all_of_them=False) + 1


def rated_of(providers: list[Provider], asked: Need) -> list[RatedProvider]:
    """Rate the providers that pass the gates, without a drive."""
    return [ranking.rate(each, asked, 0.0) for each in eligibility.split(providers, asked).eligible]


def order_of(providers: list[Provider], **facts: object) -> list[str]:
    """Return the ids in the order in which one tow would ask them."""
    asked = need(incident(**facts))
    rated = rated_of(providers, asked)
    kept, _ = ranking.keep(rated, 120.0)
    return [row.eligible.provider.id for row in ranking.orders(kept, [], asked).asked]


def as_providers(world: World) -> list[Provider]:
    """Make the providers of a world."""
    return [
        provider(f"p{n}", turnout_min=arrival, answer_min=answer, acceptance=acceptance)
        for n, (arrival, answer, acceptance, _) in enumerate(world)
    ]


@searched(
    1000,
    world=WORLDS,
    seed=st.randoms(use_true_random=False),
    suppress=[HealthCheck.too_slow],
)
def test_names_and_the_order_of_the_file_change_nothing(world, seed):
    """Shuffling the file and renaming all providers does not change the order of ids."""
    providers = as_providers(world)
    shuffled = [provider(each.id, **facts_of(each, name="Zzz")) for each in providers]
    seed.shuffle(shuffled)
    assert order_of(shuffled) == order_of(providers)


def facts_of(each: Provider, **changed: object) -> dict[str, object]:
    """Return the values of a provider in the neutral worlds."""
    facts = {
        "turnout_min": each.turnout_min,
        "answer_min": each.answer_min,
        "acceptance": each.acceptance,
    }
    return {**facts, **changed}


@searched(
    1000,
    world=WORLDS.filter(bool),
    worse=st.tuples(EIGHTHS, EIGHTHS, st.integers(0, 100)),
    which=st.integers(0, 6),
)
def test_a_strictly_worse_provider_never_changes_the_ranks_above_it(world, worse, which):
    """A slower or less willing provider never changes the ranks above it."""
    providers = as_providers(world)
    model = providers[which % len(providers)]
    later, longer, less = worse
    added = provider(
        "added",
        turnout_min=(model.turnout_min or 0) + later + 0.125,
        answer_min=(model.answer_min or 0) + longer,
        acceptance=max(0.0, (model.acceptance or 0) - less / 100),
    )
    before, after = order_of(providers), order_of([added, *providers])
    assert [each for each in after if each != "added"] == before
    if "added" in after:
        assert after.index("added") > after.index(model.id)


def test_equal_providers_are_first_equally_often():
    """Over 1,000 places five equal providers are first equally often (chi-square, p > 0.001)."""
    equals = [provider(f"firm-{letter}", turnout_min=10.0) for letter in "abcde"]
    first = dict.fromkeys((each.id for each in equals), 0)
    for number in range(1000):
        place = Place(lat=48 + number * 0.0007, lon=11 + number * 0.0011)
        first[order_of(equals, place=place)[0]] += 1
    chi_square = sum((count - 200) ** 2 / 200 for count in first.values())
    assert chi_square < 18.47, first  # 4 degrees of freedom, p = 0.001


def test_ties_go_to_the_never_assigned_then_to_the_longest_ago():
    """Of equal providers the never assigned one is first, then the longest waiting one."""
    equals = [provider(name, turnout_min=10.0) for name in ("fresh", "lately", "long-ago")]
    seen = Observations(
        last_assigned={"lately": NOON, "long-ago": NOON.replace(year=2025)},
    )
    asked = need(observations=seen)
    rated = rated_of(equals, asked)
    order = ranking.orders(rated, [], asked).asked
    assert [row.eligible.provider.id for row in order] == ["fresh", "long-ago", "lately"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("index", ["quick", "sure", "near"]),
        ("nearest", ["near", "sure", "quick"]),
        # 26 and 29 minutes share the band from 15 to 30 with 16; who was assigned decides, and the
        # 5 minutes that "near" takes to answer do not count.
        ("time-bands", ["sure", "near", "quick"]),
    ],
)
def test_methods_order_by_their_own_measure(method, expected):
    """Each published procedure orders by its own measure, without head starts."""
    providers = [
        provider("near", north_km=1, turnout_min=26.0, answer_min=5.0, acceptance=1.0),
        provider(
            "sure", north_km=2, turnout_min=29.0, answer_min=0.0, acceptance=1.0, tags=("own",)
        ),
        provider("quick", north_km=3, turnout_min=16.0, answer_min=1.0, acceptance=1.0),
    ]
    seen = Observations(last_assigned={"near": NOON.replace(day=2), "quick": NOON.replace(day=3)})
    client = Client(
        id="c", name="C", prefer=("own",), head_start_min=0 if method == "index" else 15
    )
    asked = need(settings=Settings(method=method), client=client, observations=seen)
    rated = rated_of(providers, asked)
    order = ranking.orders(rated, [], asked).asked
    assert [row.eligible.provider.id for row in order] == expected
    assert all(row.head_start_min == 0 for row in order)


def test_an_only_list_is_asked_first_and_everybody_else_follows():
    """The client's own providers come first, then all others, marked."""
    providers = [
        provider("own-slow", turnout_min=40.0, tags=("own",)),
        provider("own-quick", turnout_min=30.0, tags=("own",)),
        provider("other", turnout_min=5.0),
    ]
    asked = need(client=Client(id="c", name="C", only=("own",)))
    rated = rated_of(providers, asked)
    order = ranking.orders(rated, [], asked).asked
    assert [(row.eligible.provider.id, row.outside_contract) for row in order] == [
        ("own-quick", False),
        ("own-slow", False),
        ("other", True),
    ]


@pytest.mark.parametrize(
    "danger", [{"injured": 1}, {"spot": "lane"}, {"spot": "shoulder"}, {"spot": "tunnel"}]
)
def test_safety_beats_contract(danger):
    """For injured persons or in traffic every head start is 0."""
    client = Client(id="c", name="C", prefer=("p",), head_start_min=10)
    asked = need(incident(**danger), client=client)
    calm = need(client=client)
    [eligible] = eligibility.split([provider("p")], asked).eligible
    assert ranking.rate(eligible, asked, 0.0).head_start_min == 0
    assert ranking.rate(eligible, calm, 0.0).head_start_min == 10
