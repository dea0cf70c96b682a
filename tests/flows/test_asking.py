"""Whole builds whose texts a server writes: what it answers is kept, what it does not is written by rule."""

import json
import pickle
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from flows.build import Built
from flows.local_executor import local_executor
from pipeline.describe.writers import served
from pipeline.work import Work
from schemas.errors import BudgetSpent, ServerError
from tests.annotators.captioners.chat.server import ChatServer, Say, chat_server, completion, said
from tests.annotators.captioners.prompted.honest import honest
from tests.flows.corpora import build_small, make_corpus, manifest, order_for

SMEARS, FILMS = 2, 1
PICTURES = SMEARS + FILMS
Row = dict[str, Any]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("sources"), smears=SMEARS, films=FILMS)


def by_honest(body: str, _before: int = 0) -> Say:
    return said(honest(json.loads(body)))


def ask_for(server: ChatServer, **more: Any) -> tuple[str, str]:
    settings = {"url": server.url, "model": "m", "backoff_s": 0.001, "longest_wait_s": 0.01, **more}
    return "describe.writer=openai", f"describe.openai={json.dumps(settings)}"


def captions(built: Built, work: Path) -> list[Row]:
    parts = built.indexes["captions"].parts
    return [row for part in parts for row in Work(str(work)).read("captions", part.key).to_pylist()]


def outcomes(rows: list[Row]) -> Counter[tuple[str, str]]:
    """(writer, outcome) of all texts."""
    written = [each for row in rows for each in row["written"]]
    written += [each for row in rows for region in row["regions"] for each in region["written"]]
    return Counter((each["writer"], each["outcome"]) for each in written)


def computed(work: Path) -> Counter[str]:
    lines = (work / "log" / "calls.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["stage"] for line in lines)


def test_a_server_s_texts_are_released_and_nothing_is_asked_twice(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with chat_server(by_honest, json.dumps) as server:
        settings = ask_for(server)
        first = build_small(config, work, *settings)
        assert server.asked.total() == PICTURES
        rows = captions(first, work)
        assert {row["texts_origin"] for row in rows} == {"openai"}
        assert set(outcomes(rows)) == {("openai", "kept")}
        assert first.asked is not None
        assert first.asked["run"]["answered"] == PICTURES
        before = computed(work)
        assert manifest(build_small(config, work, *settings)) == manifest(first)
        assert computed(work) == before
        # Whoever removes the work directory does not pay again.
        work.rename(tmp_path / "removed")
        assert manifest(build_small(config, work, *settings)) == manifest(first)
        assert server.asked.total() == PICTURES
    text = manifest(first).decode()
    assert server.url not in text
    assert json.loads(text)["config"]["describe"]["openai"]["model"] == "m"


def test_pictures_and_crops_are_sent_and_no_word_of_the_source_s_own(config: Path, tmp_path: Path) -> None:
    with chat_server(by_honest, json.dumps) as server:
        build_small(config, tmp_path / "work", *ask_for(server), until="describe")
    sent = json.dumps(server.bodies)
    for private in ("smear-0", "p0", str(config.parent), "patients.csv"):
        assert f'"{private}' not in sent
        assert f"/{private}" not in sent
    images = [sum(part["type"] == "image_url" for part in body["messages"][1]["content"]) for body in server.bodies]
    assert min(images) > 1


def test_a_changed_prompt_runs_captions_again_and_nothing_else(config: Path, tmp_path: Path) -> None:
    work, own = tmp_path / "work", tmp_path / "own.yaml"
    content = (files("annotators.captioners.prompts") / "findings-1.yaml").read_text()
    own.write_text(content)
    with chat_server(by_honest, json.dumps) as server:
        build_small(config, work, *ask_for(server, prompt=str(own)))
        before = computed(work)
        build_small(config, work, *ask_for(server, concurrency=2, timeout_s=50.0))  # of the same words
        assert computed(work) == before
        own.write_text(content.replace("plain text", "simple text", 1))
        build_small(config, work, *ask_for(server, prompt=str(own)))
        assert set(computed(work) - before) == {"drafts"}  # which came out the same: what comes after stays
        assert server.asked.total() == 2 * PICTURES


WRONG: dict[str, Callable[[str], Say]] = {
    "html": lambda _: Say(b"<html><body>Bad gateway</body></html>"),
    "truncated json": lambda body: said(honest(json.loads(body))[:-9]),
    "cut off": lambda body: said(honest(json.loads(body))[:-9], finish="length"),
    "wrong schema": lambda _: said(json.dumps({"texts": ["A smear."], "regions": [1, 2]})),
    "prompt echo": lambda body: said(json.dumps(dict.fromkeys(("summary", "report"), _system(body)))),
    "claims": lambda body: said(honest(json.loads(body)).replace(" is marked", " of 12 mm is marked")),
    "withheld": lambda _: said("", finish="content_filter"),
    "refused": lambda _: Say(b"no such model", 404),
    "500": lambda _: Say(b"", 500),
    "429": lambda _: Say(b"", 429, {"Retry-After": "0"}),
    "dropped": lambda _: Say(json.dumps(completion()).encode(), cut_at=20),
    "slow": lambda body: said(honest(json.loads(body)), delay_s=0.4),
}


def _system(body: str) -> str:
    return str(json.loads(body)["messages"][0]["content"])


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_server_gets_wrong_is_written_by_rule_and_nothing_is_lost(
    config: Path, tmp_path: Path, wrong: str
) -> None:
    """The smears are answered wrongly, always; the film is not."""
    work = tmp_path / "work"

    def answer(body: str, _before: int) -> Say:
        return WRONG[wrong](body) if "smear" in body.rpartition("Facts about the picture")[2] else by_honest(body)

    with chat_server(answer, json.dumps) as server:
        built = build_small(config, work, *ask_for(server, attempts=2, timeout_s=0.2), until="describe")
    rows = captions(built, work)
    assert len(rows) == PICTURES
    assert all(row["rejected"] is None for row in rows)
    of = {source: outcomes([row for row in rows if row["source"] == source]) for source in ("smears", "films")}
    assert set(of["films"]) == {("openai", "kept")}
    assert ("rules", "replaced") in of["smears"]
    if wrong != "claims":
        assert set(of["smears"]) == {("rules", "replaced")}
    assert built.asked is not None
    run = built.asked["run"]
    assert run["requests"] == run["answered"] + run["cached"] + run["repeated"] + sum(run["failures"].values())


def test_what_fails_for_a_while_is_asked_again_until_it_holds(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"

    def answer(body: str, before: int) -> Say:
        return [Say(b"", 429, {"Retry-After": "0"}), Say(b"", 500), by_honest(body)][min(before, 2)]

    with chat_server(answer, json.dumps) as server:
        built = build_small(config, work, *ask_for(server), until="describe")
    assert set(outcomes(captions(built, work))) == {("openai", "kept")}
    assert built.asked is not None
    assert built.asked["run"]["retries"] == 2 * PICTURES


def test_a_wrong_claim_is_repaired_with_its_reason(config: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"

    def answer(body: str, _before: int) -> Say:
        good = honest(json.loads(body))
        return said(good if "did not pass" in body else good.replace(" is marked", " of 12 mm is marked"))

    with chat_server(answer, json.dumps) as server:
        built = build_small(config, work, *ask_for(server), until="describe")
    found = outcomes(captions(built, work))
    assert found["openai", "repaired"] > 0
    assert ("rules", "replaced") not in found


@pytest.mark.slow
def test_workers_do_not_ask_and_the_ledger_adds_up(config: Path, tmp_path: Path) -> None:
    """Parts go to two processes, but a server is asked from the driver alone."""
    work = tmp_path / "work"
    with chat_server(by_honest, json.dumps) as server, local_executor(2) as execute:
        built = build_small(config, work, *ask_for(server, price_in=1.0, price_out=1.0), execute=execute)
    processes = [json.loads(line) for line in (work / "log" / "calls.jsonl").read_text().splitlines()]
    assert len({call["process"] for call in processes if call["stage"] == "drafts"}) == 1
    lines = (tmp_path / "work.answers" / "ledger.jsonl").read_text().splitlines()
    assert len(lines) == server.asked.total() == PICTURES
    assert built.asked is not None
    assert built.asked["all_runs"]["money"] == pytest.approx(sum(json.loads(line)["money"] for line in lines))


def test_a_spent_budget_ends_the_run_and_more_money_goes_on(config: Path, tmp_path: Path) -> None:
    work, settings = tmp_path / "work", {"price_in": 0.0, "price_out": 1e6, "concurrency": 1, "max_tokens": 100}
    with chat_server(by_honest, json.dumps) as server:
        with pytest.raises(BudgetSpent):
            build_small(config, work, *ask_for(server, **settings, budget=106.0))
        paid = server.asked.total()
        assert 0 < paid < PICTURES
        built = build_small(config, work, *ask_for(server, **settings, budget=1e6))
        assert server.asked.total() == PICTURES
    assert set(outcomes(captions(built, work))) == {("openai", "kept")}


def test_a_server_that_is_not_allowed_is_refused_before_anything_is_written(config: Path, tmp_path: Path) -> None:
    settings = {"url": "https://models.example/v1", "model": "m", "allow_remote": True}
    with pytest.raises(ServerError, match="'smears'"):
        order_for(config, tmp_path / "work", "describe.writer=openai", f"describe.openai={json.dumps(settings)}")
    assert not (tmp_path / "work").exists()
    public = [f"sources.{i}.public=true" for i in range(2)]
    order_for(config, tmp_path / "work", "describe.writer=openai", f"describe.openai={json.dumps(settings)}", *public)


def test_the_stage_survives_pickling(config: Path, tmp_path: Path) -> None:
    order = order_for(
        config, tmp_path / "work", "describe.writer=openai", "describe.openai={url: http://localhost/v1, model: m}"
    )
    with served(order.config.describe, order.answers) as (stage, _):
        again = pickle.loads(pickle.dumps(stage))
    assert again.settings() == stage.settings()
    assert again.reads == stage.reads
