"""Screens of results in which every sentence is a message, so that all words can be looked up."""

from datetime import timedelta

from msgspec.structs import replace

from dispatch_cli.messages import Message
from dispatch_cli.model.case import Promise
from dispatch_cli.render import (
    batch_summary,
    case_cards,
    case_list,
    case_opened,
    case_views,
    check_views,
    coverage_views,
    deadline_lines,
    fairness_report,
    forecast_report,
    travel_report,
)
from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines
from dispatch_cli.render.layout import Line, Screen, plain_lines
from dispatch_cli.render.wording import worded
from dispatch_cli.results.cascade_answer import (
    Answer,
    EmergencyCall,
    Exclusion,
    LastResortLine,
    RoadUse,
)
from dispatch_cli.results.case_results import (
    Audit,
    CaseView,
    EmergencyRecord,
    Exhausted,
    LaterProvider,
    Overdue,
    Recorded,
)
from dispatch_cli.results.check_results import CheckReport, Move, PhoneReport, Reading
from dispatch_cli.results.travel_results import (
    EstimateErrors,
    ServiceSpeed,
    TravelCalibration,
    TravelComparison,
)

from . import checks, screens, test_batch_summary, test_case_screens
from .checks import NOW

NAMES = (
    "adac", "maria", "Huber", "Lech", "VW", "A8", "providers.toml", "rejects.csv", "lech",
    "a-provider-with-a-very-long-identifier-indeed", "avd", "bmw", "Kfz-Hilfe Friedberg",
    "Abschleppdienst Gersthofen", "Streife Augsburg-Nord", "Autohilfe Dasing", "Abschlepp Huber",
    "osrm", "Schlüssel Kern", *(f"Abschlepp {number}" for number in range(1, 6)),
    *(f"Autohilfe {number}" for number in range(1, 25)), *(f"Up{number}" for number in range(52)),
)  # fmt: skip
"""The names in these results."""

PROMISES = (
    Promise(there_at=NOW, said_at=NOW, speaker="provider"),
    Promise(there_at=NOW, said_at=NOW, speaker="motorist"),
)


def exclusions(count: int) -> tuple[Exclusion, ...]:
    """Make exclusions for different reasons, with worded details."""
    reasons = ("outside_area", "service_not_offered", "closed_now")
    return tuple(
        replace(
            screens.exclusion(number, reason=reasons[number % 3]),
            detail=Message("area ends {km} km short", km=number),
        )
        for number in range(1, count + 1)
    )


def whole_answer() -> Answer:
    """Make an answer with every part that a screen of the cascade can have."""
    out = exclusions(24)
    counts = {
        "outside_area": 8, "service_not_offered": 8, "closed_now": 8, "already_asked": 1,
        "no_unit": 1, "beyond_fallback": 2,
    }  # fmt: skip
    why, limit = Message("free now"), Message("limit {t} t: ask weight", t="2.8")
    rows = [screens.candidate(number, why=(why,), ask=(limit,)) for number in range(1, 6)]
    last = LastResortLine("110", Message("duty desk"))
    shared = {"excluded": out, "excluded_counts": counts, "last_resort": last}
    tow = screens.cascade(
        "tow", rows, opens_soon=out[:5], beyond_fallback=out[5:11], contract_ends="adac",
        method="nearest", method_cost_min=1.2, wish_cost_min=3.1, fairness_cost_min=0.5, **shared,
    )  # fmt: skip
    later = screens.cascade("taxi", rows, when="after:roadside_repair", **shared)
    unserved = screens.cascade(
        "key_made", nearest_excluded=out[:3], expected_min=float("inf"), **shared,
    )  # fmt: skip
    after = replace(unserved, service="flatbed_tow", when="after:tow", beyond_fallback=out[:3])
    facts = {
        "injured": 2, "persons": 1, "children": 1, "pets": 2, "clearance_m": 2.1, "spot": "lane",
        "language": "en", "trapped": True, "hazard": "smoke", "where": "A8", "asked": "tow, taxi",
    }  # fmt: skip
    vehicle = {
        "kind": "van", "brand": "VW", "weight_t": 2.1, "ev": True, "trailer": True,
        "height_m": 2.5, "state": "on_side",
    }  # fmt: skip
    return screens.answer(
        tow, later, unserved, after, kind="breakdown", ask=("weight", "client"), plan_min=45.0,
        advice=(Message("Get behind the barrier."),), control_centres=("0821 112",),
        emergency=(EmergencyCall("ambulance", "112", Message("Dial."), "112"),),
        incident={"facts": facts, "vehicle": vehicle, "place": Message("near {at}", at="86150")},
    )  # fmt: skip


def road_cascades(screen: Screen) -> list[Line]:
    """Make cascades by road: with estimates behind, by road alone, and without the engine."""
    why, last = (Message("free now"),), LastResortLine("110", Message("duty desk"))
    by_road = [screens.candidate(number, road_km=7.5, why=why) for number in (1, 2)]
    estimate = screens.candidate(3, no_road_why=Message("no road found"), why=why)
    down = RoadUse("osrm", 0, 3, Message("connection refused"))
    cascades = (
        screens.cascade("tow", [*by_road, estimate], roads=RoadUse("osrm", 3, 3), last_resort=last),
        screens.cascade("tow", by_road, roads=RoadUse("osrm", 2, 2), last_resort=last),
        screens.cascade("tow", [estimate], roads=down, last_resort=last),
    )
    return [
        line
        for each in cascades
        for line in answer_lines(replace(whole_answer(), cascades=(each,)), screen, ScreenOptions())
    ]


def cascade_lines(screen: Screen) -> list[Line]:
    """Make the cascade's screen at the height of the terminal, then with all explanations."""
    answer, calm = whole_answer(), replace(whole_answer(), emergency=())
    quiet = replace(calm, incident=replace(calm.incident, client=None, vehicle={}))
    return [
        *road_cascades(screen),
        *answer_lines(answer, screen, ScreenOptions(suggest=screens.SUGGEST)),
        *answer_lines(calm, screen, ScreenOptions(explain=True, now=screens.NOON)),
        *answer_lines(quiet, Screen(screen.width, 9), ScreenOptions()),
        *case_opened.amended_lines(case_view(), answer, "", NOW, screen),
    ]


def case_view(**changes: object) -> CaseView:
    """Make the view of a case with an exhausted service and a promise."""
    view = test_case_screens.view(**changes)
    services = tuple(replace(each, provider="Huber", last_resort="110") for each in view.services)
    offers = tuple(
        replace(each, name="Huber", reason="no_driver", promises=PROMISES) for each in view.offers
    )
    answer = test_case_screens.deadline(name="Huber")
    due = (
        answer,
        replace(answer, what="call off"),
        replace(answer, what="next call", ref="17", name="", phone="", overdue=False),
    )
    return replace(
        view,
        services=services,
        offers=offers,
        operator="maria",
        deadlines=due,
        on_line_since=NOW,
        emergency=(EmergencyCall("ambulance", "112", Message("hurt"), "112"),),
        emergency_call=EmergencyRecord("not_reached", "", NOW),
    )


def case_lines(screen: Screen) -> list[Line]:
    """Make the cards, the lists and the audit of cases."""
    card = test_case_screens.card(
        name="Huber", say=(), skipped=(("Lech", Message("closed")),),
        then=(LaterProvider("089 99998-207", "Huber", 23.4),),
    )  # fmt: skip
    against = replace(card, override="wish", in_spite_of=Message("closed"), position=0)
    gone = Exhausted(17, "tow", "110", Message("duty desk"), (("Lech", Message("closed")),))
    missed = Overdue("17.1", "answer", NOW, "Huber", "089 99998-207")
    found = Audit(
        (missed, replace(missed, is_ahead=True), replace(missed, is_broken=True),
         Overdue("17", "next call", NOW, "tow", "")),
        Message("the clock has jumped"),
    )  # fmt: skip
    done = Recorded(
        ref="17.1", case_id=17, state="accepted", message=Message("recorded"), tell_caller=("112",)
    )
    calm = replace(
        case_view(overdue=False, services=()),
        deadlines=(),
        emergency_call=EmergencyRecord("called", "on-scene", NOW),
    )
    return [
        *case_cards.card_lines(card, screen),
        *case_cards.card_lines(against, screen),
        *case_cards.exhausted_lines(gone, screen),
        *case_cards.recorded_lines(done, screen),
        *case_views.show_lines(case_view(), NOW, screen),
        *case_views.show_lines(calm, NOW, screen),
        *case_list.list_lines([], NOW, screen),
        *case_list.list_lines([case_view(), calm, case_view(age_min=9999.0)], NOW, screen),
        *deadline_lines.audit_lines(found, NOW, screen),
    ]


def check_report(**changes: object) -> CheckReport:
    """Make a run with each state, and with sentences as reasons."""
    rows = [
        replace(each, why=Message("not reachable")) if each.why else each
        for each in checks.drafted().rows[28:36]
    ]
    by_phone = checks.row(
        "lech", free=2, why=Message("reported by phone"), reported_until=NOW + timedelta(hours=9)
    )
    fed = checks.row("lech", "busy", free=1, why=Message("feed"), since=NOW - timedelta(days=2))
    rest = [checks.row("lech", "closed"), checks.row("lech", "up")]
    return checks.report(*rows, by_phone, fed, *rest, **changes)


def offline_report() -> CheckReport:
    """Make a run of an offline observer that has not checked all providers."""
    return check_report(offline=Message("no route"), left_out=2)


def check_lines(screen: Screen) -> list[Line]:
    """Make the screens of checks: states, changes, history and looks."""
    why = Message("connection refused")
    changes = tuple(
        checks.change("lech", after, why=reason, is_flapping=is_flapping)
        for after, reason, is_flapping in (
            ("down", why, False), ("down", why, False), ("busy", why, True),
            ("up", "", False), ("degraded", "", True), ("degraded", "", True),
        )
    )  # fmt: skip
    mail = check_views.change_lines(check_report(changes=changes, left_out=2))
    yesterday = NOW - timedelta(days=1)
    moves = [
        Move(provider="lech", at=NOW, before="up", after="down"),
        Move(provider="lech", at=yesterday, before="up", after="up", is_flapping=True),
    ]
    reports = [
        PhoneReport(provider="lech", at=NOW, until=NOW, free=2, operator="maria"),
        PhoneReport(provider="lech", at=NOW, until=NOW, free=None, state="down"),
    ]
    reading = Reading(
        provider="lech", kind="tcp", at=NOW, state="down", free=2, as_of=NOW,
        phases=(("resolve", 0.1), ("connect", 0.4)), fault="network",
    )  # fmt: skip
    return [
        *check_views.check_lines(check_report(), screen, show_all=True),
        *check_views.check_lines(offline_report(), screen),
        *plain_lines(mail),
        *check_views.history_lines(moves, reports, NOW, screen),
        *check_views.phase_lines([reading], reading.at, screen),
    ]


def coverage_lines(screen: Screen) -> list[Line]:
    """Make the screens of coverage: with gaps, without, and with many regions."""
    base = checks.coverage()
    many = tuple(
        replace(gap, region=region, worst=3, providers=("huber", "kern") * 2)
        for region in ("81", "82", "83", "84")
        for gap in base.gaps
    )
    services = tuple(
        replace(each, region=region)
        for region in ("81", "82", "83", "84")
        for each in base.services
    )
    return [
        *coverage_views.coverage_lines(base, screen),
        *coverage_views.coverage_lines(checks.coverage(gaps=()), screen),
        *coverage_views.coverage_lines(checks.coverage(gaps=many, services=services), screen),
    ]


def travel_lines(screen: Screen) -> list[Line]:
    """Make the reports on estimates against a travel engine."""
    errors = EstimateErrors(
        incidents=200, drives=4000, median_error_min=4.2, p90_error_min=9.0,
        median_error_share=0.2, median_bias_min=-3.1, first_differs=0.4, cost_mean_min=1.7,
        cost_p95_min=7.0, cost_share=0.1,
    )  # fmt: skip
    of = {"engine": "osrm", "service": "tow", "seed": 1, "off_road": 3}
    fitted = TravelCalibration(
        **of, detour=1.3, fitted_incidents=100, fitted_drives=2000,
        speeds=(ServiceSpeed("", ((3.0, 25.0),)),), before=errors, after=errors,
    )  # fmt: skip
    return [
        *travel_report.comparison_lines(TravelComparison(**of, errors=errors), screen),
        # Without the lines for the provider file, which are no words.
        *travel_report.calibration_lines(fitted, screen)[:-3],
    ]


def report_lines(screen: Screen) -> list[Line]:
    """Make the reports and the summary of a batch."""
    forecast = test_case_screens.forecast()
    named = tuple(replace(each, provider="lech") for each in forecast.providers)
    tally = test_batch_summary.counted()
    counts = test_batch_summary.counts_of(tally, None, "rejects.csv")
    return [
        *fairness_report.fairness_lines(test_case_screens.report(), screen),
        *forecast_report.forecast_lines(replace(forecast, providers=named), screen),
        *forecast_report.forecast_lines(replace(forecast, providers=(), since=NOW), screen),
        *travel_lines(screen),
        *batch_summary.lines(test_batch_summary.summary_of(tally), screen),
        *plain_lines([worded(batch_summary.totals(counts, 9.0))]),
    ]


SAMPLES = {
    "cascade": cascade_lines, "case": case_lines, "check": check_lines,
    "coverage": coverage_lines, "report": report_lines,
}  # fmt: skip
"""Functions that draw the screens of these results, by name."""
