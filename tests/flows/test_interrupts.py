import os
import signal
from contextlib import suppress

import pytest

from flows.interrupts import Attentive, attentive
from pipeline.runner import Silent
from pipeline.work import StageIndex


def test_an_interrupt_is_raised_at_once_and_the_handler_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), attentive(Silent()):
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_was_swallowed_is_raised_again() -> None:
    with attentive(Silent()) as watch:
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            watch.started("images", 1, 0)


def test_without_an_interrupt_everything_is_passed_on() -> None:
    told: list[str] = []

    class Noting(Silent):
        def finished(self, index: StageIndex, computed: int, seconds: float) -> None:
            told.append(index.stage)

    Attentive(Noting()).finished(StageIndex("images", 1, ()), 0, 0.0)
    assert told == ["images"]
