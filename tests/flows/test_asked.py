import json
from pathlib import Path

from flows.asked import PILOT, asked_line, expected_line
from flows.config.corpus import read_corpus
from flows.orders import answers_path
from pipeline.work import Work
from tests.annotators.captioners.chat.server import chat_server
from tests.flows.corpora import build_small, make_corpus
from tests.flows.test_asking import ask_for, by_honest


def test_a_pilot_tells_what_the_whole_will_cost(tmp_path: Path) -> None:
    config, work = make_corpus(tmp_path / "sources", smears=2, films=2), Work(str(tmp_path / "work"))
    with chat_server(by_honest, json.dumps) as server:
        settings = ask_for(server, price_in=1e6, price_out=1e6)
        server_settings = read_corpus(config, settings).describe.openai
        assert server_settings is not None
        assert expected_line(work, answers_path(work), server_settings, 400) == PILOT
        assert not answers_path(work).exists()
        built = build_small(config, tmp_path / "work", *settings, until="describe")
    told = expected_line(work, answers_path(work), server_settings, 400)
    assert "for all 400 pictures about 400 requests, 4,000 (4,000 to 4,000) tokens in" in told
    assert "6,000.00 (6,000.00 to 6,000.00) USD" in told
    assert told.endswith("by 4 answers for 4 pictures; those are among them")
    assert built.asked is not None
    assert asked_line(built.asked) == (
        "asked: 4 requests, 4 answered, 0 known from before; spent so far up to 60.0000 USD for 40 tokens in and 20 out"
    )
