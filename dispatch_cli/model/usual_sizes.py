"""The greatest weight and height that vehicles of a class usually have."""

from collections.abc import Mapping

from ..messages import Message
from .incident import Vehicle

MOST_USUAL_T: Mapping[str, float] = {
    "car": 3.5, "motorcycle": 0.6, "van": 7.5, "camper": 12.0, "truck": 60.0, "bus": 30.0,
}  # fmt: skip
"""Tonnes, loaded. A car above 3.5 t is no longer one for the driving licence B."""

MOST_USUAL_M: Mapping[str, float] = {
    "car": 2.4, "motorcycle": 1.8, "van": 3.5, "camper": 4.0, "truck": 4.2, "bus": 4.2,
}  # fmt: skip
"""Metres: a car with a box on its roof; the height that German roads allow is 4 m."""


def unusual_sizes(vehicle: Vehicle) -> dict[str, Message]:
    """Return a sentence for the weight and for the height if the class seldom has it.

    The keys are the facts ``weight_t`` and ``height_m``.
    """
    found: dict[str, Message] = {}
    kind = vehicle.kind
    if kind is None:
        return found
    if vehicle.weight_t is not None and vehicle.weight_t > MOST_USUAL_T[kind]:
        found["weight_t"] = Message(
            "{weight_t:g} t is unusual for the vehicle {vehicle}",
            weight_t=vehicle.weight_t,
            vehicle=Message(kind),
        )
    if vehicle.height_m is not None and vehicle.height_m > MOST_USUAL_M[kind]:
        found["height_m"] = Message(
            "{height_m:g} m is an unusual height for the vehicle {vehicle}",
            height_m=vehicle.height_m,
            vehicle=Message(kind),
        )
    return found
