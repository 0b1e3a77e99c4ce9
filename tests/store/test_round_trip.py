"""Cases are read back unchanged."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch_cli.model import Incident, Place, Vehicle
from dispatch_cli.model.case import Case, CaseService, Offer, Option, Personal, Promise

from ..tiers import searched
from .sample import act, case, personal
from .working import opened

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORD = st.sampled_from(["tow", "jump_start", "Öl", "a'b", ""])
MOMENT = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is added below
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
MINUTES = st.floats(0, 1e6)
MAYBE_MOMENT = st.none() | MOMENT


PLACES = st.builds(
    Place,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    uncertainty_km=st.floats(0, 50),
    label=TEXT,
    postcode=st.sampled_from(["86150", "", "10115"]),
    postcodes=st.lists(WORD, max_size=2).map(tuple),
    foreign_km=st.sampled_from([0.0, 44.5]),
)
INCIDENTS = st.builds(
    Incident,
    kind=WORD,
    place=PLACES,
    when=MOMENT,
    client=st.none() | WORD,
    vehicle=st.builds(
        Vehicle, kind=st.none() | WORD, weight_t=st.none() | MINUTES, ev=st.booleans()
    ),
    where=st.none() | TEXT,
    last_exit=st.none() | TEXT,
    note=st.none() | TEXT,
    injured=st.integers(0, 9),
    asked=st.lists(WORD, max_size=2).map(tuple),
)
OPTIONS = st.builds(
    Option,
    provider=WORD,
    name=TEXT,
    phones=st.lists(TEXT, max_size=2).map(tuple),
    units=st.integers(0, 9),
    arrival_min=MINUTES,
    answer_min=MINUTES,
    acceptance=st.floats(0, 1),
    wait_min=MINUTES,
    index_min=MINUTES,
    outside_contract=st.booleans(),
)
SERVICES = st.builds(
    CaseService,
    service=WORD,
    after=st.none() | WORD,
    opened=st.booleans(),
    options=st.lists(OPTIONS, max_size=2).map(tuple),
    last_resort_phone=TEXT,
    last_resort_text=TEXT,
    input_hash=TEXT,
    equipment=st.lists(st.lists(WORD, max_size=2).map(tuple), max_size=2).map(tuple),
    neutral_cost_min=MINUTES,
)
OFFERS = st.builds(
    Offer,
    number=st.integers(1, 4),
    service=WORD,
    provider=WORD,
    name=TEXT,
    phone=TEXT,
    opened_at=MOMENT,
    answer_by=MOMENT,
    operator=TEXT,
    rank=st.integers(0, 99),
    outcome=st.none() | st.sampled_from(["declined", "accepted", "failed", "cancelled"]),
    reason=WORD,
    answered_at=MAYBE_MOMENT,
    ended_at=MAYBE_MOMENT,
    promises=st.lists(
        st.builds(Promise, there_at=MOMENT, said_at=MOMENT, speaker=TEXT), max_size=2
    ).map(tuple),
    arrive_by=MAYBE_MOMENT,
    arrived_at=MAYBE_MOMENT,
    call_back_at=MAYBE_MOMENT,
    override=st.sampled_from(["", "wish", "decision"]),
    corrected=st.booleans(),
)


def _only_one(offers: list[Offer]) -> tuple[Offer, ...]:
    """Number the offers as in a case, with at most one valid acceptance."""
    return tuple(
        replace(each, number=number, corrected=each.corrected or number > 1)
        for number, each in enumerate(offers, 1)
    )


CASES = st.builds(
    Case,
    id=st.just(0),
    opened_at=MOMENT,
    operator=TEXT,
    incident=INCIDENTS,
    services=st.lists(SERVICES, max_size=3, unique_by=lambda each: each.service).map(tuple),
    offers=st.lists(OFFERS, max_size=3).map(_only_one),
    closed_at=MAYBE_MOMENT,
    cancelled=st.booleans(),
    call_back_at=MAYBE_MOMENT,
    hold_until=MAYBE_MOMENT,
)
MOTORISTS = st.builds(Personal, **dict.fromkeys(Personal.__struct_fields__, TEXT))


@searched(200, st.lists(st.tuples(CASES, CASES, MOTORISTS), min_size=1, max_size=3), TEXT, TEXT)
def test_any_case_comes_back(
    written: list[tuple[Case, Case, Personal]], key: str, text: str
) -> None:
    """Any case, and any change of it, is read back, also after reopening the file."""
    expected: dict[int, tuple[Case, Personal]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.sqlite3"
        for first, second, motorist in written:
            with opened(path) as store, store.deciding() as tx:
                new = tx.new_case(first, motorist)
                assert tx.case(new.id) == new == replace(first, id=new.id)
                offers = second.offers + first.offers[len(second.offers) :]
                after = replace(second, id=new.id, offers=_only_one(list(offers)))
                tx.save(new, after)
                tx.set_text(new.id, key, text)
                expected[new.id] = after, motorist
        with opened(path) as store, store.reading() as reader:
            assert reader.cases(open_only=False) == [expected[i][0] for i in sorted(expected)[::-1]]
            for case_id, (after, motorist) in expected.items():
                assert reader.case(case_id) == after
                assert reader.personal(case_id) == motorist
                assert reader.texts(case_id) == {key: text}


def test_lists_are_cut_and_filtered(tmp_path: Path) -> None:
    """Lists have the newest first, only open cases or all, and a limit."""
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        for closed_at in (None, case().opened_at, None, None):
            tx.new_case(case(closed_at=closed_at), personal())
        assert [each.id for each in tx.cases(open_only=False)] == [4, 3, 2, 1]
        assert [each.id for each in tx.cases(open_only=True, limit=2)] == [4, 3]
        assert tx.case(5) is None
        assert tx.personal(5) is None
        assert list(tx.acts(5)) == []
        tx.append(act("open", 5))
        assert [each.action for each in tx.acts(5)] == ["open"]
