"""The schema of every answer with ``--json``: its name, and the type of its ``data``."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..errors import UsageError
from ..messages import quoted

_PARTS = "results.answer_data"
_RECORDED = "results.case_results:Recorded"
_NEVER = ""
"""The data of a command that refuses ``--json``, and of a wrong command line."""

_RECORDED_ACTS = (
    "accept", "decline", "no-answer", "unreachable", "wrong-equipment", "fail", "unsuccessful",
    "later", "told", "called-off", "line", "emergency", "last-resort", "eta", "arrive", "close",
    "cancel", "correct", "undo", "take",
)  # fmt: skip
"""The verbs of a case whose answer is one recorded act."""

DATA: Mapping[str, str] = {
    "dispatch.usage/1": _NEVER,
    "dispatch.cascade/1": "results.cascade_answer:Answer",
    "dispatch.desk/1": _NEVER,
    "dispatch.case.open/1": f"{_PARTS}:OpenAnswer",
    "dispatch.case.park/1": f"{_PARTS}:DraftRecorded",
    "dispatch.case.resume/1": f"{_PARTS}:CaseOpened",
    "dispatch.case.discard/1": f"{_PARTS}:DraftRecorded",
    "dispatch.case.work/1": _NEVER,
    "dispatch.case.offer/1": f"{_PARTS}:OfferAnswer",
    **{f"dispatch.case.{verb}/1": _RECORDED for verb in _RECORDED_ACTS},
    "dispatch.case.amend/1": f"{_PARTS}:CaseAmended",
    "dispatch.case.rerank/1": f"{_PARTS}:CaseAmended",
    "dispatch.case.hand-over/1": "results.hand_over_results:HandOver",
    "dispatch.case.merge/1": f"{_PARTS}:MergeAnswer",
    "dispatch.case.find/1": f"{_PARTS}:CasesFound",
    "dispatch.case.note/1": f"{_PARTS}:CaseKept",
    "dispatch.case.callback/1": f"{_PARTS}:CaseKept",
    "dispatch.case.hold/1": f"{_PARTS}:CaseKept",
    "dispatch.case.show/1": f"{_PARTS}:CaseShown",
    "dispatch.case.list/1": f"{_PARTS}:CaseList",
    "dispatch.case.audit/1": "results.case_results:Audit",
    "dispatch.case.export/1": "results.case_results:PersonalView",
    "dispatch.case.forget/1": f"{_PARTS}:CasesErased",
    "dispatch.batch/1": "results.batch_results:BatchCounts",
    "dispatch.batch.summary/1": "results.batch_results:BatchSummary",
    "dispatch.batch.guess/1": f"{_PARTS}:BatchGuess",
    "dispatch.storm/1": "results.storm_results:StormPlan",
    "dispatch.check/1": f"{_PARTS}:CheckAnswer",
    "dispatch.check.ack/1": "model.check:Acknowledgement",
    "dispatch.check.coverage/1": "results.coverage_results:CoverageReport",
    "dispatch.check.schedule/1": f"{_PARTS}:ScheduleAnswer",
    "dispatch.report.fairness/1": "results.report_results:FairnessReport",
    "dispatch.report.forecast/1": "results.report_results:ForecastReport",
    "dispatch.log.verify/1": f"{_PARTS}:JournalVerified",
    "dispatch.log.head/1": f"{_PARTS}:JournalHead",
    "dispatch.log.backup/1": "store.backup:BackupResult",
    "dispatch.log.restore/1": "store.restoring:RestoreResult",
    "dispatch.providers.list/1": f"{_PARTS}:ProviderList",
    "dispatch.providers.show/1": f"{_PARTS}:ProviderShown",
    "dispatch.providers.report/1": "model.check:PhoneReport",
    "dispatch.providers.validate/1": f"{_PARTS}:FileValidated",
    "dispatch.providers.add/1": f"{_PARTS}:ProvidersAdded",
    "dispatch.places.import/1": f"{_PARTS}:PlacesImported",
    "dispatch.osm.import/1": "results.osm_results:ImportReport",
    "dispatch.travel.compare/1": "results.travel_results:TravelComparison",
    "dispatch.travel.calibrate/1": "results.travel_results:TravelCalibration",
    "dispatch.kinds/1": f"{_PARTS}:KindList",
    "dispatch.doctor/1": f"{_PARTS}:SettingList",
}
"""The type of the ``data`` of each envelope, as "module:name", imported when it is needed."""

LINES: Mapping[str, bool] = {"dispatch.batch.line/1": False, "dispatch.batch.line.full/1": True}
"""The lines of JSON that a batch writes, and whether they are those of ``--full``."""

CHANGE = "dispatch.check.change/1"
"""The JSON that the program of ``check --on-change`` gets."""


def schema_names() -> tuple[str, ...]:
    """List the names of all schemas."""
    return (*DATA, CHANGE, *LINES)


def _spellings() -> dict[str, str]:
    """Return each name by its spellings: in answers, of files, of identifiers and short ones.

    "dispatch.cascade/1" is also "dispatch.cascade-1.json", "cascade/1", "cascade-1" and "cascade".
    """
    from ..render.type_schema import schema_id

    found: dict[str, str] = {}
    for name in schema_names():
        plain, _, version = name.partition("/")
        short = plain.removeprefix("dispatch.")
        for each in (plain, short, short.replace(".", " ")):
            found |= {each: name, f"{each}/{version}": name, f"{each}-{version}": name}
        file = f"{plain}-{version}.json"
        found |= {file: name, f"schema/{file}": name, f"docs/schema/{file}": name}
        found[schema_id(name)] = name
    return found


def answer_schema(name: str) -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of an answer, or of a line of a batch.

    Raises UsageError for a name without a schema.
    """
    name = _spellings().get(name.strip(), name)
    if name in LINES:
        from ..batch.result_record import json_schema
        from ..render.type_schema import schema_id

        return {**json_schema(full=LINES[name]), "$id": schema_id(name), "title": name}
    if name not in schema_names():
        from ..model.near_words import did_you_mean

        raise UsageError(
            "unknown schema {name}{meant}",
            name=quoted(name),
            meant=did_you_mean(name, schema_names()),
            hint='"dispatch schema" lists all schemas',
        )
    from ..render.type_schema import envelope_schema, object_schema
    from ..results.answer_data import ChangeTold, FailureData, RecordedOnly

    if name == CHANGE:
        return object_schema(name, ChangeTold)

    return envelope_schema(name, _type_at(DATA[name]), failure=FailureData, recorded=RecordedOnly)


def _type_at(place: str) -> Any:
    if place == _NEVER:
        return None
    module, _, name = place.partition(":")
    return getattr(import_module(f"dispatch_cli.{module}"), name)
