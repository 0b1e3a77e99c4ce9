"""The screens of a case at every width: numbers whole, nothing hostile, the keys at the bottom."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli import reliability
from dispatch_cli.cases.answer_call import Recorded
from dispatch_cli.model.case import Act
from dispatch_cli.model.forecast_counts import ArrivalCount, ChanceCount, ChanceSum
from dispatch_cli.render import (
    case_cards,
    case_list,
    case_views,
    deadline_lines,
    fairness_report,
    forecast_report,
)
from dispatch_cli.render.layout import Screen, cells, line_text
from dispatch_cli.results.case_results import (
    Audit,
    CaseView,
    DeadlineView,
    Exhausted,
    LaterProvider,
    OfferCard,
    OfferView,
    Overdue,
    PersonalView,
    ServiceView,
)
from dispatch_cli.results.report_results import (
    ContractRow,
    FairnessReport,
    FairnessRow,
    OverrideRow,
)

NOW = datetime(2026, 11, 27, 12, 3, 20, tzinfo=UTC)
NAME = "Abschleppdienst \x1b[2J[/b] Gersthofen und Söhne Bergung und Pannenhilfe GmbH & Co. KG"
PHONE = "089 99998-114"
WIDTHS = [60, 80, 100, 140, 200]


def card(**changes) -> OfferCard:
    values = {
        "ref": "17.1",
        "case_id": 17,
        "service": "roadside_repair",
        "provider": "lech",
        "name": NAME,
        "phone": PHONE,
        "other_phones": ("089 99998-115", "0151 99998-116"),
        "position": 1,
        "of": 5,
        "answer_by": NOW + timedelta(minutes=3),
        "say": (
            "Pannenhilfe. bei A8 Ri. München, AS Augsburg-Ost.",
            "",
            "Wann können Sie da sein?",
        ),
        "skipped": ((NAME, "closed since 12:00"),),
        "then": (
            LaterProvider("089 99998-207", NAME, 23.4),
            LaterProvider("0821 99998-31", "Huber", 31.0),
        ),
        **changes,
    }
    return OfferCard(**values)


def accepted() -> Recorded:
    return Recorded(
        ref="17.1",
        case_id=17,
        state="accepted",
        message=f"{NAME} accepted, there by 12:38",
        tell_caller=(f"{NAME} kommt zu Ihnen, voraussichtlich bis 12:38 Uhr.",),
        give_driver=("48.37050, 10.89780", "Rückruf 089 99998-555", "line one\nline \x1b[31mtwo"),
    )


def deadline(**changes) -> DeadlineView:
    values = {
        "what": "answer", "ref": "17.1", "service": "tow", "at": NOW - timedelta(minutes=1),
        "overdue": True, "name": NAME, "phone": PHONE, **changes,
    }  # fmt: skip
    return DeadlineView(**values)


def view(**changes) -> CaseView:
    service = ServiceView(
        service="tow",
        state="exhausted",
        offer="17.1",
        provider=NAME,
        phone=PHONE,
        there_at=NOW + timedelta(minutes=35),
        last_resort="110 police",
        due="answer",
        due_at=NOW - timedelta(minutes=1),
        overdue=True,
    )
    offer = OfferView(
        ref="17.1",
        service="tow",
        provider="lech",
        name=NAME,
        phone=PHONE,
        state="no_answer",
        reason="",
        override="wish",
        opened_at=NOW,
        answered_at=NOW,
        promised_at=NOW,
        arrived_at=NOW + timedelta(days=1),
        operator="maria",
    )
    values = {
        "id": 17,
        "kind": "breakdown",
        "client": None,
        "area": "86150",
        "opened_at": NOW - timedelta(minutes=5),
        "age_min": 5.0,
        "state": "asking",
        "operator": "a_name_that_goes_on_and_on_and_on_and_on",
        "services": (service,),
        "offers": (offer,),
        "next_deadline": NOW - timedelta(minutes=1),
        "due": "answer",
        "overdue": True,
        "deadlines": (deadline(),),
        **changes,
    }
    return CaseView(**values)


def personal() -> PersonalView:
    return PersonalView(
        case_id=17, place="48.37050, 10.89780", lat=48.3705, lon=10.8978, where="", caller="Jo",
        call_back=PHONE, plate="", ref="", to="", note="two\nlines \x1b]0;x\x07", language="",
        texts={"1.text": "said \u202e no"},
    )  # fmt: skip


def report() -> FairnessReport:
    return FairnessReport(
        since=NOW,
        cases=3,
        rows=(
            FairnessRow(
                provider="a-provider-with-a-very-long-identifier-indeed", service="roadside_repair",
                eligible=1000, eligible_most=1000, ranked_first=500, first_by_wish=2, offered=400,
                accepted=300,
                failed=3, cancelled=1, answer_min=2.5, arrival_min=None,
            ),
        ),
        overrides=(
            OverrideRow(
                provider="lech", service="tow", override="wish", offered=1, accepted=1,
                answer_min=None, arrival_min=None,
            ),
        ),
        contracts=(
            ContractRow(
                client="adac", cases=4, cost_0=1, cost_under_1=0, cost_1_to_3=2, cost_3_to_10=0,
                cost_over_10=0, cost_unknown=1, mean_low_min=2 / 3, mean_high_min=2.0,
            ),
            ContractRow(
                client="avd", cases=1, cost_0=0, cost_under_1=0, cost_1_to_3=0, cost_3_to_10=0,
                cost_over_10=1, cost_unknown=0, mean_low_min=10.0, mean_high_min=None,
            ),
            ContractRow(
                client="bmw", cases=1, cost_0=0, cost_under_1=0, cost_1_to_3=0, cost_3_to_10=0,
                cost_over_10=0, cost_unknown=1, mean_low_min=None, mean_high_min=None,
            ),
        ),
    )  # fmt: skip


def forecast():
    """Make counts of a firm with a hostile name: enough in one tenth, too few in another."""
    of = {"month": "2026-11", "provider": NAME, "service": "tow"}
    return reliability.report(
        [
            ChanceCount(tenth=7, asked=130, accepted=92, **of),
            ChanceCount(tenth=9, asked=8, accepted=8, **of),
        ],
        [
            ArrivalCount(band_min=15, arrived=10, observed_min=240, travel_source="crow_fly", **of),
            ArrivalCount(band_min=60, arrived=1, observed_min=95, travel_source="osrm", **of),
        ],
        [ChanceSum(year="2026", provider=NAME, asked=138, millionths=102_000_000)],
    )


SCREENS = {
    "card": lambda screen: case_cards.card_lines(card(), screen),
    "override": lambda screen: case_cards.card_lines(
        card(override="wish", in_spite_of="closed", position=0), screen
    ),
    "exhausted": lambda screen: case_cards.exhausted_lines(
        Exhausted(17, "tow", PHONE, "duty desk " * 9, ((NAME, "closed"),)), screen
    ),
    "recorded": lambda screen: case_cards.recorded_lines(accepted(), screen),
    "list": lambda screen: case_list.list_lines([view(), view(services=())], NOW, screen),
    "show": lambda screen: case_views.show_lines(
        view(), NOW, screen,
        [Act(at=NOW, operator="x", action="offer", case_id=17, details={"offer": 1})], personal(),
    ),
    "audit": lambda screen: deadline_lines.audit_lines(
        Audit(
            [Overdue("17.1", "answer", NOW, NAME, PHONE), Overdue("17", "call back", NOW, "", "")],
            clock="the clock has jumped",
        ),
        NOW, screen,
    ),
    "fairness": lambda screen: fairness_report.fairness_lines(report(), screen),
    "forecast": lambda screen: forecast_report.forecast_lines(forecast(), screen),
}  # fmt: skip


def test_the_forecast_table():
    """Forecast 70 to 80 %, 130 asked, 71 % observed, with interval and verdict."""
    lines = [
        line_text(line).split("  ") for line in forecast_report.forecast_lines(forecast(), Screen())
    ]
    cells_of = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells_of[0] == ["all months: 138 offers with a forecast"]
    assert cells_of[3:5] == [
        ["70 to 80%", "130", "92", "71%", "62-78%", "similar"],
        ["90 to 100%", "8", "8", "100%", "-", "too few"],
    ]
    assert cells_of[7:9] == [
        ["15 to 30 min", "10", "24 min"],
        ["60 min or more, osrm", "1", "95 min"],
    ]
    assert cells_of[11][1:] == ["2026", "74%", "138", "100", "72%", "64-80%", "similar"]
    since = reliability.report([], [], [], NOW)
    assert [line_text(line) for line in forecast_report.forecast_lines(since, Screen())] == [
        "since 2026-11-27: 0 offers with a forecast"
    ]
    assert since.is_too_little


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_fits_every_width_and_shows_nothing_hostile(name, width):
    """No line is wider than the terminal, and every hostile character is written out."""
    lines = [line_text(line) for line in SCREENS[name](Screen(width, 24))]
    assert lines
    for line in lines:
        assert cells(line) <= width, line
        assert line.isprintable(), repr(line)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["card", "exhausted"])
def test_the_number_to_dial_is_alone_and_whole(name, width):
    """The number has a line of its own, in groups, at every width."""
    lines = [line_text(line).strip() for line in SCREENS[name](Screen(width, 24))]
    assert PHONE in lines


def test_a_case_is_one_line_of_the_list():
    """The line has the age, the place and what is due; a wide screen has the firm as well."""
    assert line_text(case_list.list_lines([], NOW, Screen())[0]) == "no case"
    later = ServiceView(
        service="roadside_repair",
        state="later",
        offer="",
        provider="",
        phone="",
        there_at=None,
        last_resort="110 police",
    )
    both = view(services=(*view().services, later), place="86150 Augsburg", injured=2)
    for width in (80, 140):
        lines = [line_text(line) for line in case_list.list_lines([both], NOW, Screen(width))]
        assert len(lines) == 2
        assert all(len(line) <= width for line in lines)
        for words in ("since 12:02", "2 hurt", "86150 Aug", "answer"):
            assert words in lines[1]
        assert ("089 99998-114" in lines[1]) == (width == 140)
    ages = [str(case_list._age(minutes)) for minutes in (5, 150, 4000)]
    assert ages == ["5 min", "2 h", "3 d"]


def test_an_erased_place_and_a_quiet_case():
    """Without area, client and deadline the lines have no wrong text."""
    quiet = view(next_deadline=None, due="", overdue=False, deadlines=(), area="", offers=())
    lines = [line_text(line) for line in case_views.show_lines(quiet, NOW, Screen())]
    assert "near" not in lines[0]
