"""Renditions: another stream's scene, in the variant that the task names."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from farm.errors import SceneInvalid
from farm.messages import FrameTask, VariantOf
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import NO_SNAPSHOT, SnapshotStore
from tests.births import set_birth
from tests.workers.farmhand import segment, task
from workers.live import LiveSnapshots
from workers.scenes import SceneVersions

MOVE = {"property": "position.x", "to": 60, "duration": 1, "start": {"revision": 1}}
SCENE: dict[str, Any] = {
    "layers": [{"id": "box", "type": "colour", "colour": "#fff", "size": {"width": 20, "height": 20}}],
    "variants": {
        "vertical": {
            "viewport": {"width": 90, "height": 160},
            "layers": {"box": {"animations": [MOVE]}},
        }
    },
}


def rendition(variant: str = "vertical", **changes: Any) -> FrameTask:
    return task(1, stream="tall", variant_of=VariantOf("wide", variant), **changes)


@pytest.fixture
def versions(redis: FarmRedis) -> SceneVersions:
    SceneStore(redis).commit("wide", SCENE, expected_head=0)
    set_birth(redis, "tall", 1, "5/2")
    return SceneVersions(SceneStore(redis))


def test_a_rendition_shows_the_variant_in_its_own_time(versions: SceneVersions) -> None:
    version = versions.version(rendition(), 1)
    assert version.program.scene.viewport.size == (90, 160)
    [box] = version.program.layers
    assert box.tracks[0].value_at(Fraction(3)) == 30
    assert versions.version(rendition(), 1) is version


def test_one_whose_variant_is_gone_shows_the_scene_itself(versions: SceneVersions) -> None:
    assert versions.version(rendition("round"), 1).program.scene.viewport.size == (1920, 1080)


def test_a_scene_that_cannot_be_read_is_said_with_its_own_stream(
    versions: SceneVersions, redis: FarmRedis
) -> None:
    redis.set(keys.scene("wide", 1), '{"layers": 7}')
    with pytest.raises(SceneInvalid, match="revision 1 of 'wide' cannot be read"):
        versions.version(rendition(), 1)


def test_live_data_is_that_of_the_followed_stream(redis: FarmRedis) -> None:
    store = SnapshotStore(redis)
    store.commit("wide", NO_SNAPSHOT.with_values({"score": 3}, 1, 0), expected_head=0)
    live = LiveSnapshots(store).live(rendition(segments=[segment(snapshot=1)]), 1)
    assert live.value("score") == 3
