"""Makes the source `pydicom` of `examples/demo.yaml`: `python examples/demo_sources.py FOLDER`.

Copies the DICOM files that the pydicom package ships (MIT). The other sources are phantoms: `make demo` draws them.
"""

import shutil
import sys
from pathlib import Path

from pydicom.data import get_testdata_file


def main(folder: Path) -> None:
    shutil.rmtree(folder / "pydicom", ignore_errors=True)
    copy_pydicom(folder / "pydicom")


def copy_pydicom(folder: Path) -> None:
    """The package's own test files, without those that it would download."""
    found = get_testdata_file("CT_small.dcm")
    shutil.copytree(Path(str(found)).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
