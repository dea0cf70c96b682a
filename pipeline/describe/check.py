"""Whether a text claims only what facts say; the text is read, its writer is not trusted."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from annotators.captioners.evidence import UNLABELLED, UNNAMED
from annotators.captioners.nouns import noun
from annotators.captioners.region_text import look
from annotators.captioners.templates import phrases
from pipeline.describe.parse_claims import Claim, findings_in, joined_names, parse_claims, split_items
from pipeline.describe.sides import stated_side
from schemas.facts import IMAGE, IMAGE_SIDES, MEASURED_BASES, PLACES, VERTICALS, Fact
from schemas.lexicon.places import place
from schemas.taxonomy.body_parts import body_part

# What may be wrong with a text, closed: the column `checks` holds these words.
FAILURES = ("finding", "side", "place", "relation", "length", "absence", "count", "nothing")
_FAILURE_OF = {"vertical": "place", "image_side": "place", "count_at_least": "count"}
COUNTS = ("count", "count_at_least")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
_AREA = re.compile(
    r"(?:conspicuous |but |unlabelled |unnamed |marked )*areas?\b(?! (?:(?:is |are )?labelled|of|as|that)\b)"
)
_OF_CONTENT = frozenset({"label", "presence", "identity", *COUNTS})


def unsupported(text: str, facts: Sequence[Fact]) -> tuple[str, ...]:
    """The failures of a text, each once, in the order of FAILURES; empty where all that it claims is a fact.

    `facts` are a region's for its caption, the picture's for summary and report. A side needs a fact with the frame
    of the patient, a length one whose basis is a header or calibrated spacing, an absence one that asserts it. Where
    a sentence names something that is counted, its places and sides must be of that name.
    """
    failed = {failure for sentence in _SENTENCE_END.split(text) for failure in _wrong(sentence, facts)}
    return tuple(failure for failure in FAILURES if failure in failed)


def _wrong(sentence: str, facts: Sequence[Fact]) -> set[str]:
    claims = parse_claims(sentence)
    if not claims:
        return set()
    counts = [fact for fact in facts if fact.kind in COUNTS]
    told = frozenset(fact.attribute for fact in counts if _mentioned(fact.attribute, sentence.lower()))
    meant = [fact for fact in facts if not told or fact.kind != "distribution" or fact.attribute in told]
    known = {claim for fact in meant for claim in _claims_of(fact)} | set(_claims_of_all(facts))
    slots = {claim.slot for claim in claims if not (claim in known or _counted(claim, counts))}
    return {_FAILURE_OF.get(slot, slot) for slot in slots}


def _mentioned(name: str, sentence: str) -> bool:
    if name in (UNLABELLED, UNNAMED):
        return _AREA.search(sentence) is not None
    known = noun(name)
    return known.bare.lower() in sentence or known.plural.lower() in sentence


@lru_cache(maxsize=4096)
def withheld(name: str) -> tuple[str, ...]:
    """Why a region's name cannot be said, as the failures of a text; empty for nearly all names.

    A name that a source gives may itself claim something (`no lesion`, `3 mm nodule`). A side in it is the source's
    own statement.
    """
    side = stated_side(name, None, None)
    stated = [Fact(IMAGE, "identity", "name", name, "source_statement")]
    if side:
        stated.append(Fact(IMAGE, "side", "patient", side, "source_statement", frame="patient"))
    return unsupported(f"{noun(name).bare}, {noun(name).plural}", stated)


def _claims_of(fact: Fact) -> Iterator[Claim]:
    """What a text may claim because of one fact."""
    if fact.assertion == "absent":
        yield from (Claim("absence", item) for item in _items_of(fact))
    elif fact.frame == "patient":
        yield Claim("side", "both" if fact.value == "bilateral" else fact.value)
    elif fact.kind == "position":
        yield Claim(fact.attribute, fact.value)
    elif fact.kind == "distribution":
        yield Claim(_slot_of_place(fact.value), fact.value)
    elif fact.kind == "relation":
        yield Claim("relation", fact.attribute)
    elif fact.kind == "measurement" and fact.basis in MEASURED_BASES:
        yield Claim("length", f"{fact.value} {fact.unit}")
    elif fact.kind == "appearance":
        phrase = look(0, "part", fact.attribute, fact.value)
        yield from _findings(phrase)
        if phrase.startswith("without "):
            yield from (Claim("absence", item) for item in split_items(phrase.removeprefix("without ")))
    elif fact.slot == ("acquisition", "body_part"):
        yield from _findings(body_part(fact.value).name)  # a lymph node is both
    elif fact.kind == "location":
        yield from (Claim("side", side) for side in ("left", "right") if side in place(fact.value).phrase.split())
    elif fact.kind == "label":
        yield from _findings(phrases("labels", "categories")[fact.value])
    elif fact.slot == ("identity", "name") or fact.kind in COUNTS:
        name = fact.attribute if fact.kind in COUNTS else fact.value
        yield from _findings(f"{name}, {noun(name).plural}")
        yield from (Claim("side", side) for side in ("left", "right") if side in name.lower().split())


@lru_cache(maxsize=4096)
def _findings(words: str) -> tuple[Claim, ...]:
    return tuple(Claim("finding", name) for name in findings_in(joined_names(words.lower())))


def _claims_of_all(facts: Sequence[Fact]) -> Iterator[Claim]:
    """What several facts allow together."""
    position = {fact.attribute: fact.value for fact in facts if fact.kind == "position"}
    if len(position) == 2:
        yield Claim("place", f"{position['vertical']} {position['image_side']}")
    if not any(fact.kind in _OF_CONTENT for fact in facts):
        yield Claim("nothing", "")


def _slot_of_place(value: str) -> str:
    if value in PLACES:
        return "place"
    return "vertical" if value in VERTICALS else "image_side" if value in IMAGE_SIDES else "spread"


def _items_of(absent: Fact) -> list[str]:
    if absent.kind == "label":
        return split_items(phrases("labels", "categories")[absent.value].lower())
    known = noun(absent.value)
    return [
        item for words in (absent.value, known.bare, known.plural) for item in split_items(joined_names(words.lower()))
    ]


def _counted(claim: Claim, counts: Sequence[Fact]) -> bool:
    """Whether a number is right: of the name that stands behind it, or of no name that is counted here.

    `one` of a thing that is not annotated exhaustively says that there is one, more than one says how many. What a
    model names or nobody names is counted as marked, so its number is exact.
    """
    if claim.slot not in COUNTS:
        return False
    meant = [fact for fact in counts if _names(fact, claim.about)]
    if not meant:
        return True
    number = int(claim.value)
    return any(
        number <= fact.number if claim.slot == "count_at_least" else number == fact.number and _exact(fact)
        for fact in meant
    )


def _names(fact: Fact, about: str) -> bool:
    if fact.attribute in (UNLABELLED, UNNAMED):
        return _AREA.match(about) is not None
    known = noun(fact.attribute)
    return any(about == word or about.startswith(f"{word} ") for word in (known.bare.lower(), known.plural.lower()))


def _exact(fact: Fact) -> bool:
    as_marked = fact.assertion == "possible" or fact.attribute in (UNLABELLED, UNNAMED)
    return fact.kind == "count" or as_marked or fact.number == 1
