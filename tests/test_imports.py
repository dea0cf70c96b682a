"""The import rule: schemas <- annotators <- pipeline <- flows; four libraries have homes of their own."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

REPOSITORY = Path(__file__).parents[1]

# A room imports itself and the rooms before it.
ROOMS = ("schemas", "annotators", "pipeline", "flows")
OUTSIDE = ("tests", "benchmarks")

PREFECT = ("prefect", "prefect_dask")
NETWORK = ("aiohttp", "http.client", "httpx", "httpx2", "requests", "socket", "urllib.request", "urllib3")
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "schemas": ("torch", "torchvision", "transformers", *PREFECT, *NETWORK),
    "annotators": PREFECT,
    "pipeline": PREFECT,
    "flows": (),
}
# ultralytics changes settings of the process when imported; segment_anything is one model's own code; transformers
# takes seconds to import and looks models up by name. llguidance has one user.
ONLY_HOME = {
    "llguidance": ("annotators/captioners/local/*.py",),
    "segment_anything": ("annotators/segmenters/sam*.py",),
    "transformers": (
        *("annotators/quiet_transformers.py", "annotators/detectors/rt_detr*.py", "annotators/captioners/local/*.py"),
        *("pipeline/clip/towers.py", "pipeline/clip/tokenizer.py"),
    ),
    "ultralytics": ("annotators/detectors/yolo*.py",),
}


def imported_modules(path: PurePosixPath, source: str) -> Iterator[tuple[int, str]]:
    """Line and absolute name of every import, also inside functions and through `import_module("...")`.

    `from a import b` gives `a.b`, since `b` may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(names=names):
                yield from ((node.lineno, f"{origin(path, node)}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def origin(path: PurePosixPath, node: ast.ImportFrom) -> str:
    """The absolute package that a `from` statement in the file `path` names."""
    if node.level == 0:
        return node.module or ""
    package = path.parent.parts[: len(path.parent.parts) - (node.level - 1)]
    return ".".join([*package, *([node.module] if node.module else [])])


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_forbidden(path: PurePosixPath, module: str) -> bool:
    room = path.parts[0]
    to_the_right = ROOMS[ROOMS.index(room) + 1 :]
    if is_within(module, (*to_the_right, *OUTSIDE, *FORBIDDEN[room])):
        return True
    homes = ONLY_HOME.get(module.partition(".")[0])
    return homes is not None and not any(fnmatchcase(str(path), home) for home in homes)


def broken_imports(path: PurePosixPath, source: str) -> list[str]:
    """One line for each import of the file that the rule forbids."""
    found = sorted(set(imported_modules(path, source)))
    return [f"{path}:{line} imports {module}" for line, module in found if is_forbidden(path, module)]


def sources(root: Path) -> Iterator[PurePosixPath]:
    """Every Python file of the rooms, relative to the root."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield PurePosixPath(path.relative_to(root))


def test_every_import_points_left() -> None:
    paths = list(sources(REPOSITORY))
    broken = [line for path in paths for line in broken_imports(path, (REPOSITORY / path).read_text("utf-8"))]
    assert paths
    assert broken == []


ALLOWED = [
    ("schemas/ids.py", ""),
    ("schemas/ids.py", "import hashlib\nfrom schemas.errors import BadData\nfrom . import keys\n"),
    ("schemas/ids.py", "import urllib.parse\nimport torchlike\n"),
    ("annotators/weights.py", "import torch\nfrom schemas import errors\n"),
    ("annotators/detectors/yolo.py", "def load():\n    from ultralytics import YOLO\n"),
    ("annotators/detectors/yolo/model.py", "import ultralytics.nn\n"),
    ("annotators/segmenters/sam.py", "from segment_anything import sam_model_registry\n"),
    ("annotators/detectors/rt_detr_model.py", "from transformers.utils import logging\n"),
    ("pipeline/clip/towers.py", "from transformers import ViTModel\n"),
    ("annotators/detectors/given.py", "from ..proposal import Proposal\n"),
    ("pipeline/ingest/dicom.py", "import annotators.weights\nfrom ..parts import leaves\n"),
    ("flows/build_flow.py", "import prefect\nimport prefect_dask\nimport pipeline.runner\n"),
]

BROKEN = [
    ("schemas/ids.py", "import annotators\n", ["annotators"]),
    ("schemas/ids.py", "from pipeline import runner as r, parts\n", ["pipeline.parts", "pipeline.runner"]),
    ("schemas/ids.py", "import torch.nn as nn\n", ["torch.nn"]),
    ("schemas/ids.py", "import os, requests\n", ["requests"]),
    ("schemas/ids.py", "from urllib import request\n", ["urllib.request"]),
    ("schemas/tables/images.py", "from ...pipeline import runner\n", ["pipeline.runner"]),
    ("schemas/keys.py", "from importlib import *\nimport_module('flows')\n", ["flows"]),
    ("annotators/weights.py", "def f():\n    def g():\n        import pipeline.clip\n", ["pipeline.clip"]),
    ("annotators/weights.py", "if TYPE_CHECKING:\n    from prefect import State\n", ["prefect.State"]),
    ("annotators/detectors/given.py", "import ultralytics\n", ["ultralytics"]),
    ("pipeline/annotate.py", "import importlib\nimportlib.import_module('ultralytics')\n", ["ultralytics"]),
    ("pipeline/annotate.py", "import segment_anything.modeling as sam\n", ["segment_anything.modeling"]),
    ("annotators/detectors/yolo.py", "from transformers import AutoModel\n", ["transformers.AutoModel"]),
    ("pipeline/runner.py", "try:\n    import prefect_dask\nfinally:\n    pass\n", ["prefect_dask"]),
    ("pipeline/runner.py", "__import__('flows')\n", ["flows"]),
    ("flows/cli.py", "from tests.conftest import REPOSITORY\n", ["tests.conftest.REPOSITORY"]),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_imports_of_the_own_room_and_those_before_it_pass(path: str, source: str) -> None:
    assert broken_imports(PurePosixPath(path), source) == []


@pytest.mark.parametrize(("path", "source", "modules"), BROKEN)
def test_a_forbidden_import_is_named_with_its_place(path: str, source: str, modules: list[str]) -> None:
    broken = broken_imports(PurePosixPath(path), source)
    assert [line.rpartition(" ")[2] for line in broken] == modules
    assert all(line.startswith(f"{path}:") for line in broken)


def test_files_at_any_depth_of_a_room_are_read_and_others_are_not(tmp_path: Path) -> None:
    for name in ("schemas/a.py", "pipeline/ingest/deep/b.py", "docs/c.py", "flows/page.html"):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.touch()
    assert [str(path) for path in sources(tmp_path)] == ["schemas/a.py", "pipeline/ingest/deep/b.py"]
