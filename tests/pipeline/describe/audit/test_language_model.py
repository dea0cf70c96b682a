import numpy as np
import pytest

from pipeline.describe.audit.language_model import LanguageModel

CT, MRI = ("ct", "head"), ("mri", "head")
TEXTS = [("the cyst is small", CT), ("the cyst is large", CT), ("the nerve is small", MRI)]


def likelihood(model: LanguageModel, text: str, scene: tuple[str, ...] = CT) -> float:
    return float(model.log_likelihoods(text, scene).sum())


@pytest.mark.parametrize("scene", [CT, MRI, ("oct", "retina")])
@pytest.mark.parametrize("before", ["", "the", "the cyst is", "never seen"])
def test_what_may_come_next_sums_to_one(scene: tuple[str, ...], before: str) -> None:
    model = LanguageModel(TEXTS)
    place = len(before.split())
    follow = ["the", "cyst", "is", "small", "large", "nerve", "unheard"]
    shares = [float(np.exp(model.log_likelihoods(f"{before} {word}", scene)[place])) for word in follow]
    end = float(np.exp(model.log_likelihoods(before, scene)[place]))
    assert sum(shares) + end == pytest.approx(1.0)


def test_what_was_read_is_likelier_than_what_was_not() -> None:
    model = LanguageModel(TEXTS)
    assert likelihood(model, "the cyst is small") > likelihood(model, "small is the cyst")
    assert likelihood(model, "the cyst is small") > likelihood(model, "the rib is small")


def test_a_text_is_likelier_in_its_own_scene() -> None:
    model = LanguageModel(TEXTS)
    assert likelihood(model, "the nerve is small", MRI) > likelihood(model, "the nerve is small", CT)


def test_a_model_that_read_nothing_finds_all_alike() -> None:
    model = LanguageModel([])
    assert likelihood(model, "the cyst") == likelihood(model, "nerve small") == 0.0


def test_each_word_and_the_end_have_a_likelihood() -> None:
    assert LanguageModel(TEXTS).log_likelihoods("", CT).shape == (1,)
    assert LanguageModel(TEXTS).log_likelihoods("the cyst", CT).shape == (3,)
