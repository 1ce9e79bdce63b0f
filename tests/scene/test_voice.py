"""Voices and emotions in time: what is heard when, how a mouth follows, how an emotion comes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.character import CharacterContent
from scene.document import parse_scene
from scene.live import Live
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from scene.voice import EMOTION_S, Acting, Left, Viseme, Voice, followed
from tests.scene.test_puppet import puppet

LOUD = bytes([255] * 50)


def voice(levels: bytes = LOUD, *visemes: Viseme, since_s: int = 2) -> Voice:
    return Voice(levels, 20, visemes, Fraction(since_s))


def content(time_s: Fraction, acting: Acting | None = None, **layer: Any) -> CharacterContent:
    document = {"layers": [{"id": "host", "type": "character", "character": "owl", **layer}]}
    version = SceneVersion(1, parse_scene(document, max_layers=9), {1: Fraction(0)}, (1280, 720))
    live = Live(acting={"host": acting} if acting else {})
    (state,) = scene_at(version, 0, Segment(0, 1, time_s, Fraction(1)), Fraction(30), live).layers
    assert isinstance(state.content, CharacterContent)
    return state.content


def test_a_voice_is_heard_from_its_beginning_to_its_end() -> None:
    assert voice().heard_at(Fraction(199, 100)) is None
    assert voice().heard_at(Fraction(2)) is not None
    assert voice().heard_at(Fraction(299, 100)) is not None
    assert voice().heard_at(Fraction(3)) is None


def test_a_mouth_opens_faster_than_it_closes() -> None:
    openness = followed(bytes([255] * 10 + [0] * 20), 20)
    opened = next(step for step, level in enumerate(openness) if level > 0.8)
    closed = next(step for step, level in enumerate(openness[10:]) if level < 0.2)
    assert opened < closed
    assert max(openness) <= 1
    assert openness[-1] < 0.05


def test_a_mouth_changes_at_most_fifteen_times_a_second() -> None:
    wild = voice(bytes([0, 255] * 100))
    heard = [wild.heard_at(2 + Fraction(n, 60)) for n in range(60)]
    assert len({moment.openness for moment in heard if moment}) <= 15
    assert [heard[n] == heard[n + 1] for n in range(0, 60, 4)] == [True] * 15


def test_a_viseme_holds_until_the_next() -> None:
    spoken = voice(LOUD, Viseme(100, "O"), Viseme(400, "M"))
    shapes = [spoken.heard_at(2 + Fraction(ms, 1000)) for ms in (50, 100, 399, 400, 900)]
    assert [moment and moment.viseme for moment in shapes] == [None, "O", "O", "M", "M"]


def test_a_layer_does_as_it_says_and_as_it_is_told() -> None:
    assert content(Fraction(1)).emotion == "neutral"
    assert content(Fraction(1), emotion="sad").emotion == "sad"
    assert content(Fraction(1), Acting(emotion="happy"), emotion="sad").emotion == "happy"


def test_it_speaks_by_itself_only_while_no_voice_is_heard() -> None:
    moments = [Fraction(n, 30) for n in range(60, 120)]
    silent = Acting(state="speaking", voice=voice(bytes(50)))
    assert {content(moment, silent).openness for moment in moments[:29]} == {0.0}
    assert max(content(moment, silent).openness for moment in moments[31:]) > 0.2
    assert {content(moment).openness for moment in moments} == {0.0}


def test_an_emotion_comes_in_its_time_and_leaves_the_one_before() -> None:
    acting = Acting(emotion="happy", left=Left(None), left_at_s=Fraction(5))
    before = content(Fraction(49, 10), acting, emotion="sad")
    assert (before.emotion, before.leaving, before.arrived) == ("happy", None, 1.0)
    midway = content(5 + Fraction(EMOTION_S) / 2, acting, emotion="sad")
    assert (midway.leaving, round(midway.arrived, 3)) == ("sad", 0.5)
    assert content(Fraction(6), acting).leaving is None


@pytest.mark.parametrize(
    ("arrived", "degrees", "eyes", "mouth"),
    [
        (0.01, 0, "eyes.svg", "m0.svg"),
        (0.45, 38.25, "lids.svg", "m0.svg"),
        (0.55, 51.75, "lids.svg", "s.svg"),
        (0.99, 90, "arcs.svg", "s.svg"),
    ],
)
def test_posture_moves_while_the_face_changes_behind_a_blink(
    arrived: float, degrees: float, eyes: str, mouth: str
) -> None:
    still = puppet(blinks=[{"part": "eyes", "images": ["lids.svg"], "every": 100, "duration": 0.1}])
    coming = CharacterContent(
        "dot", "happy", mirrored=False, scale=1, seed=1, time_s=0.0, leaving="neutral", arrived=arrived
    )
    posed = {part.image: part for part in still.pose(coming)}
    assert eyes in posed
    assert mouth in posed
    assert posed["head.svg"].degrees == degrees
