"""What holds of the repository as a whole: its top level, lock and verbs, and words that stay out of it."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
LOCK = (REPOSITORY / "requirements.txt").read_text("utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text("utf-8")
DOCKERFILES = sorted((REPOSITORY / "docker").glob("*.Dockerfile"))


# --- the top level --------------------------------------------------------------------------------------

FOLDERS = {
    *("schemas", "annotators", "pipeline", "flows"),
    *("docker", "tests", "benchmarks", "docs", "examples", ".ci"),
}
FILES = {
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "CITATION.cff"),
    *("Makefile", "pyproject.toml", "requirements.txt"),
    *(".gitignore", ".dockerignore", ".pre-commit-config.yaml"),
}


def is_ignored(path: PurePosixPath, patterns: list[str]) -> bool:
    """Whether a line of .gitignore covers the path; a leading slash binds it to the top level."""
    for pattern in patterns:
        parts = path.parts[:1] if pattern.startswith("/") else path.parts
        if any(fnmatchcase(part, pattern.strip("/")) for part in parts):
            return True
    return False


def kept_files(root: Path) -> Iterator[PurePosixPath]:
    """Every file that git would keep, relative to the root; works without git too, as in an image."""
    lines = (root / ".gitignore").read_text("utf-8").splitlines()
    patterns = [".git", *(line for line in lines if line and not line.startswith("#"))]
    for folder, folders, files in os.walk(root):
        here = PurePosixPath(Path(folder).relative_to(root))
        folders[:] = sorted(name for name in folders if not is_ignored(here / name, patterns))
        yield from (here / name for name in sorted(files) if not is_ignored(here / name, patterns))


KEPT = list(kept_files(REPOSITORY))


def test_the_top_level_is_what_the_design_draws() -> None:
    assert {path.parts[0] for path in KEPT if len(path.parts) > 1} == FOLDERS
    assert {str(path) for path in KEPT if len(path.parts) == 1} == FILES


def test_files_that_git_ignores_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("# a comment\n\n/demo/\n__pycache__/\n*.trace\n")
    for name in (".git/config", "demo/a", "docs/demo/b", "flows/__pycache__/c", "w.trace"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert [str(path) for path in kept_files(tmp_path)] == [".gitignore", "docs/demo/b"]


# --- words that stay out --------------------------------------------------------------------------------

# Escapes and classes keep these lines from matching themselves.
FOREIGN = re.compile(
    r"(?<![\w.)}-])/(?:[w]ork|[r]oot)/"  # folders of one machine
    r"|\b(?:[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.(?:org|com)|[a]naconda\.org|[d]eb\.debian\.org)"
    r"|\b(?:[d]ownload\.pytorch\.org|[d]ocker\.io|[g]hcr\.io|[n]vcr\.io|[q]uay\.io)\b"
)


def foreign_words(text: str) -> list[str]:
    return FOREIGN.findall(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("demo/work/release and WORK/STAGE, https://arxiv.org/abs/2508.05244", 0),
        ("cd /" + "work/main", 1),
        ('"/' + 'root/.cache"', 1),
        ("https://" + "pypi" + ".org/simple and files." + "pythonhosted" + ".org", 2),
        ("FROM " + "ghcr" + ".io/someone/image", 1),
    ],
)
def test_paths_of_a_machine_and_hosts_of_registries_are_found(text: str, count: int) -> None:
    assert len(foreign_words(text)) == count


def test_no_file_names_a_path_of_a_machine_or_the_host_of_a_registry() -> None:
    texts = {path: (REPOSITORY / path).read_bytes().decode("utf-8", "replace") for path in KEPT}
    assert {str(path): words for path, text in texts.items() if (words := foreign_words(text))} == {}


# --- the lock -------------------------------------------------------------------------------------------

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)")
ADDRESS = re.compile(r"://|^\s*-[^-]|^--| @ ", re.MULTILINE)


def wanted(project: dict[str, Any]) -> list[Requirement]:
    """What pyproject.toml names: to run, to develop, and to build the project itself."""
    named = project["project"]
    extras = [line for lines in named.get("optional-dependencies", {}).values() for line in lines]
    return [Requirement(line) for line in [*named["dependencies"], *extras, *project["build-system"]["requires"]]]


def pins(lock: str) -> dict[str, list[str]]:
    """The versions of each name; several where markers tell Python versions apart."""
    found: dict[str, list[str]] = {}
    for match in filter(None, map(PIN.match, lock.splitlines())):
        found.setdefault(canonicalize_name(match["name"]), []).append(match["version"])
    return found


def lock_problems(requirements: list[Requirement], lock: str) -> list[str]:
    """What makes a lock unfit: a requirement without a fitting pin, a pin without hashes, an address."""
    versions = pins(lock)
    problems = [f"{r.name} has no pin" for r in requirements if canonicalize_name(r.name) not in versions]
    for requirement in requirements:
        for version in versions.get(canonicalize_name(requirement.name), []):
            if not requirement.specifier.contains(version, prereleases=True):
                problems.append(f"{requirement.name}=={version} does not meet {requirement.specifier}")
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        if entry and (not PIN.match(entry) or "--hash=sha256:" not in entry):
            problems.append(f"{entry.split()[0]} is not a pin with a hash")
    return problems + ["the lock holds an address"] * bool(ADDRESS.search(lock))


HASH = " \\\n    --hash=sha256:00ff"


@pytest.mark.parametrize(
    ("names", "lock", "problems"),
    [
        ([], "", []),
        (["numpy>=2"], f"numpy==2.4.6 ; python_full_version < '3.12'{HASH}\nnumpy==2.5.5{HASH}\n", []),
        (["PyYAML", "dask[array]"], f"dask==1{HASH}\npyyaml==6{HASH}\n", []),
        (["numpy"], "", ["numpy has no pin"]),
        (["numpy>=2"], f"numpy==1.9{HASH}\n", ["numpy==1.9 does not meet >=2"]),
        ([], f"a==1{HASH}\nb==2\n", ["b==2 is not a pin with a hash"]),
        ([], f"a>=1{HASH}\n", ["a>=1 is not a pin with a hash"]),
        (
            [],
            f"a==1{HASH}\n# from https://host/simple\nb==1{HASH}\n",
            ["# is not a pin with a hash", "the lock holds an address"],
        ),
        ([], f"-i host{HASH}\n", ["-i is not a pin with a hash", "the lock holds an address"]),
    ],
)
def test_an_unfit_lock_is_told(names: list[str], lock: str, problems: list[str]) -> None:
    assert lock_problems([Requirement(name) for name in names], lock) == problems


def test_the_lock_pins_all_that_pyproject_names_with_hashes_and_without_an_address() -> None:
    assert lock_problems(wanted(PROJECT), LOCK) == []


def test_the_tool_that_makes_the_environment_is_pinned_too() -> None:
    _comment, _, pin = (REPOSITORY / ".ci/uv.txt").read_text("utf-8").partition("\n")
    assert lock_problems([Requirement("uv")], pin) == []


# --- the verbs ------------------------------------------------------------------------------------------

VERBS = {"setup", "check", "test", "test-slow", "demo", "bench", "lock", "clean", "help"}
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "ULTRALYTICS_SAFE_LOAD": "1",
    "HF_HUB_OFFLINE": "1",
}


def make(*arguments: str) -> str:
    """What `make` prints when it is run by itself, not as a part of another make."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k not in QUIET}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, text=True, capture_output=True, check=True).stdout


def test_help_lists_every_verb() -> None:
    assert {line.split()[0] for line in make("help").splitlines()} >= VERBS


def test_every_verb_runs_with_telemetry_and_downloads_switched_off() -> None:
    printed = dict(line.partition("=")[::2] for line in make("--eval=show: ; @env", "show").splitlines())
    assert {name: printed.get(name) for name in QUIET} == QUIET


@pytest.mark.parametrize("status", [0, 3])
def test_ci_runs_three_verbs_and_ends_as_they_end(tmp_path: Path, status: int) -> None:
    fake = tmp_path / "make"
    fake.write_text(f'#!/bin/sh\necho "$@"\nexit {status}\n')
    fake.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        [REPOSITORY / ".ci/run"], cwd=tmp_path, env=environment, text=True, capture_output=True, check=False
    )
    assert ran.stdout.split() == ["check", "test", "test-slow"]
    assert (ran.returncode == 0) is (status == 0)


# --- images and papers ----------------------------------------------------------------------------------


def make_targets(dockerfile: str) -> list[str]:
    """The targets of each `make` in the RUN lines, in order."""
    lines = re.findall(r"(?:^RUN|&&|;)\s*make\s+([a-z -]+)", dockerfile, re.MULTILINE)
    return [target for line in lines for target in line.split()]


def quiet_settings(dockerfile: str) -> dict[str, str]:
    return {k: v for k, v in re.findall(r"([A-Z_]+)=(\w+)", dockerfile) if k in QUIET}


def test_the_images_are_made_by_the_same_targets_and_the_makefile_has_them() -> None:
    targets = [make_targets(path.read_text("utf-8")) for path in DOCKERFILES]
    assert [path.name for path in DOCKERFILES] == ["cpu.Dockerfile", "gpu.Dockerfile"]
    assert targets[0] == targets[1] == ["system", "requirements", "setup"]
    assert set(targets[0]) <= TARGETS


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.name))
def test_an_image_runs_quietly_as_an_unprivileged_user(path: Path) -> None:
    text = path.read_text("utf-8")
    assert quiet_settings(text) == QUIET
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001"]
    assert 'ENTRYPOINT ["medregion"]' in text


def test_citation_and_licence_agree_with_the_project() -> None:
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text("utf-8"))
    named = PROJECT["project"]
    assert (citation["version"], citation["license"]) == (named["version"], named["license"])
    assert (REPOSITORY / "LICENSE").read_text("utf-8").split("\n")[0].strip() == "GNU AFFERO GENERAL PUBLIC LICENSE"
