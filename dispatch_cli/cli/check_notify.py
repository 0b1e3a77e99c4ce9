"""Send what a run of checks has found to the channels of ``[[notify]]``."""

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message
from ..reminders import ReportedProblem, due_reminders, news_of, problems_of_run, unreported_changes
from ..results.check_results import HardState, StateChange
from ..results.lasting_problem import LastingProblem
from .check_alerts import NOTIFY, AlertResults
from .reminding import Reminder, ReportedTopic, reminder_of

if TYPE_CHECKING:
    from ..checks.notification import Letter
    from ..model.check import Channel
    from ..watching import Checked, Watch

_NEVER = timedelta(days=36_500)


class _Sending(Struct, frozen=True):
    """A letter, what to store once it is sent, and what to store if it is not."""

    letter: "Letter"
    reminder: Reminder
    after: ReportedTopic
    unsent: ReportedTopic


def notify(watch: "Watch", checked: "Checked") -> AlertResults:
    """Send one message to each channel that has something to be told.

    A message that was not sent is made again by the next run.
    """
    from ..checks.notification import is_installed, send

    channels = watch.catalog.checking().notify
    if not channels:
        return AlertResults()
    if not is_installed():
        text = "[[notify]] needs the extra: pip install 'roadside-dispatch[notify]'"
        return AlertResults({NOTIFY: LastingProblem(Message(text))})
    sendings = [each for each in (_sending(one, watch, checked) for one in channels) if each]
    failed: dict[str, LastingProblem] = {}
    for each, why in zip(sendings, send([each.letter for each in sendings]), strict=True):
        name = each.letter.channel.name
        if why:
            line = Message("notify {name}: {why}", name=name, why=why)
            failed[_topic(each.letter.channel)] = LastingProblem(line)
        each.reminder.put(each.unsent if why else each.after)
    topics = {topic for topic in map(_topic, channels) if not _is_unsent(watch, topic)}
    return AlertResults(failed, {NOTIFY, *topics})


def _topic(channel: "Channel") -> str:
    return f"{NOTIFY} {channel.name}"


def _is_unsent(watch: "Watch", topic: str) -> bool:
    """Return whether the last message of a channel was not sent, in whichever run."""
    return _UNSENT in reminder_of(watch.store.path, topic, watch.catalog).read().notices


def _sending(channel: "Channel", watch: "Watch", checked: "Checked") -> _Sending | None:
    """Make the message of a channel; None if there is nothing to tell it."""
    from ..checks.notification import Letter
    from ..render.alert_text import alert_text

    report = checked.report
    reminder = reminder_of(watch.store.path, _topic(channel), watch.catalog)
    before = reminder.read()
    again = _NEVER if channel.remind_min is None else timedelta(minutes=channel.remind_min)
    problems = problems_of_run(report)
    old = {name: each for name, each in before.notices.items() if name in _OF_THE_OBSERVER}
    zone = reminder.zone
    news, observer = news_of(old, problems, report.at, again_after=again, zone=zone)
    changes: list[StateChange] = []
    due: list[HardState] = []
    if report.offline:  # no state was changed, and an earlier change waits for the next run
        after = replace(before, notices={**before.notices, **observer})
    else:
        changes, states = unreported_changes(before.states, checked.states)
        due, outages = due_reminders(before.notices, checked.states, report.at, again_after=again)
        after = ReportedTopic(states=states, notices={**outages, **observer})
    failure = {_UNSENT: before.notices.get(_UNSENT, ReportedProblem(report.at, report.at))}
    unsent = replace(before, notices={**before.notices, **failure})
    if not (news or changes or due):
        if _UNSENT in before.notices:
            after = replace(after, notices={**after.notices, **failure})
        if after != before:
            reminder.put(after)
        return None
    title, body = alert_text(replace(report, changes=tuple(changes), left_out=0), due, news)
    after = replace(after, notices={k: v for k, v in after.notices.items() if k != _UNSENT})
    return _Sending(Letter(channel, title, body), reminder, after, unsent)


_OF_THE_OBSERVER = ("observer offline",)
_UNSENT = "last message not sent"
"""The record of a failure since the last success; with blanks, so that no provider has its id."""
