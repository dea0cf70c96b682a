"""Reports say what the scene bears out, all that can be seen of it, and nothing else."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from pipeline.phantoms.generate import phantoms
from pipeline.phantoms.sentences.denials import deniable
from pipeline.phantoms.sentences.facts import Fact, Sentence, holds, text_of
from pipeline.phantoms.sentences.nouns import NUMBERS, counted_noun
from pipeline.phantoms.sentences.phrasings import PHRASINGS, Phrasing
from pipeline.phantoms.sentences.report import report
from pipeline.phantoms.settings import PhantomSettings
from schemas.lexicon.findings import finding
from tests.pipeline.phantoms.sentences.builders import make_phantom, make_region, many_phantoms
from tests.processes import outputs

MASSES = tuple(make_region("circumscribed_mass", f"m{i}", side="left") for i in range(3))


def facts_of(sentences: tuple[Sentence, ...], slot: str) -> list[Fact]:
    return [fact for sentence in sentences for fact in sentence.facts if fact.slot == slot]


def told(sentences: tuple[Sentence, ...]) -> set[str]:
    """Ids of the regions that anything is said of."""
    return {id for sentence in sentences for fact in sentence.facts for id in fact.subjects}


def test_an_empty_picture_of_which_nothing_is_assessed_has_a_technique_line_alone() -> None:
    sentences = report(make_phantom(assessed=()))
    assert [each.kind for each in sentences] == ["TECHNIQUE_VIEW"]


def test_a_picture_without_disease_is_called_normal() -> None:
    sentences = report(make_phantom(assessed=("breast_lesion",)))
    assert facts_of(sentences, "normality")


def test_an_unseen_finding_is_neither_said_nor_denied_nor_called_normal() -> None:
    sentences = report(make_phantom(make_region("spiculated_mass", visible=False)))
    assert [each.kind for each in sentences] == ["TECHNIQUE_VIEW"]
    assert "mass" not in text_of(sentences)


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_every_fact_of_every_sentence_holds(phrasing: Phrasing) -> None:
    for phantom in many_phantoms(400, seed=2):
        for sentence in report(phantom, phrasing):
            assert sentence.facts
            for fact in sentence.facts:
                assert holds(fact, phantom), (sentence.text, fact)


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_real_scenes_are_told_truly_and_fully(phrasing: Phrasing) -> None:
    for phantom in phantoms(PhantomSettings(36, seed=3, size_px=96)):
        sentences = report(phantom, phrasing)
        assert all(holds(fact, phantom) for sentence in sentences for fact in sentence.facts)
        sites = {region.id for region in phantom.regions if region.visible and region.role in ("finding", "mimic")}
        assert sites <= told(sentences)
        assert told(sentences).isdisjoint(region.id for region in phantom.regions if not region.visible)


def test_all_that_is_known_of_a_finding_is_said() -> None:
    region = make_region(
        "breast_mass", side="left", place="retroareolar", attributes={"margin": "irregular", "calcification": "coarse"},
        stratum="medium", change="larger",
    )  # fmt: skip
    phantom = make_phantom(region, spacing_mm=(0.5, 0.5), assessed=())
    for seed in range(30):
        sentences = report(phantom, seed=seed)
        said = {(fact.slot, fact.value) for sentence in sentences for fact in sentence.facts if fact.subjects}
        assert said == {
            ("finding", "breast_mass"), ("side", "left"), ("position", "retroareolar"), ("attribute", "irregular"),
            ("attribute", "coarse"), ("size", "medium"), ("measurement", "10 mm"), ("change", "larger"),
        }  # fmt: skip
        text = text_of(sentences)
        for words in ("breast mass", "retroareolar region of the left breast", "irregular in outline", "10 mm"):
            assert words in text
        assert "coarse calcification" in text
        assert "medium-sized" in text


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_numbers_in_the_text_are_those_of_what_can_be_seen(phrasing: Phrasing) -> None:
    """Read from the text: a number and the name of several."""
    counted = 0
    for phantom in many_phantoms(400, seed=4):
        text = text_of(report(phantom, phrasing)).lower()
        visible = Counter(region.label for region in phantom.regions if region.visible and region.role != "anatomy")
        for label, number in visible.items():
            several = re.escape((counted_noun(label).plural or "-").lower())
            for word in re.findall(rf"\b({'|'.join(NUMBERS[2:])}) {several}\b", text):
                assert NUMBERS.index(word) == number, text
                counted += 1
    assert counted > 50


@pytest.mark.parametrize("phrasing", PHRASINGS)
def test_no_side_of_the_patient_is_said_where_no_reader_can_tell_it(phrasing: Phrasing) -> None:
    places = re.compile(r"(?:left|right) (?:of the image|ventricle|atrium|lobe)")
    for phantom in many_phantoms(500, seed=5):
        if phantom.side_is_known:
            continue
        sentences = report(phantom, phrasing)
        assert not facts_of(sentences, "side")
        assert not facts_of(sentences, "laterality")
        names = "|".join(re.escape(finding(region.label).name) for region in phantom.regions) or "-"
        text = re.sub(names, "", places.sub("", text_of(sentences)), flags=re.IGNORECASE)
        assert not re.search(r"\b(?:left|right)\b", text), text


def test_the_side_said_is_the_patients() -> None:
    for side in ("left", "right"):
        phantom = make_phantom(make_region("spiculated_mass", side=side))
        other = {"left": "right", "right": "left"}[side]
        for seed in range(20):
            text = text_of(report(phantom, seed=seed))
            assert side in text
            assert other not in text


def test_only_what_was_assessed_and_is_not_there_is_denied() -> None:
    phantom = make_phantom(
        make_region("pneumothorax"), modality="radiography", body_part="chest", technique="plain",
        assessed=("atelectasis", "cardiac_failure", "pneumothorax"),
    )  # fmt: skip
    for seed in range(20):
        denied = facts_of(report(phantom, seed=seed), "polarity")
        assert {fact.attribute for fact in denied} == {"atelectasis", "cardiac_failure"}


def test_several_of_a_kind_are_counted_and_each_is_described() -> None:
    sentences = report(make_phantom(*MASSES))
    assert [fact.value for fact in facts_of(sentences, "count")] == ["3"]
    assert told(sentences) == {"m0", "m1", "m2"}
    assert "hree circumscribed masses" in text_of(sentences)


def test_what_is_left_out_is_not_said_and_its_kind_is_not_counted() -> None:
    phantom = make_phantom(*MASSES, make_region("architectural_distortion"))
    sentences = report(phantom, omit=frozenset({"m1", "architectural_distortion"}))
    assert told(sentences) == {"m0", "m2"}
    assert not facts_of(sentences, "count")
    assert not re.search(r"\b(?:one circumscribed|two|three|distortion)\b", text_of(sentences).lower())
    assert not facts_of(sentences, "polarity")


def test_a_mimic_is_said_to_be_benign_and_a_structure_is_not() -> None:
    phantom = make_phantom(
        make_region("intramammary_node", role="mimic"), make_region("pectoral_muscle", role="anatomy", side="left")
    )
    sentences = [sentence for seed in range(20) for sentence in report(phantom, seed=seed)]
    first = [each for each in sentences if "lymph node" in each.text and each.facts[0].slot == "finding"]
    assert {each.kind for each in first} == {"BENIGN"}
    assert any("the left pectoral muscle" in each.text.lower() for each in sentences)
    assert all(each.kind == "ANATOMY" for each in sentences if "pectoral" in each.text)


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (("spiculated mass",), r"the spiculated mass (?:seen|of)"),
        (("spiculated mass", "spiculated mass"), r"the spiculated masses (?:seen|of)"),
        (("circumscribed mass",), r"a circumscribed mass (?:seen|of)"),
        (("circumscribed mass", "circumscribed mass"), r"some circumscribed masses (?:seen|of)"),
    ],
)
def test_what_is_gone_is_told_apart_from_what_remains(gone: tuple[str, ...], words: str) -> None:
    for phrasing in PHRASINGS:
        sentences = report(make_phantom(MASSES[0], gone=gone, visit=1), phrasing)
        found = [each for each in sentences if each.kind == "CHANGE_GONE"]
        assert len(found) == 1
        assert re.search(words, found[0].text.lower()), found[0].text


def test_the_same_arguments_write_the_same_text_in_any_process() -> None:
    code = (
        "from tests.pipeline.phantoms.sentences.builders import many_phantoms\n"
        "from pipeline.phantoms.sentences.report import report\n"
        "from pipeline.phantoms.sentences.facts import text_of\n"
        "print('|'.join(text_of(report(each, 'evaluation', seed=7)) for each in many_phantoms(12)))"
    )
    here = "|".join(text_of(report(each, "evaluation", seed=7)) for each in many_phantoms(12))
    assert outputs(code, {"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"}) == {here}


def test_seeds_and_phrasings_change_the_text_and_not_what_it_says() -> None:
    phantom = make_phantom(*MASSES[:1], spacing_mm=(0.2, 0.2), assessed=())
    written = [report(phantom, phrasing, seed=seed) for phrasing in PHRASINGS for seed in range(20)]
    assert len({text_of(each) for each in written}) == len(written)
    assert len({frozenset(fact for sentence in each for fact in sentence.facts) for each in written}) == 1


def test_the_number_of_a_tooth_is_not_told_where_no_side_is_known() -> None:
    """Its first digit is the quadrant."""
    seen = set()
    for phantom in phantoms(PhantomSettings(200, 3, 96, modalities=("dental",))):
        numbered = any(re.search(r"tooth [1-8][1-8]\b", sentence.text) for sentence in report(phantom))
        seen.add((phantom.side_is_known, numbered))
    assert (True, True) in seen
    assert (False, False) in seen
    assert (False, True) not in seen


@pytest.mark.parametrize(("sex", "denied"), [("M", True), ("F", False)])
def test_nobody_s_report_denies_what_only_the_other_sex_has(sex: str, denied: bool) -> None:
    phantom = make_phantom(modality="nuclear", body_part="whole_body", assessed=("prostate",))
    assert bool(deniable(replace(phantom, sex=sex))) == denied
