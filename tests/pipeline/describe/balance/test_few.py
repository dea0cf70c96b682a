from typing import Any

import pytest

from pipeline.describe.balance.few import (
    ALIKE,
    ALONE,
    EXCLUDES_NOTHING,
    FEW_FACTS,
    FEW_OTHERS,
    FIRST,
    NO_COUNTERPART,
    NO_LOOK,
    NOT_DRAWN,
    THEN,
    UNSURE,
    few_because,
)
from pipeline.describe.exchanges import PARTNERS
from pipeline.describe.settings import DescribeSettings
from schemas.reasons import REASONS

MANY = PARTNERS + 1  # regions of a picture, so that each may exchange with as many as it can
OPTIONS = DescribeSettings(regions_with_negatives=MANY)


def make_region(size: int = 0, whole: int = PARTNERS, name: int = 1, basis: str = "reader", look: str = "echo") -> Any:
    """A region of so many negatives on its size, of whole captions and of its name."""
    drawn = [("statement", "size")] * size + [("other_region", "other_region")] * whole + [("edit", "name")] * name
    facts = [{"kind": "identity", "attribute": "name", "basis": basis}]
    facts += [{"kind": "appearance", "attribute": look, "basis": basis}] * bool(look)
    return {"negatives": [{"kind": kind, "slot": slot} for kind, slot in drawn], "facts": facts}


@pytest.mark.parametrize(
    ("region", "regions", "because"),
    [
        (make_region(whole=0, name=0), MANY + 1, [NOT_DRAWN]),
        (make_region(whole=0, name=0), MANY, [FEW_FACTS, ALIKE, EXCLUDES_NOTHING]),
        (make_region(), MANY, [FEW_FACTS]),
        (make_region(size=20), MANY, [NO_COUNTERPART]),
        (make_region(size=20), 1, [NO_COUNTERPART]),
        (make_region(size=20, whole=0), 1, [NO_COUNTERPART, ALONE]),
        (make_region(size=20, whole=1), 2, [NO_COUNTERPART, FEW_OTHERS]),
        (make_region(size=20, whole=PARTNERS - 1), MANY, [NO_COUNTERPART, ALIKE]),
        (make_region(size=20, name=0), MANY, [NO_COUNTERPART, EXCLUDES_NOTHING]),
        (make_region(size=20, name=0, basis="model"), MANY, [NO_COUNTERPART, UNSURE]),
        (make_region(size=20, look=""), MANY, [NO_COUNTERPART, NO_LOOK]),
    ],
)
def test_where_negatives_were_lost_comes_first_then_what_would_have_given_more(
    region: Any, regions: int, because: list[str]
) -> None:
    assert few_because(region, regions, OPTIONS) == because


def test_every_reason_is_explained() -> None:
    assert {*FIRST, *THEN} <= set(REASONS)
