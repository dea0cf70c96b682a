"""Split units: pictures that must not lie in two splits, since they show the same patient, place or pixels.

A unit is a connected component over patient, study, series, lesion, file and copies. Of a picture whose patient, study
and series are all unknown, the unit is the source's group, and without one the source as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.select.components import connected_components
from pipeline.select.duplicates import NONE, Codes, codes, comparable_pixels
from pipeline.sources import SourceSettings

# What a unit is named after: the first of these that one of its pictures has, so that its name stays when other
# pictures of the same patient come.
NAMED_AFTER = ("patient", "group", "study", "series", "lesion", "item")


@dataclass(frozen=True)
class SplitUnits:
    """`unit`: of each row, its unit's place in `names`; NONE for rejected rows."""

    unit: Codes
    names: pa.StringArray


def find_split_units(signatures: pa.Table, sources: Sequence[SourceSettings]) -> SplitUnits:
    """One unit a connected component; neither the order of rows nor unrelated ones change its name."""
    good = ~np.asarray(signatures["rejected"])
    groups = _groups(signatures, sources)
    links = {name: groups if name == "group" else signatures[name] for name in NAMED_AFTER}
    # Copies of a picture share a unit, also under other views.
    columns = (*links.values(), comparable_pixels(signatures))
    tokens = (np.where(good, codes(column), np.int32(NONE)) for column in columns)
    roots = connected_components(tokens, len(good))
    unit = np.full(len(good), NONE, np.int32)
    unit[good] = np.unique(roots[good], return_inverse=True)[1]
    return SplitUnits(unit, _names(unit, links))


def _groups(signatures: pa.Table, sources: Sequence[SourceSettings]) -> pa.ChunkedArray:
    """The group of each row that has to have one, null elsewhere.

    A folder joins its pictures even where their patients are known. Files that are said to be independent need none.
    """
    source = signatures["source"].cast(pa.string())
    alone = pc.and_(
        pc.and_(*(pc.is_null(signatures[name]) for name in ("patient", "study"))), pc.is_null(signatures["series"])
    )
    stated = pc.if_else(
        pc.or_(alone, _is_grouped(source, sources, "folder")), signatures["group"].cast(pa.string()), None
    )
    needed = pc.and_(pc.and_(alone, pc.is_null(stated)), pc.invert(_is_grouped(source, sources, "file")))
    return pc.coalesce(stated, pc.if_else(needed, pc.binary_join_element_wise("source", source, " "), None))


def _is_grouped(source: pa.ChunkedArray, sources: Sequence[SourceSettings], by: str) -> pa.ChunkedArray:
    names = [settings.name for settings in sources if settings.group_by == by]
    return pc.is_in(source, value_set=pa.array(names, pa.string()))


def _names(unit: Codes, links: Mapping[str, pa.ChunkedArray]) -> pa.StringArray:
    """Of each unit `kind:value`, with the smallest value of the first kind that it has."""
    named = np.zeros(unit.max(initial=NONE) + 2, np.bool_)
    named[NONE] = True  # the last place: rows without a unit
    found = []
    for kind in NAMED_AFTER:
        wanted = ~named[unit] & np.asarray(pc.is_valid(links[kind]))
        values = pa.table({"unit": unit[wanted], "value": links[kind].filter(pa.array(wanted)).cast(pa.string())})
        for rows in _smallest(values):
            named[np.asarray(rows["unit"])] = True
            found.append(
                pa.table([rows["unit"], pc.binary_join_element_wise(kind, rows["value"], ":")], ["unit", "name"])
            )
    return pa.concat_tables(found).sort_by("unit")["name"].combine_chunks()


def _smallest(values: pa.Table) -> Iterator[pa.Table]:
    """Of each unit the smallest value. Units of one row, which may be millions, need no grouping."""
    unit = np.asarray(values["unit"])
    alone = np.bincount(unit, minlength=1)[unit] == 1
    yield values.filter(pa.array(alone))
    yield (
        values.filter(pa.array(~alone)).group_by("unit").aggregate([("value", "min")]).rename_columns(["unit", "value"])
    )
