"""A picture or region with its evidence, what was asked of whom, what came back, and what became of it, as a page."""

import base64
import json
from collections.abc import Iterator

from annotators.captioners.chat.request import ImagePart, TextPart
from annotators.captioners.prompted.facts import picture_lines, region_lines
from pipeline.describe.retold import Exchange, Retold
from pipeline.pages import template


def page(told: Retold, drawn_png: bytes) -> str:
    """`drawn_png` shows the picture with its boxes."""
    evidence, chosen = told.picture.evidence, told.region
    regions = list(enumerate(evidence.regions, 1))
    return template("pipeline.describe", "retold.html.j2").render(
        told=told,
        image_id=evidence.image_id,
        drawn=_data_url("image/png", drawn_png),
        facts=picture_lines(evidence),
        regions=[
            (f"r{place}", region.region_id, region_lines(evidence, region))
            for place, region in regions
            if chosen is None or place == chosen + 1
        ],
        marks={region.region_id: f"r{place}" for place, region in regions},
        exchanges=[_exchange(each) for each in told.exchanges],
    )


def _exchange(each: Exchange) -> dict[str, object]:
    answer = each.answer
    return {
        "parts": list(_parts(each.request.user)),
        "answer": None if answer is None else _pretty(answer.content),
        "finish": "" if answer is None else answer.finish_reason,
        "usage": None if answer is None else answer.usage,
    }


def _parts(user: tuple[TextPart | ImagePart, ...]) -> Iterator[tuple[str, str]]:
    for part in user:
        if isinstance(part, TextPart):
            yield "text", part.text
        else:
            yield "image", _data_url(part.media_type, part.data)


def _pretty(content: str) -> str:
    """Indented where it is JSON."""
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content


def _data_url(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"
