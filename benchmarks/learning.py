"""What learning is worth: minutes lost because the providers' acceptance is not known exactly.

    python benchmarks/learning.py [--seeds 1000] [--write]

Each seed is a world of four to seven providers. The file's acceptance is wrong by N(0, 0.15); the
log holds 0, 5, 20 or 100 offers to each provider, drawn from the truth. Each method orders the
providers and stops by the acceptances that it believes: the file's, the plain average of the log,
the learned ones, and the learned ones with equals in turn. The regret is worked out from the truth.
``--write`` puts the table into docs/learning.md.
"""

import argparse
from datetime import UTC, datetime
from math import ceil, inf
from pathlib import Path
from random import Random
from statistics import fmean

from dispatch_cli.geo import TRAVEL_SOURCE
from dispatch_cli.learning import LearnedValues, PriorValues, learned, summarise
from dispatch_cli.model import Settings
from dispatch_cli.model.case_counts import TurnTally
from dispatch_cli.ranking import COMPARED_STEPS_PER_MIN, equal_within_min, in_turn

OFFERS = (0, 5, 20, 100)
METHODS = ("file's values", "plain average", "learned", "learned, in turn")
FALLBACK_MIN = 120.0
FILE_ERROR = 0.15
PAGE = Path(__file__).resolve().parents[1] / "docs" / "learning.md"
MARKS = ("<!-- the study's table -->\n", "<!-- end of the table -->")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)

Provider = tuple[float, float, float]  # acceptance, answer_min, arrival_min
Study = dict[tuple[str, int], list[float]]


def study(seeds: int) -> tuple[Study, list[float]]:
    """Measure the regret of each method after so many offers, and the optimum, in each world."""
    regrets: Study = {(method, offers): [] for method in METHODS for offers in OFFERS}
    optima = []
    for seed in range(seeds):
        random = Random(seed)
        world = _world(random)
        truth = [acceptance for acceptance, _, _ in world]
        said = [min(1.0, max(0.0, each + random.gauss(0, FILE_ERROR))) for each in truth]
        answers = [[random.random() < each for _ in range(max(OFFERS))] for each in truth]
        last_assigned = [random.random() for _ in world]
        best_min = expected_min(_by_minutes(world, truth))
        optima.append(best_min)
        for offers in OFFERS:
            seen = [each[:offers] for each in answers]
            found = _learned(world, said, seen)
            average = [
                sum(of_one) / offers if offers else value
                for of_one, value in zip(seen, said, strict=True)
            ]
            orders = (
                _by_minutes(world, said),
                _by_minutes(world, average),
                _by_minutes(world, [each.acceptance for each in found]),
                _in_turn(world, found, last_assigned),
            )
            for method, order in zip(METHODS, orders, strict=True):
                regrets[method, offers].append(expected_min(order) - best_min)
    return regrets, optima


def expected_min(order: list[Provider]) -> float:
    """Work out what an order costs in truth."""
    minutes, all_refused = 0.0, 1.0
    for acceptance, answer_min, arrival_min in order:
        minutes += all_refused * (answer_min + acceptance * arrival_min)
        all_refused *= 1 - acceptance
    return minutes + all_refused * FALLBACK_MIN


def percentile_95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[ceil(0.95 * len(values)) - 1]


def table(regrets: Study, optima: list[float]) -> str:
    """Write the regrets as a Markdown table, one row for each number of offers and method."""
    rows = [
        f"| {offers} | {method} | {fmean(lost):.3f} | {percentile_95(lost):.2f} | {max(lost):.2f} |"
        for offers in OFFERS
        for method in METHODS
        for lost in [regrets[method, offers]]
    ]
    head = ["| offers each | order by | mean regret | 95th percentile | largest |",
            "|---|---|---|---|---|"]  # fmt: skip
    best = f"| | optimum ({fmean(optima):.2f} min expected) | 0 | 0 | 0 |"
    return "\n".join([*head, *rows, best, ""])


def _world(random: Random) -> list[Provider]:
    return [
        (0.05 + 0.9 * random.betavariate(3, 2), random.uniform(1, 8), random.uniform(20, 60))
        for _ in range(random.randint(4, 7))
    ]


def _index_min(world: list[Provider], believed: list[float]) -> list[float]:
    return [
        arrival_min + answer_min / acceptance if acceptance > 0 else inf
        for (_, answer_min, arrival_min), acceptance in zip(world, believed, strict=True)
    ]


def _by_minutes(world: list[Provider], believed: list[float]) -> list[Provider]:
    """Return the order and stop by some believed acceptances."""
    index_min = _index_min(world, believed)
    ordered = sorted(zip(index_min, world, strict=True))
    return [provider for index, provider in ordered if index < FALLBACK_MIN]


def _in_turn(
    world: list[Provider], found: list[LearnedValues], last_assigned: list[float]
) -> list[Provider]:
    """Return order and stop by learned acceptances, equals in turn by their last assignment."""
    index_min = _index_min(world, [each.acceptance for each in found])
    order = in_turn(
        [number for number, index in enumerate(index_min) if index < FALLBACK_MIN],
        lambda number: round(index_min[number] * COMPARED_STEPS_PER_MIN),
        lambda number: equal_within_min(found[number].error_min, Settings()),
        lambda number: (last_assigned[number], b""),
    )
    return [world[number] for number in order]


def _learned(
    world: list[Provider], said: list[float], answers: list[list[bool]]
) -> list[LearnedValues]:
    """The values of each provider that were learned from the log."""
    tallies = [
        _tally(number, world[number], accepted=accepted)
        for number, of_one in enumerate(answers)
        for accepted in of_one
    ]
    summaries = {summary.provider: summary for summary in summarise(tallies, _NOW)}
    return [
        learned(PriorValues(value, world[number][1]), summaries.get(str(number)), _NOW)
        for number, value in enumerate(said)
    ]


def _tally(number: int, provider: Provider, *, accepted: bool) -> TurnTally:
    _, answer_min, arrival_min = provider
    came_min = arrival_min if accepted else None
    return TurnTally(
        provider=str(number),
        service="tow",
        client=None,
        opened_at=_NOW,
        outcome="accepted" if accepted else "declined",
        answer_min=answer_min,
        promised_min=came_min,
        arrival_min=came_min,
        override="",
        case_id=1,
        came_min=came_min,
        base_min=round(arrival_min),
        travel_source=TRAVEL_SOURCE,
    )


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--write", action="store_true", help=f"put it into docs/{PAGE.name}")
    options = parser.parse_args()
    found = table(*study(options.seeds))
    if not options.write:
        print(found, end="")
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(before + MARKS[0] + found + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
