"""Words of names, looks and places that facts tell, with which a sentence may go on about them."""

from collections.abc import Iterable, Sequence

from pipeline.describe.known.names import ids_of
from pipeline.describe.known.things import Thing
from pipeline.describe.reading.plain_words import derived, is_made_of
from pipeline.describe.reading.words import folded_words
from schemas.facts import Fact
from schemas.lexicon.findings import finding
from schemas.lexicon.places import place
from schemas.taxonomy.body_parts import body_part


def words_of_names(names: Sequence[str], modality: str | None) -> frozenset[str]:
    """As compared, with those of their synonyms and wider terms."""
    ids = frozenset(id for name in names for id in ids_of(name, modality))
    said = (each for id in ids for each in (finding(id).name, *finding(id).synonyms))
    return frozenset(word for each in (*names, *said) for word in folded_words(each))


def words_of_looks(things: Iterable[Thing]) -> frozenset[str]:
    """Of attributes, and of their values too where these are words of texts."""
    looks = {claim for thing in things for claim in thing.claims if "=" in claim[1]}
    told = ((slot, *value.split("=", 1)) for slot, value in looks)
    said = (f"{attribute} {look}" if slot == "attribute" else attribute for slot, attribute, look in told)
    return frozenset(word for each in said for word in folded_words(each))


def words_of_places(facts: Sequence[Fact], parts: Iterable[str]) -> frozenset[str]:
    """Of places and body parts that may be spoken of, and of what the picture is."""
    places = (place(fact.value).phrase for fact in facts if fact.kind == "location")
    acquired = (fact.value for fact in facts if fact.kind == "acquisition")
    of_parts = (name for part in parts for name in (body_part(part).name, *body_part(part).synonyms))
    return frozenset(word for each in (*places, *acquired, *of_parts) for word in folded_words(each))


def is_among(word: str, told: frozenset[str]) -> bool:
    """Whether a word is one of those told, or made from one: `fractured` of a fracture."""
    return word in told or not told.isdisjoint(derived().get(word, ())) or is_made_of(word, told)
