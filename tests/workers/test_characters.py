"""Characters in a worker: parts, figures, stand-ins, and packages that come late or never."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from farm.characters.files import ZipFiles
from farm.characters.package import Package, read_package
from farm.clock import ManualClock
from farm.errors import NotFound, StoreUnavailable
from farm.store import keys
from farm.store.acts import Act, Spoken
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.snapshots import NO_SNAPSHOT, SnapshotStore
from scene.changes import changed_between
from scene.character import FigureContent, PartContent, StandInContent
from scene.document import parse_scene
from scene.geometry import area, merge_rects
from scene.state import Mix, SceneState, scene_at
from scene.time import Segment
from scene.transitions import Fade
from scene.version import SceneVersion
from tests.farm.test_characters import files, png, zipped
from tests.workers.farmhand import Gallery, OneCharacter, canvas, put_scene, same, segment, state_of, task
from workers.characters.cast import LOADING, RETRY_NS, SETTLED_NS, Member, UploadedCast, at_once, packages_in
from workers.characters.stage import Stage
from workers.compositor import Compositor
from workers.evaluate import Evaluator
from workers.live import LiveSnapshots
from workers.painters.character import PartPainter
from workers.painters.registry import all_painters
from workers.scenes import SceneVersions
from workers.sprites import Sprites

ROBOT = {"type": "character", "character": "robot", "position": {"x": 30}, "size": {"height": 96}}


class Shelf:
    """Packages without Redis."""

    def __init__(self, **assets: bytes) -> None:
        self.assets = assets
        self.error: Exception | None = None
        self.asked = 0

    def data(self, asset_id: str) -> bytes:
        """See :class:`workers.characters.cast.AssetSource`."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        if asset_id not in self.assets:
            raise NotFound(f"there is no picture {asset_id!r}")
        return self.assets[asset_id]


class Later:
    """A loader that works when it is told to."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Package], Future[Package]]] = []

    def __call__(self, load: Callable[[], Package]) -> Future[Package]:
        self._waiting.append((load, Future()))
        return self._waiting[-1][1]

    def work(self) -> None:
        for load, future in self._waiting:
            done = at_once(load)
            error = done.exception()
            if error is None:
                future.set_result(done.result())
            else:
                future.set_exception(error)
        self._waiting.clear()


def sprites_of(cast: Any) -> Sprites:
    return Sprites(all_painters(Gallery(), cast), 20_000_000, Stage(cast))


def built_in_sprites() -> Sprites:
    return Sprites(all_painters(Gallery()), 20_000_000)


def pixels(state: SceneState, sprites: Sprites) -> np.ndarray[Any, Any]:
    planes = canvas()
    problems = Compositor(sprites).compose(state, [(0, 0, state.width, state.height)], planes)
    assert not problems
    return planes.y


def test_a_character_becomes_parts_with_names_of_their_own() -> None:
    staged = built_in_sprites().staged(state_of(ROBOT))
    kinds = [type(layer.content) for layer in staged.layers]
    assert kinds[0] is StandInContent
    assert set(kinds[1:]) == {PartContent}
    ids = [layer.id for layer in staged.layers]
    assert ids[0] == "layer0"
    assert len(set(ids)) == len(ids) > 6


def test_a_scene_without_characters_is_left_as_it_is() -> None:
    state = state_of({"type": "colour", "colour": "#ff0000"})
    assert built_in_sprites().staged(state) is state


def test_characters_of_a_scene_that_goes_have_parts_too() -> None:
    coming, going = state_of({"type": "colour", "colour": "#ff0000"}), state_of(ROBOT)
    mixed = replace(coming, mix=Mix(Fade(type="fade"), 8, going))
    staged = built_in_sprites().staged(mixed)
    assert staged.mix is not None
    assert len(staged.mix.outgoing.layers) > 6
    assert built_in_sprites().staged(staged) is staged


def test_parts_that_rest_are_the_same_object_in_the_next_frame() -> None:
    sprites = built_in_sprites()
    first, second = (sprites.staged(state_of(ROBOT, n=n)) for n in (0, 1))
    kept = [a is b for a, b in zip(first.layers[1:], second.layers[1:], strict=True)]
    assert sum(kept) >= len(kept) - 3


@pytest.mark.parametrize(
    "look", [{"opacity": 0.5}, {"rotation": 20}, {"blend": "multiply"}, {"effects": [{"type": "glow"}]}]
)
def test_what_is_about_the_whole_character_is_done_to_one_figure(look: dict[str, Any]) -> None:
    staged = built_in_sprites().staged(state_of({**ROBOT, **look}))
    assert [type(layer.content) for layer in staged.layers] == [StandInContent, FigureContent]


def test_a_figure_looks_like_its_parts() -> None:
    state = state_of(ROBOT, n=40)
    sprites = built_in_sprites()
    parts = sprites.staged(state)
    layer = state.layers[0]
    figure = sprites.staged(replace(state, layers=(replace(layer, opacity=254 / 255),)))
    difference = np.abs(pixels(parts, sprites).astype(int) - pixels(figure, sprites))
    assert difference.max() <= 6
    assert difference.mean() < 0.3


def test_a_figure_shows_what_reaches_beyond_its_box() -> None:
    sprites = built_in_sprites()
    spread = {**ROBOT, "emotion": "surprised", "size": {"width": 40, "height": 96}, "opacity": 0.5}
    (figure,) = sprites.staged(state_of(spread, n=40)).layers[1:]
    placed = sprites.placed(figure)
    assert placed is not None
    assert placed.painted.margin[1] == 0
    narrow = replace(figure.content, width=30) if isinstance(figure.content, FigureContent) else None
    assert narrow is not None
    wider = sprites.placed(replace(figure, content=narrow))
    assert wider is not None
    assert wider.painted.margin[2] > placed.painted.margin[2]


def test_a_mirrored_character_is_its_mirror_image() -> None:
    centred = {**ROBOT, "position": {"x": 64}, "anchor": {"x": 0.5}, "size": {"width": 64, "height": 96}}
    sprites = built_in_sprites()
    one = pixels(state_of(centred, n=33), sprites)
    other = pixels(state_of({**centred, "mirrored": True}, n=33), sprites)
    difference = np.abs(one.astype(int) - other[:, ::-1])
    # Turned parts and odd corners are resampled, so not every byte is the same.
    assert difference.mean() < 2.0
    assert np.abs(one.astype(int) - other).mean() > difference.mean()


def test_a_blink_draws_the_eyes_again_and_nothing_else() -> None:
    sprites, costs = built_in_sprites(), []
    version = _version({**ROBOT, "size": {"height": 900}, "position": {"x": 200, "y": 90}}, (1920, 1080))
    states = [_at(version, n, sprites) for n in range(300)]
    for before, after in pairwise(states):
        rects = changed_between(before, after, lambda layer: sprites.extent(layer, 1920, 1080))
        costs.append(sum(map(area, merge_rects(rects, 1920, 1080))))
    assert costs.count(0) > 40
    assert sum(1 for cost in costs if 0 < cost < 60_000) > 10
    assert max(costs) < 900 * 800


def _version(layer: dict[str, Any], size: tuple[int, int]) -> SceneVersion:
    document = {
        "viewport": {"width": size[0], "height": size[1]},
        "layers": [{"id": "host", **layer}],
    }
    return SceneVersion(1, parse_scene(document, max_layers=9), {1: Fraction(0)}, size)


def _at(version: SceneVersion, n: int, sprites: Sprites) -> SceneState:
    return sprites.staged(scene_at(version, n, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(30)))


def uploaded(cast: UploadedCast) -> tuple[SceneState, Sprites]:
    sprites = sprites_of(cast)
    dot = {"type": "character", "character": "dot", "size": {"width": 64, "height": 64}}
    return state_of(dot), sprites


def test_an_uploaded_package_is_drawn_with_its_drawings_and_pictures() -> None:
    cast = UploadedCast(packages_in(Shelf(dot=zipped(files()))), ManualClock(), at_once, settled_ns=0)
    state, sprites = uploaded(cast)
    assert len(np.unique(pixels(state, sprites))) > 3
    assert [type(layer.content) for layer in sprites.staged(state).layers[1:]] == [PartContent] * 2


def test_a_package_that_is_slow_shows_a_silhouette_until_it_is_there() -> None:
    clock, later = ManualClock(), Later()
    cast = UploadedCast(packages_in(Shelf(dot=zipped(files()))), clock, later, patience_s=0)
    state, sprites = uploaded(cast)
    planes = canvas()
    problems = Compositor(sprites).compose(state, [(0, 0, 128, 96)], planes)
    assert problems == (("layer0", LOADING),)
    assert len(np.unique(planes.y)) > 5
    later.work()
    assert Compositor(sprites).compose(state, [(0, 0, 128, 96)], planes) == ()


def test_a_package_that_comes_in_the_midst_of_a_frame_leaves_it_its_silhouette() -> None:
    later = Later()
    cast = UploadedCast(packages_in(Shelf(dot=zipped(files()))), ManualClock(), later, patience_s=0)
    state, sprites = uploaded(cast)
    staged, before, after = sprites.staged(state), canvas(), canvas()
    Compositor(sprites).compose(staged, [(0, 0, 128, 96)], before)
    later.work()
    assert Compositor(sprites).compose(staged, [(0, 0, 128, 96)], after) == (("layer0", LOADING),)
    assert same(before, after)


def test_while_other_workers_may_not_have_the_package_its_box_is_drawn_in_every_frame() -> None:
    clock = ManualClock()
    cast = UploadedCast(packages_in(Shelf(dot=zipped(files()))), clock, at_once)
    state, sprites = uploaded(cast)

    def unsettled() -> list[Any]:
        staged = sprites.staged(state)
        return [rect for layer in staged.layers for rect in sprites.unsettled_extents(layer, 128, 96)]

    assert unsettled() == [(0, 0, 64, 64)]
    clock.advance_ns(SETTLED_NS)
    assert unsettled() == []


@pytest.mark.parametrize(
    ("shelf", "words"),
    [
        (Shelf(), "there is no picture 'dot'"),
        (Shelf(dot=png()), "is a picture; a character is a ZIP package"),
        (Shelf(dot=zipped({})), "not a ZIP|is a picture"),
        (Shelf(dot=zipped(files(body__svg=None))), "there is no file 'body.svg'"),
    ],
)
def test_a_package_that_is_missing_or_broken_shows_a_silhouette_and_why(shelf: Shelf, words: str) -> None:
    state, sprites = uploaded(UploadedCast(packages_in(shelf), ManualClock(), at_once))
    ((layer, problem),) = Compositor(sprites).compose(state, [(0, 0, 128, 96)], canvas())
    assert layer == "layer0"
    assert any(word in problem for word in words.split("|"))


def test_it_is_looked_for_again_once_a_second() -> None:
    shelf, clock = Shelf(), ManualClock()
    cast = UploadedCast(packages_in(shelf), clock, at_once)
    for _ in range(5):
        assert cast.member("dot").package is None
    assert shelf.asked == 1
    shelf.error = StoreUnavailable("Redis does not answer")
    clock.advance_ns(RETRY_NS)
    assert cast.member("dot").problem == LOADING
    shelf.error, shelf.assets = None, {"dot": zipped(files())}
    clock.advance_ns(RETRY_NS)
    assert cast.member("dot").package is not None
    assert shelf.asked == 3


def test_a_package_that_came_between_two_frames_changes_what_they_share() -> None:
    later = Later()
    cast = UploadedCast(packages_in(Shelf(dot=zipped(files()))), ManualClock(), later, patience_s=0)
    state, sprites = uploaded(cast)
    patched = canvas()
    before = sprites.staged(state)
    Compositor(sprites).compose(before, [(0, 0, 128, 96)], patched)
    later.work()
    after = sprites.staged(state)
    rects = set(changed_between(before, after, lambda layer: sprites.extent(layer, 128, 96)))
    for layer in after.layers:
        rects.update(sprites.unsettled_extents(layer, 128, 96))
    Compositor(sprites).compose(after, merge_rects(rects, 128, 96), patched)
    full = canvas()
    Compositor(sprites).compose(after, [(0, 0, 128, 96)], full)
    assert same(patched, full)


def test_what_a_character_is_told_on_air_is_in_the_next_frames(redis: FarmRedis) -> None:
    put_scene(redis, ROBOT)
    store = SnapshotStore(redis)
    act = Act(emotion="happy", spoken=Spoken(1, 50, bytes([255] * 20)))
    assert store.commit("s", NO_SNAPSHOT.with_act("layer0", act, among=set), expected_head=0) == 1
    redis.zadd(keys.snapshot_births("s"), {"1 0": 1})
    evaluator = Evaluator(SceneVersions(SceneStore(redis)), LiveSnapshots(store), built_in_sprites())

    def images(frame: int) -> set[str]:
        plan = evaluator.plan(task(frame, segments=[segment(0, snapshot=1)]))
        return {layer.content.image for layer in plan.state.layers if isinstance(layer.content, PartContent)}

    assert {"eyes-happy.svg", "mouth-4.svg"} <= images(10)
    # The voice has ended.
    assert {"eyes-happy.svg", "mouth-grin.svg"} <= images(40)


def test_a_part_that_draws_far_beyond_its_view_is_drawn_within_bounds() -> None:
    # Coordinates of more than 32,767 px would end the process.
    far = b"<path d='M-300 5L400 9V-300Z' fill='none' stroke='#fff' stroke-width='2'/></svg>"
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='10 20 9 9'>" + far
    member = Member(read_package(ZipFiles(zipped(files(body__svg=svg)))))
    painter = PartPainter(OneCharacter(member))
    content = PartContent("dot", "body.svg", 10.0, 20.0, 3000, 3000, 3000 / 9, mirrored=False)
    assert painter.paint(content, painter.measure(content, None, None), "high").shape == (3000, 3000, 4)
