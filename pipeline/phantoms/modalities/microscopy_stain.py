"""What all microscope pictures share: two dyes on a slide, things stained with them, and what slide and lens do."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.phantoms.background import Background, FindSpot, Request, SiteWh
from pipeline.phantoms.kinds import Drawn, Mask, Patch, Pixels, Spot
from pipeline.phantoms.seeds import Random
from pipeline.phantoms.shapes import (
    FIXED_BITS,
    FIXED_ONE,
    Numbers,
    Points,
    fixed,
    inked,
    long_side,
    middle_and_half,
    soft,
)
from pipeline.phantoms.texture import Scanner, octaves

NOISE = 0.034  # of white
FOCUS = (0.0006, 0.0018)  # blur, in shares of the longer side
PEN, FOLD = 0.08, 0.12  # shares of slides
INKS = ((0.1, 0.25, 0.6), (0.1, 0.45, 0.25), (0.12, 0.12, 0.14))

Layer = npt.NDArray[np.uint8]  # (h, w), dye in tones


@dataclass(frozen=True)
class Stains:
    """`light` is the colour of bare glass, `blue` and `pink` the optical density a channel of one unit of dye, (3,)."""

    light: Pixels
    blue: Pixels
    pink: Pixels

    def through(self, blue: Pixels, pink: Pixels) -> Pixels:
        """What the camera sees (h, w, 3) through dye in units (h, w): the law of Beer and Lambert."""
        density = np.stack([-self.blue, -self.pink, np.log(self.light)], axis=1)
        return np.asarray(cv2.exp(cv2.transform(cv2.merge([blue, pink]), density)), np.float32)

    def colour(self, blue: float, pink: float) -> Pixels:
        """The colour (3,) of an even layer."""
        return np.asarray(self.light * np.exp(-blue * self.blue - pink * self.pink), np.float32)

    @property
    def darkening(self) -> tuple[Pixels, Pixels]:
        """The light that one unit of either dye takes, (3,)."""
        return self.light * (1 - np.exp(-self.blue)), self.light * (1 - np.exp(-self.pink))


def stains(random: Random, blue: tuple[float, ...], pink: tuple[float, ...]) -> Stains:
    """A slide's own: each laboratory's dyes and lamp differ a little from the given optical densities."""
    jitter = random.uniform(-1, 1, (3, 3)).astype(np.float32)
    light = np.float32(random.uniform(0.9, 0.97)) + np.float32(0.03) * jitter[0]
    blues, pinks = np.array(blue, np.float32), np.array(pink, np.float32)
    return Stains(light, blues * (1 + np.float32(0.15) * jitter[1]), pinks * (1 + np.float32(0.15) * jitter[2]))


def stained(patch: Patch, mask: Mask, blue: Pixels, pink: Pixels, share: float, cleared: Mask | None = None) -> Drawn:
    """A thing of two dyes on ground that is cleared within the mask, or as far as `cleared`.

    Only their pattern tells it: over the mask the mean of `blue` is scaled to `share` and that of `pink` to the rest,
    so all things of a group are equally dark and of one mean colour.

    `spot.local` gives the slide's `stains` and the colour of its `ground`.
    """
    slide: Stains = patch.spot.local["stains"]
    blue_light, pink_light = slide.darkening
    whole = share * blue_light + (1 - share) * pink_light
    blues = blue * np.float32(share / max(float(blue[mask].mean()), 0.02))
    pinks = pink * np.float32((1 - share) / max(float(pink[mask].mean()), 0.02))
    added = (blues[:, :, None] * blue_light + pinks[:, :, None] * pink_light) / whole.max()
    weight = soft(mask if cleared is None else cleared | mask, 0.02 * long_side(patch))[:, :, None]
    ground = patch.pixels * (1 - weight) + patch.spot.local["ground"] * weight
    return Drawn(np.asarray(ground - np.float32(patch.contrast) * added, np.float32), mask)


def blotched(patch: Patch, pattern: Pixels) -> Pixels:
    """The pattern as the attribute `texture` asks: even, or with blotches."""
    if patch.attributes.get("texture") != "heterogeneous":
        return pattern
    blotches = octaves(patch.random, patch.hw, max(1.5, 0.22 * long_side(patch)), 2)
    return np.asarray(pattern * np.maximum(0.2, 1 + np.float32(0.4) * blotches), np.float32)


def faded(patch: Patch, mask: Mask) -> Pixels:
    """Weights of the mask with an edge as the attribute `margin` asks."""
    return soft(mask, (0.09 if patch.attributes.get("margin") == "ill-defined" else 0.015) * long_side(patch))


def dots(patch: Patch, centres_uv: Points, radius: Points) -> Pixels:
    """Discs about centres (n, 2) in the box's coordinates -1 to 1; radii (n,) in halves of the shorter side."""
    middle, half = middle_and_half(patch)
    canvas = np.zeros(patch.hw, np.uint8)
    places = fixed(middle + half * centres_uv - 0.5)
    sizes = np.maximum(FIXED_ONE // 2, radius * half.min() * FIXED_ONE).astype(int)
    for (x, y), size in zip(places.tolist(), sizes.tolist(), strict=True):
        cv2.circle(canvas, (x, y), size, 255, -1, cv2.LINE_AA, FIXED_BITS)
    return inked(canvas)


def ovals(hw: tuple[int, int], centres: Points, axes: Points, turn: Numbers, tones: npt.NDArray[np.integer]) -> Layer:
    """A layer with ellipses of a tone each (n,), later ones over earlier ones; 0 between them. Their centres and half
    axes (n, 2) are in pixels, and each is turned by (n,) radians.
    """
    angle = np.linspace(
        0, 2 * np.pi, 14 if axes.max(initial=0) < 12 else 40, endpoint=False
    )  # corners enough to look round
    x, y = axes[:, :1] * np.cos(angle), axes[:, 1:] * np.sin(angle)
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]
    points = np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=2) + centres[:, None, :]
    layer = np.zeros(hw, np.uint8)
    for outline, tone in zip(fixed(points), tones.tolist(), strict=True):
        cv2.fillConvexPoly(layer, outline, tone, cv2.LINE_AA, FIXED_BITS)
    return layer


def anywhere(hw: tuple[int, int], slide: Stains, ground: Pixels, open_: Pixels | None = None) -> FindSpot:
    """Things lie anywhere in a field, in full; their middle not where tissue is `open_` (h, w)."""

    def find(random: Random, wh: SiteWh) -> Spot | None:
        x, y = (random.uniform(side / 2 + 2, max(side / 2 + 2, full - side / 2 - 2))
                for side, full in zip(wh, hw[::-1], strict=True))  # fmt: skip
        if open_ is not None and open_[min(int(y), hw[0] - 1), min(int(x), hw[1] - 1)] > 0.3:
            return None
        return Spot((x, y), angle=random.uniform(0, 2 * np.pi), local={"stains": slide, "ground": ground})

    return find


def photographed(request: Request, pixels: Pixels, find: FindSpot, pixel_mm: float) -> Background:
    """The stained slide under the microscope; all of its groups lie where `find` says."""
    noise = NOISE * request.scanner.noise_factor
    return Background(
        pixels=_pen_marked(pixels, request.image),
        noise=noise,
        window=(0.0, 1.0),
        spots={group.name: find for group in request.variant.groups},
        finish=_camera(request.scanner, request.image, request.hw, noise),
        spacing_mm=(pixel_mm, pixel_mm),
    )


def _pen_marked(pixels: Pixels, random: Random) -> Pixels:
    """With an ink stroke of a marker pen through a corner, on some slides."""
    if random.random() >= PEN:
        return pixels
    h, w = pixels.shape[:2]
    ends = np.array([(0, random.uniform(0.05, 0.3) * h), (random.uniform(0.1, 0.4) * w, -2)])
    ends = np.abs(ends - (np.array([w, h]) if random.random() < 0.5 else 0))
    stroke = np.zeros((h, w), np.uint8)
    cv2.polylines(stroke, [np.round(ends).astype(np.int32)], False, 255, max(2, round(0.035 * max(h, w))), cv2.LINE_AA)
    weight = cv2.GaussianBlur(stroke, (0, 0), 0.006 * max(h, w)).astype(np.float32)[:, :, None] * np.float32(0.7 / 255)
    ink = np.array(INKS[int(random.integers(len(INKS)))], np.float32)
    return np.asarray(pixels * (1 - weight) + ink * weight, np.float32)


def _camera(scanner: Scanner, random: Random, hw: tuple[int, int], noise: float) -> Callable[[Pixels, Random], Pixels]:
    """What lens and sensor do: a focus and a lamp of this picture, darker corners, noise in all channels alike."""
    blur, corner = max(0.3, random.uniform(*FOCUS) * max(hw)), random.uniform(0.0, 0.12)
    v, u = (np.linspace(-1, 1, side, dtype=np.float32) for side in hw)
    shade = (1 - np.float32(corner) * np.add.outer(v * v, u * u) / 2).astype(np.float32)

    def finish(canvas: Pixels, grain: Random) -> Pixels:
        blurred = cv2.multiply(cv2.GaussianBlur(canvas, (0, 0), blur), cv2.merge([shade] * 3))
        return np.asarray(cv2.add(blurred, cv2.merge([np.float32(noise) * scanner.noise(grain, hw)] * 3)), np.float32)

    return finish
