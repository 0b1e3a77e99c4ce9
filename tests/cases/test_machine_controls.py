"""Controls of the two machines: with one rule of the program off, each of them fails."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from dispatch_cli.cases import (
    amend_case,
    case_deadlines,
    case_ends,
    case_states,
    merge_cases,
    offer_changes,
    offer_corrections,
    offer_notices,
    open_case,
)
from dispatch_cli.store import open_store, transaction

from .modelled_log import STARTS, catalog
from .test_case_machine import Casework
from .test_offer_machine import Working

FEW = settings(
    max_examples=1500,
    stateful_step_count=50,
    deadline=None,
    database=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _without(act: Callable, *names: str) -> Callable:
    """Return an act on offers that leaves no deadline of these names."""

    def changed(case, *args, **kwargs):
        found = act(case, *args, **kwargs)
        after, *rest = found if isinstance(found, tuple) else (found,)
        none = dict.fromkeys(names)
        after = replace(after, offers=tuple(replace(each, **none) for each in after.offers))
        return (after, *rest) if rest else after

    return changed


def _is_opened_by_acts_alone(_, service):
    return service.opened


CONTROLS = {
    "no firm is called off after an acceptance": (
        offer_changes, "accept", _without(offer_changes.accept, "call_off_by"),
    ),
    "no driver is told": (
        offer_changes, "accept", _without(offer_changes.accept, "tell_driver_by"),
    ),
    "no caller is told a new time": (
        offer_changes, "promise", _without(offer_changes.promise, "tell_caller_by"),
    ),
    "no firm is called off after a cancellation": (
        case_ends, "cancel", _without(case_ends.cancel, "call_off_by"),
    ),
    "no firm is called off after a correction": (
        offer_corrections, "correct", _without(offer_corrections.correct, "call_off_by"),
    ),
    "a firm that rings back has no deadline": (
        offer_notices, "later", _without(offer_notices.later, "ring_back_by"),
    ),
    "an exhausted service opens nothing": (
        case_states, "is_opened", _is_opened_by_acts_alone,
    ),
    "the wait for an answer has no end": (
        case_deadlines, "_due", lambda at, within, now, what, offer=0:
            case_deadlines.Deadline(at + within, what, offer),
    ),
}  # fmt: skip
"""Each rule that is off: the module and name of its function, and the function in its place."""

ON_THE_LOG = {
    "no emergency call is due": (open_case, "with_emergency_due", lambda case, *_: case),
    "no driver is told of new facts": (
        amend_case, "_with_drivers_to_tell", lambda case, _: case,
    ),
    "no firm is called off after a merge": (
        merge_cases, "merged", _without(merge_cases.merged, "call_off_by"),
    ),
    "an ended case with firms to call off is not listed": (
        transaction, "_OPEN", " WHERE closed_at IS NULL",
    ),
}  # fmt: skip
"""Rules that only the machine on the real log can miss."""


@pytest.mark.parametrize(
    ("module", "name", "other"),
    [
        pytest.param(*each, id=name, marks=[pytest.mark.ci] if place > 1 else [])
        for place, (name, each) in enumerate(CONTROLS.items())
    ],
)
def test_the_machine_of_one_case_misses_each_rule(monkeypatch, module, name, other):
    """The case differs from the model soon after the rule should have acted."""
    monkeypatch.setattr(module, name, other)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Working, settings=FEW)


@pytest.mark.ci
@pytest.mark.parametrize(("module", "name", "other"), ON_THE_LOG.values(), ids=ON_THE_LOG)
def test_the_machine_on_the_log_misses_each_rule(monkeypatch, tmp_path, module, name, other):
    """The log differs from the model soon after the rule should have acted."""
    template = tmp_path / "template.sqlite3"
    with open_store(template, now=STARTS[0]) as store, store.deciding():
        pass

    class Here(Casework):
        folder = tmp_path

    Here.template, Here.firms = template, catalog()
    monkeypatch.setattr(module, name, other)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Here, settings=FEW)
