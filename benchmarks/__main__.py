"""`python -m benchmarks [NAME ...] [--quick]`: runs benchmarks; --quick measures one CPU row of each, keeps no JSON."""

import argparse
import importlib
import tempfile
from pathlib import Path

from benchmarks.rows import RESULTS, table, write

NAMES = ("orchestration", "ingest", "shortcuts", "clip", "describe", "negatives")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="small sizes, one CPU row, results are not kept")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(NAMES)):
        parser.error(f"no benchmark {unknown[0]!r}; one of: {', '.join(NAMES)}")
    for name in arguments.names or NAMES:
        with tempfile.TemporaryDirectory() as scratch:
            rows = importlib.import_module(f"benchmarks.{name}").measure(Path(scratch), quick=arguments.quick)
            path = write(name, rows, Path(scratch) if arguments.quick else RESULTS)
        print(f"\n{name}\n{table(rows)}\n{'(not kept)' if arguments.quick else path}")


if __name__ == "__main__":
    main()
