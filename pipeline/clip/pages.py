"""The templates of the pages that a run and an evaluation leave."""

import jinja2


def template(name: str) -> jinja2.Template:
    """Escapes what it is given, and raises UndefinedError for what it is not."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.clip"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)
