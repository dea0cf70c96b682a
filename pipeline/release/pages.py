"""Fills the templates of this folder: Markdown as it is, HTML with every value escaped."""

from functools import cache
from typing import Any

import jinja2


def render(template: str, **values: Any) -> str:
    """A filled template; a name that the template asks for and nobody gives is an error."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.release"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=number, cell=cell)
    return environment


def number(value: float) -> str:
    """1,234,567."""
    return f"{value:,}"


def cell(value: str) -> str:
    """Text that stays within its cell of a Markdown table."""
    return value.replace("|", "\\|").replace("\n", " ")
