"""`transformers serve` with a tiny model of random weights: it ignores the schema, so it proves the transport."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from annotators.captioners.chat.request import ChatRequest, TextPart
from annotators.captioners.chat.served import ServedChat
from annotators.captioners.chat.settings import ServerSettings
from tests.annotators.captioners.builders import acquired, make_evidence, make_region
from tests.annotators.captioners.prompted.builders import Fake, make_shown, make_writer
from tests.flows.corpora import build_small, make_corpus
from tests.flows.serving import save_chat_model, serving
from tests.flows.test_asking import captions, outcomes


def prompt_bytes(request: ChatRequest) -> int:
    """As its chat template writes it; a token is a byte."""
    user = " ".join(part.text for part in request.user if isinstance(part, TextPart))
    return len(f"system: {request.system}\nuser: {user}\nassistant: ".encode())


@pytest.mark.slow
def test_a_real_server_gets_every_byte_and_its_answers_are_kept(tmp_path: Path) -> None:
    model = save_chat_model(tmp_path / "model")
    regions = (make_region("a"), make_region("b", name="größer"))
    evidence = make_evidence(*acquired(modality="microscopy"), regions=regions)
    shown = make_shown((0, 0, 50, 50), (50, 50, 90, 90))
    recorder = Fake(lambda _: "")
    make_writer(recorder).write([evidence])
    config = make_corpus(tmp_path / "sources", smears=2, films=1)
    with serving(model, tmp_path / "log") as url:
        asked = ServerSettings(url=url, model=str(model), attempts=1)
        with ServedChat(asked, tmp_path / "answers") as chat:
            assert make_writer(chat).write([replace(evidence, shown=shown)]) == [None]
            summary = chat.summary()
        assert summary is not None
        assert summary["run"]["answered"] == 1
        assert summary["all_runs"]["prompt_tokens"] == prompt_bytes(recorder.asked[0])
        assert summary["all_runs"]["completion_tokens"] > 0

        settings = ("describe.writer=openai", f"describe.openai={json.dumps({'url': url, 'model': str(model)})}")
        first = build_small(config, tmp_path / "work", *settings, until="describe")
        assert set(outcomes(captions(first, tmp_path / "work"))) == {("rules", "replaced")}
        assert first.asked is not None
        assert first.asked["run"]["sent"] > 0
        assert first.asked["run"]["failures"] == {}
        (tmp_path / "work").rename(tmp_path / "removed")
        again = build_small(config, tmp_path / "work", *settings, until="describe")
        assert again.asked is not None
        assert again.asked["run"]["sent"] == 0
