"""The values learned about one provider from the log, beside those of the provider file."""

from datetime import datetime
from typing import TYPE_CHECKING

from .. import learning
from ..model import Provider, Settings
from ..model.case import ACCEPTED_OUTCOMES
from ..results.report_results import ServiceExperience

if TYPE_CHECKING:
    from ..store import Reader


def experience_of(
    reader: "Reader", provider: Provider, settings: Settings, now: datetime
) -> tuple[ServiceExperience, ...]:
    """Return the values of the file, the counts and the learned values for each service."""
    summaries = {each.service: each for each in reader.summaries() if each.provider == provider.id}
    tallies = [each for each in reader.tallies() if each.provider == provider.id]
    counted = [each for each in tallies if learning.is_counted(each)]
    found = []
    for service in provider.services:
        prior = learning.prior_of(provider, service, settings)
        learned = learning.learned(prior, summaries.get(service), now)
        of_service = [each for each in counted if each.service == service]
        found.append(
            ServiceExperience(
                service=service,
                prior_acceptance=prior.acceptance,
                prior_answer_min=prior.answer_min,
                offers=len(of_service),
                accepted=sum(each.outcome in ACCEPTED_OUTCOMES for each in of_service),
                acceptance=learned.acceptance,
                interval=(learned.interval_low, learned.interval_high),
                answer_min=learned.answer_min,
                late_min=learned.late_min,
                promise_late_min=learned.promise_late_min,
            )
        )
    return tuple(found)
