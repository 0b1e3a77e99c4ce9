"""Read latitude and longitude in degrees, in all usual spellings.

The text is cut into tokens, the tokens into two halves, and each half is one angle. A text that
can be read in two ways is refused.
"""

import re

from .position import Position, number_of, place_error

Token = tuple[str, str]
"""A kind and its text. Kinds: n number, ° ' " : marks, ``,`` separator, H letter, L label."""

_SPELLINGS: dict[Token, str] = {
    ("H", "N"): "n nord north norden nördl nördlich nördliche nördlicher noerdlich noerdlicher",
    ("H", "S"): "s süd sued south süden südl südlich südliche südlicher suedlich suedlicher",
    ("H", "E"): "e o ö ost east osten östl östlich östliche östlicher oestlich oestlicher",
    ("H", "W"): "w west westen westl westlich westliche westlicher",
    ("L", "lat"): "lat latitude breite breitengrad br lt",
    ("L", "lon"): "lon lng long longitude länge laenge längengrad l lg",
    ("°", "°"): "grad deg degree degrees d",
    ("'", "'"): "min minute minuten minutes m",
    ('"', '"'): "sek sekunde sekunden sec second seconds",
    (",", ","): "und and",
    ("", ""): "gps position pos standort koordinate koordinaten coordinates coords",
}
_WORDS = {word: token for token, words in _SPELLINGS.items() for word in words.split()}
_TOKEN = re.compile(
    r"""(?P<n>[+-]?[0-9]+(?:\.[0-9]+)?)|(?P<word>[a-zäöüß]+)\.?|(?P<mark>[°':"])|(?P<sep>[,;/|=~])"""
)
_EXAMPLE = 'write "48.3705, 10.8978" or "N 48 22 13.8 E 10 53 52"'
_AXES = {"N": "lat", "S": "lat", "E": "lon", "W": "lon", "lat": "lat", "lon": "lon"}
_ANGLES = re.compile("""n°?|n:n(:n)?|n°?n'?|n°?n'?n"?""")


def read_degrees(text: str) -> Position | None:
    """Read a pair of angles from a clean text; None if it is something else.

    Latitude comes first, unless letters or labels say otherwise. Raises UsageError for a position
    that cannot be read in exactly one way.
    """
    if text[:5].upper() == "POINT":  # well-known text writes x before y
        text = ";".join(reversed(text[5:].strip("() ").split(" ")))
    tokens = _tokens(text.lower())
    numbers = sum(kind == "n" for kind, _ in tokens or ())
    if tokens is None or not numbers:
        return None
    if numbers == 1:
        raise place_error(text, "one number is not a position", hint=_EXAMPLE)
    markers = [one for one in tokens if one[0] == "H"] or [one for one in tokens if one[0] == "L"]
    if markers:
        axes = _checked_axes(text, tokens, markers)
        tokens = [one for one in tokens if one[0] != "L" or one in markers]
        halves = _halves_by_markers(text, tokens, markers[0][0])
    else:
        axes = ["lat", "lon"]
        halves = _halves_by_position(text, tokens)
    angles = {
        axis: _angle(text, half, marker)
        for axis, half, marker in zip(
            axes, halves, [marker[1] for marker in markers] or ["", ""], strict=True
        )
    }
    return Position(angles["lat"], angles["lon"])


def _tokens(text: str) -> list[Token] | None:
    """Cut a text into tokens; None if it contains anything that no position contains."""
    text = text.strip("()[]{} ")
    if text.startswith('"'):  # JSON keys
        text = re.sub(r'"([a-z]+)"', r"\1", text)
    text = _with_decimal_points(text.replace("''", '"'))
    words = set(re.findall("[a-zäöüß]+", text))
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at] != " ":
                return None
            at += 1
            continue
        at = match.end()
        if match["n"]:
            tokens.append(("n", match["n"]))
        elif match["word"]:
            word = match["word"]
            if word == "s" and {"d", "m"} <= words:  # 48d22m14s
                tokens.append(('"', '"'))
            elif word not in _WORDS:
                return None
            elif _WORDS[word] != ("", ""):
                tokens.append(_WORDS[word])
        elif match["mark"]:
            # The colon of "lat: 48.37" and "GPS: 48.37" separates no minutes.
            if match["mark"] != ":" or (tokens and tokens[-1][0] == "n"):
                tokens.append((match["mark"], match["mark"]))
        elif match["sep"] != "=" or not tokens or tokens[-1][0] not in "LH":
            tokens.append((",", match["sep"]))
    return tokens


def _with_decimal_points(text: str) -> str:
    """Write decimal commas as points and keep the commas that separate.

    A text with a decimal point has no decimal commas. A device without a fix sends ``0,0``; any
    other two whole numbers round a comma without blanks are one number with a decimal comma.
    """
    if re.search(r"[0-9]\.[0-9]", text):
        return text
    left, comma, right = text.partition(",")
    if text == "0,0" or (comma and "," not in right and left.count(":") == right.count(":") > 0):
        return f"{left};{right}"
    pointed = re.sub(r"(?<![0-9],)(?<![0-9])([0-9]+),([0-9]+)", r"\1.\2", text)
    if re.search(r"[0-9],[0-9]", pointed):
        # Four numbers in a row are two with decimal commas only if none can be minutes.
        chain = re.fullmatch(r"([+-]?[0-9]+),([0-9]{3,}),([+-]?[0-9]+),([0-9]{3,})", text)
        return f"{chain[1]}.{chain[2]};{chain[3]}.{chain[4]}" if chain else text
    return pointed


def _checked_axes(text: str, tokens: list[Token], markers: list[Token]) -> list[str]:
    """Return the order of the two angles; labels must agree with letters."""
    axes = [_AXES[value] for _, value in markers]
    if sorted(axes) != ["lat", "lon"]:
        raise place_error(text, "write one of N or S and one of E or W (or O)")
    labels = [value for kind, value in tokens if kind == "L"]
    if labels not in ([], axes):
        raise place_error(text, "the words for latitude and longitude contradict the letters")
    return axes


def _halves_by_markers(text: str, tokens: list[Token], kind: str) -> list[list[Token]]:
    """Split at the letters (or labels), which stand all before their angles or all behind."""
    first, second = (at for at, token in enumerate(tokens) if token[0] == kind)
    if first == 0:
        return [_bare(tokens[1:second]), _bare(tokens[second + 1 :])]
    if second == len(tokens) - 1:
        return [_bare(tokens[:first]), _bare(tokens[first + 1 : second])]
    raise place_error(text, "write the letters either before both angles or behind both")


def _bare(tokens: list[Token]) -> list[Token]:
    """Remove a separator at either end."""
    start = 1 if tokens and tokens[0][0] == "," else 0
    end = len(tokens) - 1 if len(tokens) > start and tokens[-1][0] == "," else len(tokens)
    return tokens[start:end]


def _halves_by_position(text: str, tokens: list[Token]) -> list[list[Token]]:
    """Split two angles without letters: at the separator, or where the second one must begin."""
    kinds = "".join(kind for kind, _ in tokens)
    if kinds.count(",") == 1:
        at = kinds.index(",")
        return [tokens[:at], tokens[at + 1 :]]
    if "," not in kinds:
        if kinds.count("°") == 2:
            at = kinds.rindex("°") - 1
            return [tokens[:at], tokens[at:]]
        if ":" in kinds and kinds.count("nn") == 1:
            at = kinds.index("nn") + 1
            return [tokens[:at], tokens[at:]]
        if kinds == "nn" and all("." in value for _, value in tokens):
            return [tokens[:1], tokens[1:]]
    raise place_error(text, "cannot be split into two angles", hint=_EXAMPLE)


def _angle(text: str, half: list[Token], marker: str) -> float:
    """Add up degrees, minutes and seconds of one half; only the last of them may be a fraction."""
    kinds = "".join(kind for kind, _ in half)
    if _ANGLES.fullmatch(kinds) is None:
        raise place_error(text, "contains an angle that is not degrees, minutes and seconds")
    numbers = [value for kind, value in half if kind == "n"]
    if kinds == "nn" and not marker and "." not in numbers[1]:
        raise place_error(
            text, "two whole numbers may be degrees and minutes or a fraction; write ° and '"
        )
    if marker in ("N", "S", "E", "W") and numbers[0][0] in "+-":
        raise place_error(text, "has a sign and a letter; write one of them")
    if any("." in value for value in numbers[:-1]) or len(numbers[0].partition(".")[0]) > 4:
        raise place_error(text, "only the last part of an angle may be a fraction")
    value = 0.0
    for part, digits in enumerate(numbers):
        amount = number_of(digits.lstrip("+-"))
        if part and (amount >= 60 or digits[0] in "+-"):
            raise place_error(
                text, "{number} is not between 0 and 60 minutes or seconds", number=digits
            )
        value += amount / 60**part
    return -value if numbers[0][0] == "-" or marker in ("S", "W") else value
