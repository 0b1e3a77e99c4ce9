"""What learning is worth: minutes lost by what one believes of the providers' acceptance.

    python benchmarks/learning.py [--seeds 1000] [--write]

Each seed is a world of four to seven providers. The file's acceptance is wrong by N(0, 0.15); the
log holds 0, 5, 20 or 100 offers to each provider, drawn from the truth. Whoever believes the
file, the plain average or the learned value orders by that and stops by that; the truth decides
what it costs. ``--write`` puts the table into docs/learning.md.
"""

import argparse
from datetime import UTC, datetime
from math import ceil, inf
from pathlib import Path
from random import Random
from statistics import fmean

from dispatch_cli.learning import Prior, learned, summarise
from dispatch_cli.model.case import Tally

OFFERS = (0, 5, 20, 100)
METHODS = ("file's values", "plain average", "learned")
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
        best_min = expected_min(world, truth)
        optima.append(best_min)
        for offers in OFFERS:
            seen = [each[:offers] for each in answers]
            for method, believed in zip(METHODS, _believed(world, said, seen), strict=True):
                regrets[method, offers].append(expected_min(world, believed) - best_min)
    return regrets, optima


def expected_min(world: list[Provider], believed: list[float]) -> float:
    """Work out what the order and stop by some believed acceptances cost in truth."""
    index_min = [
        arrival_min + answer_min / acceptance if acceptance > 0 else inf
        for (_, answer_min, arrival_min), acceptance in zip(world, believed, strict=True)
    ]
    minutes, all_refused = 0.0, 1.0
    for index, (acceptance, answer_min, arrival_min) in sorted(zip(index_min, world, strict=True)):
        if index < FALLBACK_MIN:
            minutes += all_refused * (answer_min + acceptance * arrival_min)
            all_refused *= 1 - acceptance
    return minutes + all_refused * FALLBACK_MIN


def percentile_95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
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


def _believed(
    world: list[Provider], said: list[float], answers: list[list[bool]]
) -> tuple[list[float], list[float], list[float]]:
    """The acceptances by each of the METHODS; an average of nothing is the file's value."""
    tallies = [
        _tally(number, accepted=accepted, answer_min=world[number][1])
        for number, of_one in enumerate(answers)
        for accepted in of_one
    ]
    summaries = {summary.provider: summary for summary in summarise(tallies, _NOW)}
    average = [
        sum(of_one) / len(of_one) if of_one else value
        for of_one, value in zip(answers, said, strict=True)
    ]
    posterior = [
        learned(Prior(value, world[number][1]), summaries.get(str(number)), _NOW).acceptance
        for number, value in enumerate(said)
    ]
    return said, average, posterior


def _tally(number: int, *, accepted: bool, answer_min: float) -> Tally:
    return Tally(
        provider=str(number),
        service="tow",
        client=None,
        opened_at=_NOW,
        outcome="accepted" if accepted else "declined",
        answer_min=answer_min,
        promised_min=None,
        arrival_min=None,
        rank=1,
        override="",
        case_id=1,
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
