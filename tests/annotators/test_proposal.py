import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.proposal import Proposal, as_rgb, ranked

Box = tuple[int, int, int, int]


def make_proposal(box_xyxy: Box = (0, 0, 4, 4), label: str = "a", score: float | None = 0.5) -> Proposal:
    return Proposal(box_xyxy, label, None, score)


def test_grey_becomes_three_equal_channels() -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    rgb = as_rgb(grey)
    assert rgb.shape == (2, 3, 3)
    assert all((rgb[..., channel] == grey).all() for channel in range(3))
    assert as_rgb(rgb) is rgb


@pytest.mark.parametrize("shape", [(), (4,), (4, 4, 1), (4, 4, 4), (1, 4, 4, 3)])
def test_other_shapes_are_no_pictures(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a picture is"):
        as_rgb(np.zeros(shape, dtype=np.uint8))


BEST, WORSE, UNSCORED = make_proposal(score=0.9), make_proposal((1, 0, 4, 4), score=0.1), make_proposal(score=None)


@pytest.mark.parametrize(
    ("proposals", "expected"),
    [
        ([], []),
        ([WORSE, BEST], [BEST, WORSE]),
        ([UNSCORED, WORSE], [WORSE, UNSCORED]),
        (
            [make_proposal((1, 0, 2, 2)), make_proposal((0, 9, 2, 11))],
            [make_proposal((0, 9, 2, 11)), make_proposal((1, 0, 2, 2))],
        ),
        ([make_proposal(label="b"), make_proposal(label="a")], [make_proposal(label="a"), make_proposal(label="b")]),
        ([make_proposal(score=0.2), BEST, UNSCORED], [BEST]),  # one box and label: one region
    ],
)
def test_proposals_are_ranked_by_score_then_box_and_said_once(
    proposals: list[Proposal], expected: list[Proposal]
) -> None:
    assert ranked(proposals) == expected


PROPOSALS = st.builds(
    make_proposal,
    box_xyxy=st.sampled_from([(0, 0, 1, 1), (0, 0, 2, 1), (3, 3, 9, 9)]),
    label=st.sampled_from("ab"),
    score=st.none() | st.sampled_from([0.0, 0.25, 1.0]),
)


@given(st.lists(PROPOSALS), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(proposals: list[Proposal], random: "np.random.Generator") -> None:
    shuffled = list(proposals)
    random.shuffle(shuffled)
    assert ranked(shuffled) == ranked(proposals)
    assert {(p.box_xyxy, p.label) for p in ranked(proposals)} == {(p.box_xyxy, p.label) for p in proposals}
