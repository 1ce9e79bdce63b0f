"""How an animation gets from its beginning to its end: the usual curves of progress.

Each maps elapsed progress 0..1 to the progress shown, 0 at 0 and 1 at 1; ``back`` and ``elastic`` overshoot.
A family is defined by its *in* curve alone; *out* is its point reflection, *inOut* both at half size.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin, sqrt
from types import MappingProxyType

Curve = Callable[[float], float]

_BACK_OVERSHOOT = 1.70158  # overshoots by a tenth of the way
_BACK_IN_OUT_OVERSHOOT = _BACK_OVERSHOOT * 1.525  # the same tenth, after halving
_ELASTIC_PERIOD = 0.3
_ELASTIC_IN_OUT_PERIOD = 0.45


def linear(p: float) -> float:
    """At an even pace."""
    return p


def _power(exponent: int) -> Curve:
    return lambda p: p**exponent


def _sine(p: float) -> float:
    return 1 - cos(p * pi / 2)


def _expo(p: float) -> float:
    return 2 ** (10 * p - 10)


def _circ(p: float) -> float:
    return 1 - sqrt(1 - p * p)


def _back(overshoot: float) -> Curve:
    return lambda p: p * p * ((overshoot + 1) * p - overshoot)


def _elastic(period: float) -> Curve:
    return lambda p: -(2 ** (10 * p - 10)) * sin((p - 1 - period / 4) * 2 * pi / period)


# Where each parabola ends, where its lowest point lies and how far that point is from the floor.
_BOUNCES = ((4 / 11, 0.0, 0.0), (8 / 11, 6 / 11, 3 / 4), (10 / 11, 9 / 11, 15 / 16), (1.0, 21 / 22, 63 / 64))


def _bounce(p: float) -> float:
    """A ball that falls and bounces three times, run backwards."""
    fallen = 1 - p
    for end, centre, height in _BOUNCES:
        if fallen <= end:
            return 1 - (121 / 16 * (fallen - centre) ** 2 + height)
    return 0.0


def _exact_ends(curve: Curve) -> Curve:
    """0 at 0 and 1 at 1, which rounding or an exponential's beginning would miss."""
    return lambda p: p if p in (0, 1) else curve(p)


def _out(curve: Curve) -> Curve:
    return lambda p: 1 - curve(1 - p)


def _in_out(curve: Curve) -> Curve:
    return lambda p: curve(2 * p) / 2 if p < 0.5 else 1 - curve(2 - 2 * p) / 2


# family: its curve, and the curve of which inOut takes the two halves
_FAMILIES: dict[str, tuple[Curve, Curve]] = {
    "Quad": (_power(2), _power(2)),
    "Cubic": (_power(3), _power(3)),
    "Quart": (_power(4), _power(4)),
    "Quint": (_power(5), _power(5)),
    "Sine": (_sine, _sine),
    "Expo": (_expo, _expo),
    "Circ": (_circ, _circ),
    "Back": (_back(_BACK_OVERSHOOT), _back(_BACK_IN_OUT_OVERSHOOT)),
    "Bounce": (_bounce, _bounce),
    "Elastic": (_elastic(_ELASTIC_PERIOD), _elastic(_ELASTIC_IN_OUT_PERIOD)),
}


def _all_curves() -> dict[str, Curve]:
    curves: dict[str, Curve] = {"linear": linear}
    for family, (curve, half) in _FAMILIES.items():
        curves[f"easeIn{family}"] = _exact_ends(curve)
        curves[f"easeOut{family}"] = _exact_ends(_out(curve))
        curves[f"easeInOut{family}"] = _exact_ends(_in_out(half))
    return curves


EASINGS = MappingProxyType(_all_curves())
"""Every curve by its name in documents, ``linear`` or such as ``easeInOutCubic``."""
