"""Pascal VOC annotation files: boxes with names in XML, without the parts of XML that can harm a reader.

Format: Everingham et al., The PASCAL VOC 2012 Development Kit, section 4.
"""

from typing import Literal
from xml.etree import ElementTree

from pipeline.ingest.given import Given, NamedCorners, place
from schemas.errors import BadData

UNREADABLE = "annotation_unreadable"

_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class _WithoutDeclarations(ElementTree.TreeBuilder):
    """A document type may declare entities that expand without end or read other files: none is accepted."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise BadData(UNREADABLE)


def read_voc(data: bytes, image_wh: tuple[int, int], first_pixel: Literal[0, 1] = 1) -> Given:
    """The objects of a file, in its order; parts of objects (head, hand) are not read.

    `first_pixel` 1: corners count pixels from one and belong to the box, as in the challenge's own files; 0: they are
    edges counted from zero. A file that says it is of a picture of another size gives nothing but
    `annotation_size_mismatch` (value: its width). Raises BadData `annotation_unreadable` for what is no such XML.
    """
    root = _parsed(data)
    said_wh = _said_wh(root)
    if said_wh is not None and said_wh != image_wh:
        return Given.nothing("annotation_size_mismatch", said_wh[0])
    return Given.united(_object(element, image_wh, first_pixel) for element in root.findall("object"))


def _parsed(data: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_WithoutDeclarations())
    try:
        parser.feed(data)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the last two: an encoding that is none
        raise BadData(UNREADABLE) from error
    if root.tag != "annotation":
        raise BadData(UNREADABLE)
    return root


def _said_wh(root: ElementTree.Element) -> tuple[float, float] | None:
    """The size of the picture as the file has it, whatever number that is; None where it says none, or zero."""
    width, height = (_number(root.findtext(f"size/{side}")) for side in ("width", "height"))
    return (width, height) if width and height else None


def _object(element: ElementTree.Element, image_wh: tuple[int, int], first_pixel: int) -> Given:
    label = (element.findtext("name") or "").strip()
    if not label:
        return Given.nothing("label_missing")
    corners = [_number(element.findtext(f"bndbox/{corner}")) for corner in _CORNERS]
    x1, y1, x2, y2 = corners
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return Given.nothing("box_unreadable", label=label)
    return place(NamedCorners(label, (x1 - first_pixel, y1 - first_pixel, x2, y2)), image_wh)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
