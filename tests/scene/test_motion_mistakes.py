"""What is wrong in what moves is named with its path and what to do: animations of all kinds."""

from __future__ import annotations

import pytest

from tests.scene.refusals import MOVE, animated, mistakes, scene_with

EASING = (
    'must be "linear"; ease + In, Out or InOut + a curve, such as "easeInOutCubic" (the curves are Quad, '
    "Cubic, Quart, Quint, Sine, Expo, Circ, Back, Bounce and Elastic); "
    '"cubicBezier(x1, y1, x2, y2)" with x1 and x2 from 0 to 1 and y1 and y2 up to 100; '
    'or "steps(n, start)" or "steps(n, end)" with n up to 10000'
)

MISTAKES: list[tuple[object, str, str]] = [
    (scene_with(animations=None), "layers[0].animations", "must be a list"),
    (
        scene_with(animations=[MOVE] * 51),
        "layers[0].animations",
        "has 51 entries; at most 50 are allowed",
    ),
    (
        animated(property="radius"),
        "layers[0].animations[0].property",
        (
            "must be 'position', 'position.x', 'position.y', 'anchor.x', 'anchor.y', 'scale', 'scale.x', "
            "'scale.y', 'opacity', 'rotation', "
            "'size.width', 'size.height', 'fontSize', 'value' or 'colour'"
        ),
    ),
    (
        animated(easing="easeInOutWobble"),
        "layers[0].animations[0].easing",
        EASING,
    ),
    (animated(easing="cubicBezier(1.1, 0, 0, 1)"), "layers[0].animations[0].easing", EASING),
    (animated(easing={"cubicBezier": [0, 0, 1]}), "layers[0].animations[0].easing", EASING),
    (animated(easing="steps(0)"), "layers[0].animations[0].easing", EASING),
    (animated(easing={"steps": 3, "jump": "none"}), "layers[0].animations[0].easing", EASING),
    (animated(duration=None), "layers[0].animations[0].duration", "is required; add it, or a spring"),
    (
        animated(spring={}),
        "layers[0].animations[0].duration",
        "cannot be set beside a spring, which has its own; remove it",
    ),
    (
        animated(duration=None, easing="easeInQuad", spring={}),
        "layers[0].animations[0].easing",
        "cannot be set beside a spring; remove it",
    ),
    (
        animated(duration=None, spring={"damping": 0}),
        "layers[0].animations[0].spring.damping",
        "must be at least 0.01",
    ),
    (
        animated(duration=None, spring={"damping": 0.01}),
        "layers[0].animations[0].spring",
        ("comes to rest after 1842 s only; change stiffness, damping or mass so that it takes 600 s at most"),
    ),
    (animated(duration=-1), "layers[0].animations[0].duration", "must be at least 0.0"),
    (animated(delay=float("inf")), "layers[0].animations[0].delay", "must be a finite number"),
    (
        animated(loop=0),
        "layers[0].animations[0].loop",
        "must be true (for ever), false (once), or how often it plays in all, 1 to 1000000",
    ),
    (
        animated(start="later"),
        "layers[0].animations[0].start",
        'must be "now", "onAir", seconds of scene time (0 or more), or {"revision": number}',
    ),
    (
        animated(start={"revision": 0}),
        "layers[0].animations[0].start",
        'must be "now", "onAir", seconds of scene time (0 or more), or {"revision": number}',
    ),
    (animated(to=None), "layers[0].animations[0].to", "is required; add it, or keyframes"),
    (
        animated(to=[1]),
        "layers[0].animations[0].to",
        "must be a number, a percentage or a colour, as the property takes it",
    ),
    (
        animated(property="colour", to=5),
        "layers[0].animations[0].to",
        'must be a colour such as "#f80", "#ff8800" or "#ff880080" for colour',
    ),
    (
        animated(keyframes=[{"at": 1, "value": 5}]),
        "layers[0].animations[0].to",
        "cannot be set beside keyframes; remove it",
    ),
    (
        animated(to=None, keyframes=[]),
        "layers[0].animations[0].keyframes",
        "has 0 entries; 1 to 100 are allowed",
    ),
    (
        animated(to=None, keyframes=[{"at": 1, "value": 5}, {"at": 0.5, "value": 5}]),
        "layers[0].animations[0].keyframes[1].at",
        "lies before the keyframe above it; put them in the order of time",
    ),
    (
        animated(to=None, property="opacity", keyframes=[{"at": 0, "value": 1}, {"at": 1, "value": 5}]),
        "layers[0].animations[0].keyframes[1].value",
        "must be between 0 and 1 for opacity",
    ),
    (
        animated(to=None, duration=2, keyframes=[{"at": 3, "value": 5}]),
        "layers[0].animations[0].duration",
        (
            "makes every `at` a share of it, but one is 3; "
            "give shares from 0 to 1, or remove the duration and give seconds"
        ),
    ),
    (
        animated(to=None, duration=None, spring={}, keyframes=[{"at": 3, "value": 5}]),
        "layers[0].animations[0].spring",
        "cannot be set beside keyframes; remove it",
    ),
    (
        animated(to=None, property="size.width", keyframes=[{"at": 1, "value": 5}]),
        "layers[0].animations[0].keyframes",
        "need one at 0, because the layer has no size.width of its own; add it",
    ),
    (
        animated(property="position", to=None),
        "layers[0].animations[0].path",
        "is required for position; add it, or animate position.x and position.y",
    ),
    (
        animated(to=None, path="M 0 0 H 5"),
        "layers[0].animations[0].path",
        "is for position only; change the property or remove it",
    ),
    (
        animated(property="position", path="M 0 0 H 5"),
        "layers[0].animations[0].to",
        "cannot be set for position, which follows a path; remove it",
    ),
    (
        animated(property="position", to=None, path=[[1, 2]]),
        "layers[0].animations[0].path",
        "has 1 points; 2 to 201 are allowed",
    ),
    (
        animated(orient=True),
        "layers[0].animations[0].orient",
        "needs a path to turn with; add one or remove it",
    ),
    (
        animated(property="value"),
        "layers[0].animations[0].property",
        "needs a number to move: give the layer a value, and {value} a place in its text",
    ),
    (
        scene_with(value=1, format="d"),
        "layers[0].format",
        (
            'must be such as "f" (1235), ".2f" (1234.50), ",.2f" (1,234.50), "+f" (+5), "03f" (007), '
            '".1%" (12.5%), "m:ss", "mm:ss", "h:mm:ss" or "hh:mm:ss" (of seconds)'
        ),
    ),
    (
        animated(to="half"),
        "layers[0].animations[0].to",
        'must be a percentage up to 1000 such as "50%", or a number of pixels',
    ),
    (
        animated(property="opacity", to="50%"),
        "layers[0].animations[0].to",
        "must be a number for opacity",
    ),
    (
        animated(property="opacity", to=0, **{"from": 2}),
        "layers[0].animations[0].from",
        "must be between 0 and 1 for opacity",
    ),
    (
        animated(property="size.width", **{"from": "-1%"}),
        "layers[0].animations[0].from",
        "must not be negative for size.width",
    ),
    (
        animated(property="size.width"),
        "layers[0].animations[0].from",
        "is required, because the layer has no size.width of its own; add it",
    ),
]


@pytest.mark.parametrize(("data", "path", "reason"), MISTAKES)
def test_a_mistake_is_named_with_its_path_and_what_to_do(data: object, path: str, reason: str) -> None:
    assert mistakes(data) == {path: reason}
