"""The body as ovals in units of its own height, x from the midline and y from the vertex, and the tracer in each."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Organ:
    """An oval: centre, semi-axes and tilt; tracer in it beyond what lies beneath, give or take a share `spread`.

    `anatomy` names what every picture shows of it, `place` a site on it.
    """

    xy: tuple[float, float]
    semi: tuple[float, float]
    level: float
    tilt: float = 0.0
    spread: float = 0.2
    anatomy: str | None = None
    place: str | None = None


def mirrored(organ: Organ) -> Organ:
    """The same on the other side of the body."""
    return replace(organ, xy=(-organ.xy[0], organ.xy[1]), tilt=-organ.tilt)


def both(*organs: Organ) -> tuple[Organ, ...]:
    return tuple(each for organ in organs for each in (organ, mirrored(organ)))


OUTLINE = (
    Organ((0, 0.075), (0.05, 0.075), 1), Organ((0, 0.16), (0.028, 0.05), 1), Organ((0, 0.33), (0.115, 0.17), 1),
    Organ((0, 0.5), (0.105, 0.14), 1), Organ((0, 0.6), (0.115, 0.1), 1),
    *both(
        Organ((0.1, 0.21), (0.055, 0.04), 1), Organ((0.158, 0.32), (0.032, 0.13), 1, -0.12),
        Organ((0.185, 0.5), (0.025, 0.12), 1, -0.08), Organ((0.058, 0.78), (0.05, 0.24), 1, 0.03),
        Organ((0.052, 1.0), (0.033, 0.2), 1),
    ),
)  # fmt: skip
LUNGS = both(Organ((0.055, 0.3), (0.04, 0.085), -0.45, 0.08, 0.15))
FDG = (
    Organ((0, 0.065), (0.042, 0.05), 4.2, 0, 0.15),
    Organ((0.03, 0.345), (0.034, 0.026), 2.0, 0.6, 0.6, "heart"),
    Organ((-0.045, 0.43), (0.062, 0.052), 0.9, -0.2, 0.2),
    Organ((0.068, 0.42), (0.024, 0.034), 0.7, -0.3, 0.2),
    *both(Organ((0.052, 0.485), (0.019, 0.034), 1.9, -0.15, 0.4)),
    Organ((0, 0.64), (0.03, 0.024), 5.0, 0, 0.4, "urinary_bladder"),
    Organ((0.02, 0.54), (0.06, 0.016), 0.8, 0.5, 0.6), Organ((-0.03, 0.57), (0.016, 0.04), 0.8, 0.2, 0.6),
)  # fmt: skip
LEVELS = (*(f"level_t{i}" for i in range(1, 13)), *(f"level_l{i}" for i in range(1, 6)), "level_s1")
SPINE = tuple(
    Organ((0, 0.17 + 0.022 * i), (0.009 + 0.0004 * i, 0.0085), 3.0, 0, 0.05, place=level)
    for i, level in enumerate(LEVELS)
)
RIBS = tuple(
    each
    for i in range(8)
    for each in both(Organ((0.055, 0.235 + 0.023 * i), (0.046 + 0.003 * min(i, 4), 0.0052), 1.3, 0.35, 0.05))
)
BONES = (
    Organ((0, 0.065), (0.044, 0.055), 1.4, 0, 0.1), Organ((0, 0.12), (0.025, 0.02), 1.2),
    Organ((0, 0.3), (0.008, 0.06), 2.0),
    *SPINE, *RIBS,
    *both(
        Organ((0.075, 0.2), (0.05, 0.006), 1.6, -0.1), Organ((0.125, 0.215), (0.017, 0.017), 2.0),
        Organ((0.155, 0.33), (0.008, 0.1), 1.2, -0.12), Organ((0.185, 0.52), (0.007, 0.09), 1.0, -0.08),
        Organ((0.065, 0.585), (0.042, 0.016), 2.0, -0.6), Organ((0.035, 0.585), (0.008, 0.03), 2.2, 0.2),
        Organ((0.078, 0.635), (0.017, 0.017), 1.8), Organ((0.06, 0.78), (0.01, 0.14), 1.2, 0.06),
        Organ((0.052, 0.915), (0.02, 0.017), 1.9), Organ((0.048, 1.03), (0.009, 0.1), 1.1),
    ),
    *both(Organ((0.05, 0.475), (0.016, 0.028), 1.4, -0.15, 0.5)),
    Organ((0, 0.66), (0.027, 0.02), 4.0, 0, 0.4, "urinary_bladder"),
)  # fmt: skip
