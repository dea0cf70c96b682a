from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from annotators.captioners.chat.stopwatch import Stopwatch


def test_time_passes_only_while_something_is_under_way() -> None:
    times = iter([0.0, 5.0, 7.0, 10.0, 12.0, 20.0])
    watch = Stopwatch(lambda: next(times))
    assert watch.take_s() == 0
    watch.start()  # at 5
    watch.start()  # at 7
    watch.stop()  # at 10
    watch.stop()  # at 12
    assert watch.take_s() == 7


@given(st.lists(st.sampled_from(["start", "stop", "take", "tick"]), max_size=60))
def test_what_is_taken_adds_up_to_the_time_with_work(events: list[str]) -> None:
    now, working, expected, taken = 0.0, 0, 0.0, 0.0
    clock: Iterator[float] = iter(lambda: now, None)
    watch = Stopwatch(lambda: next(clock))
    for event in events:
        if event == "start":
            watch.start()
            working += 1
        elif event == "stop" and working:
            watch.stop()
            working -= 1
        elif event == "take":
            taken += watch.take_s()
        elif event == "tick":
            now += 1
            expected += working > 0
    assert taken + watch.take_s() == expected
