"""The captioner that asks a chat model: evidence and pictures to requests, answers to texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotators.captioners.captioner import Draft, RegionTexts, Slot, Texts, slots_of
from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.chat import Chat
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.evidence import Evidence
from annotators.captioners.prompted.answer import read_answer
from annotators.captioners.prompted.prompt import Prompt
from annotators.captioners.prompted.request import Question, questions, request_of
from annotators.captioners.prompted.settings import WritingSettings
from annotators.captioners.prompted.views import Views
from schemas.errors import ServerError

PICTURES_AT_ONCE = 32  # whose requests are in memory together
NOBODY_ANSWERS = 8  # so many requests of a lot, and none answered: the server is gone, and no picture is at fault
_UNREACHED = frozenset({"connection", "timed_out", "server_error", "rate_limited"})


@dataclass(frozen=True)
class PromptedWriter:
    """Writes with any Chat. A text that no answer holds comes back empty, and never as an error."""

    name: str
    chat: Chat
    prompt: Prompt
    settings: WritingSettings

    def write(self, evidence: Sequence[Evidence]) -> list[Texts | None]:
        """Raises ServerError where nobody answers, and what the chat raises."""
        return self._written([Question(each, tuple(slots_of(each))) for each in evidence])

    def rewrite(self, drafts: Sequence[Draft]) -> list[Texts | None]:
        return self._written([Question(each.evidence, tuple(each.wrong), each.wrong) for each in drafts])

    def _written(self, wanted: Sequence[Question]) -> list[Texts | None]:
        lots = (wanted[i : i + PICTURES_AT_ONCE] for i in range(0, len(wanted), PICTURES_AT_ONCE))
        return [texts for lot in lots for texts in self._lot(lot)]

    def _lot(self, wanted: Sequence[Question]) -> Iterable[Texts | None]:
        asked = [list(questions(each, self.settings.regions_a_request)) for each in wanted]
        requests = [request for each in asked for request in self._requests(each)]
        results = self.chat.ask(requests)
        check_reached(results)
        left = iter(results)
        return [self._texts(each, [next(left) for _ in each]) for each in asked]

    def _requests(self, asked: Sequence[Question]) -> Iterable[ChatRequest]:
        """Of one picture, which is decoded once."""
        shown = asked[0].evidence.shown
        views = None if shown is None else Views(shown, self.settings)
        return [request_of(each, self.prompt, views, self.settings) for each in asked]

    def _texts(self, asked: Sequence[Question], results: Sequence[Answer | Failed]) -> Texts | None:
        told: dict[Slot, str] = {}
        for question, result in zip(asked, results, strict=True):
            if isinstance(result, Answer):
                told |= read_answer(result.content, question, self.prompt)
        return as_texts(told, asked[0].evidence) if told else None


def as_texts(told: dict[Slot, str], evidence: Evidence) -> Texts:
    regions = (
        RegionTexts(id, told.get(("caption", id), ""), told.get(("paraphrase", id), ""))
        for id in (region.region_id for region in evidence.regions)
    )
    return Texts(told.get(("summary", ""), ""), told.get(("report", ""), ""), tuple(regions))


def check_reached(results: Sequence[Answer | Failed]) -> None:
    """Raises ServerError where none of many was answered, so that a server which is down writes no corpus by rule."""
    failed = [result.reason for result in results if isinstance(result, Failed)]
    if len(failed) == len(results) >= NOBODY_ANSWERS and _UNREACHED.issuperset(failed):
        raise ServerError(
            f"none of {len(failed)} requests in a row was answered ({', '.join(sorted(set(failed)))}); see that the "
            "server runs and has the model, then run again: what is answered is not asked again"
        )
