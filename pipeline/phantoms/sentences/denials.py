"""What a report may deny: findings of categories that were assessed and of which nothing is there, seen or unseen."""

from functools import lru_cache

from pipeline.phantoms.scene import Phantom
from pipeline.phantoms.sentences.facts import ABSENT, Fact
from schemas.lexicon.confusable import may_swap
from schemas.lexicon.findings import finding
from schemas.taxonomy.body_parts import contains_part, related_parts
from schemas.taxonomy.csv_table import folded, listed, read_rows


def deniable(phantom: Phantom) -> tuple[tuple[Fact, ...], ...]:
    """For each category that is absent, the denials that can be made; in the order of `assessed`.

    No finding is denied that is, contains or belongs to something in the picture, or shares its name with it.
    """
    labels = tuple(sorted({region.label for region in phantom.regions}))
    absent = (category for category in phantom.assessed if category not in phantom.present)
    about = (phantom.modality, phantom.body_part, phantom.sex)
    found = (_of_category(each, about, labels) for each in absent)
    return tuple(each for each in found if each)


@lru_cache(maxsize=4096)
def _of_category(category: str, about: tuple[str, str, str], labels: tuple[str, ...]) -> tuple[Fact, ...]:
    """`about` a picture: its modality and body part, and the patient's sex."""
    modality, part, sex = about
    return tuple(
        Fact("polarity", ABSENT, about=row["finding"], attribute=category)
        for row in read_rows("pipeline.phantoms.sentences", "denied")
        if row["category"] == category
        and finding(row["finding"]).occurs_in(modality)
        and row["sex"] in ("", sex)
        and _lies_in(part, listed(row["body_parts"]))
        and all(is_apart(row["finding"], label) for label in labels)
    )


def is_apart(denied: str, label: str) -> bool:
    """Whether a thing's being there leaves room for the other's being absent."""
    names = folded(finding(denied).name), folded(finding(label).name)
    return may_swap(denied, label) and f" {names[0]} " not in f" {names[1]} "


def _lies_in(part: str, wanted: tuple[str, ...]) -> bool:
    """As in the table of what can be assessed: `=part` asks for a picture of the part itself."""
    return not wanted or any(
        contains_part(each[1:], part) if each.startswith("=") else related_parts(each, part) for each in wanted
    )
