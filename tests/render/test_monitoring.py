"""What monitors read: the one line with its figures, and the file of the textfile collector."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dispatch_cli.render.clean import clean
from dispatch_cli.render.monitor import Thresholds, monitor_line, unknown_line
from dispatch_cli.render.prometheus import exposition
from dispatch_cli.results.check_thresholds import parse_threshold

from .checks import NOW, drafted, report, row
from .test_clean import NASTY

# Written from the guidelines' text, independently of the program: label, value, unit, ranges.
PERFDATA = re.compile(
    r"'(?P<label>[^'=]+)'=(?P<value>-?[0-9]+(?:\.[0-9]+)?|U)(?P<unit>|s|us|ms|%|B|KB|MB|TB|c)"
    r";(?P<warn>[^;]*);(?P<crit>[^;]*);(?P<min>-?[0-9.]*);(?P<max>-?[0-9.]*)"
)
STATUS = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def outside(value, span):
    """Return whether a value is outside a range ``N``, which means 0 to N."""
    return bool(span) and not 0 <= value <= float(span)


def parsed(line):
    """Take a line apart as the guidelines describe it."""
    assert line.isascii()
    assert "\n" not in line
    assert line.count("|") == 1
    assert len(line) < 8192
    text, figures = (part.strip() for part in line.split("|"))
    assert len(text) < 80
    status, _, _ = text.partition(":")
    found = [PERFDATA.fullmatch(each) for each in figures.split(" ")]
    assert all(found)
    return status, {match["label"]: match.groupdict() for match in found}


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (report(row("a"), row("b", "closed"), row("c", "busy", free=0)), "OK"),
        (report(row("a"), row("b", "degraded")), "WARNING"),
        (report(row("a"), row("b", "unknown")), "WARNING"),
        (report(row("a"), left_out=1), "WARNING"),
        (drafted(), "CRITICAL"),
        (drafted(offline="no route"), "UNKNOWN"),
        (report(), "OK"),
    ],
)
def test_the_status_is_the_worst_state(found, status):
    """The word, the exit code and the ranges of the figures agree."""
    line, code = monitor_line(found)
    word, figures = parsed(line)
    assert (word, code) == (status, STATUS[status])
    if not found.offline:
        beyond = {
            level: any(outside(float(each["value"]), each[level]) for each in figures.values())
            for level in ("warn", "crit")
        }
        assert code == (2 if beyond["crit"] else 1 if beyond["warn"] else 0)
    counted = {state: float(figures[state]["value"]) for state in found.counts}
    assert counted == found.counts


def test_providers_that_are_down_are_named_if_they_fit():
    """One or two names fit; thirty do not, and then only the counts are shown."""
    assert "1 down, 1 busy, 1 degraded, 1 unknown, 52 up, 6 closed" in monitor_line(drafted())[0]
    two = report(row("a", "down", name="Huber"), row("b", "down", name="Müller"))
    assert monitor_line(two)[0].startswith("CRITICAL: 2 down: Huber, Mueller | ")


@pytest.mark.parametrize("text", NASTY)
def test_nothing_breaks_the_line(text):
    """Bars, line ends and control characters in names and reasons stay in the text."""
    parsed(monitor_line(report(row("a", "down", name=f"{text}|'x'=1")))[0])
    parsed(monitor_line(report(offline=f"{text}|{text}"))[0])
    line, code = unknown_line(f"{text}|{text}")
    assert code == 3
    assert line.isascii()
    assert line.isprintable()
    assert "|" not in line
    assert len(line) < 80


def samples(found):
    """Read the text back with the parser of the Prometheus client."""
    return [
        (sample.name, sample.labels, sample.value, sample.timestamp)
        for family in text_string_to_metric_families(exposition(found))
        for sample in family.samples
    ]


def test_the_file_is_read_back():
    """States, times and free units come back as they were; no sample has a time of its own."""
    found = drafted()
    read = samples(found)
    assert all(timestamp is None for *_, timestamp in read)
    states = {
        labels["provider"]: labels["state"]
        for name, labels, value, _ in read
        if name == "dispatch_provider_state" and value == 1
    }
    assert states == {each.provider: each.state for each in found.rows}
    values = {(name, labels.get("provider", labels.get("state"))): value
              for name, labels, value, _ in read}  # fmt: skip
    friedberg = next(each for each in found.rows if each.provider == "friedberg")
    stamp = "dispatch_provider_checked_timestamp_seconds"
    assert values[stamp, "friedberg"] == friedberg.seen_at.timestamp()
    assert values["dispatch_provider_free_units", "gersthofen"] == 0
    assert ("dispatch_provider_free_units", "friedberg") not in values
    assert values["dispatch_check_providers", "up"] == 52
    assert values["dispatch_check_run_duration_seconds", None] == 4.1
    assert values["dispatch_check_run_timestamp_seconds", None] == NOW.timestamp()
    assert values["dispatch_check_observer_online", None] == 1


def test_every_metric_is_explained_once_before_its_samples():
    """HELP and TYPE are once before the samples of each metric."""
    text = exposition(drafted(seconds=4.0 + 1e-9, offline="x", left_out=2))
    helped = re.findall(r"^# HELP (\S+) \S.*\n# TYPE (\S+) gauge$", text, re.M)
    assert all(first == second for first, second in helped)
    names = [name for name, _ in helped]
    assert len(names) == len(set(names))
    blocks = dict.fromkeys(
        line.split("{")[0].split(" ")[0] for line in text.splitlines() if line[0] != "#"
    )
    assert list(blocks) == names
    assert text.endswith("\n")


@pytest.mark.parametrize("text", [*NASTY, 'a"b\\c\nd', "\ud800 half", "\\n"])
def test_labels_are_escaped(text):
    """Quotes and backslashes come back as they were, what a terminal obeys as its code."""
    found = report(row("a", name=text))
    whole = exposition(found)
    whole.encode("utf-8")
    assert all(character.isprintable() or character == "\n" for character in whole)
    names = [labels["name"] for name, labels, *_ in samples(found) if "name" in labels]
    assert names == [clean(text, 10_000)]


def test_a_provider_that_was_never_seen_has_no_time():
    """Without a look there is no sample, because 0 would be 1970."""
    read = {name for name, *_ in samples(report(row("a", "unknown", since=None, seen_at=None)))}
    assert "dispatch_provider_checked_timestamp_seconds" not in read
    assert "dispatch_provider_state" in read
    later = report(row("a", since=NOW + timedelta(milliseconds=250)))
    assert any(value == (NOW.timestamp() + 0.25) for _, _, value, _ in samples(later))


def test_a_figure_that_is_none():
    """A value that is not a number is written as NaN."""
    read = samples(report(row("a"), seconds=float("inf")))
    (value,) = [
        value for name, _, value, _ in read if name == "dispatch_check_run_duration_seconds"
    ]
    assert value != value  # noqa: PLR0124


THRESHOLDS = {
    # -w, -c: the numbers of providers that are down, of ten open ones, for OK, WARNING, CRITICAL
    (None, "5"): ([0], [1, 5], [6, 10]),
    ("2", None): ([0, 2], [3, 10], []),
    ("2", "5"): ([0, 2], [3, 5], [6]),
    ("@1:3", "~:5"): ([0, 4], [1, 3], [6]),
    ("0", "10%"): ([0], [1], [2]),
    ("20%", "50%"): ([0, 2], [3, 5], [6]),
    ("1:", "0:9"): ([1, 9], [0], [10]),
}


@pytest.mark.parametrize("typed", THRESHOLDS)
def test_thresholds_decide_how_many_may_be_down(typed):
    """Numbers, ranges and shares of open providers are compared as the guidelines say."""
    limits = Thresholds(*(None if text is None else parse_threshold(text) for text in typed))
    for code, downs in enumerate(THRESHOLDS[typed]):
        for down in downs:
            rows = [row(f"p{n}", "down" if n < down else "up") for n in range(10)]
            found = report(*rows, *(row(f"c{n}", "closed") for n in range(10)))
            line, found_code = monitor_line(found, limits)
            word, figures = parsed(line)
            assert (word, found_code) == (["OK", "WARNING", "CRITICAL"][code], code), (down, line)
            assert float(figures["down"]["value"]) == down
            if "%" in f"{typed}":
                assert float(figures["down_share"]["value"]) == 10 * down
                assert figures["down_share"]["crit"] == typed[1].rstrip("%")


def test_thresholds_hide_no_other_fault():
    """A degraded provider is a warning and an offline observer unknown, whatever may be down."""
    limits = Thresholds(parse_threshold("5"), parse_threshold("9"))
    assert monitor_line(report(row("a", "degraded")), limits)[1] == 1
    assert monitor_line(report(row("a"), left_out=1), limits)[1] == 1
    assert monitor_line(drafted(offline="no route"), limits)[1] == 3
    assert monitor_line(report(), Thresholds(critical=parse_threshold("5%")))[1] == 0


@pytest.mark.parametrize("text", ["", ":", "-1", "5:2", "a", "1:2:3", "@", "%", "~", "1e3", "٣"])
def test_other_texts_are_no_threshold(text):
    """What the guidelines do not know is refused."""
    assert parse_threshold(text) is None
