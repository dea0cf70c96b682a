"""Lengths as a report writes them: the long axis of a box, in millimetres, or in micrometres below one."""

from pipeline.phantoms.kinds import Box


def long_axis(box_xyxy: Box, spacing_mm: tuple[float, float]) -> str:
    """Of a box in pixels, half-open; `spacing_mm` is that of rows and columns."""
    x1, y1, x2, y2 = box_xyxy
    return length(max((x2 - x1) * spacing_mm[1], (y2 - y1) * spacing_mm[0]))


def length(mm: float) -> str:
    """Two to three digits: 0.4213 is 420 µm, 3.26 is 3.3 mm, 27.4 is 27 mm."""
    if mm < 0.1:
        return f"{max(mm * 1000, 0.1):.1f} µm" if mm < 0.00995 else f"{mm * 1000:.0f} µm"
    if mm < 0.995:
        return f"{round(mm * 100) * 10} µm"
    return f"{mm:.1f} mm" if mm < 9.95 else f"{mm:.0f} mm"


def millimetres(text: str) -> float:
    """The number that `length` wrote."""
    number, unit = text.split(" ")
    return float(number) / (1000 if unit == "µm" else 1)
