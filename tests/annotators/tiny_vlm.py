"""A vision-language chat model of transformers, tiny and with random weights, in a folder as published ones lie."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2TokenizerFast,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

from annotators.inference import cpu_threads
from annotators.quiet_transformers import quiet

VOCABULARY = 560
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
PLACES = ("<|image_pad|>", "<|video_pad|>")
READ = (
    "One round opacity in the upper left of the picture. Two small nodules near the centre; the larger is bright.",
    "A dark band crosses the middle of the image, and nothing else is marked. A chest radiograph, frontal view.",
    "You write English texts for a public collection of medical pictures. You are given a picture, facts about it, and",
    "crops and facts of marked regions. A program reads every sentence that you write and takes out what no fact says.",
    "Say only what the facts say, in your own words, of this region alone: what it is, where it lies, how it looks.",
    "It names a place, a side, a size, a number or a technique that no fact gives, or tells as certain what is",
    "only possible. Write the summary, report, caption and paraphrase again; tell nothing else, and give no advice.",
    'Answer as JSON: {"summary": "...", "report": "...", "regions": [{"id": "r1", "caption": "..."}]}',
)
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_tiny_vlm(folder: str | Path, seed: int = 6) -> Path:
    """A Qwen2.5-VL of two layers, 64 wide, that says different things of different pictures; returns the folder."""
    tokenizer = tiny_tokenizer()
    with cpu_threads(1), torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = Qwen2_5_VLForConditionalGeneration(_config(tokenizer)).eval()
        for weight in network.parameters():
            if weight.ndim > 1:
                weight.mul_(4)  # untrained, all tokens are nearly as likely, whatever is shown
    network.generation_config.eos_token_id = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    with quiet():
        network.save_pretrained(folder)
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=28 * 28 * 16),
        tokenizer,
        Qwen2VLVideoProcessor(),
        chat_template=TEMPLATE,
    )
    processor.save_pretrained(folder)
    return Path(folder)


def tiny_tokenizer() -> Any:
    """Byte-level BPE, learned from `READ`."""
    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    learned.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[*SPECIAL, *PLACES], initial_alphabet=alphabet, show_progress=False
    )
    learned.train_from_iterator(READ, trainer)
    return Qwen2TokenizerFast(
        tokenizer_object=learned, eos_token="<|im_end|>", pad_token="<|endoftext|>", unk_token=None
    )


def _config(tokenizer: Any) -> Any:
    ids = {name: tokenizer.convert_tokens_to_ids(f"<|{name}|>") for name in ("vision_start", "vision_end")}
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "bos_token_id": None,
            "eos_token_id": tokenizer.eos_token_id,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 16_384,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 2, 4]},
            "tie_word_embeddings": False,
        },
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "window_size": 56,
            "fullatt_block_indexes": [1],
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=tokenizer.convert_tokens_to_ids("<|video_pad|>"),
        vision_start_token_id=ids["vision_start"],
        vision_end_token_id=ids["vision_end"],
        tie_word_embeddings=False,
    )
