from dataclasses import replace

import pytest
import torch

from pipeline.clip.model import Embedded, RegionClip, Views
from pipeline.clip.settings import LossKind
from tests.pipeline.clip.builders import some_tokens, some_views, tiny_model, tiny_settings, tiny_tokenizer


def opened(model: RegionClip, gate: float = 0.7) -> RegionClip:
    """With gates as they are once training has moved them."""
    for block in model.processor.blocks:
        torch.nn.init.constant_(block.region_gate, gate)  # type: ignore[arg-type]
        torch.nn.init.constant_(block.global_gate, gate)  # type: ignore[arg-type]
    return model


def embed(model: RegionClip, views: Views, roi: bool = True) -> Embedded:
    with torch.no_grad():
        return model.embed_images(views, roi)


def test_shapes_and_unit_lengths() -> None:
    model, views = tiny_model(), some_views()
    found = embed(model, views)
    assert found.z_global.shape == found.z_global_roi.shape == (3, 12)
    assert found.z_region.shape == (3, 3, 12)
    assert torch.allclose(found.z_global.norm(dim=1), torch.ones(3))
    assert torch.allclose(found.z_region[views.valid].norm(dim=1), torch.ones(int(views.valid.sum())))
    with torch.no_grad():
        texts = model.embed_texts(some_tokens())
    assert texts.shape == (4, 12)
    assert torch.allclose(texts.norm(dim=1), torch.ones(4))


@pytest.mark.parametrize("branch", ["align", "crop", "both"])
def test_with_closed_gates_the_informed_output_is_the_global_one_bit_for_bit(branch: str) -> None:
    found = embed(tiny_model(branch=branch), some_views())
    assert torch.equal(found.z_global, found.z_global_roi)


@pytest.mark.parametrize("branch", ["align", "crop", "both"])
def test_a_picture_without_boxes_has_its_global_output_bit_for_bit_whatever_the_gates(branch: str) -> None:
    model, views = opened(tiny_model(branch=branch)), some_views(valid=1.0)
    some = replace(views, valid=views.valid & torch.tensor([[True], [False], [True]]))
    found = embed(model, some)
    assert torch.equal(found.z_global[1], found.z_global_roi[1])
    assert not torch.equal(found.z_global[0], found.z_global_roi[0])
    none = embed(model, replace(views, valid=torch.zeros_like(views.valid)))
    assert torch.equal(none.z_global, none.z_global_roi)
    assert torch.equal(none.z_global, embed(model, views, roi=False).z_global)


def test_what_is_not_valid_changes_nothing() -> None:
    model, views = opened(tiny_model()), some_views()
    wild = torch.where(views.valid[:, :, None], views.boxes, torch.full_like(views.boxes, 1e6))
    noise = torch.randint(0, 256, views.crops.shape, dtype=torch.uint8)
    crops = torch.where(views.valid[:, :, None, None, None], views.crops, noise)
    one, other = embed(model, views), embed(model, replace(views, boxes=wild, crops=crops))
    assert torch.equal(one.z_global_roi, other.z_global_roi)
    assert torch.equal(one.z_region[views.valid], other.z_region[views.valid])


@pytest.mark.parametrize(("branch", "sees_box", "sees_crop"), [("align", 1, 0), ("crop", 0, 1), ("both", 1, 1)])
def test_each_branch_looks_at_what_it_is_named_after(branch: str, sees_box: int, sees_crop: int) -> None:
    model, views = tiny_model(branch=branch), some_views(valid=1.0)
    plain = embed(model, views).z_region
    moved = embed(model, replace(views, boxes=views.boxes + 6)).z_region
    other = embed(model, replace(views, crops=255 - views.crops)).z_region
    assert torch.allclose(plain, moved, atol=1e-6) == (not sees_box)
    assert torch.allclose(plain, other, atol=1e-6) == (not sees_crop)


def test_a_box_is_told_only_where_the_fourier_embedding_is_on() -> None:
    views = some_views(valid=1.0)
    for fourier in (False, True):
        model = tiny_model(branch="crop", fourier=fourier)
        same = torch.allclose(
            embed(model, views).z_region, embed(model, replace(views, boxes=views.boxes + 6)).z_region, atol=1e-6
        )
        assert same != fourier


def test_align_takes_the_mean_of_the_patches_that_a_box_covers() -> None:
    """Boxes on whole patches: columns run along x, rows along y."""
    model, views = tiny_model(branch="align"), some_views(count=1, regions=2, valid=1.0)
    with torch.no_grad():
        patches = model.image(views.pixels)[:, 1:]
        boxes = torch.tensor([[[22.0, 6.0, 22.001, 6.001], [8.0, 16.0, 24.0, 24.0]]])
        cells = model._aligned(patches, replace(views, boxes=boxes))
    grid = patches[0].view(8, 8, -1)
    assert torch.allclose(cells[0], grid[1, 5], atol=1e-3)  # its centre is at pixel (22, 6)
    # Four samples down the two rows 4 and 5, each between the centres of two patches; one in the middle of each column.
    rows = (0.25 * grid[3] + 1.75 * grid[4] + 1.75 * grid[5] + 0.25 * grid[6]) / 4
    assert torch.allclose(cells[1], rows[2:6].mean(dim=0), atol=1e-4)


def test_gates_learn_although_they_start_closed() -> None:
    model, views = tiny_model(), some_views(valid=1.0)
    found = model.embed_images(views)
    (found.z_global_roi[:, 0].sum() + found.z_region[..., 0].sum()).backward()  # type: ignore[no-untyped-call]
    block = model.processor.blocks[0]
    assert block.region_gate.grad.abs() > 0  # type: ignore[union-attr, operator]
    assert block.global_gate.grad.abs() > 0  # type: ignore[union-attr, operator]


def test_one_seed_makes_one_model() -> None:
    one, same, other = (tiny_model(seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["image_head.weight"], other["image_head.weight"])


def test_softmax_has_no_bias() -> None:
    model = RegionClip(replace(tiny_settings(), loss="softmax"), tiny_tokenizer().size)
    assert not len(model.bias)
    z = torch.nn.functional.normalize(torch.randn(2, 12), dim=1)
    assert torch.allclose(model.logits(z, z, "image").diagonal(), torch.full((2,), 1 / 0.07), rtol=1e-4)


@pytest.mark.parametrize(("loss", "biases"), [("sigmoid", {"image": 1 / 32, "region": 1 / 128}), ("softmax", {})])
def test_biases_start_at_the_odds_of_a_batch(loss: LossKind, biases: dict[str, float]) -> None:
    model = RegionClip(replace(tiny_settings(), loss=loss), tiny_tokenizer().size)
    model.start_biases(32, 128)
    assert {name: float(bias.detach().exp()) for name, bias in model.bias.items()} == pytest.approx(biases)
