"""Send what a run of checks has found to the channels of ``[[notify]]``."""

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..messages import Message
from ..reminders import due_reminders, news_of, problems_of_run, unreported_changes
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
    """A letter, and what to store once it is sent."""

    letter: "Letter"
    reminder: Reminder
    after: ReportedTopic


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
    worked = {NOTIFY}
    for each, why in zip(sendings, send([each.letter for each in sendings]), strict=True):
        name = each.letter.channel.name
        key = f"{NOTIFY} {name}"
        if why:
            line = Message("notify {name}: {why}", name=name, why=why)
            failed[key] = LastingProblem(line)
        else:
            worked.add(key)
            each.reminder.put(each.after)
    return AlertResults(failed, worked)


def _sending(channel: "Channel", watch: "Watch", checked: "Checked") -> _Sending | None:
    """Make the message of a channel; None if there is nothing to tell it."""
    from ..checks.notification import Letter
    from ..render.alert_text import alert_text

    report = checked.report
    reminder = reminder_of(watch.store.path, f"{NOTIFY} {channel.name}", watch.catalog)
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
    if not (news or changes or due):
        if after != before:
            reminder.put(after)
        return None
    title, body = alert_text(replace(report, changes=tuple(changes), left_out=0), due, news)
    return _Sending(Letter(channel, title, body), reminder, after)


_OF_THE_OBSERVER = ("observer offline",)
