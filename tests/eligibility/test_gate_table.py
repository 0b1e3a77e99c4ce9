"""Every engine applies additional gates or refuses to start."""

import csv
import io
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from dispatch_cli import coverage, incident_ranking
from dispatch_cli.availability import AvailabilityBasis
from dispatch_cli.batch.engine import Engine
from dispatch_cli.coverage import CoverageScope
from dispatch_cli.eligibility import (
    GATES,
    Assessment,
    AvailabilityGate,
    Gate,
    LimitGate,
    StaticGate,
    Verdicts,
    without_hours,
)
from dispatch_cli.eligibility.facts import (
    INCIDENT_FACTS,
    PROVIDER_FACTS,
    UndeclaredFactError,
    UnknownFactError,
)
from dispatch_cli.eligibility.gate_forms import Fact, UnknownFormError
from dispatch_cli.messages import Message
from dispatch_cli.model import PlanEntry, Rules, Vehicle

from ..batch.random_worlds import World, holidays
from ..worlds import (
    ALWAYS,
    MIDDLE,
    NOON,
    MemoryCatalog,
    incident,
    need,
    no_holidays,
    provider,
)

LICENCE = StaticGate(
    reason="licence_missing",
    incident=("brand",),
    provider=("tags",),
    fails=lambda incident, provider: incident.brand != "vw" and "licensed" not in provider.tags,
    sentence=lambda incident, _: Message("no licence for {brand}", brand=incident.brand),
)
SEATS = LimitGate(
    reason="too_few_seats",
    incident=("travellers",),
    provider=("seats",),
    value=Fact("incident", "travellers"),
    limit=Fact("provider", "seats"),
    sentence=lambda value, limit: Message(
        "{seats} seats for {persons}", seats=limit, persons=value
    ),
)
EXTENDED = (*GATES[:3], LICENCE, *GATES[3:6], SEATS, *GATES[6:])


class WeatherGate(Gate, frozen=True, kw_only=True):
    """A gate of an unknown form."""

    form = "weather"

    def stops(self, look: object) -> bool:
        """Let nothing pass."""
        return True


FIRMS = [
    provider("good", tags=("licensed",), seats=4, turnout_min=30.0),
    provider("unlicensed", seats=4, turnout_min=1.0),
    provider("cramped", tags=("licensed",), seats=0, turnout_min=2.0),
]
OF = incident(vehicle=Vehicle(brand="tesla"), persons=2)


def by_cascade(gates: Sequence[Gate]) -> dict[str, str]:
    """Rank by the desk; a ranked provider has an empty reason."""
    answer = incident_ranking.rank_incident(
        MemoryCatalog(FIRMS), OF, holidays=no_holidays, explain=True, gates=gates
    )
    [tow, *_] = answer.cascades
    return {row.provider: "" for row in tow.candidates} | {
        each.provider: each.reason for each in tow.excluded
    }


def by_engine(made: type[Engine], gates: Sequence[Gate]) -> dict[str, str]:
    """Rank by an engine of batch: all firms together, then each alone for its reason."""

    def ranks(firms: list) -> object:
        [[tow, *_]] = made(MemoryCatalog(firms), holidays=no_holidays, gates=gates).rank([OF])
        return tow

    ranked = [row.provider for row in ranks(FIRMS).rows]
    return {one.id: "" if one.id in ranked else ranks([one]).reason for one in FIRMS}


def by_columns(gates: Sequence[Gate]) -> dict[str, str]:
    """Rank by the compiled engine."""
    pytest.importorskip("numba", reason='the extra "batch" is not installed')
    from dispatch_cli.batch.compiled.column_engine import ColumnEngine

    return by_engine(ColumnEngine, gates)


def by_file(gates: Sequence[Gate]) -> dict[str, str]:
    """Rank a file by a whole batch, row by row."""
    return _by_job(Engine, gates, rows=1)


def by_blocks(gates: Sequence[Gate]) -> dict[str, str]:
    """Rank a file by a whole batch, in columns."""
    pytest.importorskip("numba", reason='the extra "batch" is not installed')
    from dispatch_cli.batch.compiled.column_engine import ColumnEngine

    return _by_job(ColumnEngine, gates, rows=200)


def _by_job(made: type[Engine], gates: Sequence[Gate], rows: int) -> dict[str, str]:
    found = {}
    for one in FIRMS:
        lines = _output_of(made, gates, [one], rows)
        tow = [line for line in lines if line["service"] == "tow"]
        assert len(tow) == rows
        assert len({(line["provider"], line["reason"]) for line in tow}) == 1
        found[one.id] = tow[0]["reason"]
    return found


def _output_of(made: type[Engine], gates: Sequence[Gate], firms: list, rows: int) -> list[dict]:
    from tempfile import TemporaryDirectory

    from dispatch_cli.batch.job import batch_job
    from dispatch_cli.batch.job.batch_options import BatchOptions
    from dispatch_cli.records.open_records import open_records

    with TemporaryDirectory() as folder:
        source, target = f"{folder}/in.csv", f"{folder}/out.csv"
        with open(source, "w", encoding="utf-8") as file:
            file.write("kind,lat,lon,when,brand,persons\n")
            file.write(rows * f"tow,{MIDDLE.lat},{MIDDLE.lon},{NOON.isoformat()},tesla,2\n")
        from pathlib import Path

        options = BatchOptions(input=source, output=Path(target))
        catalog = MemoryCatalog(firms)
        catalog.path, catalog.files = Path(folder), ()
        with open_records(source) as records:
            at = batch_job.BatchContext(
                catalog=catalog, holidays=no_holidays, now=NOON, make_ranker=made,
                report=lambda text: None, gates=tuple(gates),
            )  # fmt: skip
            batch_job.run_batch(options, records, at, None)
        return list(csv.DictReader(io.StringIO(Path(target).read_text(encoding="utf-8"))))


def by_record_batches(gates: Sequence[Gate]) -> dict[str, str]:
    """Rank Arrow record batches."""
    pa = pytest.importorskip("pyarrow", reason='the extra "batch" is not installed')
    from dispatch_cli import api

    batch = pa.record_batch({
        "kind": ["tow"], "lat": [MIDDLE.lat], "lon": [MIDDLE.lon], "brand": ["tesla"],
        "persons": [2], "when": pa.array([NOON], pa.timestamp("us", "UTC")),
    })  # fmt: skip
    found = {}
    for one in FIRMS:
        [lines] = api.rank_batches([batch], MemoryCatalog([one]), gates=gates)
        [tow] = [line for line in lines.to_pylist() if line["service"] == "tow"]
        found[one.id] = tow["reason"] or ""
    return found


def by_coverage(gates: Sequence[Gate]) -> dict[str, str]:
    """Find the firms without which coverage has a gap."""
    stretch = CoverageScope(start=NOON, days=1, regions=("86",), services=("tow",), minimum=1)
    found = {}
    for one in FIRMS:
        covered = coverage.find_gaps(
            [one], stretch, basis=AvailabilityBasis(lambda *_: ALWAYS), gates=gates
        )
        found[one.id] = "" if covered.services and not covered.gaps else "out"
    return found


ENGINES: dict[str, Callable[[Sequence[Gate]], dict[str, str]]] = {
    "cascade": by_cascade,
    "plain engine": lambda gates: by_engine(Engine, gates),
    "compiled engine": by_columns,
    "file row by row": by_file,
    "file in columns": by_blocks,
    "record batches": by_record_batches,
    "coverage": by_coverage,
}


@pytest.mark.parametrize("ask", ENGINES.values(), ids=ENGINES)
def test_every_engine_honours_additional_gates(ask: Callable) -> None:
    """A firm that an additional static or limit gate stops is ranked by no engine."""
    said = "out" if ask is by_coverage else ""
    assert ask(GATES) == {"good": "", "unlicensed": "", "cramped": ""}
    assert ask(EXTENDED) == {
        "good": "", "unlicensed": said or "licence_missing", "cramped": said or "too_few_seats",
    }  # fmt: skip


@pytest.mark.parametrize("ask", ENGINES.values(), ids=ENGINES)
def test_every_engine_refuses_an_unknown_form(ask: Callable) -> None:
    """An engine with a gate of an unknown form ranks nothing."""
    with pytest.raises(UnknownFormError, match="'storm' of the form 'weather'"):
        ask((*GATES, WeatherGate(reason="storm")))


@pytest.mark.parametrize("ask", ENGINES.values(), ids=ENGINES)
def test_every_engine_refuses_an_unknown_fact(ask: Callable) -> None:
    """A gate that declares a fact that no incident has stops the engine, not the firm."""
    shoes = StaticGate(reason="shoes", incident=("shoe_size",), fails=lambda *_: False,
                       sentence=lambda *_: Message("shoes"))  # fmt: skip
    with pytest.raises(UnknownFactError, match="shoe_size"):
        ask((*GATES, shoes))


def test_a_table_without_its_area_first_is_refused() -> None:
    """The area must be the first gate, and only once, because an index answers for it."""
    for gates in (GATES[1:], (GATES[1], GATES[0], *GATES[2:]), (GATES[0], *GATES)):
        with pytest.raises(UnknownFormError, match="'area'"):
            by_cascade(gates)


class AlwaysGate(StaticGate, frozen=True, kw_only=True):
    """A static gate with another predicate than that of its form."""

    def stops(self, look: object) -> bool:
        """Stop every provider."""
        return True


class OtherLimitGate(Gate, frozen=True, kw_only=True):
    """A gate with the name of a known form and another class."""

    form = "limit"


def static(**facts: object) -> StaticGate:
    """Make a static gate that stops no provider."""
    return StaticGate(**{"reason": "new", "fails": lambda *_: False,
                         "sentence": lambda *_: Message("new"), **facts})  # fmt: skip


def limit(value: Fact, limit: Fact, **facts: object) -> LimitGate:
    """Make a limit gate of two facts."""
    return LimitGate(reason="new", value=value, limit=limit, sentence=SEATS.sentence, **facts)


UNFIT = {
    "static by place": (static(incident=("place",)), UnknownFactError, "place"),
    "static by time": (static(incident=("when",)), UnknownFactError, "when"),
    "static by the number of the case": (static(incident=("number",)), UnknownFactError, "number"),
    "a subclass": (AlwaysGate(reason="new", fails=LICENCE.fails, sentence=LICENCE.sentence),
                   UnknownFormError, "'new'"),
    "a known form's name": (OtherLimitGate(reason="new"), UnknownFormError, "'new'"),
    "a limit of an undeclared fact": (
        limit(Fact("incident", "travellers"), Fact("provider", "seats"), provider=("seats",)),
        UndeclaredFactError, "travellers",
    ),
    "two numbers of one side": (
        limit(Fact("provider", "seats"), Fact("provider", "units"), provider=("seats", "units")),
        UnknownFactError, "same side",
    ),
}  # fmt: skip


@pytest.mark.parametrize("ask", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize(("gate", "error", "says"), UNFIT.values(), ids=UNFIT)
def test_every_engine_refuses_what_another_could_not_ask(
    ask: Callable, gate: Gate, error: type[Exception], says: str
) -> None:
    """Gates that only some engines could evaluate are refused by all."""
    with pytest.raises(error, match=says):
        ask((*GATES, gate))


@pytest.mark.parametrize("ask", ENGINES.values(), ids=ENGINES)
def test_every_engine_honours_an_additional_availability_gate(ask: Callable) -> None:
    """A gate on the availability and on a fact of the firm works in every engine."""
    gate = AvailabilityGate(
        reason="not_at_night", provider=("seats",),
        fails=lambda firm, known: known.hours.state == "open" and firm.seats == 0,
        sentence=lambda *_: Message("not at night"),
    )  # fmt: skip
    alone = [one.id for one in FIRMS if one.seats == 0]
    assert alone
    said = "out" if ask is by_coverage else "not_at_night"
    expected = dict.fromkeys((one.id for one in FIRMS), "") | dict.fromkeys(alone, said)
    assert ask((*GATES, gate)) == expected


@pytest.mark.parametrize("columns", [False, True])
def test_without_a_gate_no_asked_provider_is_excluded(columns: bool) -> None:
    """A provider that was asked already is only excluded by a gate of that form."""
    made = Engine
    if columns:
        pytest.importorskip("numba", reason='the extra "batch" is not installed')
        from dispatch_cli.batch.compiled.column_engine import ColumnEngine as made
    gates = [gate for gate in GATES if gate.form != "asked"]
    of = replace(OF, asked=("good",))
    [[tow, *_]] = made(MemoryCatalog(FIRMS[:1]), holidays=no_holidays, gates=gates).rank([of])
    assert [row.provider for row in tow.rows] == ["good"]


@pytest.mark.parametrize("columns", [False, True])
def test_a_reason_may_stand_at_two_places_of_the_table(columns: bool) -> None:
    """The last reason is that of the desk, by the first position of each reason."""
    made = Engine
    if columns:
        pytest.importorskip("numba", reason='the extra "batch" is not installed')
        from dispatch_cli.batch.compiled.column_engine import ColumnEngine as made
    early = static(reason="x", provider=("id",), fails=lambda _, one: one.id == "nobody")
    middle = static(reason="y", provider=("id",), fails=lambda _, one: one.id == "good")
    late = static(reason="x", provider=("id",), fails=lambda _, one: one.id != "good")
    gates = (*GATES, early, middle, late)
    [[tow, *_]] = made(MemoryCatalog(FIRMS), holidays=no_holidays, gates=gates).rank([OF])
    cascade = incident_ranking.rank_incident(
        MemoryCatalog(FIRMS), OF, holidays=no_holidays, explain=True, gates=gates
    ).cascades[0]
    assert tow.reason == list(cascade.excluded_counts)[-1] == "y"


def test_an_undeclared_fact_cannot_be_read() -> None:
    """A predicate that reads an undeclared fact fails at once."""
    sly = replace(LICENCE, fails=lambda incident, provider: provider.units == 0)
    with pytest.raises(UndeclaredFactError, match=r"'units' is not declared; declared: tags"):
        by_cascade((*GATES, sly))


def test_the_sentence_of_an_additional_gate_is_said() -> None:
    """--explain has the reason and the sentence of an additional gate."""
    answer = incident_ranking.rank_incident(
        MemoryCatalog(FIRMS), OF, holidays=no_holidays, explain=True, gates=EXTENDED
    )
    said = {each.provider: str(each.detail) for each in answer.cascades[0].excluded}
    assert said == {"unlicensed": "no licence for tesla", "cramped": "0 seats for 2"}
    assert list(answer.cascades[0].excluded_counts) == ["licence_missing", "too_few_seats"]


@pytest.mark.parametrize("seed", range(8))
def test_engines_agree_with_the_desk_under_additional_gates(seed: int) -> None:
    """Desk and both engines agree on every row of random worlds with additional gates."""
    world = World(seed)
    rows, catalog = world.rows(60), MemoryCatalog(world.providers, world.rules)
    given = {"holidays": holidays, "observations": world.observations, "gates": EXTENDED}
    found = [Engine(catalog, **given).rank(rows)]
    if pytest.importorskip("numba", reason='the extra "batch" is not installed'):
        from dispatch_cli.batch.compiled.column_engine import ColumnEngine

        found.append(ColumnEngine(catalog, **given).rank(rows))
    for one, *each in zip(rows, *found, strict=True):
        answer = incident_ranking.rank_incident(catalog, one, explain=True, **given)
        for ranks in each:
            _assert_is_the_desks(world, answer.cascades, ranks)


def _assert_is_the_desks(world: World, cascades: Sequence, ranks: Sequence) -> None:
    reasons = [gate.reason for gate in EXTENDED] + ["beyond_fallback"]
    for mine, cascade in zip(ranks, cascades, strict=True):
        theirs = [row.provider for row in cascade.candidates[:5]]
        assert [row.provider for row in mine.rows] == theirs
        if not theirs and world.providers:
            assert mine.reason == max(cascade.excluded_counts, key=reasons.index)


def test_random_worlds_draw_every_declared_fact() -> None:
    """Every fact that a gate of the table declares takes several values in the random worlds.

    Otherwise a gate on a fact that never varies would be ignored with every test green.
    """
    seen: dict[tuple[str, str], set[str]] = {}
    for seed in range(40):
        world = World(seed)
        for one in world.rows(10):
            client = world.rules.clients.get(one.client or "")
            for entry in incident_ranking.plans.services_for(one, world.rules):
                asked = need(one, client=client, entry=entry)
                for name in {name for gate in EXTENDED for name in gate.incident}:
                    value = repr(INCIDENT_FACTS[name](asked))
                    seen.setdefault(("incident", name), set()).add(value)
        for one in world.providers:
            for name in {name for gate in EXTENDED for name in gate.provider}:
                seen.setdefault(("provider", name), set()).add(repr(PROVIDER_FACTS[name](one)))
    assert {fact for fact, values in seen.items() if len(values) < 2} == set()


def test_a_gate_of_no_form_has_neither_predicate_nor_sentence() -> None:
    """The base of all gates raises instead of passing."""
    gate, look = Gate(reason="none"), Assessment(need(), FIRMS[0])
    for ask in (gate.stops, gate.message):
        with pytest.raises(NotImplementedError):
            ask(look)


def test_gates_of_facts_are_given_no_hours() -> None:
    """A need for gates of facts has no opening hours."""
    asked = without_hours(OF, PlanEntry(service="tow"), Rules())
    with pytest.raises(AssertionError, match="opening hours"):
        asked.hours_of(FIRMS[0], "")


def test_verdicts_that_are_forgotten_are_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full cache of verdicts is cleared, with the same results."""
    monkeypatch.setattr("dispatch_cli.eligibility.verdicts.MOST_KEPT", 2)
    verdicts = Verdicts((*GATES, LICENCE), FIRMS)
    brands = ("vw", "tesla", "opel", "vw", "tesla")
    asked = [
        without_hours(replace(OF, vehicle=Vehicle(brand=brand)), PlanEntry(service="tow"), Rules())
        for brand in brands
    ]
    found = [verdicts.first_failing(one) for one in asked]
    assert found[0] == found[3] != found[1] == found[2] == found[4]
