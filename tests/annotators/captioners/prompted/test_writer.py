import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from annotators.captioners.captioner import Draft
from annotators.captioners.chat.answer import Failed, Reason
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.chat.served import ServedChat
from annotators.captioners.evidence import Evidence
from annotators.captioners.prompted.writer import NOBODY_ANSWERS, PICTURES_AT_ONCE
from annotators.proposal import Picture
from schemas.errors import ServerError
from tests.annotators.captioners.builders import acquired, make_evidence, make_region
from tests.annotators.captioners.chat.builders import make_settings
from tests.annotators.captioners.prompted.builders import Fake, make_shown, make_writer, texts_in
from tests.annotators.captioners.prompted.honest import honest


def by_honest(request: ChatRequest) -> str:
    return honest(request.body("m"))


def make_pictures(count: int, regions: int = 1) -> list[Evidence]:
    marked = tuple(make_region(f"id-{i}") for i in range(regions))
    return [make_evidence(*acquired(modality="microscopy"), regions=marked, image_id=f"i{i}") for i in range(count)]


def test_nothing_asks_nobody() -> None:
    chat = Fake(by_honest)
    assert make_writer(chat).write([]) == []
    assert chat.asked == []


def test_texts_come_back_in_the_order_of_pictures_whatever_their_requests() -> None:
    pictures = [*make_pictures(2, regions=20), *make_pictures(3, regions=0)]
    texts = make_writer(Fake(by_honest)).write(pictures)
    assert [[r.region_id for r in each.regions] for each in texts if each] == [
        [r.region_id for r in each.regions] for each in pictures
    ]
    assert all(r.caption == "A platelet is marked." for each in texts if each for r in each.regions)


def test_few_pictures_are_in_memory_at_once() -> None:
    chat = Fake(by_honest)
    make_writer(chat).write(make_pictures(2 * PICTURES_AT_ONCE + 1))
    assert chat.lots == [PICTURES_AT_ONCE, PICTURES_AT_ONCE, 1]


def test_a_picture_is_decoded_once_for_all_its_requests() -> None:
    looked: list[int] = []
    shown = make_shown(*[(0, 0, 9, 9)] * 20)
    (picture,) = make_pictures(1, regions=20)

    def look() -> Picture:
        looked.append(1)
        return shown.look()

    chat = Fake(by_honest)
    make_writer(chat).write([replace(picture, shown=replace(shown, look=look))])
    assert (len(looked), len(chat.asked)) == (1, 3)


def test_a_failed_request_costs_its_own_texts_alone() -> None:
    (picture,) = make_pictures(1, regions=10)
    (texts,) = make_writer(Fake(lambda r: Failed("cut_off") if "of r9" in texts_in(r) else by_honest(r))).write(
        [picture]
    )
    assert texts is not None
    assert texts.summary
    assert [bool(region.caption) for region in texts.regions] == [True] * 8 + [False] * 2


@pytest.mark.parametrize(
    "said", ["", "<html>", json.dumps({"summary": 3}), Failed("content_filter"), Failed("bad_body")]
)
def test_no_text_at_all_is_none(said: str | Failed) -> None:
    assert make_writer(Fake(lambda _: said)).write(make_pictures(1)) == [None]


def test_a_draft_is_written_again_with_only_what_was_wrong_asked_for() -> None:
    (picture,) = make_pictures(1, regions=12)
    wrong = {("caption", "id-11"): ("A cyst.", ("finding",)), ("summary", ""): ("No cyst.", ("polarity",))}
    chat = Fake(by_honest)
    (texts,) = make_writer(chat).rewrite([Draft(picture, wrong)])
    assert texts is not None
    assert texts.summary
    assert not texts.report
    assert [region.region_id for region in texts.regions if region.caption] == ["id-11"]
    assert len(chat.asked) == 1
    assert '"No cyst."' in texts_in(chat.asked[0])


@pytest.mark.parametrize("reason", ["connection", "timed_out", "server_error", "rate_limited"])
def test_a_server_that_is_gone_ends_the_run(reason: Reason) -> None:
    writer = make_writer(Fake(lambda _: Failed(reason)))
    with pytest.raises(ServerError, match=f"none of {NOBODY_ANSWERS} requests .*{reason}"):
        writer.write(make_pictures(NOBODY_ANSWERS))
    assert writer.write(make_pictures(NOBODY_ANSWERS - 1)) == [None] * (NOBODY_ANSWERS - 1)


@pytest.mark.parametrize("reason", ["content_filter", "bad_body", "refused_by_server", "cut_off"])
def test_a_server_that_answers_badly_does_not_end_the_run(reason: Reason) -> None:
    assert make_writer(Fake(lambda _: Failed(reason))).write(make_pictures(9)) == [None] * 9


def test_a_writer_survives_pickling() -> None:
    writer = make_writer(ServedChat(make_settings(), Path("nowhere")))
    assert pickle.loads(pickle.dumps(writer)).prompt == writer.prompt
