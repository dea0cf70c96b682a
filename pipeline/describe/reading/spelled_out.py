"""A text with its abbreviations of places and its `same side` spelled out."""

import re
from collections.abc import Collection

_DOWN = {"U": "upper", "M": "middle", "L": "lower"}
_ACROSS = {"O": "outer", "I": "inner"}
_SIDES = {"L": "left", "R": "right"}
_LOBE = re.compile(r"\b([LR])([UML])L\b")
_QUADRANT = re.compile(r"\b([LR])([UL])Q\b")
_OF_BREAST = re.compile(r"\b([UL])([OI])Q\b")
_SHORT = re.compile(r"[A-Z]{2}[LQ]\b")
_SIDE = re.compile(r"\b(?:left|right)\b", re.IGNORECASE)
_SAME = "same side"


def spelled_out(text: str, names: Collection[str] = ()) -> str:
    """`LUL` is the left upper lobe, unless `names` hold the like; the same side is the one told last, if any."""
    if _SHORT.search(text) and not text.isupper() and not any(map(_SHORT.search, names)):
        text = _LOBE.sub(lambda match: f"{_SIDES[match[1]]} {_DOWN[match[2]]} lobe", text)
        text = _QUADRANT.sub(lambda match: f"{_SIDES[match[1]]} {_DOWN[match[2]]} quadrant", text)
        text = _OF_BREAST.sub(lambda match: f"{_DOWN[match[1]]} {_ACROSS[match[2]]} quadrant", text)
    return _with_sides(text) if _SAME in text else text


def _with_sides(text: str) -> str:
    head, _, tail = text.partition(_SAME)
    told = _SIDE.findall(head)
    side = f"{told[-1].lower()} side" if told else _SAME
    return head + side + (_with_sides(tail) if _SAME in tail else tail)
