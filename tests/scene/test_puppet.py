"""Puppets: where parts lie, what they show, and that every moment can be computed alone."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.character import CharacterContent
from scene.idle import babble, blink_image, displacement, noise, seed_of, there_and_back
from scene.puppet import Place, PosedPart, Puppet
from scene.rig import Blink, Motion, parse_rig

MOMENTS = st.floats(0, 1e7)


def puppet(**changes: Any) -> Puppet:
    rig = parse_rig(
        {
            "name": "Dot",
            "canvas": {"width": 100, "height": 200},
            "parts": [
                {"id": "body", "image": "body.svg", "pivot": {"x": 50, "y": 150}},
                {"id": "eyes", "parent": "head", "image": "eyes.svg", "z": 2},
                {"id": "head", "parent": "body", "image": "head.svg", "pivot": {"x": 50, "y": 100}},
                {"id": "mouth", "parent": "head"},
            ],
            "mouth": {
                "part": "mouth",
                "shapes": ["m0.svg", "m1.svg", "m2.svg"],
                "visemes": {"O": "o.svg"},
                "moves": {"head": {"y": -8}},
            },
            "expressions": {
                "happy": {
                    "parts": {"eyes": {"image": "arcs.svg"}, "head": {"rotation": 90}},
                    "rest": "s.svg",
                },
                "tired": {"parts": {"eyes": {"image": "half.svg", "blinks": True}, "body": {"hidden": True}}},
            },
            "blinks": [{"part": "eyes", "images": ["lids.svg"], "every": 1, "duration": 0.3}],
            **changes,
        }
    )
    names = {name for _, name, _ in rig.images()}
    return Puppet(rig, dict.fromkeys(names, Place(0, 0, 10, 10)))


def content(time_s: float = 0.0, **changes: Any) -> CharacterContent:
    fields: dict[str, Any] = {
        "character": "dot",
        "emotion": "neutral",
        "mirrored": False,
        "scale": 1.0,
        "seed": 7,
        "time_s": time_s,
    }
    return CharacterContent(**{**fields, **changes})


def images(**changes: Any) -> list[str]:
    return [part.image for part in puppet().pose(content(**changes))]


def open_eyed() -> float:
    """A moment without a blink."""
    return next(t / 10 for t in range(100) if "lids.svg" not in images(time_s=t / 10))


def blinking() -> float:
    return next(t / 10 for t in range(100) if "lids.svg" in images(time_s=t / 10))


def test_parts_come_in_the_order_of_z_and_those_without_an_image_do_not() -> None:
    assert images(time_s=open_eyed()) == ["body.svg", "head.svg", "m0.svg", "eyes.svg"]


def test_a_part_moves_and_turns_with_its_parent() -> None:
    posed = {part.image: part for part in puppet().pose(content(emotion="happy"))}
    # The head has turned by 90 degrees around (50, 100); the mouth has the head's pivot and turns alike.
    assert posed["s.svg"].degrees == posed["head.svg"].degrees == 90
    x, y = posed["head.svg"].moved(60, 100)
    assert (round(x, 6), round(y, 6)) == (50, 110)
    assert posed["body.svg"] == PosedPart("body.svg", 0, (50, 150), (50, 150))


def test_angles_come_in_quarters_of_a_degree() -> None:
    turning = puppet(motions=[{"part": "head", "property": "rotation", "amplitude": 3, "period": 7}])
    angles = {part.degrees for t in range(400) for part in turning.pose(content(t / 20))}
    assert all(angle * 4 == round(angle * 4) for angle in angles)
    assert len(angles) == 2 * 12 + 1


def test_an_emotion_that_the_character_has_not_is_neutral() -> None:
    assert images(emotion="unheard-of", time_s=open_eyed()) == images(time_s=open_eyed())


def test_eyes_that_an_expression_replaces_blink_only_if_it_says_so() -> None:
    assert "arcs.svg" in images(emotion="happy", time_s=blinking())
    assert "lids.svg" in images(emotion="tired", time_s=blinking())
    assert "half.svg" in images(emotion="tired", time_s=open_eyed())


def test_a_hidden_part_is_not_drawn() -> None:
    assert "body.svg" not in images(emotion="tired")


@pytest.mark.parametrize(
    ("openness", "shape"), [(0, "m0.svg"), (0.24, "m0.svg"), (0.3, "m1.svg"), (0.8, "m2.svg"), (1, "m2.svg")]
)
def test_the_mouth_opens_in_its_shapes(openness: float, shape: str) -> None:
    assert shape in images(openness=openness)


def test_a_closed_mouth_shows_the_emotion_and_an_open_one_the_voice() -> None:
    assert "s.svg" in images(emotion="happy")
    assert "m2.svg" in images(emotion="happy", openness=1.0)
    assert "o.svg" in images(viseme="O")
    assert "m0.svg" in images(viseme="unknown")


def test_the_voice_moves_parts_along_in_few_steps() -> None:
    places = Counter(
        part.at[1]
        for step in range(101)
        for part in puppet().pose(content(openness=step / 100))
        if part.image == "head.svg"
    )
    assert sorted(places) == [92, 94, 96, 98, 100]


@given(MOMENTS, st.integers(0, 2**32))
def test_noise_is_a_share_and_looks_random(time_s: float, seed: int) -> None:
    assert 0 <= noise(seed, int(time_s)) < 1
    numbers = [noise(seed, slot) for slot in range(200)]
    assert 0.35 < sum(numbers) / len(numbers) < 0.65


def test_other_names_have_other_seeds() -> None:
    assert len({seed_of("host"), seed_of("guest"), seed_of("ho", "st"), seed_of("host", "")}) == 4


def test_a_blink_comes_once_or_twice_in_its_time() -> None:
    blink = Blink(part="eyes", images=("half", "shut"), every=4.0, duration=0.2)
    times = []
    for slot in range(200):
        shown = [blink_image(blink, 3, slot * 4 + ms / 100) for ms in range(400)]
        times.append(sum(1 for before, now in zip([None, *shown], shown, strict=False) if now and not before))
        assert shown[-1] is None
    assert set(times) == {1, 2}
    assert 15 <= times.count(2) <= 50


def test_a_blink_closes_and_opens() -> None:
    way = [there_and_back(("half", "shut"), step / 10) for step in range(10)]
    assert [name for i, name in enumerate(way) if i == 0 or way[i - 1] != name] == ["half", "shut", "half"]


@given(MOMENTS, st.sampled_from(["wave", "drift"]), st.floats(0, 5))
def test_idle_motion_keeps_to_its_amplitude(time_s: float, kind: Any, move: float) -> None:
    motion = Motion.model_validate(
        {"part": "a", "property": "x", "kind": kind, "amplitude": 5.0, "period": 3.0, "move": move}
    )
    assert abs(displacement(motion, 1, time_s)) <= 5


def test_a_drift_rests_and_goes_to_its_next_place_without_a_jump() -> None:
    motion = Motion.model_validate(
        {"part": "a", "property": "x", "kind": "drift", "amplitude": 5.0, "period": 2.0, "move": 0.5}
    )
    way = [displacement(motion, 9, t / 100) for t in range(1000)]
    assert max(abs(b - a) for a, b in pairwise(way)) < 0.7
    assert way[60:200] == [way[60]] * 140


def test_drifts_of_one_seed_go_together_and_others_do_not() -> None:
    drift = {"property": "x", "kind": "drift", "amplitude": 9, "period": 2}
    one = puppet(motions=[{**drift, "part": "body", "seed": 1}, {**drift, "part": "mouth", "seed": 1}])
    other = puppet(motions=[{**drift, "part": "body"}, {**drift, "part": "mouth"}])

    def apart(of: Puppet) -> set[float]:
        posed = [{part.image: part.at[0] for part in of.pose(content(t))} for t in range(1, 60, 2)]
        return {round(at["m0.svg"] - 2 * at["body.svg"], 6) for at in posed}

    # The mouth hangs on the body, so it goes twice as far.
    assert apart(one) == {-50}
    assert len(apart(other)) > 3


@given(MOMENTS, st.integers(0, 2**32))
def test_babble_opens_the_mouth_and_pauses(time_s: float, seed: int) -> None:
    assert 0 <= babble(seed, time_s) <= 1
    begins = math.floor(time_s)
    levels = [babble(seed, begins + step / 50) for step in range(300)]
    assert max(levels) > 0.5
    assert levels.count(0.0) > 10
