"""The checker read against sentences whose truth is known; `python -m benchmarks describe` scores it on more."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.planted import PROSE, SECOND_PROSE, Sentence, by_hand, of_phantoms, of_real_sources, prose
from pipeline.describe.check import unsupported

RECALL, FALSE_ALARMS = 0.98, 0.02  # bounds
DEVELOPED_ALARMS = 0.05  # of prose: what its last mending reached


def rates(sentences: Iterable[Sentence]) -> tuple[float, float]:
    """(recall of false sentences, share of true ones that are doubted)"""
    told = Counter((each.truth, bool(unsupported(each.text, each.facts))) for each in sentences)
    return told[False, True] / (told[False, True] + told[False, False]), told[True, True] / (
        told[True, True] + told[True, False]
    )


@pytest.mark.parametrize("seed", [101, 202])
def test_sentences_about_phantoms_in_words_that_no_writer_of_ours_uses(seed: int) -> None:
    recall, alarms = rates(of_phantoms(60, seed))
    assert recall >= RECALL
    assert alarms <= FALSE_ALARMS


def test_sentences_by_hand() -> None:
    recall, alarms = rates(by_hand())
    assert recall >= RECALL
    assert alarms <= FALSE_ALARMS


@pytest.mark.parametrize("names", [PROSE, SECOND_PROSE])
def test_prose_that_the_checker_was_mended_with(names: tuple[str, ...]) -> None:
    recall, alarms = rates(prose(names))
    assert recall >= RECALL
    assert alarms <= DEVELOPED_ALARMS


def test_sentences_of_real_notes_and_findings(real_data: Path) -> None:
    recall, alarms = rates(of_real_sources(real_data))
    assert recall >= RECALL
    assert alarms <= FALSE_ALARMS
