"""Easings with numbers in them, as CSS has them: ``cubicBezier`` and ``steps``, as text or as an object.

Source: CSS Easing Functions Level 1, https://www.w3.org/TR/css-easing-1/.
"""

from __future__ import annotations

import re
from math import floor
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from scene.easing import EASINGS, Curve
from scene.fields import Part, worded

MAX_STEPS = 10_000
MAX_BEZIER = 100.0
"""How far, in whole ways, a control point may overshoot."""

Jump = Literal["start", "end"]

_NUMBER = r"\s*(-?\d{1,4}(?:\.\d{0,9})?|-?\.\d{1,9})\s*"
_BEZIER = re.compile(rf"cubic(?:Bezier|-bezier)\({_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\)")
_STEPS = re.compile(r"steps\(\s*(\d{1,5})\s*(?:,\s*(start|end)\s*)?\)")
_NEWTON_STEPS = 8
_PRECISION = 1e-12  # of the parameter; 1 / 32 px is 3e-7 of the longest way
_EDGE = 1e-9  # so near below a step's edge is on it: a share such as 1 / 49 is not exact


class CubicBezier(Part):
    """``{"cubicBezier": [x1, y1, x2, y2]}``: the two inner control points, x from 0 to 1."""

    cubic_bezier: Annotated[tuple[float, float, float, float], Field(strict=False)]
    """x1, y1, x2, y2."""


class Steps(Part):
    """``{"steps": n, "jump": "end"}``: n even steps, each taken at its start or at its end."""

    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)]
    """How many."""
    jump: Jump = "end"
    """Where in its time each step is taken."""


def cubic_bezier(x1: float, y1: float, x2: float, y2: float) -> Curve:
    """The curve from (0, 0) to (1, 1) with these control points. Raises ValueError when x1 or x2 is not
    in 0..1, where the curve would not be a function of time."""
    if not (0 <= x1 <= 1 and 0 <= x2 <= 1 and max(abs(y1), abs(y2)) <= MAX_BEZIER):
        raise ValueError("x1 and x2 must be between 0 and 1")
    # Horner's form of the two polynomials: ((a s + b) s + c) s
    cx, cy = 3 * x1, 3 * y1
    bx, by = 3 * (x2 - x1) - cx, 3 * (y2 - y1) - cy
    ax, ay = 1 - cx - bx, 1 - cy - by

    def curve(p: float) -> float:
        if p in (0, 1):
            return p
        s = _parameter_at(p, ax, bx, cx)
        return ((ay * s + by) * s + cy) * s

    return curve


def _parameter_at(x: float, a: float, b: float, c: float) -> float:
    """s in 0..1 with ((a s + b) s + c) s = x, which rises: Newton's method, kept inside a bisection."""
    low, high, s = 0.0, 1.0, x
    for step in range(_NEWTON_STEPS + 40):
        error = ((a * s + b) * s + c) * s - x
        if abs(error) < _PRECISION:
            break
        low, high = (low, s) if error > 0 else (s, high)
        slope = (3 * a * s + 2 * b) * s + c
        guess = s - error / slope if slope > _PRECISION and step < _NEWTON_STEPS else -1.0
        s = guess if low < guess < high else (low + high) / 2
    return s


def steps(count: int, jump: Jump) -> Curve:
    """``count`` even steps. With ``start`` the first is taken at once, so that it is not 0 at 0."""
    ahead = 1 if jump == "start" else 0
    return lambda p: min(floor(p * count + _EDGE) + ahead, count) / count


def curve_of(easing: str | CubicBezier | Steps) -> Curve:
    """The curve that ``easing`` names. Raises ValueError."""
    match easing:
        case CubicBezier():
            return cubic_bezier(*easing.cubic_bezier)
        case Steps():
            return steps(easing.steps, easing.jump)
    if easing in EASINGS:
        return EASINGS[easing]
    if bezier := _BEZIER.fullmatch(easing):
        x1, y1, x2, y2 = map(float, bezier.groups())
        return cubic_bezier(x1, y1, x2, y2)
    stepped = _STEPS.fullmatch(easing)
    if stepped is None or not 1 <= int(stepped[1]) <= MAX_STEPS:
        raise ValueError(f"{easing} is no easing")
    return steps(int(stepped[1]), "start" if stepped[2] == "start" else "end")


def _usable(easing: str | CubicBezier | Steps) -> str | CubicBezier | Steps:
    curve_of(easing)
    return easing


_TEXT_SCHEMA = {
    "anyOf": [{"enum": list(EASINGS)}, {"pattern": f"^({_BEZIER.pattern}|{_STEPS.pattern})$"}],
}

Easing = Annotated[
    Annotated[str, Field(max_length=80, json_schema_extra=_TEXT_SCHEMA)] | CubicBezier | Steps,
    AfterValidator(_usable),
    worded(
        'must be "linear"; ease + In, Out or InOut + a curve, such as "easeInOutCubic" (the curves are Quad, '
        "Cubic, Quart, Quint, Sine, Expo, Circ, Back, Bounce and Elastic); "
        f'"cubicBezier(x1, y1, x2, y2)" with x1 and x2 from 0 to 1 and y1 and y2 up to {MAX_BEZIER:g}; '
        f'or "steps(n, start)" or "steps(n, end)" with n up to {MAX_STEPS}'
    ),
]
