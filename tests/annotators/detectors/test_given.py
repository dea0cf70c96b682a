import pytest

from annotators.detectors.given import GivenDetector
from annotators.proposal import Proposal
from tests.annotators.tiny_models import make_picture

LATE, EARLY = Proposal((5, 5, 9, 9), "a", "cell", None), Proposal((0, 0, 2, 2), "b", "finding", 0.3)


@pytest.mark.parametrize("annotations", [[], [[]], [[LATE, EARLY], [], [EARLY, EARLY]]])
def test_annotations_pass_unchanged_in_their_own_order(annotations: list[list[Proposal]]) -> None:
    assert GivenDetector(annotations).detect([make_picture()] * len(annotations)) == annotations


def test_pictures_and_annotations_must_match() -> None:
    with pytest.raises(ValueError, match="0 pictures, but annotations of 1"):
        GivenDetector([[LATE]]).detect([])
