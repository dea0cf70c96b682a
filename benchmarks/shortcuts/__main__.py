"""`python -m benchmarks.shortcuts MODALITY [--count N] [--size PX]`: the table of one modality, not kept."""

import argparse

from benchmarks.shortcuts.table import figures_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shortcuts", description=__doc__)
    parser.add_argument("modality")
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    for figure in figures_of(told.modality, told.count, told.size, told.seed):
        sign = ">=" if figure.at_least else "<="
        found = figure.auc
        verdict = "ok" if figure.met else "MISSED"
        print(
            f"{figure.what:<72} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] n {found.n:>5} "
            f"{sign} {figure.bound:.2f} {verdict}",
            flush=True,
        )


if __name__ == "__main__":
    main()
