"""Rules of opening hours that later rules replace are reported, and valid hours are not."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.hours import evaluate_hours, parse_hours, rule_warnings
from dispatch_cli.hours.replaced_rules import DAYS, days_in

START = datetime(2026, 11, 27, tzinfo=UTC)
HOLIDAYS = tuple(
    date(year, month, day)
    for year in (2026, 2027, 2028)
    for month, day in ((1, 1), (1, 6), (5, 1), (8, 15), (10, 3), (11, 1), (12, 25), (12, 26))
)
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def told(text: str) -> list[str]:
    """Return the warning about hours as they are written in a file."""

    def days_of(rule: str):
        return days_in(
            evaluate_hours(
                rule, holidays=HOLIDAYS, start=START, days=DAYS, timezone="Europe/Berlin"
            )
        )

    return [str(each) for each in rule_warnings(parse_hours(text), days_of)]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Mo-Fr 08:00-12:00; Mo-Fr 13:00-17:00", '"Mo-Fr 08:00-12:00,13:00-17:00"'),
        ("Mo-Fr 08:00-12:00\nMo-Fr 13:00-17:00", '"Mo-Fr 08:00-12:00,13:00-17:00"'),
        ("Mo 08:00-12:00; Tu 08:00-12:00; Mo 13:00-17:00", '"Mo 08:00-12:00,13:00-17:00"'),
        ("Sa 09:00-13:00; Mo-Sa 08:00-18:00", '"Mo-Sa 08:00-18:00; Sa 09:00-13:00"'),
        ("Dec 24 off; Mo-Su 08:00-18:00", '"Mo-Su 08:00-18:00; Dec 24 off"'),
        ("easter -2 days off; 24/7", '"24/7; easter -2 days off"'),
        ("PH 10:00-12:00; Mo-Su 08:00-18:00", '"Mo-Su 08:00-18:00; PH 10:00-12:00"'),
        ("week 1-53/2 Mo 08:00-18:00; Mo 09:00-17:00", "the exception last"),
        ("Jun-Aug Sa 09:00-12:00; Sa 09:00-14:00", "the exception last"),
        ("Mo-Su 08:00-18:00; Jun-Sep 08:00-20:00; Oct-May 08:00-16:00", "only one"),
        ('Mo-Fr 08:00-18:00; "nach Vereinbarung"', "the days before"),
    ],
)
def test_a_rule_that_holds_on_no_day_is_reported_with_what_to_write(text, advice):
    """A later rule has all its days: the sentence names both and the spelling."""
    [said] = told(text)
    assert "never holds" in said
    assert advice in said


@pytest.mark.parametrize(
    "text",
    [
        "PH off; Mo-Fr 08:00-17:00",
        "PH off; Mo-Th 08:00-19:00; Fr 09:00-18:00",
        "PH off; 24/7",
        "PH 10:00-12:00; Mo-Fr 08:00-17:00",
        "24/7; Mo-Fr 08:00-17:00",
        "00:00-24:00; Mo-Fr 08:00-17:00",
        "24/7; Mo-Sa 07:00-19:00",
    ],
)
def test_an_exception_before_its_rule_and_hours_behind_round_the_clock_are_told(text):
    """The earlier rule holds on few of its days; the sentence says on how many."""
    said = told(text)
    assert len(said) == 1
    assert " of its " in said[0] or "never holds" in said[0]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Mo-Fr 08:00-12:00; Mo-Th 13:00-17:00", '"Mo-Fr 08:00-12:00, Mo-Th 13:00-17:00"'),
        ("Mo-Fr 08:00-12:00; Mo,Tu,Th 14:00-18:00", '"Mo-Fr 08:00-12:00, Mo,Tu,Th 14:00-18:00"'),
        ("Mo-Sa 08:00-12:00; Mo-Fr 13:00-17:00", '"Mo-Sa 08:00-12:00, Mo-Fr 13:00-17:00"'),
        ("Mo-Th 08:00-12:00; Mo-Fr 13:00-17:00", '"Mo-Th 08:00-12:00, Mo-Fr 13:00-17:00"'),
        ("Mo-Fr 08:00-12:00; PH,Mo-Fr 13:00-17:00", '"Mo-Fr 08:00-12:00, PH,Mo-Fr 13:00-17:00"'),
        ("Mo-Fr 08:00-17:00; Mo-Su 17:00-08:00", '"Mo-Fr 08:00-17:00, Mo-Su 17:00-08:00"'),
        ('Mo-Fr 08:00-17:00; Mo-Fr 17:00-20:00 "Ruf"', 'Mo-Fr 17:00-20:00 unknown "Ruf"'),
        ("Mo-Fr 08:00-17:00; 24/7", 'only one of the two: "Mo-Fr 08:00-17:00"'),
        ("Mo-Fr 08:00-17:00; Mo-Fr off", "only one of the two"),
        ("Sa 09:00-13:00; Sa 10:00-14:00", "only one of the two"),
        ("PH off; Mo 08:00-18:00", '"Mo 08:00-18:00; PH off"'),
        ("PH off; Sa 08:00-18:00", '"Sa 08:00-18:00; PH off"'),
    ],
)
def test_the_advice_for_mornings_and_afternoons_is_right_itself(text, advice):
    """An afternoon on most days of a morning replaces it; what is advised is not told again."""
    [said] = told(text)
    assert advice in said
    if advice.startswith('"'):
        assert told(advice.strip('"')) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mo-Fr 08:00-12:00,01:00-05:00", "13:00-17:00"),
        ("Mo-Fr 8:30-12:30,2:00-6:30", "14:00-18:30"),
        ("Sa 09:00-12:00; Mo-Fr 07:00-11:30,01:30-04:30", "13:30-16:30"),
    ],
)
def test_an_afternoon_without_its_twelve_hours_is_told(text, meant):
    """Open from one to five at night is hardly ever meant behind a morning."""
    [said] = told(text)
    assert "open at night" in said
    assert f'"{meant}"' in said


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8:00-5:00", "08:00-17:00"),
        ("Mo-Fr 9:00-6:00", "09:00-18:00"),
        ("Mo-Fr 07:30-04:30; Sa 09:00-12:00", "07:30-16:30"),
        ("Mo-Fr 10-7", "10:00-19:00"),
    ],
)
def test_hours_from_a_morning_to_the_next_one_are_told(text, meant):
    """An end in the morning that lacks its twelve hours keeps a firm open all night."""
    [said] = told(text)
    assert "open overnight" in said
    assert f'"{meant}"' in said


@pytest.mark.parametrize(
    ("text", "days"),
    [("Mo-Fr", "Mo-Fr"), ("Mo, Di", "Mo,Tu"), ("täglich", "Mo-Su"), ("Mo-Fr 8-18, Sa", "Sa"),
     ("Mo-Fr 8-18; Sa", "Sa")],
)  # fmt: skip
def test_days_without_times_are_told(text, days):
    """A cell "Mo-Fr" of a list is open at three in the morning: the keeper has to say so."""
    (said,) = told(text)
    assert f'"{days}" has no times and is open day and night' in said
    assert f'"{days} 08:00-18:00"' in said
    assert told(f"{days} 00:00-24:00") == []


@pytest.mark.parametrize(
    "text",
    [
        "24/7", "24/7; PH off", "24/7; easter -2 days off", "Mo-Fr 08:00-18:00; Sa 09:00-12:00",
        "Mo-Fr 08:00-18:00; PH off", "Mo-Sa 08:00-18:00; Sa 09:00-13:00",
        "Mo-Su 08:00-18:00; We off", "Su off; Jun-Aug Su 10:00-12:00",
        "Mo-Fr 08:00-18:00; Oct-Apr Mo-Fr 08:00-16:00", "Mo-Fr 08:00-12:00,13:00-17:00",
        "Mo-Fr 08:00-12:00, Mo-Fr 13:00-17:00", "Fr-Mo 18:00-06:00", "Mo-Fr 22:00-06:00",
        "Mo-Su 06:00-06:00", "Mo-Fr 08:00-12:00; Th 14:00-18:00", "Mo-Fr 08:00-18:00; Fr off",
        "Mo-Th 09:00-02:00, Fr-Sa 09:00-04:00", "Mo-Fr 08:00-18:00; SH off",
        "Mo-Fr 08:00-18:00; Sa,Su,PH off", 'Mo-Fr 08:00-17:00; Sa "nach Vereinbarung"',
        "Mo-Fr 06:00-22:00; Dec 24-26 off", "Jan-Mar 08:00-16:00; Apr-Dec 08:00-18:00",
    ],
)  # fmt: skip
def test_right_hours_are_not_told(text):
    """Exceptions behind their rule, seasons, nights and additional hours are as they are meant."""
    assert told(text) == []


DAY_SETS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)


@given(st.lists(DAY_SETS, min_size=2, max_size=3))
def test_a_rule_never_holds_if_later_rules_have_all_its_days(day_sets):
    """A rule is reported as replaced whenever later ones have its days, by sets of weekdays."""
    rules = [
        f"{','.join(sorted(days, key=WEEKDAYS.index))} 0{7 + number}:00-12:00"
        for number, days in enumerate(day_sets)
    ]
    said = told("; ".join(rules))
    for number, rule in enumerate(rules):
        later = {day for days in day_sets[number + 1 :] for day in days}
        mine = [each for each in said if f'the rule "{parse_hours(rule)}" never holds' in each]
        assert bool(mine) == (set(day_sets[number]) <= later)
