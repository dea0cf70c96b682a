"""Vision-language chat models of transformers, from a folder: nothing is looked up, no code of theirs is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig, PreTrainedTokenizerFast

from annotators.captioners.local.settings import Precision
from annotators.quiet_transformers import check_complete, quiet
from annotators.weights import Weights, unfit

HERE_ALONE: Mapping[str, Any] = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True)
class LocalModel:
    """`ends` are the tokens after which an answer is over, `vocabulary` is how many tokens the network tells apart."""

    network: Any  # of a class that the config names; untyped, as the library is
    processor: Any
    ends: tuple[int, ...]
    vocabulary: int

    @property
    def tokenizer(self) -> Any:
        return self.processor.tokenizer

    @property
    def longest(self) -> int:
        """Tokens of a prompt and its answer together."""
        return int(self.network.config.get_text_config().max_position_embeddings)


def load_model(weights: Weights, device: torch.device, dtype: Precision) -> LocalModel:
    """Raises WeightsError for what is damaged, incomplete, or no vision-language chat model of this library."""
    try:
        with quiet(), torch.random.fork_rng(devices=[]):  # building draws random weights
            processor = AutoProcessor.from_pretrained(weights.path, **HERE_ALONE)
            network, told = AutoModelForImageTextToText.from_pretrained(
                weights.path,
                **HERE_ALONE,
                use_safetensors=True,
                dtype=getattr(torch, dtype),
                attn_implementation="sdpa",  # a config could name kernels to be fetched
                output_loading_info=True,
            )
        check_complete(told)
        _check_processor(processor)
        ends, vocabulary = _ends(network, processor.tokenizer), _vocabulary(network, processor.tokenizer)
    except Exception as error:  # configs, templates and builders fail in many ways on values that do not fit each other
        raise unfit(weights, error) from error
    # Published ones hold penalties and samplings that would change an answer behind the request's back.
    network.generation_config = GenerationConfig(eos_token_id=list(ends), pad_token_id=processor.tokenizer.pad_token_id)
    return LocalModel(network.eval().requires_grad_(False).to(device), processor, ends, vocabulary)


def _check_processor(processor: Any) -> None:
    """Raises ValueError for one without pictures, a fast tokenizer or a chat template; sets how prompts are padded."""
    if getattr(processor, "image_processor", None) is None:
        raise ValueError("it has no image processor")
    if not isinstance(processor.tokenizer, PreTrainedTokenizerFast):
        raise ValueError("it has no fast tokenizer")  # noqa: TRY004 - the file is wrong, not an argument
    if processor.chat_template is None:
        raise ValueError("it has no chat template")
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    processor.tokenizer.padding_side = "left"


def _vocabulary(network: Any, tokenizer: Any) -> int:
    count = int(network.get_output_embeddings().weight.shape[0])
    if count < len(tokenizer):
        raise ValueError(f"the tokenizer has {len(tokenizer)} tokens, the network {count}")
    return count


def _ends(network: Any, tokenizer: Any) -> tuple[int, ...]:
    told = network.generation_config.eos_token_id
    listed = told if isinstance(told, list) else [told]
    ends = dict.fromkeys(end for end in [*listed, tokenizer.eos_token_id] if end is not None)
    if not ends:
        raise ValueError("it has no token that ends an answer")
    return tuple(ends)
