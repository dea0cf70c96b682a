"""Labels that no category and no kind covers: what the shards do not say of them, from the selection of all parts."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.release.ledgers import Tables
from pipeline.release.manifest import Unmapped

WORDS_NAMED = 50  # of a source, the most frequent


@dataclass
class UnmappedCounts:
    """Adds up the selection of one source; keeps each distinct word once."""

    images: int = 0
    words: Counter[str] = field(default_factory=Counter)  # -> images

    def add(self, selection: pa.Table) -> None:
        """Rows with `status` and `unmapped`; what is excluded, rejected or a copy does not count."""
        lists = selection["unmapped"].filter(pc.equal(selection["status"].cast(pa.string()), "kept"))
        self.images += pc.sum(pc.greater(pc.list_value_length(lists), 0)).as_py() or 0
        counted = pc.value_counts(pc.list_flatten(lists))
        self.words.update(dict(zip(*(counted.field(name).to_pylist() for name in ("values", "counts")), strict=True)))

    def of(self, source: str, named: bool) -> Unmapped:
        """`named`: with the most frequent words, which are the source's own."""
        ordered = sorted(self.words, key=lambda word: (-self.words[word], word))
        words = ordered[:WORDS_NAMED] if named else None
        return {"source": source, "images": self.images, "labels": len(self.words), "words": words}


def unmapped_labels(tables: Tables, named: bool) -> list[Unmapped]:
    """Of each source that has any, sorted: kept images with unmapped labels, and how many such labels there are.

    An image counts to the source whose copy of it stays.
    """
    by_source: dict[str, UnmappedCounts] = {}
    for part in tables.image_parts():
        counts = by_source.setdefault(part.split("/", 1)[0], UnmappedCounts())
        counts.add(tables.read("selection", part, "status", "unmapped"))
    return [counts.of(source, named) for source, counts in sorted(by_source.items()) if counts.images]
