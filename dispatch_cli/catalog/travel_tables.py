"""Make the settings of the travel engine from ``[travel]``."""

from msgspec.structs import asdict

from ..messages import Message, quoted
from ..model.near_words import did_you_mean
from ..model.travel_engines import CROW_FLY, TRAVEL_ENGINES, TravelSettings
from .check_tables import Trust, check_url
from .problem_collector import TableReporter
from .raw_travel import RawTravel

_COPIED = ("timeout_s", "snap_m", "top_speed_kmh", "data_version")


def make_travel(raw: RawTravel, reporter: TableReporter, trust: Trust) -> TravelSettings:
    """Make the settings of the travel engine.

    An address counts only in a trusted file, because the engine receives the places of motorists;
    elsewhere the table is refused, with a warning. ``is_trusted`` is not set here: the setting that
    names the file may differ from run to run, and the compiled form is the same.
    """
    engine = CROW_FLY if raw.engine is None else raw.engine
    keys = TRAVEL_ENGINES.get(engine)
    if keys is None:
        reporter.report(
            "engine",
            "unknown engine {engine}: {allowed}{guess}",
            engine=quoted(engine),
            allowed=", ".join(TRAVEL_ENGINES),
            guess=did_you_mean(engine, TRAVEL_ENGINES),
        )
        return TravelSettings()
    if keys.needs_url and raw.url is None and not reporter.is_faulty("url"):
        reporter.report("engine", "url is missing: the engine {engine} needs it", engine=engine)
    if not keys.needs_url and raw.url is not None:
        reporter.report("url", "the engine {engine} has no url", engine=engine)
    if raw.url is not None:
        check_url("url", raw.url, reporter)
        if trust.reason is not None:
            refused = Message(trust.reason, key="url")
            text = "{refusal}; travel minutes are estimates as the crow flies"
            reporter.refuse("url", Message(text, refusal=refused))
    found = {key: getattr(raw, key) for key in _COPIED if getattr(raw, key) is not None}
    factors = {} if raw.factor is None else asdict(raw.factor)
    return TravelSettings(
        engine=engine,
        url=raw.url or "",
        factors={kind: factor for kind, factor in factors.items() if factor is not None},
        **found,
    )
