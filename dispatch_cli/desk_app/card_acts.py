"""The keys of a card: each asks for what it still needs, and calls the function of its verb."""

from datetime import datetime

from ..cases import answer_call, correct_case, keep_promises, offer_call
from ..cases.unit_bookings import NoUnitError
from ..errors import ConflictError, UsageError
from ..messages import Message
from ..model.case import CorrectedOutcome
from ..model.words import DECLINE_REASONS
from ..results.case_results import OfferCard
from .case_acts import CaseActs
from .desk_tools import Question

_PLAIN = frozenset({"no_answer", "unreachable", "wrong_equipment", "fail", "unsuccessful"})
"""The acts that need nothing but the offer; each is the name of its answer, too."""

_AGAIN = {
    "arrive": ("r", Message("help is on the scene")),
    "unsuccessful": ("s", Message("help came and could not help")),
    "fail": ("f", Message("the firm does not come after all")),
}
"""What is asked for twice: its key, and what a second press records."""

_CORRECTED: tuple[CorrectedOutcome, ...] = (
    "declined", "no_answer", "unreachable", "wrong_equipment", "cancelled", "open", "not_called",
)  # fmt: skip
_REASON = Message("corrected at the desk")


class CardActs(CaseActs):
    """The acts on the calls of a card, besides those on its case."""

    def do(self, act: str) -> None:
        """Do the act of a key; raises an error of the program if it is refused."""
        if act in _AGAIN:
            key, what = _AGAIN[act]
            self._again(key, what, lambda: self._plain_or_arrive(act))
        elif act in _PLAIN:
            self._plain_or_arrive(act)
        else:
            getattr(self, act)()

    def place_call(self) -> None:
        """Place the next call, unless another provider than the one on the screen is next now."""
        card = self._card
        made = offer_call.place_call(
            self._desk.book,
            self._id,
            services=[card.service],
            language=self._desk.spoken,
            expected=(card.next_provider, card.phone),
        )
        if isinstance(made, OfferCard):
            self._done(
                Message("{ref} {name}: the call is placed", ref=made.ref, name=made.name),
                *(
                    Message("skipped {name}: {why}", name=name, why=why)
                    for name, why in made.skipped
                ),
            )
        else:
            self._done(Message("no provider is left to ask"))

    def accept(self) -> None:
        """Ask when help is there, and record the acceptance."""
        ref = self._ref()
        self._ask_moment(
            Message("{name} accepts: there in minutes, or at what time?", name=self._card.name),
            lambda there_at: self._accept_at(ref, there_at),
        )

    def _accept_at(self, ref: str, there_at: datetime) -> None:
        sooner = answer_call.would_be_sooner(self._desk.book, ref, there_at)
        if sooner is None:
            self._accepted(ref, there_at)
            return

        def decided(key: str) -> None:
            if key == "a":
                self._accepted(ref, there_at)
            else:
                self._record(ref, "decline", reason="eta_too_long")

        choices = (("a", Message("accept all the same")), ("d", Message("decline: takes too long")))
        self._desk.ask(Question(text=sooner, choices=choices, then=decided))

    def _accepted(self, ref: str, there_at: datetime, *, extra_unit: bool = False) -> None:
        try:
            done = answer_call.accept(
                self._desk.book,
                ref,
                there_at,
                extra_unit=extra_unit,
                language=self._desk.spoken,
                is_compared=True,
            )
        except NoUnitError as error:
            if extra_unit:
                raise
            choices = (("a", Message("yes, book it")), ("d", Message("no")))
            text = Message("{problem}: has the firm one more truck?", problem=error.problems[0])

            def decided(key: str) -> None:
                if key == "a":
                    self._accepted(ref, there_at, extra_unit=True)
                else:
                    self._desk.tell(Message("not recorded"))

            self._desk.ask(Question(text=text, choices=choices, then=decided))
            return
        self._done(*done.sentences)

    def decline(self) -> None:
        """Ask for the reason by its digit, and record the refusal."""
        ref = self._ref()
        choices = [
            (str(number), Message(reason)) for number, reason in enumerate(DECLINE_REASONS, 1)
        ]
        choices.append(("0", Message("not asked")))

        def decided(key: str) -> None:
            if key == "0":
                self._record(ref, "decline")
                return
            reason = DECLINE_REASONS[int(key) - 1]
            if reason != "other":
                self._record(ref, "decline", reason=reason)
                return
            self._desk.ask(
                Question(
                    text=Message("what did they say?"),
                    then=lambda text: self._record(ref, "decline", reason=reason, text=text),
                )
            )

        text = Message("{name} declines. Why?", name=self._card.name)
        self._desk.ask(Question(text=text, choices=choices, then=decided))

    def later(self) -> None:
        """Ask until when the firm rings back."""
        ref = self._ref()
        self._ask_moment(
            Message("{name} rings back: in minutes, or by what time?", name=self._card.name),
            lambda until: self._recorded(keep_promises.ring_back(self._desk.book, ref, until)),
            is_arrival=False,
        )

    def new_time(self) -> None:
        """Ask for the new time of arrival."""
        ref = self._ref()
        self._ask_moment(
            Message("new time of {name}: in minutes, or at what time?", name=self._card.name),
            lambda at: self._recorded(
                answer_call.promise(self._desk.book, ref, at, language=self._desk.spoken)
            ),
        )

    def tell_driver(self) -> None:
        """Record that the driver has the address."""
        self._recorded(keep_promises.tell(self._desk.book, self._ref(), "driver"))

    def tell_caller(self) -> None:
        """Record that the caller knows the time."""
        self._recorded(keep_promises.tell(self._desk.book, self._ref(), "caller"))

    def correct(self) -> None:
        """Correct an earlier record of an offer: which one, and what is right."""
        offers = [each for each in self._card.case.offers if each.state != "corrected"][-9:]
        if not offers:
            raise UsageError("case {id} has no offer to correct", id=self._id)

        def chosen(key: str) -> None:
            ref = offers[int(key) - 1].ref
            self._desk.ask(
                Question(
                    text=Message("{ref}: what is right?", ref=ref),
                    choices=[
                        (str(number), Message(each.replace("_", " ")))
                        for number, each in enumerate(_CORRECTED, 1)
                    ],
                    then=lambda digit: self._recorded(
                        correct_case.correct(
                            self._desk.book,
                            ref,
                            _CORRECTED[int(digit) - 1],
                            str(_REASON),
                        )
                    ),
                )
            )

        choices = [
            (str(number), Message("{ref} {name}: {state}", ref=each.ref, name=each.name,
                                  state=Message(each.state.replace("_", " "))))
            for number, each in enumerate(offers, 1)
        ]  # fmt: skip
        self._desk.ask(
            Question(text=Message("which record is wrong?"), choices=choices, then=chosen)
        )

    def _plain_or_arrive(self, act: str) -> None:
        ref = self._ref()
        if act == "arrive":
            self._recorded(answer_call.arrive(self._desk.book, ref))
            return
        self._record(ref, act)
        if act == "unsuccessful":
            # The service that is planned after this one needs its call now.
            self._desk.show_case(self._id)

    def _record(self, ref: str, action: str, *, reason: str = "", text: str = "") -> None:
        self._recorded(answer_call.record(self._desk.book, ref, action, reason=reason, text=text))

    def _ref(self) -> str:
        """Return the offer on the screen; raises ConflictError without one."""
        if not self._card.ref:
            raise ConflictError("no firm has been called yet: Enter places the call")
        return self._card.ref

    def report_units(self) -> None:
        """Record what the firm on the phone says of its units, which counts for every case."""
        from ..cases import provider_reports

        provider = self._card.provider
        if not provider:
            raise UsageError("no firm is on the phone")

        def decided(text: str) -> None:
            book = self._desk.book
            free, state, until = provider_reports.parse_report(text)
            if state is not None:
                state = self._desk.tools.read_word(state, provider_reports.REPORTED_STATES)
            said = provider_reports.report(
                book,
                provider,
                free=free,
                state=state,
                until=self._desk.tools.read_moment(until, book) if until else None,
            )
            words = provider_reports.in_words(said, book)
            self._done(Message("{name}: {words}", name=self._card.name, words=words))

        text = Message(
            "{name} has free units, for example: 2, 2 until 18:00, busy 45, down",
            name=self._card.name,
        )
        self._desk.ask(Question(text=text, then=decided))
