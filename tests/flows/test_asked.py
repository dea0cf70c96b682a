import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.asked import PILOT, TOO_FEW, asked_line, expected_line
from flows.commands.dry_run import print_plan
from flows.config.corpus import read_corpus
from flows.orders import answers_path
from pipeline.work import Work
from tests.annotators.captioners.chat.server import chat_server
from tests.flows.corpora import build_small, make_corpus, order_for
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


def test_an_interrupted_build_is_told_by_the_pictures_of_finished_parts(tmp_path: Path) -> None:
    config, work = make_corpus(tmp_path / "sources", smears=2, films=2), Work(str(tmp_path / "work"))
    with chat_server(by_honest, json.dumps) as server:
        settings = ask_for(server)
        server_settings = read_corpus(config, settings).describe.openai
        assert server_settings is not None
        build_small(config, tmp_path / "work", *settings, until="describe")
    for table in ("drafts", "captions"):  # as a build leaves them that ends before these stages do
        (tmp_path / "work" / table / "index.json").unlink()
    first, second = sorted((tmp_path / "work" / "drafts").glob("*.parquet"))
    first.unlink()
    told = expected_line(work, answers_path(work), server_settings, 400)
    assert told.endswith("by 4 answers for 2 pictures and some of 1 unfinished parts; those are among them")
    second.unlink()
    assert expected_line(work, answers_path(work), server_settings, 400) == TOO_FEW


@pytest.mark.parametrize(("writer", "told"), [("rules", 0), ("transformers", 0), ("openai", 1)])
def test_a_dry_run_tells_what_will_be_asked_of_whom_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], writer: Any, told: int
) -> None:
    config = make_corpus(tmp_path / "sources", smears=1, films=1)
    order = order_for(config, tmp_path / "work", 'describe.openai={"url": "http://127.0.0.1:9/v1", "model": "m"}')
    describe = replace(order.config.describe, writer=writer)
    print_plan(replace(order, config=order.config.model_copy(update={"describe": describe})))
    assert capsys.readouterr().out.count("asked: ") == told
