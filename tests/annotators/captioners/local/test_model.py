import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from annotators.captioners.local.chat import LocalChat
from annotators.captioners.local.folder import read_folder
from annotators.captioners.local.model import load_model
from annotators.captioners.local.settings import LocalSettings
from annotators.weights import read_state
from schemas.errors import WeightsError
from tests.annotators.captioners.local.builders import make_request
from tests.annotators.captioners.local.test_folder import change
from tests.annotators.tiny_vlm import VOCABULARY

CPU = torch.device("cpu")


@pytest.fixture
def folder(tiny_vlm: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_vlm, tmp_path / "model"))


def make_chat(folder: Path) -> LocalChat:
    return LocalChat(read_folder(str(folder), None), LocalSettings(dtype="float32", device="cpu"))


def test_weights_come_in_the_precision_that_is_asked_for(folder: Path) -> None:
    weights = read_folder(str(folder), None)
    for dtype in ("float32", "bfloat16"):
        assert load_model(weights, CPU, dtype).network.dtype == getattr(torch, dtype)


def test_what_ends_an_answer_is_known(folder: Path) -> None:
    model = load_model(read_folder(str(folder), None), CPU, "float32")
    assert model.ends == tuple(model.tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]))
    (folder / "generation_config.json").unlink()
    change(folder / "config.json", eos_token_id=None)
    assert load_model(read_folder(str(folder), None), CPU, "float32").ends[-1] == model.ends[0]


def test_samplings_and_penalties_of_the_folder_change_no_answer(folder: Path) -> None:
    plain = [answer.content for answer in make_chat(folder).ask([make_request()])]  # type: ignore[union-attr]
    change(folder / "generation_config.json", do_sample=True, temperature=9.0, repetition_penalty=5.0, max_new_tokens=3)
    assert [answer.content for answer in make_chat(folder).ask([make_request()])] == plain  # type: ignore[union-attr]


def rewrite_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    from safetensors.torch import save_file

    state = read_state(read_folder(str(folder), None))
    change(state)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


NORM = "model.language_model.norm.weight"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: change(f / "config.json", model_type="qwen9"), "do not fit the architecture"),
        (lambda f: change(f / "config.json", auto_map={"AutoConfig": "code.Config"}, model_type="own"), "do not fit"),
        (lambda f: (f / "config.json").write_text("{"), "do not fit the architecture"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "do not fit the architecture"),
        (lambda f: (f / "model.safetensors").write_bytes(b"no tensors"), "do not fit the architecture"),
        (lambda f: (f / "processor_config.json").unlink(), "do not fit the architecture"),
        (lambda f: (f / "chat_template.jinja").unlink(), "it has no chat template"),
        (lambda f: (f / "chat_template.jinja").write_text("{% if %}"), "do not fit the architecture"),
        (lambda f: (f / "chat_template.jinja").write_text("{{ raise_exception('no') }}"), "do not fit"),
        (
            lambda f: (f / "chat_template.jinja").write_text("{{ messages[1]['content'][0]['text'] }}"),
            "leaves out the system message, a text or a picture",
        ),
        (lambda f: rewrite_tensors(f, lambda state: state.pop("lm_head.weight")), r"lm_head\.weight is missing"),
        (lambda f: rewrite_tensors(f, lambda state: state.update(more=torch.zeros(2))), "more has no place"),
    ],
)
def test_what_does_not_fit_together_is_refused(folder: Path, spoil: Callable[[Path], object], message: str) -> None:
    (folder / "code.py").write_text(f"open({str(folder / 'touched')!r}, 'w')\n")
    spoil(folder)
    with pytest.raises(WeightsError, match=message):
        make_chat(folder)
    assert not (folder / "touched").exists()


def test_a_text_model_is_refused(folder: Path) -> None:
    described = json.loads((folder / "config.json").read_text("utf-8"))
    text = {**described["text_config"], "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"]}
    (folder / "config.json").write_text(json.dumps(text))
    with pytest.raises(WeightsError, match="do not fit the architecture"):
        make_chat(folder)


def test_a_tokenizer_with_more_tokens_than_the_network_is_refused(folder: Path) -> None:
    model = load_model(read_folder(str(folder), None), CPU, "float32")
    model.tokenizer.add_tokens([f"<more{i}>" for i in range(9)])
    model.processor.save_pretrained(folder)
    with pytest.raises(WeightsError, match=f"the tokenizer has {VOCABULARY + 9} tokens, the network {VOCABULARY}"):
        make_chat(folder)
