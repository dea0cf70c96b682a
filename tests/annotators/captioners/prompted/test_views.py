import cv2
import numpy as np
import pytest

from annotators.captioners.chat.request import ImagePart
from annotators.captioners.evidence import Shown
from annotators.captioners.prompted.settings import WritingSettings
from annotators.captioners.prompted.views import Views
from tests.annotators.captioners.prompted.builders import make_shown


def seen(part: ImagePart) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    assert part.media_type == "image/jpeg"
    return np.asarray(cv2.imdecode(np.frombuffer(part.data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


@pytest.mark.parametrize(("wh", "side_px", "expected"), [((200, 100), 50, (25, 50)), ((200, 100), 400, (100, 200))])
def test_a_picture_is_shrunk_to_its_longest_side_and_never_enlarged(
    wh: tuple[int, int], side_px: int, expected: tuple[int, int]
) -> None:
    views = Views(make_shown(wh=wh), WritingSettings(image_side_px=side_px))
    assert seen(views.whole()).shape[:2] == expected


@pytest.mark.parametrize("channels", [1, 3])
def test_grey_stays_grey(channels: int) -> None:
    assert seen(Views(make_shown(channels=channels), WritingSettings()).whole()).ndim == (2 if channels == 1 else 3)


def test_red_stays_red() -> None:
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 200
    blue, green, seen_red = seen(Views(Shown(lambda: red, ()), WritingSettings()).whole())[20, 20]
    assert seen_red > 150
    assert max(blue, green) < 50


def test_a_crop_is_of_its_own_region_with_its_surroundings() -> None:
    views = Views(make_shown((0, 0, 40, 40), (160, 50, 200, 90)), WritingSettings(crop_context=0.5))
    left, right = seen(views.crop(0)), seen(views.crop(1))
    assert left.shape[:2] == (60, 60)
    assert right.mean() > left.mean() + 100
    small = Views(make_shown((0, 0, 40, 40)), WritingSettings(crop_side_px=16))
    assert max(seen(small.crop(0)).shape[:2]) == 16


def test_the_same_picture_gives_the_same_bytes() -> None:
    one, two = (Views(make_shown((5, 5, 90, 90)), WritingSettings()) for _ in range(2))
    assert (one.whole(), one.crop(0)) == (two.whole(), two.crop(0))
