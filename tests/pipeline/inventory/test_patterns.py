from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.inventory.patterns import compile_globs


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("", "a.png", False),
        ("**/*", "a.png", True),
        ("**/*", "a/b/.hidden", True),
        ("*", "a.png", True),
        ("*", "a/b.png", False),
        ("*.png", "a.png", True),
        ("*.png", "a.pngx", False),
        ("*.png", "xapng", False),
        ("**/*.png", "a.png", True),
        ("**/*.png", "a/b/c.png", True),
        ("masks/**", "masks/a/b.png", True),
        ("masks/**", "masks", False),
        ("masks/**", "other/masks/a.png", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ax/b", False),
        ("?.png", "a.png", True),
        ("?.png", "ab.png", False),
        ("[ab].png", "b.png", True),
        ("[!ab].png", "b.png", False),
        ("[!ab].png", "c.png", True),
        ("a+b (1).png", "a+b (1).png", True),
        ("a**b", "axxb", True),
        ("a**b", "ax/b", False),
        ("[", "[", True),
        ("x\n*", "x\ny", True),
    ],
)
def test_patterns_match_whole_paths(pattern: str, path: str, matches: bool) -> None:
    assert (compile_globs([pattern]).fullmatch(path) is not None) is matches


def test_no_patterns_match_nothing() -> None:
    assert compile_globs([]).fullmatch("") is None


def test_any_of_several_patterns_is_enough() -> None:
    found = compile_globs(["*.png", "*.jpg"])
    assert found.fullmatch("a.jpg")
    assert not found.fullmatch("a.gif")


@given(
    st.lists(st.text("ab.", min_size=1, max_size=4), min_size=1, max_size=4), st.text("ab.*?", min_size=1, max_size=5)
)
def test_within_a_folder_patterns_mean_what_the_standard_library_says(names: list[str], pattern: str) -> None:
    if "**" in pattern or pattern.strip(".") == "" or any(name.strip(".") == "" for name in names):
        return
    name = names[-1]
    ours = compile_globs([f"**/{pattern}"]).fullmatch("/".join(names)) is not None
    assert ours is PurePosixPath(name).match(pattern)
