"""Scene revisions over a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.errors import NotFound, TooLarge
from farm.store import keys, scenes
from farm.store.connection import FarmRedis
from farm.store.scenes import NO_NOTE, RevisionNote, SceneStore
from tests.births import births_until, set_birth

TITLE = {"title": "Größe ✓", "layers": [1, 2.5, None]}


@pytest.fixture
def store(redis: FarmRedis) -> SceneStore:
    return SceneStore(redis)


def test_a_stream_begins_without_a_scene(store: SceneStore) -> None:
    assert store.head("s") == 0
    assert store.births("s", [1], until=1) == {}
    assert store.newest_birth("s", until=1) == {}
    with pytest.raises(NotFound):
        store.load("s", 1)


def test_a_revision_comes_back_as_it_was_written(store: SceneStore) -> None:
    assert store.commit("s", TITLE, expected_head=0) == 1
    assert store.load("s", 1) == TITLE
    assert store.head("s") == 1


def test_scenes_that_are_too_large_in_all_are_refused(
    store: SceneStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "MAX_DOCUMENT_BYTES", 20)
    with pytest.raises(TooLarge, match="20 are allowed"):
        store.commit("s", TITLE, expected_head=0)
    assert store.head("s") == 0
    assert store.commit("s", {"a": "ä"}, expected_head=0) == 1
    assert store.load("s", 1) == {"a": "ä"}


def test_an_edit_of_an_old_head_is_refused(store: SceneStore) -> None:
    store.commit("s", TITLE, expected_head=0)
    assert store.commit("s", {"late": True}, expected_head=0) is None
    assert store.load("s", 1) == TITLE


def test_of_many_edits_at_once_one_wins(store: SceneStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.commit("s", {"by": n}, expected_head=0), range(30)))
    assert sorted(revision for revision in won if revision) == [1]


def test_an_edit_is_said_on_the_channel(store: SceneStore, redis: FarmRedis) -> None:
    with redis.pubsub() as heard:  # type: ignore[no-untyped-call]
        heard.subscribe(keys.CHANGES)
        assert heard.get_message(timeout=5)["type"] == "subscribe"
        store.commit("s", TITLE, expected_head=0)
        assert heard.get_message(timeout=5)["data"] == b"s"


def test_a_note_lies_beside_its_revision(store: SceneStore) -> None:
    note = RevisionNote("ann", 1_000, "title: text", undo=4, redo=None)
    store.commit("s", TITLE, expected_head=0)
    store.commit("s", TITLE, expected_head=1, note=note)
    assert store.notes("s", [2, 1, 3]) == [note, NO_NOTE, None]
    assert store.notes("s", []) == []


def test_a_refused_edit_leaves_no_note(store: SceneStore) -> None:
    store.commit("s", TITLE, expected_head=0)
    store.commit("s", TITLE, expected_head=0, note=RevisionNote("late", 1, ""))
    assert store.notes("s", [1, 2]) == [NO_NOTE, None]


def test_the_oldest_revisions_make_room(
    store: SceneStore, redis: FarmRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "KEPT_REVISIONS", 3)
    for head in range(5):
        store.commit("s", {"head": head}, expected_head=head, note=RevisionNote(f"{head}", 5, "edit"))
    assert [redis.exists(keys.scene("s", revision)) for revision in range(1, 6)] == [0, 0, 1, 1, 1]
    assert sorted(redis.hkeys(keys.scene_notes("s"))) == [b"3", b"4", b"5"]


@pytest.mark.parametrize(
    ("born", "until", "found"),
    [
        ({}, 2, {}),
        ({1: 0, 2: 5}, 2, {1: 0, 2: 5}),
        ({1: 0, 4: 5}, 4, {1: 0, 2: 5, 3: 5, 4: 5}),
        ({1: 0, 2: 3, 9: 9}, 2, {1: 0, 2: 3}),
        ({3: 1}, 4, {1: 1, 2: 1, 3: 1}),
    ],
)
def test_an_edit_that_was_overtaken_is_born_with_the_next(
    store: SceneStore, redis: FarmRedis, born: dict[int, int], until: int, found: dict[int, int]
) -> None:
    for revision, time_s in born.items():
        set_birth(redis, "s", revision, time_s)
    assert store.births("s", range(1, 12), until=until) == found
    newest = max((revision for revision in born if revision <= until), default=None)
    assert store.newest_birth("s", until=until) == ({} if newest is None else {newest: born[newest]})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.integers(1, 12), st.fractions(0, 9, max_denominator=60), max_size=12),
    st.integers(1, 12),
    st.sets(st.integers(1, 14)),
)
def test_of_all_births_those_are_found_that_are_asked_for(
    store: SceneStore, redis: FarmRedis, born: dict[int, Fraction], until: int, asked: set[int]
) -> None:
    redis.delete(keys.scene_births("s"))
    for revision, time_s in born.items():
        set_birth(redis, "s", revision, time_s)
    everything = births_until(born, until)
    assert store.births("s", asked, until=until) == {n: t for n, t in everything.items() if n in asked}


def test_deleting_leaves_nothing_of_the_stream_and_all_of_the_others(
    store: SceneStore, redis: FarmRedis
) -> None:
    for head in range(3):
        store.commit("s", TITLE, expected_head=head)
    store.commit("t", TITLE, expected_head=0)
    set_birth(redis, "s", 1, "1/3")
    store.delete("s")
    assert sorted(redis.keys("ff:scene*")) == [b"ff:scene-head:t", b"ff:scene-notes:t", b"ff:scene:t:1"]
