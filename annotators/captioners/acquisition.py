"""What a picture is, as a noun phrase: view, technique, modality, body part, window."""

from annotators.captioners.evidence import Evidence
from annotators.captioners.nouns import with_article
from annotators.captioners.templates import Dice, has_phrases, phrases
from schemas.taxonomy.body_parts import body_part
from schemas.taxonomy.projections import projections

UNKNOWN = "unknown"


def field_words(modality: str | None) -> tuple[str, ...]:
    """The words that stand for the picture in `on the left of the image`."""
    words: tuple[str, ...] = phrases("acquisition", _known(modality), "field")
    return words


def image_phrase(evidence: Evidence, dice: Dice, window: bool = False) -> str:
    """Without an article: `axial non-contrast CT image of the chest in a lung window`."""
    said = {fact.attribute: fact.value for fact in evidence.of_kind("acquisition")}
    modality = _known(said.get("modality"))
    part, adjective = _part(said.get("body_part"), evidence.value("laterality", "image"), modality)
    noun = dice.pick("noun", _nouns(modality, said.get("technique"), adjective))
    words = [_view(said), noun.replace("{part}", adjective or "")]
    if part and "{part}" not in noun:
        words.append(f"of {part}")
    shown = phrases("acquisition", "windows").get(said.get("window")) if window else None
    if shown:
        words.append(f"in {with_article(f'{shown} window')}")
    return " ".join(word for word in words if word)


def _known(modality: str | None) -> str:
    return modality if modality and has_phrases("acquisition", modality, "field") else UNKNOWN


def _nouns(modality: str, technique: str | None, adjective: str | None) -> tuple[str, ...]:
    known = phrases("acquisition", modality, "nouns")
    nouns = known.get(technique, known["default"])
    with_part = tuple(noun for noun in nouns if "{part}" in noun)
    if adjective is None:
        return tuple(noun for noun in nouns if noun not in with_part)
    return with_part if with_part and has_phrases("acquisition", modality, "part_in_noun") else nouns


def _view(said: dict[str, str]) -> str:
    """The projection's name, else the plane."""
    names = {each.id: each.name for each in projections()}
    plane = said.get("plane", "")
    return names.get(said.get("projection", ""), plane)


def _part(part_id: str | None, side: str | None, modality: str) -> tuple[str | None, str | None]:
    """The part behind `of`, with the side that it can have, and the same as an adjective."""
    told = phrases("acquisition", "told_by_the_noun").get(modality, ())
    if side and (whole := _sided(part_id, side, modality)):
        return whole, None
    if part_id is None or part_id in told:
        return None, None
    name = body_part(part_id).name
    plain = part_id in phrases("acquisition", "without_article")
    return (name if plain else f"the {name}"), phrases("acquisition", "adjectives").get(part_id)


def _sided(part_id: str | None, side: str, modality: str) -> str | None:
    """`the left breast`, `the macula of the left eye`, `both knees`; None where the part has no sides."""
    implied = phrases("acquisition", "implied").get(modality)
    if part_id in phrases("acquisition", "of_the_eye") and modality != "fundus":
        return f"the {body_part(str(part_id)).name} of {_one_or_both(side, 'eye')}"
    if part_id in phrases("acquisition", "paired"):
        return _one_or_both(side, body_part(str(part_id)).name)
    return _one_or_both(side, implied) if implied else None


def _one_or_both(side: str, name: str) -> str:
    return f"both {name}s" if side == "bilateral" else f"the {side} {name}"
