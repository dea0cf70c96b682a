"""Tasks that need no work directory; in a module of their own so that worker processes can import them."""

import os
import time
from dataclasses import dataclass

from pipeline.runner import PartResult
from pipeline.work import StoredPart
from schemas.errors import ConfigError


@dataclass(frozen=True)
class Count:
    """Comes back with its number and the process it ran in; fails as asked."""

    number: int
    fails: bool = False
    seconds: float = 0.0
    stage_name: str = "count"

    def run(self) -> PartResult:
        if self.fails:
            raise ConfigError("annotate.detectors.0.weights", "no such file")
        time.sleep(self.seconds)
        return PartResult(StoredPart(f"a/{self.number}", str(self.number), os.getpid(), {}, {}), self.seconds)


def numbers(results: "list[PartResult]") -> list[int]:
    return sorted(int(result.stored.key) for result in results)
