"""Random numbers from names: the same on every machine and in whatever order things are drawn."""

import hashlib

import numpy as np

Random = np.random.Generator


def random_of(seed: int, *path: str | int) -> Random:
    """A generator of its own for each path, as `random_of(7, "patient", 12, "anatomy")`."""
    name = "\x1f".join(map(str, (seed, *path)))
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest())))


def share_of(*path: str | int) -> float:
    """A number in [0, 1) that depends on the names alone."""
    name = "\x1f".join(map(str, path))
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) / 2.0**64
