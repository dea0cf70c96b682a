from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModel, BertConfig, BertTokenizer

from pipeline.clip import checkpoint
from pipeline.clip.batches import NO_SHAKING, Sizes, batch_of
from pipeline.clip.rows import ReleaseRows
from pipeline.clip.samples import sample_of
from pipeline.clip.settings import RunSettings, StageSettings, TextTowerSettings
from pipeline.clip.targets import targets
from pipeline.clip.tokenizer import vocabulary
from pipeline.clip.train import Step, Training, lasting, set_rates, train
from schemas.errors import StorageError, WeightsError, WrongRun
from schemas.tables.release import RELEASE
from tests.pipeline.clip.builders import tiny_settings
from tests.pipeline.clip.releases import make_release, make_row

STAGES = (
    StageSettings(name="warmup", steps=2, report=1.0),
    StageSettings(name="refine", steps=2, report=1.0, summary=0.5),
    StageSettings(name="region", steps=3, report=0.5, region=1.0, negatives=0.5, roi=True, towers_rate=0.3),
    StageSettings(name="joint", steps=3, report=1.0, summary=0.5, region=1.0, negatives=0.5, roi=True),
)
RUN = RunSettings(
    stages=STAGES, batch=6, warmup_steps=1, log_every=2, checkpoint_every=5, keep=4, threads=1, device="cpu"
)


class Kept:
    """Remembers what it is told."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.lines: list[Step] = []
        self.places: list[Path] = []
        self.stop_after = stop_after

    def logged(self, step: Step) -> None:
        self.lines.append(step)

    def saved(self, place: Path) -> None:
        self.places.append(place)
        if self.stop_after is not None and len(self.places) == self.stop_after:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_release(tmp_path_factory.mktemp("train") / "release", {"train": 20}))


def training(release: str, folder: Path, **changes: object) -> Training:
    return Training(release, "train", tiny_settings(), replace(RUN, **changes), folder)  # type: ignore[arg-type]


def weights(place: Path) -> dict[str, torch.Tensor]:
    model, _, _ = checkpoint.load_model(place)
    return model.state_dict()


def same(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return all(torch.equal(first[name], second[name]) for name in first)


def test_four_stages_leave_lines_checkpoints_and_a_model_that_loads(release: str, tmp_path: Path) -> None:
    watch = Kept()
    place = train(training(release, tmp_path / "run"), watch)
    assert [line.step for line in watch.lines] == [2, 4, 6, 8, 10]
    assert [line.stage for line in watch.lines] == ["warmup", "refine", "region", "joint", "joint"]
    assert set(watch.lines[0].losses) == {"report"}
    assert set(watch.lines[-1].losses) == {"report", "summary", "report_roi", "summary_roi", "region", "negatives"}
    assert [path.name for path in watch.places] == ["00000005", "00000010"]
    assert checkpoint.latest(tmp_path / "run") == place
    assert any(value != 0 for value in watch.lines[-1].gates.values())
    assert all(value == 0 for value in watch.lines[0].gates.values())


def test_one_seed_gives_the_same_weights_twice_and_another_gives_others(release: str, tmp_path: Path) -> None:
    one, again, other = (
        train(training(release, tmp_path / name, seed=seed), Kept()) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert same(one, again)
    assert not same(one, other)


@pytest.mark.parametrize(("every", "alike"), [(1, 1), (3, 1), (4, 3), (7, 1)])
def test_a_run_that_was_stopped_ends_with_the_weights_of_one_that_was_not(
    release: str, tmp_path: Path, every: int, alike: int
) -> None:
    """Stopped after its first checkpoint, in whatever stage that lies; moments and order go on as they were."""
    whole = train(training(release, tmp_path / "whole", alike=alike), Kept())
    stopped = training(release, tmp_path / "stopped", checkpoint_every=every, alike=alike)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, Kept(stop_after=1))
    assert checkpoint.read_state(checkpoint.latest(stopped.folder)).step == every
    assert same(train(stopped, Kept()), whole)


def test_a_finished_run_is_left_as_it_is(release: str, tmp_path: Path) -> None:
    place = train(training(release, tmp_path / "run"), Kept())
    watch = Kept()
    assert train(training(release, tmp_path / "run"), watch) == place
    assert watch.lines == []


def test_other_settings_do_not_go_on_in_the_same_folder(release: str, tmp_path: Path) -> None:
    train(training(release, tmp_path / "run"), Kept())
    with pytest.raises(WrongRun, match="another run"):
        train(training(release, tmp_path / "run", seed=9), Kept())
    other = make_release(tmp_path / "other", {"train": 12})
    with pytest.raises(WrongRun, match="another release"):
        train(training(str(other), tmp_path / "run"), Kept())
    shorter = training(release, tmp_path / "run")
    text = replace(shorter.model.text, tokens=30)
    with pytest.raises(WrongRun, match="another model"):
        train(replace(shorter, model=replace(shorter.model, text=text)), Kept())
    assert lasting(RUN) == lasting(replace(RUN, log_every=7, device="auto", threads=2))


def test_old_checkpoints_go(release: str, tmp_path: Path) -> None:
    train(training(release, tmp_path / "run", checkpoint_every=2, keep=2), Kept())
    assert [path.name for path in checkpoint.checkpoints(tmp_path / "run")] == ["00000008", "00000010"]


def test_a_loss_that_is_no_number_stops_with_the_rows_named(release: str, tmp_path: Path) -> None:
    wild = (StageSettings(name="wild", steps=40, report=1.0, learning_rate=1e30),)
    with pytest.raises(
        WrongRun, match=r"step \d+: the (loss|norm of the gradient) is (nan|inf).*learning_rate.*tr0{20}"
    ):
        train(training(release, tmp_path / "run", stages=wild, warmup_steps=0, clip_norm=1e30), Kept())
    assert checkpoint.checkpoints(tmp_path / "run") == []


def test_a_gradient_that_is_no_number_spoils_neither_weights_nor_checkpoints(
    release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms = iter([1.0, 1.0, float("inf")])
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *_: torch.tensor(next(norms)))
    with pytest.raises(WrongRun, match=r"step 2: the norm of the gradient is inf.*tr0{20}"):
        train(training(release, tmp_path / "run", checkpoint_every=1), Kept())
    assert [path.name for path in checkpoint.checkpoints(tmp_path / "run")] == ["00000001", "00000002"]


def test_pixels_that_do_not_decode_stop_with_the_rows_named(tmp_path: Path) -> None:
    row = make_row(5)
    row["image"]["bytes"] = b"no picture"
    folder = make_release(tmp_path / "release", {"train": 1})
    pq.write_table(pa.Table.from_pylist([row], schema=RELEASE), next(folder.glob("*.parquet")))
    with pytest.raises(WrongRun, match=r"pixels of row tr0{20}\d+ do not decode; run medregion verify"):
        train(training(str(folder), tmp_path / "run"), Kept())


def test_a_stage_of_regions_alone_passes_over_batches_without_any(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release", {"train": 9}, discs=[])
    stages = (StageSettings(name="regions", steps=2, region=1.0, negatives=1.0, roi=True),)
    watch = Kept()
    train(training(str(release), tmp_path / "run", stages=stages), watch)
    assert watch.lines[-1].losses == {"region": 0.0}


def test_a_checkpoint_tells_which_groups_were_learned_from(release: str, tmp_path: Path) -> None:
    place = train(training(release, tmp_path / "run"), Kept())
    rows = ReleaseRows(release, "train")
    assert torch.equal(checkpoint.trained_groups(place), torch.from_numpy(rows.group_hashes()))
    assert len(rows.group_hashes()) == 10
    state = checkpoint.read_state(place)
    assert (state.release, state.split) == (release, "train")


def test_what_a_killed_run_left_half_written_goes(release: str, tmp_path: Path) -> None:
    half = tmp_path / "run" / "checkpoints" / ".00000005.99.tmp"
    half.mkdir(parents=True)
    train(training(release, tmp_path / "run"), Kept())
    assert not half.exists()


def test_what_drops_out_is_the_same_after_a_resume(release: str, tmp_path: Path) -> None:
    """A loaded tower may drop out; a step's draws hang on its number alone."""
    config = BertConfig(
        vocab_size=60, max_position_embeddings=24, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, hidden_dropout_prob=0.3,
    )  # fmt: skip
    torch.manual_seed(0)
    AutoModel.from_config(config).save_pretrained(tmp_path / "bert")
    pieces = vocabulary(ReleaseRows(release, "train").texts(), 60)
    BertTokenizer(vocab={piece: i for i, piece in enumerate(pieces[:60])}).save_pretrained(tmp_path / "bert")
    model = replace(tiny_settings(), text=TextTowerSettings(weights=str(tmp_path / "bert"), tokens=24))

    def run(name: str, watch: Kept) -> Path:
        settings = replace(RUN, checkpoint_every=3)
        return train(Training(release, "train", model, settings, tmp_path / name), watch)

    whole = run("whole", Kept())
    with pytest.raises(KeyboardInterrupt):
        run("stopped", Kept(stop_after=1))
    assert same(run("stopped", Kept()), whole)


@pytest.mark.parametrize("name", ["model", "optimiser", "groups"])
def test_a_damaged_checkpoint_is_one_clear_line(release: str, tmp_path: Path, name: str) -> None:
    place = train(training(release, tmp_path / "run"), Kept())
    path = place / f"{name}.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    run = training(release, tmp_path / "run")
    read = checkpoint.trained_groups if name == "groups" else lambda _: train(run, Kept())
    with pytest.raises(WeightsError, match=rf"{name}\.safetensors: missing or damaged"):
        read(place)


def test_a_disk_that_refuses_is_one_clear_line(release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(StorageError, match="No space left"):
        train(training(release, tmp_path / "run"), Kept())


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no checkpoint"):
        checkpoint.latest(tmp_path)
    (tmp_path / "state.json").write_text('{"version": 0}')
    with pytest.raises(WeightsError, match="version 0"):
        checkpoint.read_state(tmp_path)


def test_rates_rise_then_fall_and_towers_are_slower() -> None:
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.AdamW([{"params": [parameter], "tower": True}], lr=0.0)
    stage = StageSettings(name="x", steps=100, learning_rate=1.0, towers_rate=0.3)
    run = replace(RUN, warmup_steps=10)
    rates = [set_rates(optimiser, stage, step, run) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0.1 <= rates[-1] < 0.11
    assert optimiser.param_groups[0]["lr"] == pytest.approx(0.3 * rates[-1])


def test_eight_pairs_are_learned_by_heart(tmp_path: Path) -> None:
    """Each picture comes nearest to a report that is true of it, and each region to a caption that is."""
    release = make_release(tmp_path / "eight", {"train": 8}, group_rows=8)
    rates = {"report": 1.0, "region": 1.0, "negatives": 0.5, "learning_rate": 4e-3}
    run = replace(
        RUN,
        stages=(StageSettings(name="all", steps=150, roi=True, **rates),),
        batch=8,
        warmup_steps=10,
        log_every=150,
        checkpoint_every=150,
        augment=NO_SHAKING,
    )
    place = train(Training(str(release), "train", tiny_settings(), run, tmp_path / "run"), Kept())
    model, tokenizer, _ = checkpoint.load_model(place)
    rows = ReleaseRows(str(release), "train")
    batch = batch_of([sample_of(rows[i]) for i in range(8)], Sizes(32, 16, 3), NO_SHAKING, (0,))
    with torch.no_grad():
        embedded = model.embed_images(batch.views)
        reports = {text.words: text for text in batch.reports if text is not None}
        nearest = (embedded.z_global_roi @ model.embed_texts(tokenizer(list(reports))).T).argmax(dim=1)
        known = targets(batch.subjects, [text.claims for text in reports.values()])
        assert (known[torch.arange(8), nearest] == 1).all()
        captions = {told.text.words: told.text for told in batch.described}
        z = embedded.z_region[[told.row for told in batch.described], [told.column for told in batch.described]]
        nearest = (z @ model.embed_texts(tokenizer(list(captions))).T).argmax(dim=1)
        known = targets([told.subject for told in batch.described], [text.claims for text in captions.values()])
        assert (known[torch.arange(len(z)), nearest] == 1).all()
        assert (known == -1).any(dim=1).all()
