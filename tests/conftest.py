import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images under open licences; MEDREGION_REAL_DATA overrides where it is looked for."""
    folder = Path(os.environ.get("MEDREGION_REAL_DATA", REPOSITORY / ".." / "shared" / "data" / "real")).resolve()
    if not (folder / "SOURCES.csv").is_file():
        pytest.skip("real images are absent; set MEDREGION_REAL_DATA to their folder")
    return folder
