"""Scene revisions over a real Redis."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from farm.errors import NotFound, TooLarge
from farm.store import keys, scenes
from farm.store.connection import FarmRedis
from farm.store.scenes import NO_NOTE, RevisionNote, SceneStore

TITLE = {"title": "Größe ✓", "layers": [1, 2.5, None]}


@pytest.fixture
def store(redis: FarmRedis) -> SceneStore:
    return SceneStore(redis)


def test_a_stream_begins_without_a_scene(store: SceneStore) -> None:
    assert store.head("s") == 0
    assert store.births("s") == {}
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


def test_deleting_leaves_nothing_of_the_stream_and_all_of_the_others(
    store: SceneStore, redis: FarmRedis
) -> None:
    for head in range(3):
        store.commit("s", TITLE, expected_head=head)
    store.commit("t", TITLE, expected_head=0)
    redis.hset(keys.scene_births("s"), "1", "1/3")
    store.delete("s")
    assert sorted(redis.keys("ff:scene*")) == [b"ff:scene-head:t", b"ff:scene-notes:t", b"ff:scene:t:1"]
