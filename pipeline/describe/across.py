"""False versions that regions of two pictures make of each other, for regions with few others in their own picture.

As within one picture (`exchanges`), each pair of texts stands once each way. So that nothing but the regions tells the
two pictures apart, both are of one source, licence, split, modality, body part and half of the patients.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotators.captioners.evidence import Evidence
from annotators.captioners.templates import rank
from pipeline.describe.audit.pairs import fold_of
from pipeline.describe.exchanges import NAME, OTHER_REGION, PARTNERS, Telling, statements, whole
from pipeline.describe.negatives import Negative, Renderer
from pipeline.describe.settings import ENOUGH

OTHER_PICTURE = "other_picture"
ALIKE = ("source", "licence", "split", "modality", "body_part")  # of two pictures
NEIGHBOURS = 2 * PARTNERS  # that a region tries on either side
Drawn = Mapping[str, Sequence[Mapping[str, Any]]]  # rows of NEGATIVE by region id


@dataclass(frozen=True)
class Told:
    """A picture's attributes, what a captioner may say of it, and those of its regions that have negatives."""

    row: Mapping[str, Any]
    evidence: Evidence
    regions: Sequence[Telling]


def across(renderer: Renderer, pictures: Sequence[Told], drawn: Drawn, at_most: int) -> dict[str, list[Negative]]:
    """By region id, for the regions of `drawn`, beside what they have there and with it `at_most`.

    A region so comes to PARTNERS others, or to as many more as give it ENOUGH that need no counterpart; they bear its
    name where there are such.
    """
    found: dict[str, list[Negative]] = {id: [] for id in drawn}
    partners = Counter({id: sum(each["kind"] == OTHER_REGION for each in rows) for id, rows in drawn.items()})
    fair = Counter({id: sum(map(_is_fair, rows)) for id, rows in drawn.items()})
    texts = {id: {each["text"] for each in rows} for id, rows in drawn.items()}
    for a, b, evidence in _neighbours(pictures):
        ids = a.region.region_id, b.region.region_id
        if not all(id in drawn and partners[id] < (PARTNERS if fair[id] >= ENOUGH else NEIGHBOURS) for id in ids):
            continue
        room = at_most - max(len(drawn[id]) + len(found[id]) for id in ids)
        every = (*whole(a, b, OTHER_PICTURE), *statements(renderer, evidence, a, b))
        new = [both for both in every if not any(one.text in texts[id] for id, one in zip(ids, both, strict=True))]
        for id, negatives in zip(ids, zip(*new[:room], strict=True), strict=False):
            found[id] += negatives
            texts[id] |= {each.text for each in negatives}
            partners[id] += 1
            fair[id] += len(negatives)
    return found


def _is_fair(negative: Mapping[str, Any]) -> bool:
    """Whether both of its texts stand once each way, whatever is balanced."""
    return negative["twin"] is not None and negative["kind"] != "binding"


def _neighbours(pictures: Sequence[Told]) -> Iterator[tuple[Telling, Telling, Evidence]]:
    """Pairs of regions of two alike pictures, with the first one's; by name, then in the order of a hash."""
    groups: defaultdict[Hashable, list[tuple[Telling, Evidence]]] = defaultdict(list)
    for told in pictures:
        likeness = (*(told.row[name] for name in ALIKE), fold_of(told.row["group_id"]))
        groups[likeness] += [(region, told.evidence) for region in told.regions]
    for members in groups.values():
        members.sort(key=lambda member: _order(member[0]))
        for step in range(1, NEIGHBOURS + 1):
            for (a, evidence), (b, other) in zip(members, members[step:], strict=False):
                if evidence.image_id != other.image_id:
                    yield a, b, evidence


def _order(told: Telling) -> tuple[str, int, str]:
    id = told.region.region_id
    return told.region.value(*NAME) or "", rank(id, "across"), id
