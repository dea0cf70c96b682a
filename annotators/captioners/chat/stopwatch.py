"""The time during which anything was under way."""

from collections.abc import Callable


class Stopwatch:
    """Runs while at least one piece of work is under way; not for several threads by itself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._working = 0
        self._since = 0.0
        self._elapsed_s = 0.0

    def start(self) -> None:
        self._advance()
        self._working += 1

    def stop(self) -> None:
        self._advance()
        self._working -= 1

    def take_s(self) -> float:
        """Seconds since the last time they were taken."""
        self._advance()
        taken, self._elapsed_s = self._elapsed_s, 0.0
        return taken

    def _advance(self) -> None:
        now = self._clock()
        if self._working:
            self._elapsed_s += now - self._since
        self._since = now
