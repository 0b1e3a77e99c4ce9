"""``dispatch case told``, ``called-off``, ``later`` and ``line``: promises and their deadlines."""

from typing import Annotated

import typer

from ..closed_word import closed_word
from ..completion import complete_offers, complete_told
from ..desk_options import CaseArgument, DeskOptions, RefArgument
from ..log_book import open_book
from ..option_groups import with_options
from ..outcome import Outcome
from ..result_output import shown_record
from ..typed_input import read_moment

CaseOrOfferArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="Number of the case (17), or of one offer (17.2).",
        autocompletion=complete_offers,
    ),
]


@with_options(DeskOptions)
def told(
    desk: DeskOptions,
    ref: CaseOrOfferArgument,
    person: Annotated[
        str,
        typer.Argument(
            metavar="PERSON",
            help="driver: has the address. caller: knows the time.",
            autocompletion=complete_told,
        ),
    ],
) -> Outcome:
    """Record that the driver has the address, or that the caller knows the promised time.

    dispatch case told 17.3 driver
    """
    from ...cases import keep_promises

    told = closed_word(person, keep_promises.TOLD)
    return shown_record(desk, "case told", keep_promises.tell(open_book(desk), ref, told))


@with_options(DeskOptions)
def called_off(desk: DeskOptions, ref: CaseOrOfferArgument) -> Outcome:
    """Record that a provider knows that it is not needed any more.

    dispatch case called-off 17.2
    """
    from ...cases import keep_promises

    return shown_record(desk, "case called-off", keep_promises.call_off(open_book(desk), ref))


@with_options(DeskOptions)
def later(
    desk: DeskOptions,
    ref: RefArgument,
    until: Annotated[
        str,
        typer.Option("--until", metavar="TIME", help="When it rings back: 5 (minutes) or 12:38."),
    ],
) -> Outcome:
    """Record that a provider asks its driver and rings back; the next one may be asked meanwhile.

    dispatch case later 17.2 --until 5
    """
    from ...cases import keep_promises

    book = open_book(desk)
    done = keep_promises.ring_back(book, ref, read_moment(until, book))
    return shown_record(desk, "case later", done)


@with_options(DeskOptions)
def line(
    desk: DeskOptions,
    case_id: CaseArgument,
    off: Annotated[
        bool, typer.Option("--off", help="The caller is no longer on the line.")
    ] = False,
) -> Outcome:
    """Record that the caller waits on the line; such cases are listed before others.

    dispatch case line 17
    """
    from ...cases import keep_promises

    done = keep_promises.hold_line(open_book(desk), case_id, is_waiting=not off)
    return shown_record(desk, "case line", done)
