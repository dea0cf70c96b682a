"""Run as a program, in a fresh process: loads and runs every kind of model, and reports what that changed.

Prints one JSON object. Audit hooks see every address that Python resolves or connects to, and every program it starts.
"""

import importlib
import json
import os
import socket
import sys
import warnings
from pathlib import Path
from typing import Any

EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
LOOPBACK = ("localhost", "127.", "::1")
reached: list[str] = []
started: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in EVENTS:
        address = arguments[EVENTS[event]]
        host = str(address[0] if isinstance(address, tuple) else address)
        if not host.startswith(LOOPBACK):
            reached.append(host)
            raise OSError(f"{host} is not here")
    elif event in ("subprocess.Popen", "os.system", "os.posix_spawn"):
        started.append(f"{arguments[0]} {arguments[1] if len(arguments) > 1 else ''}")


def state() -> dict[str, Any]:
    """What importing a library should leave as it was; first imports what is ours and does not matter here."""
    import cv2
    import numpy as np
    import torch
    from PIL import Image

    import annotators.detectors.yolo
    import annotators.segmenters.sam  # noqa: F401

    importlib.import_module("accelerate.scheduler")  # transformers imports it where it is there; it sets a filter
    return {
        "environment": dict(os.environ),
        "threads": [cv2.getNumThreads(), torch.get_num_threads()],
        "functions": [repr(function) for function in (Image.open, torch.save, torch.load, cv2.imread, cv2.imshow)],
        "numpy prints": repr(np.get_printoptions()),
        "filters": [repr(entry) for entry in warnings.filters],
        "files": sorted(str(path) for path in Path.home().rglob("*")),
    }


def use_models() -> dict[str, int]:
    from annotators.captioners.chat.answer import Answer
    from annotators.captioners.chat.request import ChatRequest, ImagePart, TextPart
    from annotators.captioners.local.chat import LocalChat
    from annotators.captioners.local.folder import read_folder
    from annotators.captioners.local.settings import LocalSettings
    from annotators.detectors.rt_detr import RtDetrDetector, RtDetrSettings
    from annotators.detectors.yolo import YoloDetector, YoloSettings
    from annotators.segmenters.sam import SamSegmenter
    from annotators.weights import read_weights
    from tests.annotators.tiny_models import TINY_RT_DETR_SIDE_PX, TINY_YOLO_SIDE_PX, make_picture

    pictures = [make_picture()]
    detector = YoloDetector(read_weights("yolo.safetensors", None), YoloSettings(image_side_px=TINY_YOLO_SIDE_PX))
    checkpoint = YoloDetector(read_weights("yolo.pt", None), YoloSettings(image_side_px=TINY_YOLO_SIDE_PX))
    of_rt_detr = RtDetrSettings(image_side_px=TINY_RT_DETR_SIDE_PX)
    queries = [RtDetrDetector(read_weights(name, None), of_rt_detr) for name in ("rt-detr.safetensors", "rt-detr")]
    (found,) = detector.detect(pictures)
    (masks,) = SamSegmenter(read_weights("sam.safetensors", None)).segment(pictures, [as_array(found)])
    image = ImagePart(Path("picture.png").read_bytes(), "image/png")
    request = ChatRequest("Write.", (TextPart("a"), image), "mark", {"type": "boolean"}, max_tokens=9)
    answers = LocalChat(read_folder("vlm", None), LocalSettings(device="cpu")).ask([request])
    return {
        "answers": sum(answer.content in ("true", "false") for answer in answers if isinstance(answer, Answer)),
        "boxes": len(found),
        "boxes of checkpoint": len(checkpoint.detect(pictures)[0]),
        "boxes of rt-detr": min(len(detector.detect(pictures)[0]) for detector in queries),
        "masks": len(masks),
    }


def as_array(proposals: list[Any]) -> Any:
    import numpy as np

    return np.array([proposal.box_xyxy for proposal in proposals], dtype=np.int64).reshape(-1, 4)


def main() -> None:
    sys.addaudithook(watch)
    try:
        socket.getaddrinfo("host.invalid", 80)
    except OSError:
        watched = reached == ["host.invalid"]
    reached.clear()
    before = state()
    done = use_models()
    after = state()
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    said = {"watched": watched, "reached": reached, "started": started, "changed": changed, "done": done}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
