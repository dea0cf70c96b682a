"""Stored pictures as arrays, decoded when somebody looks at them, once."""

from collections.abc import Sequence
from typing import overload

import pyarrow as pa

from annotators.proposal import Picture
from pipeline.stored_pictures import read_rgb


class Pictures(Sequence[Picture]):
    """The pictures of some rows of `images`: HW grey or HWC RGB, uint8.

    Whoever needs no pixels, as given boxes or inscribed ellipses do, never pays for decoding.
    """

    def __init__(self, encoded: Sequence[pa.Scalar]) -> None:
        self._encoded = encoded
        self._decoded: dict[int, Picture] = {}

    def __len__(self) -> int:
        return len(self._encoded)

    @overload
    def __getitem__(self, index: int) -> Picture: ...

    @overload
    def __getitem__(self, index: slice) -> "Pictures": ...

    def __getitem__(self, index: int | slice) -> "Picture | Pictures":
        if isinstance(index, slice):
            return self.only(range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        position = index % len(self)
        if position not in self._decoded:
            self._decoded[position] = read_rgb(self._encoded[position].as_buffer())
        return self._decoded[position]

    def only(self, positions: Sequence[int]) -> "Pictures":
        """Some of them, in this order; what was decoded stays so."""
        chosen = Pictures([self._encoded[position] for position in positions])
        chosen._decoded = {new: self._decoded[old] for new, old in enumerate(positions) if old in self._decoded}
        return chosen
