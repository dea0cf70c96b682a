"""Whole builds whose texts a vision-language model of this process writes: tiny, random, and held to its schema."""

import json
import pickle
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from annotators.captioners.chat.answer import Answer, Failed
from annotators.captioners.chat.request import ChatRequest
from annotators.captioners.local.chat import LocalChat
from annotators.captioners.local.folder import folder_sha256, read_folder
from annotators.captioners.local.settings import LocalSettings
from annotators.inference import cpu_threads
from flows.build import Built
from flows.commands.captions_show import run
from pipeline.describe.checked_texts import Checks
from pipeline.describe.local_writer import PlacedChat, local_stage
from schemas.errors import ConfigError, WeightsError
from tests.annotators.captioners.local.server import local_server
from tests.annotators.tiny_vlm import save_tiny_vlm
from tests.flows.corpora import build_small, make_corpus, manifest, order_for
from tests.flows.test_asking import captions, computed, outcomes

PICTURES = 3


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("sources"), smears=2, films=1)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with cpu_threads(1):
        return save_tiny_vlm(tmp_path_factory.mktemp("vlm"))


def write_with(folder: Path, **more: Any) -> tuple[str, str]:
    settings = {
        **{"weights": str(folder), "dtype": "float32", "device": "cpu", "letters_a_text": 25},
        **{"image_side_px": 64, "crop_side_px": 32},
        **more,
    }
    return "describe.writer=transformers", f"describe.transformers={json.dumps(settings)}"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("built") / "work"


@pytest.fixture(scope="module")
def built(config: Path, weights: Path, work: Path) -> Built:
    return build_small(config, work, *write_with(weights))


def test_what_a_random_model_says_is_caught_and_written_by_rule(built: Built, work: Path, weights: Path) -> None:
    rows = captions(built, work)
    assert len(rows) == PICTURES
    assert all(row["rejected"] is None for row in rows)
    assert {row["texts_origin"] for row in rows} == {"transformers"}
    assert set(outcomes(rows)) == {("rules", "replaced")}
    assert {each["attempts"] for row in rows for each in row["written"]} == {3}  # it was told why, and babbled on
    said = json.loads(manifest(built))["config"]["describe"]["transformers"]
    assert said["weights"] == folder_sha256(str(weights))
    assert str(weights) not in manifest(built).decode()


def test_other_words_of_the_model_are_other_captions_and_nothing_else(
    built: Built, config: Path, weights: Path, work: Path
) -> None:
    before = computed(work)
    again = build_small(config, work, *write_with(weights, batch=1, threads=2, device="auto"))
    assert manifest(again) == manifest(built)
    assert computed(work) == before
    build_small(config, work, *write_with(weights, letters_a_text=5), until="describe")
    assert set(computed(work) - before) == {"drafts", "counts", "captions"}


@pytest.mark.slow
def test_a_server_with_the_same_model_is_asked_over_http_alike(config: Path, weights: Path, tmp_path: Path) -> None:
    work, settings = tmp_path / "work", LocalSettings(dtype="float32", device="cpu", letters_a_text=25)
    with local_server(LocalChat(read_folder(str(weights), None), settings)) as server:
        asking = {"url": server.url, "model": "m", "concurrency": 4, "image_side_px": 64, "crop_side_px": 32}
        writer = ("describe.writer=openai", f"describe.openai={json.dumps(asking)}")
        built = build_small(config, work, *writer, until="describe")
    assert built.asked is not None
    assert built.asked["run"]["answered"] == len(server.requests) > PICTURES
    assert built.asked["run"]["failures"] == {}
    assert set(outcomes(captions(built, work))) == {("rules", "replaced")}


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"weights": "nowhere"}, WeightsError, r"^describe\.transformers\.weights: no folder 'nowhere'"),
        ({"sha256": "0" * 64}, WeightsError, r"^describe\.transformers\.weights: .* but the config expects"),
        ({"device": "cuda:99"}, ConfigError, r"^describe\.transformers\.device: "),
        ({"batch": 0}, ConfigError, r"^describe\.transformers\.batch: "),
        ({"prompt": "finding-1"}, ConfigError, r"^describe\.transformers\.prompt: "),
        ({"dtype": "int8"}, ConfigError, r"^describe\.transformers\.dtype: "),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(
    config: Path, weights: Path, tmp_path: Path, changed: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        order_for(config, tmp_path / "work", *write_with(weights, **changed))
    assert not (tmp_path / "work").exists()


def test_the_writer_needs_its_settings(config: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^describe\.transformers: the writer `transformers` needs it; name `weights`"
    ):
        order_for(config, tmp_path / "work", "describe.writer=transformers")


def test_the_stage_survives_pickling(config: Path, weights: Path, tmp_path: Path) -> None:
    order = order_for(config, tmp_path / "work", *write_with(weights))
    stage = local_stage(order.config.describe)
    again = pickle.loads(pickle.dumps(stage))
    assert again.settings() == stage.settings()
    assert again.reads == stage.reads


def test_a_batch_that_does_not_fit_in_the_midst_of_a_build_names_its_place() -> None:
    class Full:
        def ask(self, requests: Sequence[ChatRequest]) -> list[Answer | Failed]:
            raise ConfigError("batch", f"{len(requests)} answers at once do not fit")

    with pytest.raises(ConfigError, match=r"^describe\.transformers\.batch: 0 answers at once do not fit"):
        PlacedChat(Full()).ask([])


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the model babbles is taken as it comes, so that rules say something else."""
    monkeypatch.setattr(Checks, "failures", lambda *_: ())


@pytest.mark.usefixtures("unchecked")
def test_texts_of_a_model_are_shown_as_they_are_stored(config: Path, weights: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    unused = f"describe.openai={json.dumps({'url': 'http://127.0.0.1:9/v1', 'model': 'm'})}"
    rows = captions(build_small(config, work, *write_with(weights), unused, until="describe"), work)
    (row, *_) = [row for row in rows if row["source"] == "smears"]
    region = row["regions"][0]
    assert region["written"][0]["writer"] == "transformers"
    run(str(work), region["region_id"], str(tmp_path / "page.html"))
    html = unescape((tmp_path / "page.html").read_text())
    assert region["caption"] in html
    assert region["paraphrase"] in html
    assert "its answers are not stored" in html
    assert "what it is: " in html
    assert "What was asked" not in html


def test_what_is_noted_of_a_model_names_no_place(built: Built, work: Path, weights: Path) -> None:
    text = (work / "captions" / "writer.json").read_text()
    noted = json.loads(text)
    assert str(weights) not in text
    assert not {"weights", "device", "batch", "threads"} & noted["model"].keys()
    assert noted["model"]["sha256"] == folder_sha256(str(weights))
