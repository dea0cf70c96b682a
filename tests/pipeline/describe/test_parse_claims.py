import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.describe.parse_claims import Claim, findings_in, parse_claims, rules, split_items, words_of


def claims(text: str) -> set[tuple[str, str]]:
    return {(claim.slot, claim.value) for claim in parse_claims(text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("An axial CT image of the chest.", set()),
        ("in the upper left of the image", {("place", "upper image-left")}),
        ("In the lower right part of the slice", {("place", "lower image-right")}),
        ("the bottom-right corner of the picture", {("place", "lower image-right")}),
        ("at the centre of the field of view", {("place", "middle centre")}),
        ("in the upper central part of the scan", {("place", "upper centre")}),
        ("on the left side of the image, in its upper third", {("place", "upper image-left")}),
        ("all in the left third of the image", {("image_side", "image-left")}),
        ("all in the top half of the frame", {("vertical", "upper")}),
        ("both midway across the image", {("image_side", "centre")}),
        ("halfway down the photograph", {("vertical", "middle")}),
    ],
)
def test_places_are_of_the_picture_where_it_is_named(text: str, found: set[tuple[str, str]]) -> None:
    assert claims(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on the patient's left in the upper third of the image", {("side", "left"), ("vertical", "upper")}),
        ("the right eye", {("side", "right")}),
        ("Left-sided shadow", {("side", "left")}),
        ("the left lower zone", {("side", "left")}),
        ("on both sides of the patient", {("side", "both")}),
        ("mammogram of both breasts", {("side", "both")}),
        ("bilateral shadows", {("side", "both")}),
        ("both in the upper left of the image", {("place", "upper image-left")}),
        ("The nerve lies to the left of the artery in the scan.", {("relation", "left_of")}),
        ("to the right of the patient", {("side", "right")}),
        ("leftover contrast", set()),
    ],
)
def test_a_side_that_is_not_the_picture_s_is_the_patient_s(text: str, found: set[tuple[str, str]]) -> None:
    assert claims(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("about 12 mm wide and 3.5 mm high", {("length", "12 mm"), ("length", "3.5 mm")}),
        ("with an extent of 28 by 30 mm (width by height)", {("length", "28 mm"), ("length", "30 mm")}),
        ("a 12x14mm mass", {("length", "12 mm"), ("length", "14 mm")}),
        ("1.2 cm", {("length", "1.2 cm")}),
        ("9 millimetres", {("length", "9 mm")}),
        ("7 µm", {("length", "7 um")}),
    ],
)
def test_lengths_are_read_with_their_unit(text: str, found: set[tuple[str, str]]) -> None:
    assert {claim for claim in claims(text) if claim[0] == "length"} == found


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("There are no white blood cells in the field.", {"white blood cells"}),
        ("No polyps are present.", {"polyps"}),
        ("There is no pneumothorax, effusion or fracture.", {"pneumothorax", "effusion", "fracture"}),
        ("without evidence of haemorrhage", {"haemorrhage"}),
        (
            "Labelled by a reader as absent: lung nodule or tumour; and pneumonia.",
            {"lung nodule", "tumour", "pneumonia"},
        ),
        ("Pathology excludes: melanoma; and two further categories.", {"melanoma"}),
        ("Made without, and so absent: fracture.", {"fracture"}),
        ("negative for pneumonia", {"pneumonia"}),
        ("No cyst, with a stone on the left", {"cyst"}),
        ("The fracture is not seen.", {"not"}),
        ("An absent kidney", {"absent"}),
    ],
)
def test_absences_are_read_item_by_item(text: str, items: set[str]) -> None:
    assert {value for slot, value in claims(text) if slot == "absence"} == items


@pytest.mark.parametrize(
    "text",
    [
        "An area, without a label, small.",
        "One area is marked but not named.",
        "marked without being named",
        "A marked area, without a name.",
    ],
)
def test_a_missing_name_is_no_absence(text: str) -> None:
    assert claims(text) <= {("count", "1")}


@pytest.mark.parametrize(
    "text",
    [
        "No annotation accompanies this image.",
        "Its content has not been annotated.",
        "Nothing in it has been annotated.",
        "A film, without further annotation.",
    ],
)
def test_a_statement_that_nothing_is_annotated_is_read_as_one(text: str) -> None:
    assert claims(text) == {("nothing", "")}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("There are three platelets.", Claim("count", "3", "platelets")),
        (
            "At least twenty-one red blood cells are marked.",
            Claim("count_at_least", "21", "red blood cells are marked"),
        ),
        ("Five or more cysts, both", Claim("count_at_least", "5", "cysts")),
        ("300 cell nuclei", Claim("count", "300", "cell nuclei")),
        ("two possible polyps by a model", Claim("count", "2", "polyps by a model")),
    ],
)
def test_counts_are_read_with_what_is_counted(text: str, claim: Claim) -> None:
    assert claim in parse_claims(text)


def test_a_length_is_no_count() -> None:
    assert not any(slot == "count" for slot, _ in claims("measuring 12 mm in width"))


def test_findings_are_read_by_the_longest_name_and_once() -> None:
    assert list(findings_in("a solid nodule and basal cell carcinomas, no more")) == [
        "solid nodule",
        "basal cell carcinomas",
    ]
    assert list(findings_in("an optic disc of a lesion")) == []
    assert claims("A hard exudate at the centre of the image.") == {
        ("finding", "hard exudate"),
        ("place", "middle centre"),
    }


def test_an_absent_finding_is_not_read_as_a_present_one() -> None:
    assert claims("No pneumothorax is present.") == {("absence", "pneumothorax")}


def test_items_lose_articles_and_verbs() -> None:
    assert split_items("a fracture, the bleeding or any mass are seen") == ["fracture", "bleeding", "mass"]
    assert split_items("") == []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert all(claim.slot for claim in parse_claims(text))


SNIPPETS = (
    *(
        "no",
        "without",
        "annotation",
        "annotated",
        "nothing",
        "not been",
        "not",
        "named",
        "label",
        "free of",
        "absence of",
    ),
    *(
        "absent",
        "excluded",
        "negative for",
        "isn't",
        "both",
        "sides",
        "eyes",
        "bilateral",
        "to the",
        "left",
        "right",
        "of the",
    ),
    *(
        "upper",
        "lower",
        "middle",
        "centre",
        "third",
        "image",
        "mid-height of the",
        "halfway down the",
        "midway across the",
    ),
    *("at least", "three", "twenty-one", "12", "3.5 mm", "or more", "platelets"),
)


@given(
    st.lists(
        st.tuples(st.sampled_from(SNIPPETS), st.sampled_from((" ", "-", "/", ", ", ": ", ". ", '"', "'"))), max_size=12
    )
)
def test_a_rule_is_never_skipped_where_its_pattern_matches(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + separator for word, separator in pieces)
    assert all(words_of(text) & rule.cues for rule in rules() if rule.pattern.search(text))
