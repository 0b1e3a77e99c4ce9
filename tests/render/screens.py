"""The worked example as results, and small pieces to build other answers."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import UNSET
from msgspec.structs import replace

from dispatch_cli.messages import Message
from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines
from dispatch_cli.render.layout import Screen, line_text
from dispatch_cli.results.cascade_answer import (
    Answer,
    Candidate,
    Cascade,
    EmergencyCall,
    Exclusion,
    IncidentView,
    LastResortLine,
    ProviderSource,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 27, 12, 3, tzinfo=BERLIN)
FALLBACK_MIN = 120.0
SUGGEST = "dispatch case open tow --at 86150 --client adac --vehicle car --weight-t 1.6"

CALLER_DIALS = (
    "The caller dials 112 at the scene, or is put through; "
    "112 from this desk reaches this desk's control centre."
)
AMBULANCE = EmergencyCall("ambulance", "112", CALLER_DIALS, "112")
POLICE_WITH_112 = EmergencyCall("police", "110", "The control centre calls the police.", "112")
FIVE_WORDS = "where - what happened - how many hurt - how - wait for questions"


class Terminal(io.StringIO):
    """A stream that claims to be a terminal, with an encoding."""

    def __init__(self, encoding="utf-8"):
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return True


def at(clock, when=NOON):
    hour, minute = map(int, clock.split(":"))
    return when.replace(hour=hour, minute=minute)


def candidate(rank=1, **changes):
    """Make a provider that is free, open round the clock and 20 minutes away."""
    values = {
        "provider": f"p{rank}",
        "name": f"Abschlepp {rank}",
        "phone": f"089 99998-{100 + rank}",
        "index_min": 24.0,
        "order_min": 24.0,
        "arrival_min": 20.0,
        "there_at": NOON + timedelta(minutes=23),
        "chance_by_rank": 0.7,
        "why": ("free now",),
        "wait_min": 0.0,
        "turnout_min": 5.0,
        "travel_min": 15.0,
        "answer_min": 3.0,
        "acceptance": 0.7,
        "head_start_min": 0.0,
        "distance_km": 9.6,
        "open_until": None,
        "open_state": "open",
        "travel_source": "estimate",
        "outside_contract": False,
        "ask": (),
    }
    return Candidate(rank=rank, **{**values, **changes})


def exclusion(number=1, **changes):
    values = {
        "provider": f"x{number}",
        "reason": "outside_area",
        "detail": f"area ends {number}.2 km short",
        "name": f"Autohilfe {number}",
        "phone": f"089 99998-{500 + number}",
        "nearness_min": float(number),
    }
    values |= changes
    return Exclusion(**{**values, "detail": Message("{detail}", detail=values["detail"])})


def cascade(service="tow", candidates=(), **changes):
    values = {
        "when": "now",
        "method": "index",
        "expected_min": 30.0,
        "success_probability": 0.97,
        "neutral_expected_min": 30.0,
        "contract_cost_min": 0.0,
        "method_cost_min": 0.0,
        "wish_cost_min": 0.0,
        "fallback_min": FALLBACK_MIN,
        "ranked_count": len(candidates),
        "last_resort": LastResortLine("110", "police has the road cleared"),
        "excluded_counts": {"outside_area": 44, "service_not_offered": 14},
        "excluded": UNSET,
    }
    return Cascade(service=service, candidates=tuple(candidates), **{**values, **changes})


def answer(*cascades, kind="tow", services=None, **changes):
    incident = IncidentView(
        kind=kind,
        services=services or tuple(cascade.service for cascade in cascades),
        position={"lat": 48.37, "lon": 10.9, "uncertainty_km": 3.0},
        place="near 86150 Augsburg, ± 3 km",
        postcode="86150",
        when=NOON,
        client="adac",
        vehicle={"kind": "car", "brand": None, "weight_t": 1.6, "ev": False, "trailer": False},
        facts={},
    )
    values = {
        "emergency": (),
        "advice": (),
        "incident": replace(incident, **changes.pop("incident", {})),
        "cascades": cascades,
        "ask": (),
        "provider_file": ProviderSource("providers.toml", "./providers.toml", 62),
    }
    return Answer(**{**values, **changes})


def worked_example(whys=None):
    """Acceptance .8 .7 .6 .5, answer 2 2 3 4, arrival 27 22 31 34, head start 8 for the first.

    Expected minutes in this order, with c = answer + acceptance * arrival per ask:
    23.6 + .2 * 17.4 + .06 * 21.6 + .024 * 21 + .012 * 120 = 30.32; the neutral order saves 2.60.
    """
    whys = whys or ("own club: -8.0", "soonest of all", "free in 15 min", "closes 13:00")
    names = "ADAC Partner Lechtal", "Abschlepp Huber", "Bergung Fuggerstadt", "Autohilfe Friedberg"
    phones = "089 99998-114", "089 99998-207", "089 99998-031", "089 99998-566"
    # acceptance, answer, wait, turnout, drive, head start, km, open until
    figures = (
        (0.8, 2.0, 0.0, 5.0, 22.0, 8.0, 9.0, None),
        (0.7, 2.0, 0.0, 4.0, 18.0, 0.0, 11.0, at("18:00")),
        (0.6, 3.0, 15.0, 5.0, 11.0, 0.0, 7.0, at("22:00")),
        (0.5, 4.0, 0.0, 8.0, 26.0, 0.0, 16.0, at("13:00")),
    )
    candidates, refused, answered = [], 1.0, 0.0
    for rank, (acceptance, ask, wait, turnout, drive, head, km, until) in enumerate(figures, 1):
        arrival = wait + turnout + drive
        index = arrival + ask / acceptance
        refused *= 1 - acceptance
        answered += ask
        candidates.append(
            candidate(
                rank,
                name=names[rank - 1],
                phone=phones[rank - 1],
                why=(whys[rank - 1],),
                index_min=index,
                order_min=index - head,
                arrival_min=arrival,
                there_at=NOON + timedelta(minutes=answered + arrival),
                chance_by_rank=1 - refused,
                wait_min=wait,
                turnout_min=turnout,
                travel_min=drive,
                answer_min=ask,
                acceptance=acceptance,
                head_start_min=head,
                distance_km=km,
                open_until=until,
            )
        )
    counts = {
        "outside_area": 31, "service_not_offered": 19, "client_not_served": 4,
        "vehicle_too_heavy": 1, "on_hold": 1, "closed_now": 2,
    }  # fmt: skip
    only = cascade(
        "tow",
        candidates,
        expected_min=30.32,
        success_probability=1 - refused,
        neutral_expected_min=27.72,
        contract_cost_min=2.60,
        last_resort=LastResortLine("089 99998-900", "duty desk"),
        excluded_counts=counts,
    )
    return answer(only)


def accident():
    """Make an accident with two injured on a Friday night."""
    when = NOON.replace(hour=23, minute=10)
    tow = cascade(
        "tow",
        [
            candidate(
                1,
                phone="089 99998-131",
                name="Abschleppdienst Gersthofen",
                there_at=when + timedelta(minutes=32),
                order_min=32.0,
                index_min=32.0,
                chance_by_rank=0.4,
                why=("yes 40 %",),
            ),
            candidate(
                2,
                phone="089 99998-145",
                name="Kfz-Hilfe Friedberg",
                there_at=when + timedelta(minutes=47),
                order_min=38.0,
                index_min=38.0,
                chance_by_rank=0.76,
                why=("closes 00:00",),
            ),
        ],
        excluded_counts={"outside_area": 44, "service_not_offered": 14, "closed_now": 2},
        last_resort=LastResortLine("110", "police"),
    )
    return answer(
        tow,
        kind="accident",
        emergency=(AMBULANCE, POLICE_WITH_112),
        advice=(FIVE_WORDS,),
        incident={
            "when": when,
            "client": "none",
            "place": "48.37050, 10.89780 (Augsburg)",
            "vehicle": {"kind": "car", "weight_t": None},
            "facts": {"injured": 2},
        },
    )


def without_candidates():
    """No provider can be sent."""
    details = "area ends 4.2 km short", "opens Sat 06:00", "limit 2.8 t, vehicle 3.1 t"
    names = "Abschleppdienst Gersthofen", "Kfz-Hilfe Friedberg", "Autohilfe Dasing"
    phones = "089 99998-131", "089 99998-145", "089 99998-167"
    nearest = tuple(
        exclusion(number, detail=detail, name=name, phone=phone)
        for number, (detail, name, phone) in enumerate(zip(details, names, phones, strict=True), 1)
    )
    empty = cascade(
        "tow",
        expected_min=FALLBACK_MIN,
        success_probability=0.0,
        nearest_excluded=nearest,
        excluded_counts={"outside_area": 50, "closed_now": 11, "vehicle_too_heavy": 1},
    )
    return answer(empty)


def screen_text(result, width=80, height=None, encoding="utf-8", **view):
    """Return the text of the screen."""
    view.setdefault("now", NOON)
    lines = answer_lines(result, Screen(width, height, encoding), ScreenOptions(**view))
    return "".join(line_text(line).rstrip() + "\n" for line in lines)
