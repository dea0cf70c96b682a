import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from flows.build import Built
from flows.cli import guarded
from flows.commands.captions_show import run
from tests.annotators.captioners.chat.server import ChatServer, Say, chat_server, said
from tests.annotators.captioners.prompted.honest import honest
from tests.flows.corpora import build_small, make_corpus
from tests.flows.test_asking import ask_for, captions


def first_wrong(body: str, _before: int) -> Say:
    """The caption of the first region is repaired once; what the film was asked fails."""
    if "radiograph" in body or "X-ray" in body:
        return Say(b"", 404)
    good = honest(json.loads(body))
    return said(good if "did not pass" in body else good.replace(" is marked", " of 12 mm is marked", 1))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shown")
    config = make_corpus(folder / "sources", smears=2, films=1)
    with chat_server(first_wrong, json.dumps) as server:
        build(config, folder / "work", server)
    return folder / "work"


def build(config: Path, work: Path, server: ChatServer) -> Built:
    return build_small(config, work, *ask_for(server), until="describe")


def rows_of(work: Path, source: str) -> list[dict[str, Any]]:
    from pipeline.work import Work

    index = Work(str(work)).index("captions")
    assert index is not None
    return [row for row in captions(Built({"captions": index}, None), work) if row["source"] == source]


def shown(work: Path, identity: str, out: Path) -> str:
    run(str(work), identity, str(out / "page.html"))
    assert (out / "page.html").stat().st_mode & 0o777 == 0o600
    return (out / "page.html").read_text()


def test_a_repaired_text_is_shown_with_both_answers_and_the_reason(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    region = rows_of(work, "smears")[0]["regions"][0]
    html = shown(work, region["region_id"], tmp_path)
    for told in (region["caption"], "of 12 mm", "repaired", "measurement", "it gives a length that no fact gives"):
        assert told in html
    assert html.count("<h3>Request ") == 2
    assert "None is stored" not in html
    assert region["caption"] in capsys.readouterr().out


def test_a_picture_without_an_answer_shows_so_and_its_rules(work: Path, tmp_path: Path) -> None:
    (film,) = rows_of(work, "films")
    html = shown(work, film["regions"][0]["region_id"], tmp_path)
    assert "None is stored" in html
    assert "unanswered" in html
    assert film["regions"][0]["caption"] in html


def test_an_id_that_names_nothing_or_several_is_told(work: Path, tmp_path: Path) -> None:
    for identity, words in (("zz", "no kept image"), ("", "begin so; give more digits")):
        with pytest.raises(Exception, match=words):
            run(str(work), identity, str(tmp_path / "page.html"))
    assert guarded(lambda: run(str(tmp_path / "none"), "a", None)) == 2


def test_texts_by_rule_are_shown_with_their_evidence(tmp_path: Path) -> None:
    config = make_corpus(tmp_path / "sources", smears=1, films=1)
    build_small(config, tmp_path / "work", until="describe")
    region = rows_of(tmp_path / "work", "smears")[0]["regions"][0]
    html = shown(tmp_path / "work", region["region_id"][:10], tmp_path)
    assert region["caption"] in html
    assert "what it is: red blood cell" in html
    assert "What was asked" not in html


def test_a_prompt_of_one_s_own_is_noted_by_its_content(tmp_path: Path) -> None:
    own = tmp_path / "home" / "own.yaml"
    own.parent.mkdir()
    own.write_bytes((files("annotators.captioners.prompts") / "findings-1.yaml").read_bytes())
    config = make_corpus(tmp_path / "sources", smears=1, films=1)
    with chat_server(first_wrong, json.dumps) as server:
        build_small(config, tmp_path / "work", *ask_for(server, prompt=str(own)), until="describe")
    own.unlink()
    assert str(tmp_path) not in (tmp_path / "work" / "captions" / "writer.json").read_text()
    region = rows_of(tmp_path / "work", "smears")[0]["regions"][0]
    html = shown(tmp_path / "work", region["region_id"], tmp_path)
    assert html.count("<h3>Request ") == 2
    assert "None is stored" not in html


def test_an_interrupted_build_leaves_the_settings_of_the_captions_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, noted = make_corpus(tmp_path / "sources", smears=1, films=1), tmp_path / "work" / "captions" / "writer.json"
    build_small(config, tmp_path / "work", until="describe")
    before = noted.read_bytes()
    assert json.loads(before)["model"] is None

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.build.rates_of_parts", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_small(config, tmp_path / "work", "describe.names_per_report=1", until="describe")
    assert noted.read_bytes() == before
