"""What a text claims, read as text, whoever wrote it.

Reads findings and devices by their name, the patient's side, places in the picture, relations of place, lengths,
absences, counts, and statements that nothing was annotated. What it does not read (sizes, techniques) it passes over.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from annotators.captioners.nouns import number_words
from annotators.captioners.templates import phrases
from schemas.lexicon.findings import findings
from schemas.taxonomy.body_parts import body_part

FIELD = r"(?:image|picture|radiograph|slice|scan|mammogram|photograph|frame|field(?: of view)?)"
_PART = r"(?:part|side|third|half|corner|area|portion)"
_ACROSS_WORDS = ("left", "right", "centre", "center", "central")
_DOWN_WORDS = ("upper", "middle", "lower", "top", "bottom")
_ACROSS = rf"(?P<across>{'|'.join(_ACROSS_WORDS)})"
_DOWN = rf"(?P<down>{'|'.join(_DOWN_WORDS)})"
_ACROSS_VALUES = {"left": "image-left", "right": "image-right"}  # else centre
_DOWN_VALUES = {"top": "upper", "bottom": "lower"}

GENERIC = frozenset({"abnormality", "lesion", "skin_lesion", "lung_lesion", "retinal_lesion"})
_TOKEN = re.compile(r"[a-z0-9'-]+|[^\sa-z0-9'-]")
DIGITS = "#"  # stands for any number in digits among the words of a text
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_NOTHING = re.compile(
    r"\b(?:no|without) (?:further )?annotation\b|\bnot been annotated\b|\bnothing\b[^.]*\bannotated\b"
)
_UNNAMED = re.compile(r"\bwithout (?:a label|a name|being named)\b|\bnot named\b")
_RELATION = re.compile(rf"\bto the (left|right) of (?!the (?:{FIELD}|patient)\b)")
_DOWN_ACROSS = re.compile(rf"\b{_DOWN}(?:[ -]{_ACROSS})?(?: {_PART})? of the {FIELD}\b")
_ACROSS_DOWN = re.compile(rf"\b{_ACROSS}(?: {_PART})? of the {FIELD}\b(?:, in its {_DOWN} {_PART})?")
_MIDWAY = re.compile(rf"\bmidway (?:across|between the sides of) the {FIELD}\b")
_MID_HEIGHT = re.compile(rf"\b(?:mid-height of|halfway down) the {FIELD}\b")
_BOTH_SIDES = re.compile(r"\bboth sides\b|\bbilateral(?:ly)?\b")
_SIDE = re.compile(r"\b(left|right)\b")
_LENGTH = re.compile(
    r"(?P<first>\d+(?:\.\d+)?)\s*(?:(?:by|x|×)\s*(?P<second>\d+(?:\.\d+)?)\s*)?"
    r"(?P<unit>mm|µm|um|cm|millimet\w+|micromet\w+|centimet\w+)\b"
)
_UNITS = {"millimet": "mm", "micromet": "um", "centimet": "cm", "µm": "um"}
_LISTED_ABSENT = re.compile(r"\b(?:absent|exclude[sd]?|negative)\b[^.:;]*:([^.]+)")
_NO = re.compile(
    r"\b(?:no|without|free of|negative for|absence of|neither|nor)\s+([^.;:]+?)"
    r"(?=,?\s+(?:in|with|within|at|on|near|but|while)\b|[.;:]|$)"
)
_PREPOSITION = re.compile(r"\b(?:in|with|within|at|on|near|but|while)\b")
_OTHER_ABSENCE = re.compile(r"\b(?:absent|absence|exclude[sd]?|cannot|isn't|aren't|not)\b")
_OTHER_CUES = frozenset({"absence", "cannot", "isn", "aren", "not"})
_ITEMS = re.compile(r"\s*;\s*(?:and |or )?|,\s*(?:and |or )?|\s+(?:or|and|nor)\s+")
_BEHIND_ITEM = re.compile(r"\s+(?:is|are|was|were)\b.*$|\s+(?:seen|present|marked)$")
_BEFORE_ITEM = re.compile(r"^(?:any|a|an|the|evidence of|sign of|signs of)\s+")
_FURTHER = re.compile(r"^[\w-]+ further categor(?:y|ies)$")


@dataclass(frozen=True)
class Claim:
    """`slot`: finding, side, place, vertical, image_side, relation, length, absence, count, count_at_least, nothing.

    `about` holds the words behind a number, in which the name of what is counted stands first.
    """

    slot: str
    value: str
    about: str = ""


def parse_claims(text: str) -> list[Claim]:
    """In no particular order; each stretch of text is read once, by the first rule that knows it."""
    claims: list[Claim] = []
    rest = joined_names(text.lower().replace("’", "'"))
    words = words_of(rest)
    for rule in rules():
        if not words.isdisjoint(rule.cues):
            rest = rule.pattern.sub(lambda match, rule=rule: _read(match, rule, claims), rest)  # type: ignore[misc]
    claims.extend(Claim("finding", name) for name in findings_in(rest))
    return claims


def joined_names(text: str) -> str:
    """With hyphens in names that hold a preposition (platelet on red cell), at which a list of absences would end."""
    for name in _names_with_prepositions():
        if name in text:
            text = text.replace(name, name.replace(" ", "-"))
    return text


@cache
def _names_with_prepositions() -> tuple[str, ...]:
    """The longest first, so that a plural is joined as a whole."""
    names = {name.lower() for each in findings() for name in (each.name, each.plural or each.name)}
    return tuple(sorted((name for name in names if _PREPOSITION.search(name)), key=lambda name: (-len(name), name)))


def words_of(text: str) -> frozenset[str]:
    """Runs of letters, and DIGITS where there is a digit; text in lower case."""
    return frozenset(_WORD.findall(text)) | ({DIGITS} if _DIGIT.search(text) else set())


def findings_in(text: str) -> Iterator[str]:
    """The lexicon's names of findings and devices that a text in lower case holds, the longest at each word."""
    words = _TOKEN.findall(text)
    known = _finding_words()
    behind = 0  # the first word that no finding has taken yet
    for at, word in enumerate(words):
        if at >= behind and word in known:
            name = next((name for name in known[word] if tuple(words[at : at + len(name)]) == name), ())
            if name:
                yield " ".join(name)
            behind = at + len(name)


@cache
def _finding_words() -> dict[str, list[tuple[str, ...]]]:
    """Names and plurals by their first word, the longest first; words for anything wrong are no claim."""
    grouped: dict[str, set[tuple[str, ...]]] = {}
    for each in findings():
        if each.kind in ("finding", "device") and each.id not in GENERIC:
            for name in (each.name, each.plural or each.name):
                words = tuple(_TOKEN.findall(joined_names(name.lower())))
                grouped.setdefault(words[0], set()).add(words)
    return {first: sorted(names, key=lambda words: (-len(words), words)) for first, names in grouped.items()}


@dataclass(frozen=True)
class Rule:
    """A pattern, words of which a text that it matches holds at least one, and what a match claims."""

    pattern: re.Pattern[str]
    cues: frozenset[str]
    claims: Callable[[re.Match[str]], Iterator[Claim]]


def _read(match: re.Match[str], rule: Rule, claims: list[Claim]) -> str:
    """Adds to the claims, and leaves a mark that no later rule reads and that parts words."""
    claims.extend(rule.claims(match))
    return " | "


@cache
def rules() -> tuple[Rule, ...]:
    across, down = frozenset(_ACROSS_WORDS), frozenset(_DOWN_WORDS)
    absences = frozenset({"absent", "exclude", "excludes", "excluded", "negative"})
    return (
        Rule(_NOTHING, frozenset({"annotation", "annotated"}), lambda _: iter([Claim("nothing", "")])),
        Rule(_UNNAMED, frozenset({"label", "name", "named"}), lambda _: iter(())),
        Rule(_LISTED_ABSENT, absences, _absent_items),
        Rule(_NO, frozenset({"no", "without", "free", "negative", "absence", "neither", "nor"}), _absent_items),
        Rule(_OTHER_ABSENCE, absences | _OTHER_CUES, lambda match: iter([Claim("absence", match.group())])),
        Rule(_RELATION, across, lambda match: iter([Claim("relation", f"{match[1]}_of")])),
        Rule(_DOWN_ACROSS, down, _place),
        Rule(_ACROSS_DOWN, across, _place),
        Rule(_MIDWAY, frozenset({"midway"}), lambda _: iter([Claim("image_side", "centre")])),
        Rule(_MID_HEIGHT, frozenset({"height", "halfway"}), lambda _: iter([Claim("vertical", "middle")])),
        Rule(_BOTH_SIDES, frozenset({"both", "bilateral", "bilaterally"}), lambda _: iter([Claim("side", "both")])),
        Rule(_both_organs(), frozenset({"both"}), lambda _: iter([Claim("side", "both")])),
        Rule(_SIDE, across, lambda match: iter([Claim("side", match[1])])),
        Rule(_LENGTH, frozenset({DIGITS}), _lengths),
        Rule(_numbered(), frozenset(number_words()) | {DIGITS}, _count),
    )


def _place(match: re.Match[str]) -> Iterator[Claim]:
    """`the centre of the image` names both axes; `the left third of the image` one."""
    down, across = match.groupdict().get("down"), match.groupdict().get("across")
    vertical = _DOWN_VALUES.get(down, down) if down else None
    image_side = _ACROSS_VALUES.get(across, "centre") if across else None
    if image_side == "centre" and vertical is None:
        vertical = "middle"
    if vertical and image_side:
        yield Claim("place", f"{vertical} {image_side}")
    elif vertical:
        yield Claim("vertical", vertical)
    elif image_side:
        yield Claim("image_side", image_side)


def _absent_items(match: re.Match[str]) -> Iterator[Claim]:
    for item in split_items(match[1]):
        yield Claim("absence", item)


def split_items(text: str) -> list[str]:
    """The single things of a list: a phrase of a category with commas and an `or` falls apart in the same way."""
    items = (_BEFORE_ITEM.sub("", _BEHIND_ITEM.sub("", item.strip(" .|"))) for item in _ITEMS.split(text))
    return [item for item in items if item and not _FURTHER.match(item)]


def _lengths(match: re.Match[str]) -> Iterator[Claim]:
    unit = next((to for start, to in _UNITS.items() if match["unit"].startswith(start)), match["unit"])
    for value in (match["first"], match["second"]):
        if value:
            yield Claim("length", f"{value} {unit}")


def _count(match: re.Match[str]) -> Iterator[Claim]:
    number = number_words().get(match["number"]) or int(match["number"])
    yield Claim("count_at_least" if match["least"] or match["more"] else "count", str(number), match["about"])


@cache
def _numbered() -> re.Pattern[str]:
    numbers = "|".join(sorted(number_words(), key=len, reverse=True))
    number = rf"(?P<least>at least )?(?P<number>{numbers}|\d+)(?P<more> or more)?"
    return re.compile(rf"\b{number}\s+(?:possible )?(?P<about>[a-z][^.,;:|]*)")


@cache
def _both_organs() -> re.Pattern[str]:
    names = "|".join(f"{body_part(part).name}s" for part in phrases("acquisition", "paired"))
    return re.compile(rf"\bboth (?:{names})\b")
