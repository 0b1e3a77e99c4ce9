"""``dispatch case offer``: place the next call of a case."""

from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import ExitCode, UsageError
from ...messages import Message
from ...model.words import YES
from ..completion import complete_service_lists, complete_services
from ..desk_options import CaseArgument, DeskOptions
from ..log_book import open_book
from ..option_groups import with_options
from ..options import complete_providers
from ..outcome import Outcome
from ..result_output import shown
from ..typed_input import ask, read_text

if TYPE_CHECKING:
    from ...cases.book import Book
    from ...results.case_results import Exhausted, OfferCard


ServiceOption = Annotated[
    str | None,
    typer.Option(
        metavar="SERVICE",
        help="Service to call for. Default: the first that waits.",
        autocompletion=complete_services,
    ),
]
ServicesOption = Annotated[
    str | None,
    typer.Option(
        metavar="LIST",
        help="Services for one joint call: recovery,tow.",
        autocompletion=complete_service_lists,
    ),
]
ProviderOption = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="Provider to call out of order. Default: the next in order.",
        autocompletion=complete_providers,
    ),
]
BecauseOption = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Reason of a call out of order (- asks for it)."),
]
WishOption = Annotated[
    bool,
    typer.Option(
        "--wish/--decision",
        help="A call out of order is the caller's wish, or the operator's decision.",
    ),
]


@with_options(DeskOptions)
def offer(
    desk: DeskOptions,
    case_id: CaseArgument,
    *,
    service: ServiceOption = None,
    services: ServicesOption = None,
    provider: ProviderOption = None,
    because: BecauseOption = None,
    wish: WishOption = False,
) -> Outcome:
    """Open an offer to the next provider; shows its number and the text to read aloud.

    dispatch case offer 17
    """
    from ...cases import offer_call

    offer_call.require_reason(provider, because or "")
    if provider is None and (because or wish):
        raise UsageError("--because, --wish and --decision need --provider ID")
    wanted = _named(service, services)
    book = open_book(desk, calls=True)
    if provider is not None and desk.is_asking:
        _confirm(book, case_id, provider, wanted)
    reason = read_text(because, Message("because")) if because else ""
    card = offer_call.place_call(
        book.renewed(),
        case_id,
        services=wanted,
        provider=provider,
        because=reason,
        override=("wish" if wish else "decision") if provider else "",
        language=desk.say,
    )
    return _shown(desk, card)


def _confirm(book: "Book", case_id: int, provider: str, services: list[str]) -> None:
    """Ask whether to call a provider in spite of a reason against it; UsageError if not."""
    from ...cases import offer_call

    why = offer_call.why_not(book, case_id, provider, services=services)
    if why:
        question = Message("{provider}: {why}. Call anyway? [y/N]", provider=provider, why=why)
        if ask(question).lower() not in YES:
            raise UsageError("{provider} was not called: {why}", provider=provider, why=why)


def _named(service: str | None, services: str | None) -> list[str]:
    """Read the services of the call; empty if both options are missing."""
    from ...model.words import SERVICES, lookup

    if service is not None and services is not None:
        raise UsageError("--service and --services exclude each other")
    if service is not None and "," in service:
        raise UsageError(
            "--service {service!r} names several services",
            service=service,
            hint="write --services recovery,tow",
        )
    option, text = ("--service", service) if services is None else ("--services", services)
    if text is None:
        return []
    words = [each.strip() for each in text.split(",")]
    if not all(words):
        raise UsageError(
            "{option} {text!r} has an empty name; write, for example, recovery,tow",
            option=option,
            text=text,
        )
    return [lookup(each, SERVICES) or each for each in words]


def _shown(desk: DeskOptions, card: "OfferCard | Exhausted") -> Outcome:
    from ...render import case_cards
    from ...results.case_results import Exhausted

    if isinstance(card, Exhausted):
        exhausted = card
        return shown(
            desk,
            "case offer",
            exhausted,
            lines=lambda screen: case_cards.exhausted_lines(exhausted, screen),
            columns=case_cards.OFFER_COLUMNS,
            rows=lambda: case_cards.exhausted_rows(exhausted),
            exit_code=ExitCode.NO_PROVIDER,
        )
    called = card
    return shown(
        desk,
        "case offer",
        called,
        lines=lambda screen: case_cards.card_lines(called, screen),
        columns=case_cards.OFFER_COLUMNS,
        rows=lambda: case_cards.card_rows(called),
        hint=Message(
            "record the answer: dispatch case accept, decline, no-answer, unreachable or"
            " wrong-equipment {ref}",
            ref=called.ref,
        ),
    )
