"""Why a region has few negatives, in closed words that `schemas.reasons` explains."""

from collections.abc import Iterator

from pipeline.describe.across import OTHER_PICTURE
from pipeline.describe.balance.ways import Row
from pipeline.describe.exchanges import OTHER_REGION, PARTNERS
from pipeline.describe.settings import DescribeSettings
from pipeline.describe.swaps import CERTAIN_BASES

NOT_DRAWN, FEW_FACTS, NO_COUNTERPART = "negatives_not_drawn", "negatives_few_facts", "negatives_without_counterpart"
FIRST = (NOT_DRAWN, FEW_FACTS, NO_COUNTERPART)  # one of these comes first: where they were lost
ALONE, FEW_OTHERS, ALIKE = "region_alone", "region_few_others", "region_alike_others"
UNSURE, EXCLUDES_NOTHING, NO_LOOK = "region_name_unsure", "region_name_excludes_nothing", "region_look_unknown"
# What would have given more of them: any number of these.
THEN = (ALONE, FEW_OTHERS, ALIKE, UNSURE, EXCLUDES_NOTHING, NO_LOOK)


def few_because(region: Row, regions: int, options: DescribeSettings) -> list[str]:
    """Of a region of `drafts` that keeps fewer than `options.enough`, in a picture of so many regions."""
    drawn, limit = len(region["negatives"]), options.regions_with_negatives
    if not drawn and regions > limit:
        return [NOT_DRAWN]
    first = FEW_FACTS if drawn < options.enough else NO_COUNTERPART
    return [first, *_missing(region, min(regions, limit) - 1)]


def _missing(region: Row, others: int) -> Iterator[str]:
    partners = sum(negative["kind"] in (OTHER_REGION, OTHER_PICTURE) for negative in region["negatives"])
    if partners < PARTNERS:
        yield ALONE if not others else FEW_OTHERS if others < PARTNERS else ALIKE
    if not any(fact["attribute"] == "name" and fact["basis"] in CERTAIN_BASES for fact in region["facts"]):
        yield UNSURE
    elif not any(negative["slot"] == "name" for negative in region["negatives"]):
        yield EXCLUDES_NOTHING
    if not any(fact["kind"] == "appearance" for fact in region["facts"]):
        yield NO_LOOK
