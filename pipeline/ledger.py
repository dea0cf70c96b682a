"""The ledger of images: every picture that ingest found ends in exactly one place, or the run fails."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from pipeline.release.manifest import Ledger, LedgerRow
from schemas.errors import LedgerError

ENDED = ("excluded", "rejected", "duplicate")  # statuses of `selection` that are final; a kept picture goes on
WITH_REASON = ("excluded", "rejected", "withdrawn")

Cell = tuple[str, str, str | None]  # source, status, reason


@dataclass
class ImageLedger:
    """Adds up parts; what it keeps does not grow with them."""

    _kept: Counter[str] = field(default_factory=Counter)  # by source
    _ended: Counter[Cell] = field(default_factory=Counter)

    def add(self, selection: pa.Table) -> None:
        """A part's `source`, `status` and `rule`."""
        counts = selection.group_by(["source", "status", "rule"]).aggregate([([], "count_all")])
        for row in counts.to_pylist():
            if row["status"] in ENDED:
                reason = row["rule"] if row["status"] in WITH_REASON else None
                self._ended[row["source"], row["status"], reason] += row["count_all"]
            else:
                self._kept[row["source"]] += row["count_all"]

    def lose(self, source: str, status: Literal["rejected", "withdrawn"], reasons: Mapping[str, int]) -> None:
        """Pictures that were kept and are not released after all, by reason: what later stages reject."""
        for reason, count in reasons.items():
            self._ended[source, status, reason] += count
            self._kept[source] -= count

    def total(self, images: Mapping[str, int], released: Mapping[str, int]) -> Ledger:
        """The ledger of a release, from the rows of `images` and the released rows, each counted by source.

        Raises LedgerError for the first source of which a picture is missing or counted twice.
        """
        ended: Counter[str] = Counter()
        for (source, _, _), count in self._ended.items():
            ended[source] += count
        for source in sorted({*images, *released, *self._kept, *ended}):
            found, out = images.get(source, 0), released.get(source, 0)
            if self._kept[source] != out:
                raise LedgerError(f"images of {source!r}: {self._kept[source]} should be released, {out} are")
            if out + ended[source] != found:
                raise LedgerError(f"images of {source!r}: {out} released and {ended[source]} not, of {found} found")
        return Ledger(total=sum(images.values()), rows=self._rows(released))

    def _rows(self, released: Mapping[str, int]) -> list[LedgerRow]:
        cells: dict[Cell, int] = {(source, "released", None): count for source, count in released.items()}
        cells |= self._ended
        ordered = sorted(cells.items(), key=lambda cell: (cell[0][0], cell[0][1], cell[0][2] or ""))
        return [
            LedgerRow(source=source, status=status, reason=reason, count=count)
            for (source, status, reason), count in ordered
            if count
        ]
