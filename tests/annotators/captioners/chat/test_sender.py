import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from annotators.captioners.chat.answer import Answer, Usage
from annotators.captioners.chat.attempt import Attempt
from annotators.captioners.chat.cache import AnswerCache
from annotators.captioners.chat.ledger import Ledger
from annotators.captioners.chat.sender import Question, Sender
from tests.annotators.captioners.chat.builders import make_settings

ANSWER = Answer("fine", "stop", Usage(10, 5), "m")


class Post:
    """Answers after a moment, and counts how many are at it."""

    now = most = 0

    async def __call__(self, body: bytes) -> Attempt:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return Attempt(ANSWER, ANSWER.usage, billed=True)


class Sync(Ledger):
    def sync(self) -> None:
        super().sync()
        events.append("paid")


class Put(AnswerCache):
    def put(self, answers: Sequence[tuple[str, Answer]]) -> None:
        super().put(answers)
        events.append("stored")


events: list[str] = []


def ask(folder: Path, count: int, concurrency: int) -> Post:
    """Asks that many questions at once."""

    async def all_at_once(writer: ThreadPoolExecutor, post: Post) -> None:
        settings = make_settings(concurrency=concurrency)
        with Sync(settings.prices, path=folder / "l") as ledger, Put(folder / "a") as cache:
            sender = Sender(settings, post, cache, ledger, writer)
            await asyncio.gather(*(sender.ask(Question(f"{number:064x}", b"", 1.0)) for number in range(count)))

    post = Post()
    with ThreadPoolExecutor(1) as writer:
        asyncio.run(all_at_once(writer, post))
    return post


def test_questions_wait_for_a_free_slot(tmp_path: Path) -> None:
    assert ask(tmp_path, 20, 3).most == 3


def test_money_is_durable_before_the_answer_that_it_bought(tmp_path: Path) -> None:
    events.clear()
    ask(tmp_path, 2, 1)
    assert events == ["paid", "stored"] * 2
