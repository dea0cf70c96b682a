import base64
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from pipeline.release.contact import (
    CROP_SIDE_PX,
    NAMED_REGIONS,
    PALETTE,
    SHOWN_SIDE_PX,
    Label,
    Shown,
    contact_sheet,
    data_uri,
    labels_of,
    outline,
    show,
)
from pipeline.release.survey import survey
from schemas.errors import BadData
from schemas.masks import encode
from tests.pipeline.release.builders import Picture, Region, decoded, ellipse_mask, encoded, paint
from tests.pipeline.release.releases import some_pictures, write_release


def shown(folder: Path, *pictures: Picture) -> list[Shown]:
    release = write_release(folder, pictures)
    return contact_sheet(release, survey(release).shown())


def pixels_of(uri: str) -> np.ndarray:
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return decoded(base64.b64decode(data))


def marks(one: Shown, tag: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(one.overlay).iter(tag))


def labelled(*names: str | None) -> list[dict[str, Any]]:
    return [{"label": name, "kind": "finding"} for name in names]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ([], ()),
        (["a"], (Label("a", 0, 1),)),
        (["b", "a", "b"], (Label("b", 0, 2), Label("a", 1, 1))),
        ([None], (Label("finding", 0, 1),)),
    ],
)
def test_labels_go_by_number_then_by_name(names: list[str | None], labels: tuple[Label, ...]) -> None:
    assert labels_of(labelled(*names)) == labels


def test_colours_repeat_when_the_palette_ends() -> None:
    labels = labels_of(labelled(*(f"label {n:02}" for n in range(PALETTE + 1))))
    assert [label.colour for label in labels] == [*range(PALETTE), 0]


@pytest.mark.parametrize(("wh", "shown_wh"), [((60, 40), (60, 40)), ((1000, 500), (420, 210))])
def test_embedded_pictures_are_no_larger_than_shown(wh: tuple[int, int], shown_wh: tuple[int, int]) -> None:
    assert pixels_of(data_uri(encoded(paint(1, wh)), SHOWN_SIDE_PX)).shape[1::-1] == shown_wh


def test_what_is_no_picture_is_bad_data() -> None:
    with pytest.raises(BadData):
        data_uri(b"no picture", CROP_SIDE_PX)


def test_every_region_has_a_box_and_masked_ones_an_outline(tmp_path: Path) -> None:
    regions = (Region(box=(20, 10, 50, 40)), Region(box=(60, 30, 90, 60), masked=False))
    one = shown(tmp_path, Picture(regions=regions))[0]
    assert len(marks(one, "rect")) == 2
    paths = marks(one, "path")
    assert [path.attrib["class"].split()[0] for path in paths] == ["guess"]  # an ellipse stands in
    assert [text.text for text in marks(one, "text")] == ["cell", "cell"]


def test_names_leave_crowded_pictures(tmp_path: Path) -> None:
    regions = tuple(Region(box=(n, 0, n + 5, 5)) for n in range(NAMED_REGIONS + 1))
    one = shown(tmp_path, Picture(regions=regions))[0]
    assert marks(one, "text") == []
    assert one.labels == (Label("cell", 0, NAMED_REGIONS + 1),)


def test_a_name_at_the_right_edge_ends_there(tmp_path: Path) -> None:
    one = shown(tmp_path, Picture(regions=(Region(box=(80, 30, 96, 50)),)))[0]
    text = marks(one, "text")[0]
    assert (text.attrib["text-anchor"], text.attrib["x"]) == ("end", "80.0")  # the view is 80 pixels wide


def test_outlines_run_along_the_box_that_the_mask_fills() -> None:
    region = {"mask": ellipse_mask((100, 50, 180, 90)), "box_xyxy": [50.0, 25.0, 90.0, 45.0]}
    numbers = [float(number) for number in re.findall(r"[\d.]+", outline(region, {"width": 300, "height": 200}))]
    x, y = np.array(numbers[::2]), np.array(numbers[1::2])
    assert (x.min(), x.max(), y.min(), y.max()) == pytest.approx((50, 90, 25, 45), abs=0.6)


def test_a_mask_in_two_pieces_has_two_outlines() -> None:
    mask = np.zeros((20, 40), np.bool_)
    mask[2:18, 2:10] = mask[2:18, 30:38] = True
    region = {"mask": encode(mask), "box_xyxy": [0.0, 0.0, 40.0, 20.0]}
    assert outline(region, {"width": 40, "height": 20}).count("Z") == 2


def test_one_captioned_region_is_shown_with_its_crop(tmp_path: Path) -> None:
    regions = (Region(box=(0, 0, 9, 9), caption=None), Region(box=(20, 10, 50, 40), label="WBC"))
    one, bare = shown(tmp_path, Picture(regions=regions), Picture(number=1))
    assert one.region is not None
    assert one.region["label"] == "WBC"
    assert max(pixels_of(one.crop).shape[:2]) <= CROP_SIDE_PX
    assert (bare.region, bare.crop, marks(bare, "rect")) == (None, "", [])


def test_labels_are_escaped(tmp_path: Path) -> None:
    one = shown(tmp_path, Picture(regions=(Region(box=(20, 10, 50, 40), label="<b>&"),)))[0]
    assert marks(one, "text")[0].text == "<b>&"
    assert "<b>" not in one.overlay


def test_pictures_come_in_the_order_asked_for(tmp_path: Path) -> None:
    release = write_release(tmp_path, some_pictures())
    places = survey(release).shown()
    assert [one.row["image_id"] for one in contact_sheet(release, places)] == [place.image_id for place in places]


def test_showing_a_row_leaves_it_as_it_is(tmp_path: Path) -> None:
    row = shown(tmp_path, Picture(regions=(Region(box=(20, 10, 50, 40)),)))[0].row
    before = repr(row)
    show(row)
    assert repr(row) == before
