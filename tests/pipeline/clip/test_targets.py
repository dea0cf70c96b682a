from typing import Any

import pytest
import torch

from pipeline.clip.targets import targets
from pipeline.describe.claims import Subject, image_subject, region_subject, told_claims
from schemas.facts import Fact


def region(box: tuple[float, ...] = (10, 10, 30, 30), source: str = "phantom", **facts: str) -> dict[str, Any]:
    made = []
    for name, value in facts.items():
        kind, attribute = {
            "name": ("identity", "name"), "side": ("side", "patient"), "size": ("size", "share_of_image"),
            "shape": ("shape", "outline"),
        }.get(name, ("appearance", name))  # fmt: skip
        made.append(Fact("r", kind, attribute, value, "geometry").row())
    return {"box_xyxy": list(box), "label_source": source, "facts": made}


def image(modality: str = "radiography", part: str = "chest", *facts: Fact) -> dict[str, Any]:
    acquired = [
        Fact("image", "acquisition", name, value, "header")
        for name, value in (("modality", modality), ("body_part", part))
    ]
    return {"modality": modality, "body_part": part, "facts": [fact.row() for fact in (*acquired, *facts)]}


def test_no_subject_and_no_text_give_an_empty_table() -> None:
    assert targets([], []).shape == (0, 0)
    assert targets([Subject(frozenset(), frozenset())], []).shape == (1, 0)


def test_a_pair_is_true_false_or_unknown() -> None:
    subject = Subject(frozenset({"name=nodule", "size=small"}), frozenset({"side=left"}))
    told = [
        frozenset(each)
        for each in (
            {"name=nodule"}, {"name=nodule", "size=small"}, {"name=nodule", "shape=round"}, {"side=left"},
            {"name=nodule", "side=left"}, set(),
        )
    ]  # fmt: skip
    assert targets([subject], told).tolist() == [[1, 1, 0, -1, -1, 0]]


def test_the_table_equals_set_logic() -> None:
    random = torch.Generator().manual_seed(0)
    words = [f"slot {i}={j}" for i in range(6) for j in range(3)]

    def some() -> frozenset[str]:
        return frozenset(word for word in words if torch.rand((), generator=random) < 0.3)

    subjects = [Subject(true := some(), some() - true) for _ in range(20)]
    told = [some() for _ in range(30)]
    for subject, row in zip(subjects, targets(subjects, told).tolist(), strict=True):
        for text, found in zip(told, row, strict=True):
            assert found == bool(text and text <= subject.true) - bool(text & subject.false)


@pytest.mark.parametrize(
    ("claim", "false"),
    [
        ("name=pulmonary nodule", False),
        ("name=pneumothorax", True),  # of a phantom all is known
        ("name=opacity", False),  # a wider term is never false
        ("name=retinal drusen", False),  # no such name
        ("image_side=image-left", False),
        ("image_side=centre", True),
        ("vertical=lower", True),
        ("side=right", True),
        ("size=medium", False),
        ("size=large", True),
        ("margin=spiculated", True),
        ("margin=circumscribed", False),
        ("echo=anechoic", False),
    ],
)
def test_what_is_certainly_false_of_a_region(claim: str, false: bool) -> None:
    known = region(name="pulmonary nodule", side="left", size="small", margin="circumscribed")
    subject = region_subject(known, "radiography", (120, 120))
    assert (claim in subject.false) == false
    assert not subject.true & subject.false


def test_of_a_reader_s_region_only_what_excludes_it_is_false() -> None:
    subject = region_subject(region(source="reader", name="pulmonary nodule"), "radiography", (120, 120))
    assert "name=pneumothorax" not in subject.false  # may lie there, too
    assert "name=nipple shadow" in subject.false
    assert "name=drusen" in subject.false  # no radiograph shows them
    assert not any(
        each.startswith("name=")
        for each in region_subject(region(source="model", name="pulmonary nodule"), "radiography", (9, 9)).false
    )


def test_a_picture_contradicts_other_modalities_parts_counts_and_states() -> None:
    subject = image_subject(
        image(
            "radiography", "chest",
            Fact("image", "label", "category", "pneumonia", "phantom"),
            Fact("image", "label", "category", "fracture", "phantom", assertion="absent"),
            Fact("image", "count", "pulmonary nodule", "2", "phantom"),
            Fact("image", "count_at_least", "lung", "2", "phantom"),
            Fact("image", "presence", "name", "skin fold", "phantom", assertion="absent"),
        )
    )  # fmt: skip
    false = {
        *(
            "modality=ct",
            "body_part=brain",
            "category pneumonia=no",
            "category fracture=yes",
            "count pulmonary nodule=1",
        ),
        *("has pulmonary nodule=no", "has lung=no", "has skin fold=yes", "count skin fold=3"),
        *("at least pulmonary nodule=3", "count lung=1", "at least skin fold=1"),
    }
    true = {
        *("modality=radiography", "body_part=chest", "category pneumonia=yes", "category fracture=no"),
        *("count pulmonary nodule=2", "has pulmonary nodule=yes", "has lung=yes", "has skin fold=no"),
        *("at least pulmonary nodule=2", "at least pulmonary nodule=1", "at least lung=2"),
    }
    unknown = {"body_part=lung", "category tuberculosis=no", "count lung=3", "has pneumothorax=yes", "at least lung=3"}
    assert false <= subject.false
    assert true <= subject.true
    assert not unknown & (subject.true | subject.false)


def test_a_text_tells_only_what_its_words_say() -> None:
    known = region(name="pulmonary nodule", side="left", size="small")
    assert told_claims("A pulmonary nodule on the patient's left.", known["facts"]) == {
        "name=pulmonary nodule", "side=left",
    }  # fmt: skip
    summary = told_claims("A chest radiograph.", image()["facts"])
    assert summary == {"modality=radiography", "body_part=chest"}


def test_a_summary_that_fits_many_pictures_is_a_negative_of_none_of_them() -> None:
    rows = [
        image(),
        image("radiography", "chest", Fact("image", "count", "pulmonary nodule", "1", "phantom")),
        image("ct", "brain"),
    ]
    texts = [told_claims("A chest radiograph.", rows[0]["facts"]), told_claims("A brain CT.", rows[2]["facts"])]
    assert targets([image_subject(row) for row in rows], texts).tolist() == [[1, -1], [1, -1], [-1, 1]]


def test_what_a_text_tells_beyond_what_is_compared_makes_it_unknown_of_others() -> None:
    """The same words but for a side, a spread or a length are no truth about the other picture."""
    side = [Fact("image", "laterality", "image", side, "header") for side in ("left", "right")]
    spread = [Fact("image", "distribution", "drusen", place, "geometry") for place in ("apart", "upper")]
    rows = [
        image("oct", "macula", *facts) for facts in ((side[0], spread[0]), (side[1], spread[0]), (side[0], spread[1]))
    ]
    texts = [told_claims("Drusen of the left macula on OCT, in different parts of the scan.", rows[0]["facts"])]
    assert targets([image_subject(row) for row in rows], texts)[:, 0].tolist() == [1, -1, 0]
    measured: list[dict[str, Any]] = [
        {"box_xyxy": [0, 0, 9, 9], "label_source": "reader",
         "facts": [Fact("r", "measurement", "width", width, "header", unit="mm").row()]}
        for width in ("34", "1.0")
    ]  # fmt: skip
    told = [told_claims("It is 34 mm wide.", measured[0]["facts"])]
    assert targets([region_subject(row, "ct", (99, 99)) for row in measured], told)[:, 0].tolist() == [1, 0]


def test_what_is_only_possible_is_neither_true_nor_false() -> None:
    row = image(
        "radiography", "chest",
        Fact("image", "count_at_least", "pneumothorax", "1", "model", assertion="possible"),
        Fact("image", "label", "category", "pneumonia", "reader", assertion="possible"),
    )  # fmt: skip
    subject = image_subject(row)
    assert not {"has pneumothorax=yes", "has pneumothorax=no", "category pneumonia=no"} & (subject.true | subject.false)
    proposed = {
        "box_xyxy": [0, 0, 9, 9], "label_source": "phantom",
        "facts": [Fact("r", "identity", "name", "pulmonary nodule", "model", assertion="possible").row()],
    }  # fmt: skip
    assert not any(
        "name=" in claim and "possible" not in claim for claim in region_subject(proposed, "radiography", (99, 99)).true
    )
    assert "name=pneumothorax" not in region_subject(proposed, "radiography", (99, 99)).false


def test_words_of_a_place_in_the_picture_are_no_side_of_the_body() -> None:
    side = [Fact("image", "laterality", "image", side, "header") for side in ("right", "left")]
    rows = [image("dental", "teeth", each) for each in side]
    texts = [told_claims("A bitewing with caries, both in the left third of the radiograph.", rows[0]["facts"])]
    assert targets([image_subject(row) for row in rows], texts)[:, 0].tolist() == [1, 1]


def test_at_least_three_are_no_truth_of_one() -> None:
    def row(kind: str, number: str) -> dict[str, Any]:
        return image("microscopy", "blood", Fact("image", kind, "platelet", number, "phantom"))

    rows = [row("count_at_least", "3"), row("count", "1"), row("count_at_least", "1"), row("count", "5")]
    texts = [told_claims("A blood smear with at least three platelets.", rows[0]["facts"])]
    assert targets([image_subject(each) for each in rows], texts)[:, 0].tolist() == [1, -1, 0, 1]


def test_what_a_report_tells_is_true_of_its_picture_and_makes_its_absence_not_false() -> None:
    told = Fact("report-1", "identity", "name", "pleural effusion", "report")
    possible = Fact("report-2", "identity", "name", "pneumonia", "report", assertion="possible")
    denied = Fact("image", "presence", "name", "pneumothorax", "report", assertion="absent")
    subject = image_subject(image("radiography", "chest", told, possible, denied))
    assert {"has pleural effusion=yes", "possible has pneumonia=yes", "has pneumothorax=no"} <= subject.true
    assert not {"has pleural effusion=no", "has pneumonia=yes", "has pneumonia=no"} & subject.false
    assert not {"has pneumothorax=yes", "count pneumothorax=1", "at least pneumothorax=1"} & subject.false
    assert told_claims("The report describes a pleural effusion.", [told.row(), possible.row()]) == {
        "has pleural effusion=yes"
    }


def test_what_a_report_tells_of_one_thing_is_no_truth_of_another() -> None:
    def thing(name: str, severity: str) -> list[Fact]:
        return [
            Fact("report-1", "identity", "name", name, "report"),
            Fact("report-1", "appearance", "severity", severity, "report"),
        ]

    rows = [
        image("radiography", "chest", *thing("pleural effusion", "mild")),
        image("radiography", "chest", *thing("pleural effusion", "severe")),
        image(
            "radiography", "chest",
            Fact("report-2", "identity", "name", "pleural effusion", "report"), *thing("cardiomegaly", "mild"),
        ),
    ]  # fmt: skip
    told = told_claims("A mild pleural effusion.", rows[0]["facts"])
    assert "reported pleural effusion severity=mild" in told
    assert targets([image_subject(row) for row in rows], [told])[:, 0].tolist() == [1, 0, 0]
