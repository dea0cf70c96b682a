"""Who may talk to the person: this program; servers and model libraries talk to a log."""

import os
import sys
from pathlib import Path
from typing import TextIO


class Terminal:
    """The streams of this process, or copies of them once the chatter was moved."""

    def __init__(self) -> None:
        self._out: TextIO | None = None
        self._err: TextIO | None = None

    @property
    def out(self) -> TextIO:
        return self._out or sys.stdout

    @property
    def err(self) -> TextIO:
        return self._err or sys.stderr

    def move_chatter(self, log: Path) -> None:
        """Sends all that this process and its children print from now on to `log`, until they end.

        Libraries write to the file descriptors themselves, some of it after the last line of this program, so the
        descriptors are moved for good, and not `sys.stdout` alone.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        sys.stdout.flush()
        sys.stderr.flush()
        self._out, self._err = _copy_of(1), _copy_of(2)
        # Readable by its owner alone: a library's last words may quote a path.
        sink = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for descriptor in (1, 2):
            os.dup2(sink, descriptor)
        os.close(sink)


def _copy_of(descriptor: int) -> TextIO:
    return os.fdopen(os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="replace")


TERMINAL = Terminal()


def say(line: str) -> None:
    """One line for the person, on stderr."""
    TERMINAL.err.write(line + "\n")
    TERMINAL.err.flush()


def tell(line: str) -> None:
    """One line of a result, on stdout."""
    TERMINAL.out.write(line + "\n")
    TERMINAL.out.flush()
