"""What characters are told, as snapshots keep it."""

from __future__ import annotations

from fractions import Fraction

from farm.messages import from_json, to_json
from farm.store.acts import Act, Spoken
from farm.store.snapshots import NO_SNAPSHOT, Births, Snapshot, live_of
from scene.voice import Acting, Left, Viseme, Voice

BIRTHS = Births((1, 2, 4), (Fraction(1), Fraction(2), Fraction(4)), complete=True)


def test_an_emotion_remembers_what_it_left() -> None:
    act = Act().feeling("happy", 1, 0).feeling("sad", 2, 1)
    assert act.acting(BIRTHS.since_s) == Acting(
        emotion="sad", left=Left("happy"), left_at_s=Fraction(2), voice=None
    )


def test_the_first_emotion_leaves_that_of_the_layer() -> None:
    assert Act().feeling("happy", 1, 0).acting(BIRTHS.since_s).left == Left(None)


def test_an_emotion_that_no_frame_showed_is_none_that_was_left() -> None:
    act = Act().feeling("happy", 1, 0).feeling("sad", 2, 1).feeling("angry", 3, 1)
    assert (act.emotion, act.left, act.left_in) == ("angry", "happy", 3)


def test_the_same_emotion_again_changes_nothing() -> None:
    act = Act().feeling("happy", 1, 0)
    assert act.feeling("happy", 2, 1) is act


def test_a_voice_begins_when_it_is_first_shown_by_its_own_snapshot_or_a_later_one() -> None:
    act = Act(spoken=Spoken(3, 20, b"\x01\x02", ((10, "O"),)))
    assert act.acting(BIRTHS.since_s).voice == Voice(b"\x01\x02", 20, (Viseme(10, "O"),), Fraction(4))


def test_a_voice_that_began_too_long_ago_is_not_heard() -> None:
    old = Births((7,), (Fraction(9),), complete=False)
    assert Act(spoken=Spoken(3, 20, b"\x01")).acting(old.since_s).voice is None


def test_acts_come_back_as_they_were_written_and_go_to_the_scene() -> None:
    act = Act(state="speaking", emotion="sad", spoken=Spoken(1, 20, bytes(range(256))))
    snapshot = NO_SNAPSHOT.with_act("host", act, among=set)
    assert from_json(to_json(snapshot), Snapshot) == snapshot
    assert live_of(snapshot, BIRTHS).acting["host"].state == "speaking"
    assert snapshot.with_act("host", Act(), among=set) == NO_SNAPSHOT
