"""The ``data`` of JSON answers that are put together from other results, or have alternatives.

The schemas of ``dispatch schema`` derive from them.
"""

from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from ..messages import Message
from ..model.case import Act
from ..model.provider import CheckState, Provider
from .cascade_answer import Answer, EmergencyCall
from .case_results import (
    CaseView,
    DraftView,
    Exhausted,
    OfferCard,
    PersonalView,
    Recorded,
)
from .check_results import CheckDetails, CheckReport
from .hand_over_results import CallBackNumber, FoundCase, Merged
from .report_results import ServiceExperience

Sentence = Message | str


class FailureData(TypedDict, total=False):
    """The data of a failed command: what stands in spite of the failure."""

    recorded: list[Sentence]
    emergency: tuple[EmergencyCall, ...]
    advice: tuple[Sentence, ...]


class RecordedOnly(TypedDict):
    """The data of an act that was recorded and whose result cannot be shown."""

    recorded: list[Sentence]


class CaseOpened(TypedDict):
    """An opened case, and its ranking with the exact place."""

    case: CaseView
    answer: Answer


class DraftRecorded(TypedDict):
    """A recorded act on a parked call."""

    draft: DraftView
    done: Sentence


class CaseAmended(TypedDict):
    """A case that was amended or ranked again; ``place`` is empty unless it has changed."""

    case: CaseView
    emergency: tuple[EmergencyCall, ...]
    advice: tuple[Sentence, ...]
    place: Sentence


class CaseShown(TypedDict):
    """A case; the other keys are there on request."""

    case: CaseView
    log: NotRequired[list[Act]]
    personal: NotRequired[PersonalView]
    call_back: NotRequired[tuple[CallBackNumber, ...]]


class CaseList(TypedDict):
    """Cases and parked calls."""

    cases: list[CaseView]
    drafts: list[DraftView]


class CasesFound(TypedDict):
    """The cases that a search has found."""

    cases: list[FoundCase]


class CaseKept(TypedDict):
    """A recorded note, call back or hold of a case."""

    case: int
    done: Sentence


class CasesErased(TypedDict):
    """Erased cases and parked calls; ``exports`` are texts by the number of the case."""

    cases: tuple[int, ...]
    dry_run: bool
    exports: dict[str, list[Sentence]]
    drafts: tuple[str, ...]


class JournalHead(TypedDict):
    """The last record of the journal as NUMBER:HASH."""

    head: str


class JournalVerified(TypedDict):
    """The last record of the journal, and the faults of the log."""

    head: str
    problems: list[Sentence]


class ProviderList(TypedDict):
    """The providers of the file."""

    providers: list[Provider]


class ProviderShown(TypedDict):
    """A provider as in the file, and the values learned for its services."""

    provider: Provider
    experience: tuple[ServiceExperience, ...]


class ValueRead(TypedDict):
    """How a phone number or the hours of a provider were read."""

    provider: str
    what: str
    shown: str
    read_as: str


class FileValidated(TypedDict):
    """What a valid provider file has; ``read`` only with --verbose."""

    path: str
    providers: int
    clients: int
    holiday_regions: dict[str, list[str]]
    read: NotRequired[list[ValueRead]]


class ProvidersAdded(TypedDict):
    """The added providers, and the number of rejected rows."""

    path: str
    added: list[str]
    rejected: int


class PlacesImported(TypedDict):
    """The imported names of places."""

    path: str
    rows: int
    kept: int
    dropped: int
    names: int
    postcodes: int


KindRow = TypedDict(
    "KindRow",
    {"what": Sentence, "name": str, "german": str, "needs or option": Sentence, "other words": str},
)
"""A kind of incident, a service, a condition or a piece of equipment, with its words."""


class KindList(TypedDict):
    """All words that the program understands."""

    rows: list[KindRow]


SettingRow = TypedDict("SettingRow", {"what": Sentence, "value": Sentence, "from": Sentence})
"""A setting, file or version, and the source of its value."""


class SettingList(TypedDict):
    """The files and settings in force."""

    rows: list[SettingRow]


class ColumnGuess(TypedDict):
    """A fact of an incident, the columns for it, and why."""

    fact: str
    column: str
    why: Sentence


class BatchGuess(TypedDict):
    """How a batch would read a file, and the command to go on with."""

    columns: list[ColumnGuess]
    missing: list[str]
    command: str


class Crontab(TypedDict):
    """Lines of a crontab."""

    crontab: str


class SystemdUnits(TypedDict):
    """Units of systemd."""

    systemd: str


class ChangeTold(TypedDict):
    """A change of a provider's state, as the program of ``--on-change`` gets it."""

    schema: Literal["dispatch.check.change/1"]
    provider: str
    name: str
    phone: str
    before: CheckState
    state: CheckState
    since: datetime
    why: str
    is_flapping: bool


OpenAnswer = CaseOpened | DraftRecorded
OfferAnswer = OfferCard | Exhausted
MergeAnswer = Merged | Recorded
CheckAnswer = CheckReport | CheckDetails
ScheduleAnswer = Crontab | SystemdUnits
