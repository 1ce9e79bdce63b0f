"""Drawings in SVG with numbers of any size: well-formed, and as hostile as the checks let through."""

from __future__ import annotations

import random

_SIDES = (1, 20, 100, 640, 8192)
_CAPS = ("butt", "round", "square")
_UNITS = ("", "", "", "px", "%", "in")


def drawing(rng: random.Random) -> str:
    """An SVG text with up to six shapes."""
    width, height = rng.choice(_SIDES), rng.choice(_SIDES)
    far = width * 10 ** rng.uniform(-2, rng.choice((0.5, 1.5, 2, 3, 6, 9)))
    ramp = f"<{rng.choice(('linear', 'radial'))}Gradient id='g' {_gradient(rng, far)}>"
    stops = "<stop offset='0' stop-color='#f00'/><stop offset='1' stop-color='#00f'/>"
    gradient = ramp + stops + ramp[:16].replace("<", "</").split(" ")[0] + ">"
    shapes = "".join(_shape(rng, far) for _ in range(rng.randint(1, 6)))
    turn = f"<g transform='{_transform(rng, far)}'>{shapes}</g>" if rng.random() < 0.4 else shapes
    opening = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
    return f"{opening}<defs>{gradient}</defs>{turn}</svg>"


def _number(rng: random.Random, far: float) -> str:
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(("0", "-0", "1e-9", f"{far:g}", f"{-far:g}"))
    return f"{rng.uniform(-far, far):.6g}" if kind < 0.6 else f"{rng.uniform(0, 100):.4g}"


def _size(rng: random.Random, far: float) -> str:
    return _number(rng, far).removeprefix("-") + rng.choice(_UNITS)


def _gradient(rng: random.Random, far: float) -> str:
    names = ("x1", "y1", "x2", "y2", "cx", "cy", "r", "fx", "fy")
    given = " ".join(f"{name}='{_number(rng, far)}'" for name in names if rng.random() < 0.4)
    given = given.replace("r='-", "r='")
    units = rng.choice(("userSpaceOnUse", "objectBoundingBox"))
    spread = rng.choice(("pad", "reflect", "repeat"))
    turn = f" gradientTransform='{_transform(rng, far)}'" if rng.random() < 0.3 else ""
    return f"{given} gradientUnits='{units}' spreadMethod='{spread}'{turn}"


def _transform(rng: random.Random, far: float) -> str:
    return rng.choice(
        (
            f"translate({_number(rng, far)} {_number(rng, far)})",
            f"scale({_number(rng, 30)})",
            f"rotate({_number(rng, 360)})",
            f"skewX({_number(rng, 90)})",
            f"matrix({' '.join(_number(rng, 9) for _ in range(4))} {_number(rng, far)} {_number(rng, far)})",
        )
    )


def _shape(rng: random.Random, far: float) -> str:
    paint = rng.choice(
        ("fill='#f80'", "fill='url(#g)'", _stroke(rng, far, "#0af"), _stroke(rng, far, "url(#g)"))
    )
    x, y, u, v = (_number(rng, far) for _ in range(4))
    wide, high, round_ = (_size(rng, far) for _ in range(3))
    points = " ".join(_number(rng, far) for _ in range(rng.randint(0, 9)))
    return rng.choice(
        (
            f"<path d='{_path(rng, far)}' {paint}/>",
            f"<path d='{_path(rng, far)}' {paint}/>",
            f"<rect x='{x}' y='{y}' width='{wide}' height='{high}' rx='{round_}' {paint}/>",
            f"<circle cx='{x}' cy='{y}' r='{wide}' {paint}/>",
            f"<ellipse cx='{x}' cy='{y}' rx='{wide}' ry='{high}' {paint} opacity='.5'/>",
            f"<line x1='{x}' y1='{y}' x2='{u}' y2='{v}' {paint}/>",
            f"<polygon points='{points}' {paint}/>",
        )
    )


def _stroke(rng: random.Random, far: float, paint: str) -> str:
    ends, joins = rng.choice(_CAPS), rng.choice(("miter", "round", "bevel"))
    look = f"stroke-linecap='{ends}' stroke-linejoin='{joins}' stroke-miterlimit='{rng.choice((1, 4, 90))}'"
    return f"fill='none' stroke='{paint}' stroke-width='{_size(rng, far)}' {look}"


def _path(rng: random.Random, far: float) -> str:
    count = {"L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 0, "Z": 0, "M": 2}
    steps = [f"M{_number(rng, far)} {_number(rng, far)}"]
    for _ in range(rng.randint(1, 6)):
        letter = rng.choice(sorted(count))
        numbers = " ".join(_number(rng, far) for _ in range(count[letter]))
        if letter == "A":
            radii = f"{_number(rng, far).removeprefix('-')} {_number(rng, far).removeprefix('-')}"
            numbers = f"{radii} {_number(rng, 360)} 1 0 {_number(rng, far)} {_number(rng, far)}"
        steps.append((letter if rng.random() < 0.5 else letter.lower()) + numbers)
    return "".join(steps)
