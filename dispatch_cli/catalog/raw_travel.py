"""The shape of the table about road minutes."""

from typing import Annotated

from msgspec import Meta, Struct

from .raw_texts import documented

Factor = Annotated[float, Meta(ge=0.1, le=10)]


class RawFactors(Struct, forbid_unknown_fields=True, kw_only=True):
    """Factors of the engine's minutes by the kind of the vehicle that is sent."""

    car: Annotated[Factor | None, documented("Patrols, jump starts, taxis.")] = None
    tow_truck: Annotated[Factor | None, documented("Tow trucks and flatbeds.")] = None
    heavy_truck: Annotated[Factor | None, documented("Recovery and towing of trucks.")] = None


class RawTravel(Struct, forbid_unknown_fields=True, kw_only=True):
    """The travel engine that gives road minutes; without one they are estimates."""

    engine: Annotated[str | None, documented("crow_fly, osrm or valhalla.")] = None
    url: Annotated[str | None, documented("Address of the engine, http or https.")] = None
    timeout_s: Annotated[
        Annotated[float, Meta(ge=0.05, le=10)] | None,
        documented("Longest wait for all requests of a ranking, in seconds."),
    ] = None
    snap_m: Annotated[
        Annotated[float, Meta(ge=10, le=5000)] | None,
        documented("Largest distance from a base or place to the nearest road, in metres."),
    ] = None
    top_speed_kmh: Annotated[
        Annotated[float, Meta(ge=30, le=300)] | None,
        documented("Highest speed in the engine's data, in km/h."),
    ] = None
    data_version: Annotated[
        Annotated[str, Meta(max_length=100)] | None,
        documented("Name of the engine's data; a new one makes kept answers void."),
    ] = None
    factor: Annotated[
        RawFactors | None, documented("Factors of the minutes by kind of vehicle.")
    ] = None
