"""`medregion captions show`: how the texts of a picture or region came about, as a page."""

from dataclasses import replace
from pathlib import Path

from flows.orders import answers_path
from flows.out_folder import write_texts
from flows.terminal import tell
from pipeline.work import Work

OWNER_ONLY = 0o600


def run(url: str, identity: str, out: str | None) -> None:
    from annotators.captioners.chat.served import ANSWERS
    from pipeline.describe.retold import retold
    from pipeline.describe.retold_page import page
    from pipeline.show import drawn, png_of, shown_image

    work = Work(url)
    told = retold(work, answers_path(work) / ANSWERS, identity)
    image = shown_image(url, told.picture.evidence.image_id)
    if told.region is not None:
        image = replace(image, regions=tuple(each for each in image.regions if each.region_id == told.region_id))
    path = Path(out or f"captions-{identity}.html")
    write_texts(path.parent, {path.name: page(told, png_of(drawn(image)))})
    path.chmod(OWNER_ONLY)  # it shows pixels and facts
    for each in told.texts:
        tell(f"{each.slot[0]:<11} {each.outcome:<9} {each.writer:<7} {each.text}")
    tell(f"html        {path}")
