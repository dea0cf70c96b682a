"""`medregion trace`: from an image_id or an item to the path it came from; nothing else tells a path."""

from flows.orders import trace_path
from flows.terminal import tell
from pipeline.find import find_images
from pipeline.trace import Trace
from pipeline.work import Work
from schemas.errors import WrongRun


def run(url: str, identity: str) -> None:
    work = Work(url)
    path = trace_path(work)
    if not path.is_file():
        raise WrongRun(f"{path}: no trace file; it lies beside the work directory that it belongs to")
    found = {(image.source, image.item): image for image in find_images(work, identity)}
    with Trace.open(path) as trace:
        sought = list(found) or [("", identity)]
        paths = [(source, item, trace.resolve(source, item)) for source, item in sought]
    if not any(place for _, _, place in paths):
        raise WrongRun(f"{identity}: neither an image_id nor an item of this work directory")
    for source, item, place in paths:
        tell(f"{source or '-'}\t{item}\t{place}")
