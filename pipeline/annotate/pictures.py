"""Stored pictures as arrays, decoded when somebody looks at them, once."""

from collections.abc import Sequence
from typing import overload

import cv2
import numpy as np
import pyarrow as pa

from annotators.proposal import Picture


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
            self._decoded[position] = decode(self._encoded[position])
        return self._decoded[position]

    def only(self, positions: Sequence[int]) -> "Pictures":
        """Some of them, in this order; what was decoded stays so."""
        chosen = Pictures([self._encoded[position] for position in positions])
        chosen._decoded = {new: self._decoded[old] for new, old in enumerate(positions) if old in self._decoded}
        return chosen


def decode(encoded: pa.Scalar) -> Picture:
    """Of a picture that ingest stored: JPEG or PNG, 8 bit, grey or colour."""
    data = np.frombuffer(encoded.as_buffer(), dtype=np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError("a stored picture does not decode; the work directory is damaged")
    return pixels if pixels.ndim == 2 else np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
