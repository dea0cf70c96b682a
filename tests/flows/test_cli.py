"""The command line as its user meets it: exit codes, one clear line, nothing visible after a wrong run."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.cli import call, guarded
from pipeline.locks import locked
from tests.flows.corpora import build_small, make_corpus

REPOSITORY = Path(__file__).parents[2]


def medregion(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)


Call = Callable[..., tuple[int, str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """The command in this process, for what ends before it starts anything: exit code and stderr."""

    def called(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["medregion", *map(str, arguments)])
        return guarded(call), capfd.readouterr().err

    return called


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("sources"), smears=4, films=3)


@pytest.fixture(scope="module")
def work(config: Path) -> Path:
    folder = config.parent / "work"
    build_small(config, folder)
    return folder


@pytest.fixture(scope="module")
def release(work: Path) -> Path:
    return next(work.glob("release/*/manifest.json")).parent


def image_id(release: Path) -> str:
    import pyarrow.parquet as pq

    shards = sorted(release.glob("*.parquet"))
    return str(pq.read_table(shards[0], columns=["image_id"])["image_id"][0].as_py())


def test_help_names_every_command_and_is_instant() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    told = medregion("--help")
    assert told.returncode == 0
    assert all(name in told.stdout for name in ("build", "status", "show", "trace", "gc", "verify", "captions"))
    # 0.2 s of a core; prefect, torch or pandas at import would take seconds, however busy the machine is
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 1.0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["buid"], "No such command 'buid'"),
        (["build"], "Missing argument 'CONFIG'"),
        (["build", "none.yaml"], "none.yaml: no such file"),
        (["phantoms", "/nowhere", "--count", "0"], "'--count'"),
        (["verify", "/nowhere"], "no release here"),
        (["status", "/nowhere"], "no such work directory"),
        (["gc", "/nowhere"], "no such work directory"),
        (["trace", "/nowhere", "x"], "no trace file"),
        (["show", "/nowhere", "x"], "no release here"),
    ],
)
def test_a_wrong_use_is_one_line_and_exit_2(here: Call, arguments: list[str], line: str) -> None:
    code, told = here(*arguments)
    assert code == 2
    assert line in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (["selct.min_side_px=3"], "selct: unknown key; did you mean 'select'?"),
        (["select.min_side=3"], "select.min_side: unknown key; did you mean 'min_side_px'?"),
        (["sources.0.root=/nowhere"], "source 'smears': its root '/nowhere' is not a folder"),
        (["sources.0.tables.0.join=fil"], "no column 'fil'; did you mean 'file'?"),
        (["annotate.detectors=[{name: yolo, weights: none.safetensors}]"], "no file 'none.safetensors'"),
        (["annotate.segmenter={name: sam}"], "annotate.segmenter.weights: sam needs the path of its weights"),
        (["ids=keyed"], "keyed ids need MEDREGION_KEY_FILE"),
        (["select.splits={train: 0.5}"], "fractions sum to 0.5"),
    ],
)
def test_a_wrong_config_is_one_line_and_writes_nothing(
    config: Path, tmp_path: Path, here: Call, settings: list[str], line: str
) -> None:
    code, told = here("build", config, "--work", tmp_path / "work", *(f"--set={setting}" for setting in settings))
    assert (code, len(told.splitlines())) == (2, 1), told
    assert line in told
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_checksum_is_refused(config: Path, tmp_path: Path) -> None:
    weights = tmp_path / "model.pt"
    weights.write_bytes(b"weights")
    detector = f"annotate.detectors=[{{name: yolo, weights: {weights}, sha256: '{'0' * 64}'}}]"
    told = medregion("build", config, "--work", tmp_path / "work", "--set", detector)
    assert told.returncode == 2
    assert "but the config expects 0000" in told.stderr
    assert not (tmp_path / "work").exists()


def test_an_unknown_stage_names_the_nearest(config: Path, tmp_path: Path) -> None:
    told = medregion("build", config, "--work", tmp_path / "work", "--to", "anotate")
    assert told.returncode == 2
    assert "did you mean 'annotate'?" in told.stderr


def test_a_second_driver_is_refused(config: Path, tmp_path: Path) -> None:
    with locked(tmp_path / "work"):
        told = medregion("build", config, "--work", tmp_path / "work")
    assert told.returncode == 2
    assert f"process {os.getpid()} is at work here" in told.stderr


def test_a_folder_that_cannot_be_written_is_exit_2(config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = medregion("build", config, "--work", tmp_path / "file" / "work")
    assert told.returncode == 2
    assert "choose another folder or change permissions" in told.stderr


def test_a_dry_run_tells_counts_and_space_and_writes_nothing(config: Path, tmp_path: Path) -> None:
    told = medregion("build", config, "--work", tmp_path / "work", "--dry-run")
    assert told.returncode == 0, told.stderr
    assert "smears: 4 images, 0 without annotation" in told.stdout
    assert "GB needed" in told.stdout
    assert "min_side_px: 64" in told.stdout
    assert not (tmp_path / "work").exists()


def test_status_tells_parts_rows_and_ledgers(work: Path) -> None:
    told = medregion("status", work)
    assert told.returncode == 0
    assert "images: 7 = 7 released" in told.stdout
    assert medregion("status", work, "--json").stdout.startswith("{")


def test_an_image_is_shown_from_a_release_and_from_a_work_directory(work: Path, release: Path, tmp_path: Path) -> None:
    chosen = image_id(release)
    for place in (work, release):
        png = tmp_path / f"{place.name}.png"
        told = medregion("show", place, chosen[:12], "--png", png)
        assert told.returncode == 0, told.stderr
        assert chosen in told.stdout
        assert png.read_bytes().startswith(b"\x89PNG")
    assert medregion("show", work, "f" * 32).returncode == 2
    assert medregion("show", work, "").returncode == 2


def test_trace_resolves_an_image_to_its_path(work: Path, release: Path) -> None:
    told = medregion("trace", work, image_id(release))
    assert told.returncode == 0
    path = Path(told.stdout.split("\t")[-1].strip())
    assert path.is_file()
    assert medregion("trace", work, told.stdout.split("\t")[1]).stdout.endswith(f"{path}\n")


def test_verify_fails_by_exit_1_and_names_the_check(release: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "release"
    shutil.copytree(release, copy)
    assert medregion("verify", copy).returncode == 0
    shard = next(copy.glob("*.parquet"))
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    told = medregion("verify", copy)
    assert told.returncode == 1
    assert "FAILED  checksums" in told.stdout


def test_gc_removes_what_no_index_names_and_a_build_goes_on(config: Path, tmp_path: Path) -> None:
    build_small(config, tmp_path / "work")
    build_small(config, tmp_path / "work", "describe.negatives_per_region=2")
    would = medregion("gc", tmp_path / "work", "--dry-run").stdout
    did = medregion("gc", tmp_path / "work").stdout
    assert did.replace("removed", "would remove") == would
    assert not did.startswith("removed 0 parts")
    assert medregion("gc", tmp_path / "work").stdout.startswith("removed 0 parts")
    build_small(config, tmp_path / "work", "describe.negatives_per_region=2")


def test_an_interrupt_that_typer_turns_into_a_code_is_one_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.commands.status.run", interrupted)
    monkeypatch.setattr(sys, "argv", ["medregion", "status", str(tmp_path)])
    assert guarded(call) == 130
    assert f"Go on with: medregion status {tmp_path}" in capsys.readouterr().err


@pytest.mark.slow
def test_both_executors_give_the_same_manifest(config: Path, tmp_path: Path) -> None:
    for executor in ("local", "dask"):
        told = medregion("build", config, "--work", tmp_path / executor, "--executor", executor)
        assert told.returncode == 0, told.stderr
        assert "medregion verify" in told.stdout
    one, other = (next(tmp_path.glob(f"{name}/release/*/manifest.json")) for name in ("local", "dask"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_ctrl_c_ends_cleanly_and_prints_how_to_go_on(config: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flows.cli", "build", str(config), "--work", str(tmp_path / "work")]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, start_new_session=True) as driver:
        assert driver.stderr is not None
        while not (tmp_path / "work" / "log" / "calls.jsonl").exists():
            time.sleep(0.02)
        os.killpg(driver.pid, signal.SIGINT)
        said = driver.stderr.read()
    assert driver.returncode == 130, said
    assert f"Go on with: medregion build {config} --work {tmp_path / 'work'}" in said
    assert medregion("status", tmp_path / "work").returncode == 0
    assert not list((tmp_path / "work").rglob(".*.tmp"))
