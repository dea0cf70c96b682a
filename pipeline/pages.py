"""The templates of pages that stand beside a release or a run; they share one style sheet, `page.css`."""

import jinja2


def template(package: str, name: str) -> jinja2.Template:
    """From the package's folder `templates`; escapes what it is given, and raises UndefinedError for what it is not."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader("pipeline")]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)
