"""What came with the images, as a detector among the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotators.proposal import Picture, Proposal


@dataclass(frozen=True)
class GivenDetector:
    """Hands on the annotations of a lot of pictures in their own order: they are no guesses to be ranked."""

    annotations: Sequence[Sequence[Proposal]]

    name = "given"

    def detect(self, pictures: Sequence[Picture]) -> list[list[Proposal]]:
        """Raises ValueError where there are not as many pictures as lists of annotations."""
        if len(pictures) != len(self.annotations):
            raise ValueError(f"{len(pictures)} pictures, but annotations of {len(self.annotations)}")
        return [list(proposals) for proposals in self.annotations]
