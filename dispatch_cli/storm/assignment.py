"""Give each incident a slot or the last resort, so that the sum of the costs is smallest.

The problem is a flow of least cost from incidents to slots, solved by OR-tools.
"""

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .network import NO_SLOT, Array, Network


def best_edges(network: Network) -> Array:
    """Choose the edge of each incident, ``NO_SLOT`` for the last resort.

    A slot never gets more incidents than it has units. Equal networks give equal choices.
    """
    incidents, slots, edges = network.incidents, network.slots, len(network.cost)
    chosen = np.full(incidents, NO_SLOT, np.int64)
    if not edges:
        return chosen
    sink = incidents + slots
    everybody, every_slot = np.arange(incidents), np.arange(slots) + incidents
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([network.owner, everybody, every_slot]),
        np.concatenate([network.slot + incidents, np.full(incidents + slots, sink)]),
        np.concatenate([np.ones(edges + incidents, np.int64), network.capacity]),
        np.concatenate([network.cost, network.last_resort, np.zeros(slots, np.int64)]),
    )
    flow.set_nodes_supplies(
        np.append(everybody, sink), np.append(np.ones(incidents, np.int64), -incidents)
    )
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise AssertionError(f"a flow to the last resort always exists, yet: {status}")
    taken = np.flatnonzero(flow.flows(np.arange(edges)))
    chosen[network.owner[taken]] = taken
    return chosen
