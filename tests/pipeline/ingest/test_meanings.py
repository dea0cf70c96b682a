from collections.abc import Mapping

import pytest

from pipeline.ingest.meanings import Meaning, meaning_of
from pipeline.sources import LabelSettings


@pytest.mark.parametrize(
    ("word", "settings", "modality", "meaning"),
    [
        ("", {}, None, Meaning()),
        ("gibberish", {}, "ct", Meaning()),
        ("Effusion", {}, "radiography", Meaning("finding", "pleural effusion", "pleural_effusion")),
        ("No Finding", {}, "radiography", Meaning(None, "no finding", "no_finding")),
        (
            "gibberish",
            {"gibberish": LabelSettings(kind="cell", name="odd cell")},
            None,
            Meaning("cell", "odd cell", None),
        ),
        (
            "gibberish",
            {"gibberish": LabelSettings(category="melanoma")},
            None,
            Meaning("finding", "gibberish", "melanoma"),
        ),
        (
            "Effusion",
            {"Effusion": LabelSettings(name="fluid")},
            "radiography",
            Meaning("finding", "fluid", "pleural_effusion"),
        ),
        (
            "Effusion",
            {"Effusion": LabelSettings(kind="artefact")},
            "radiography",
            Meaning("artefact", "pleural effusion", None),
        ),
        ("Effusion", {"effusion": LabelSettings(kind="artefact")}, "oct", Meaning()),
    ],
)
def test_settings_go_before_the_taxonomy(
    word: str, settings: Mapping[str, LabelSettings], modality: str | None, meaning: Meaning
) -> None:
    assert meaning_of(word, settings, modality) == meaning


def test_normal_cells_and_nerves_are_no_diseases() -> None:
    settings = {"RBC": LabelSettings(kind="cell", name="red blood cell")}
    assert meaning_of("RBC", settings, "microscopy").category is None
    assert meaning_of("nerve", {}, "ultrasound") == Meaning("anatomy", "nerve", None)
