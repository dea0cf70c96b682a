"""What the README shows is what is run."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_torch_dataset_is_the_example_that_the_tests_run() -> None:
    example = (REPOSITORY / "examples" / "torch_dataset.py").read_text(encoding="utf-8")
    shown = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "IterableDataset" in block)
    assert shown.strip() in example


def test_every_link_leads_somewhere() -> None:
    pages = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_shown_exists() -> None:
    from flows.cli import app

    known = {command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {str(group.name): group.typer_instance for group in app.registered_groups if group.typer_instance}
    shown = set(re.findall(r"medregion (\w+)", README))
    assert shown <= known | groups.keys()
    for name, group in groups.items():
        assert set(re.findall(rf"medregion {name} (\w+)", README)) <= {each.name for each in group.registered_commands}
