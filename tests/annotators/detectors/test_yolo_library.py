"""What running models does to a fresh process: nothing leaves loopback, and nothing around it changes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from annotators.detectors.yolo_library import QUIET, nms, tasks
from tests.annotators import quiet_process
from tests.annotators.detectors.test_yolo_model import save_checkpoint
from tests.annotators.tiny_models import (
    make_picture,
    save_tiny_rt_detr,
    save_tiny_sam,
    save_tiny_yolo,
    tiny_rt_detr,
    tiny_yolo,
)
from tests.annotators.tiny_vlm import save_tiny_vlm

REPOSITORY = Path(quiet_process.__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder, home = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("home")
    save_tiny_yolo(folder / "yolo.safetensors")
    save_tiny_sam(folder / "sam.safetensors")
    save_tiny_rt_detr(folder / "rt-detr.safetensors")
    tiny_rt_detr().network.save_pretrained(folder / "rt-detr")
    save_tiny_vlm(folder / "vlm")
    cv2.imwrite(str(folder / "picture.png"), make_picture())
    save_checkpoint(tiny_yolo().network, folder / "yolo.pt")
    unset = {*QUIET, "YOLO_CONFIG_DIR", "OMP_NUM_THREADS", "XDG_CONFIG_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"HOME": str(home), "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "error"}
    command = [sys.executable, quiet_process.__file__]
    ran = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    said: dict[str, Any] = json.loads(ran.stdout)  # and not a line beside it
    return said


@pytest.mark.slow
def test_nothing_leaves_loopback(report: dict[str, Any]) -> None:
    assert report["watched"]  # a look-up before was seen and stopped
    assert report["reached"] == []


@pytest.mark.slow
def test_no_program_that_fetches_is_started(report: dict[str, Any]) -> None:
    words = {word for command in report["started"] for word in re.findall(r"\w+", command)}
    assert words & {"curl", "wget", "git", "pip", "uv", "apt"} == set()


@pytest.mark.slow
def test_the_models_really_ran(report: dict[str, Any]) -> None:
    done = report["done"]
    assert done["answers"] == 1
    assert done["boxes"] == done["masks"] > 0
    assert done["boxes of checkpoint"] > 0
    assert done["boxes of rt-detr"] > 0


@pytest.mark.slow
def test_the_process_is_left_as_it_was(report: dict[str, Any]) -> None:
    assert report["changed"] == {}


def test_the_library_is_imported_with_restricted_loading() -> None:
    assert tasks().SAFE_LOAD is True
    assert tasks() is tasks()
    assert nms() is nms()
