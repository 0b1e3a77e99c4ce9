"""Small random demands with their candidates and slots, for the tests of plans."""

import numpy as np

from dispatch_cli.storm.demands import Demands, SlotTable


def random_demands(seed: int, *, most: int = 20, firms: int = 6) -> tuple[Demands, SlotTable]:
    """Make demands with some firms each and many equal ages and weights; some have no candidate."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, most + 1))
    is_open = random.random((count, firms)) < random.choice([0.0, 0.6, 0.6, 0.6], (count, 1))
    firm = np.nonzero(is_open)[1]
    way_min = random.uniform(5, 60, len(firm))
    ask_min = random.uniform(2, 15, len(firm))
    waits = [
        np.sort(random.choice([0.0, 10.0, 30.0, 31.0, 70.0], random.integers(0, 4), replace=False))
        for _ in range(firms)
    ]
    wait_min = np.concatenate(waits)
    demands = Demands(
        begin=np.concatenate([[0], np.cumsum(is_open.sum(axis=1))]),
        provider=firm,
        order_min=way_min + ask_min,
        index_min=way_min + ask_min,
        ask_min=ask_min,
        wait_min=np.zeros(len(firm)),
        way_min=way_min,
        fallback_min=np.full(count, 100.0),
        weight=random.choice([1.0, 2.0], count),
        age_min=random.choice([0.0, 20.0, 99.0, 100.0, 130.0], count),
        outside_min=np.full(count, np.inf),
    )
    begin = np.concatenate([[0], np.cumsum([len(each) for each in waits])])
    return demands, SlotTable(begin, wait_min, random.integers(1, 3, len(wait_min)))


def demand_alone(demands: Demands, number: int) -> Demands:
    """Cut one demand out, row by row."""
    rows = range(int(demands.begin[number]), int(demands.begin[number + 1]))
    return Demands(
        np.array([0, len(rows)]),
        *(np.array([column[row] for row in rows], column.dtype) for column in demands[1:7]),
        *(np.array([column[number]]) for column in demands[7:]),
    )
