"""Keys for the guided loop, each with a text that the screen must have after it."""

REPAIR_FAILS = [
    ("\t", ">tow: later"),
    ("\t", ">roadside_repair"), ("\r", "the call is placed"),
    ("d", "1 no_unit"), ("\x1b", "a digit says why"),
    ("a", "there in how many minutes"), ("\x1b", "a digit says why"),
    ("a", "there in how many minutes"), ("soon\r", "how many minutes"),
    ("a", "there in how many minutes"), ("9\r", "TELL THE CALLER"),
    ("t", "new time"), ("19\r", "now promises"), ("z", "undone: eta of 1.1"),
    ("m", "what has changed"), ('where "A8\r', "quotation mark"),
    ("m", "what has changed"), ("colour red\r", "too many arguments"),
    ("m", "what has changed"), ("persons 3\r", "ranked again"),
    ("z", "undone: amend"), ("s", "s again"), ("s", "tow: waiting"),
]  # fmt: skip
TOW_DECLINES = [
    ("\t", ">tow: waiting"), ("\r", "the call is placed"), ("d", "1 no_unit"),
    ("9", "what they said"), ("on strike\r", "declined: other"),
    ("z", "undone: decline of 1.2"), ("d", "1 no_unit"), ("1", "declined: no_unit"),
]  # fmt: skip
OTHER_KEYS = [
    ("a", "nobody has been called yet"), ("y", "is no key here"), ("z", "no act to undo"),
    ("c", "call back when"), ("40\r", "call the motorist back at"),
    ("z", "undone: callback"), ("c", "call back when"), ("done\r", "called back"),
    ("p", "bert has free, as"), ("2 until 99:99\r", "99:99"),
    ("p", "bert has free, as"), ("2 free until 90\r", "bert: 2 free until"),
    ("p", "bert has free, as"), ("closed 45\r", "unknown state 'closed'"),
    ("p", "bert has free, as"), ("\x1b", "unknown state"),
    ("i", "note:"), ("by the gate\r", "noted"), ("z", "undone: note"),
    ("z", "undone: callback"), ("!", "PLACE  near 86150"), ("\r", "the call is placed"),
    ("z", "z again"), ("n", "nothing recorded"), ("z", "z again"), ("z", "was never called"),
    ("\r", "the call is placed"), ("u", "cannot be reached"), ("z", "undone: unreachable of 1.2"),
    ("a", "there in how many minutes"), ("9\r", "accepted, there by"), ("f", "does not come"),
    ("\r", "the call is placed"), ("e", "lacks the right equipment"), ("\r", "NO PROVIDER LEFT"),
    ("x", "x again"), ("n", "nothing recorded"), ("x", "x again"),
    ("x", "cancelled by the motorist"),
    ("\r", "was cancelled at"),
]  # fmt: skip
TO_THE_END = [
    ("\r", "the call is placed"), ("a", "there in how many minutes"), ("400\r", "y yes"),
    ("y", "eta_too_long"), ("\r", "the call is placed"), ("a", "there in how many minutes"),
    ("9\r", "GIVE THE DRIVER"), ("m", "what has changed"),
    ("injured 1 no-trailer\r", "ranked again"), ("m", "what has changed"), ("\x1b", "ranked again"),
    ("t", "new time"), ("\x1b", "ranked again"), ("r", "r again"), ("r", "arrived at"),
    ("k", "closed; q leaves"),
]  # fmt: skip
