"""Which frames follow from a credit, and what they show: examples."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from coordinator.dispatch import MAX_SEGMENTS, Dispatch, Show, dispatch, resume
from coordinator.order import Order
from farm.messages import Credit, FrameTask
from scene.time import Segment, segment_at
from tests.coordinator.rig import FPS, LEAD, SLOTS, credit

FENCE = 5
FIRST = Order(revision=1, playing=True, started_wall_ms=100)
EDITED = FIRST._replace(revision=2)
PAUSED = FIRST._replace(playing=False)


def step(show: Show | None, said: Credit, order: Order = FIRST, fence: int = FENCE) -> Dispatch:
    found = dispatch(show, said, order, fence, now_ns=7)
    assert found is not None
    return found


def frames(step: Dispatch) -> list[int]:
    return [task.frame for task in step.tasks]


def time_s(task: FrameTask) -> Fraction:
    return segment_at(task.segments, task.frame).time_at_s(task.frame, task.fps)


def on_air(*orders: Order, fence: int = FENCE) -> Show:
    """The show after the canvas has followed a few frames of each of ``orders``."""
    show, emitted = None, -1
    for order in orders:
        for _ in range(4):
            seen = fence if emitted >= 0 else 0
            show = step(show, credit(emitted, fence=seen), order, fence).show
            emitted += 1
    assert show is not None
    return show


def test_a_first_credit_asks_for_the_first_frames_as_whole_pictures() -> None:
    first = step(None, credit(-1))
    assert frames(first) == [0, 1, 2]
    assert {task.base for task in first.tasks} == {-1}
    assert first.premiere == 1
    assert first.rewritten
    assert [task.queued_ns for task in first.tasks] == [7] * LEAD


def test_each_further_credit_asks_for_one_frame_more() -> None:
    show = step(None, credit(-1)).show
    following = step(show, credit(0, -1))
    assert frames(following) == [3]
    assert not following.rewritten


def test_a_lost_credit_is_made_up_for_by_the_next() -> None:
    show = step(None, credit(-1)).show
    assert frames(step(show, credit(2, -1))) == [3, 4, 5]


def test_frames_whose_tick_has_passed_are_not_ordered() -> None:
    show = step(None, credit(-1)).show
    assert frames(step(show, credit(40, -1))) == [41, 42, 43]


def test_nothing_is_ordered_twice() -> None:
    show = step(None, credit(-1)).show
    assert frames(step(show, credit(-1))) == []


def test_a_shrunk_lead_waits_until_it_is_used_up() -> None:
    show = step(None, credit(-1, lead=6)).show
    quiet = step(show, credit(0, lead=2))
    assert frames(quiet) == []
    assert frames(step(quiet.show, credit(4, lead=2))) == [6]


def test_more_than_the_ring_holds_is_never_ordered() -> None:
    assert len(step(None, credit(-1, lead=1000)).tasks) == SLOTS


def test_a_late_credit_calls_for_nothing() -> None:
    show = step(None, credit(5)).show
    assert dispatch(show, credit(4), FIRST, FENCE, 0) is None


def test_without_a_scene_nothing_is_ordered() -> None:
    assert dispatch(None, credit(-1), FIRST._replace(revision=0), FENCE, 0) is None


def test_frames_build_on_the_canvas_once_it_can_only_be_ours() -> None:
    show = step(None, credit(-1)).show
    seen = step(show, credit(0, 0, fence=FENCE))
    assert [task.base for task in seen.tasks] == [-1]
    assert [task.base for task in step(seen.show, credit(1, 1, fence=FENCE)).tasks] == [1]


def test_a_canvas_that_was_lost_gets_whole_pictures_again() -> None:
    show = on_air(FIRST)
    emitted = show.program.emitted + 1
    assert [task.base for task in step(show, credit(emitted, -1, fence=FENCE)).tasks] == [-1]


def test_an_edit_is_shown_from_the_next_ordered_frame_on() -> None:
    show = on_air(FIRST)
    edited = step(show, credit(3, fence=FENCE), EDITED)
    assert frames(edited) == [6]
    assert edited.applied == Segment(6, 2, Fraction(6) / FPS, Fraction(1))
    assert edited.births == {2: Fraction(6) / FPS}
    assert edited.tasks[0].segments == (Segment(0, 1, Fraction(0), Fraction(1)), edited.applied)
    assert edited.rewritten


def test_skipped_revisions_are_born_with_the_one_that_is_shown() -> None:
    edited = step(on_air(FIRST), credit(3, fence=FENCE), FIRST._replace(revision=4))
    assert edited.births == dict.fromkeys((2, 3, 4), Fraction(6) / FPS)


def test_what_is_live_is_shown_from_the_next_ordered_frame_on() -> None:
    show = on_air(FIRST)
    live = step(show, credit(3, fence=FENCE), FIRST._replace(snapshot=7))
    assert frames(live) == [6]
    assert live.refreshed == Segment(6, 1, Fraction(6) / FPS, Fraction(1), 7)
    assert live.tasks[0].segments == (Segment(0, 1, Fraction(0), Fraction(1)), live.refreshed)
    assert (live.rewritten, live.applied, live.births) == (True, None, {})
    assert step(live.show, credit(4, fence=FENCE), FIRST._replace(snapshot=7)).refreshed is None


def test_of_many_snapshots_between_two_frames_the_newest_is_shown() -> None:
    show = on_air(FIRST._replace(snapshot=1))
    live = step(show, credit(3, fence=FENCE), FIRST._replace(snapshot=900))
    assert [segment.snapshot for segment in live.tasks[0].segments] == [1, 900]


def test_an_edit_keeps_what_is_live_and_the_other_way_round() -> None:
    show = on_air(FIRST._replace(snapshot=4), EDITED._replace(snapshot=4))
    edited = step(show, credit(7, fence=FENCE), EDITED._replace(revision=3, snapshot=4))
    assert edited.refreshed is None
    assert edited.show.program.segments[-1].snapshot == 4
    live = step(edited.show, credit(8, fence=FENCE), EDITED._replace(revision=3, snapshot=5))
    assert live.applied is None
    assert live.show.program.segments[-1].revision == 3


def test_an_overloaded_stream_gets_every_second_frame_for_two_ticks() -> None:
    order = FIRST._replace(hold=2)
    first = step(None, credit(-1, lead=4), order)
    assert [(task.frame, task.hold) for task in first.tasks] == [(0, 2), (2, 2)]
    assert frames(step(first.show, credit(0, -1, lead=4), order)) == [4]
    following = step(first.show, credit(1, -1, lead=4), order)
    assert frames(following) == [4]
    assert frames(step(following.show, credit(2, -1, lead=4), order)) == [6]


def test_fewer_and_more_frames_follow_each_other_without_a_hole() -> None:
    show = on_air(FIRST)
    ordered = []
    for emitted, hold in enumerate([1, 2, 2, 2, 3, 3, 3, 3, 1, 1, 1, 1, 1], start=3):
        following = step(show, credit(emitted, fence=FENCE), FIRST._replace(hold=hold))
        show = following.show
        ordered += [tick for task in following.tasks for tick in range(task.frame, task.frame + task.hold)]
    assert ordered == list(range(6, ordered[-1] + 1))


def test_leaving_out_optional_layers_is_a_change_that_the_next_patch_covers() -> None:
    show = on_air(FIRST)
    lean = step(show, credit(3, fence=FENCE), FIRST._replace(lean=True))
    assert [segment.lean for segment in lean.tasks[0].segments] == [False, True]
    assert (lean.rewritten, lean.applied, lean.refreshed, lean.births) == (True, None, None, {})
    again = step(lean.show, credit(4, fence=FENCE), FIRST._replace(lean=True))
    assert not again.rewritten
    full = step(again.show, credit(5, fence=FENCE), FIRST)
    assert [segment.lean for segment in full.tasks[0].segments][-2:] == [True, False]


def test_a_batch_is_ordered_so_much_sooner_as_its_first_frame_waits() -> None:
    order = FIRST._replace(batch=2, ahead=1)
    first = step(None, credit(-1), order)
    assert frames(first) == [0, 1, 2, 3]
    assert frames(step(first.show, credit(0, -1), order)) == []
    assert frames(step(first.show, credit(1, -1), order)) == [4, 5]


def test_another_owner_and_a_new_process_keep_what_is_live() -> None:
    order = FIRST._replace(snapshot=4)
    program = on_air(order).program
    taken = step(resume(program), credit(9, fence=FENCE), order, fence=FENCE + 1)
    assert (taken.refreshed, taken.tasks[0].segments[-1].snapshot) == (None, 4)
    again = step(taken.show, credit(-1, epoch=2), order, fence=FENCE + 1)
    assert (again.refreshed, again.tasks[0].segments[-1].snapshot) == (None, 4)


def test_a_new_start_says_what_is_live_from_the_beginning() -> None:
    order = FIRST._replace(snapshot=4)
    fresh = step(on_air(order), credit(-1, epoch=2), order._replace(started_wall_ms=200))
    assert fresh.premiere == 1
    assert fresh.refreshed == Segment(0, 1, Fraction(0), Fraction(1), 4)


def test_a_pause_holds_scene_time_and_a_resumption_lets_it_go_on() -> None:
    show = on_air(FIRST)
    held = step(show, credit(3, fence=FENCE), PAUSED)
    longer = step(held.show, credit(6, fence=FENCE), PAUSED)
    resumed = step(longer.show, credit(9, fence=FENCE), FIRST)
    pause = Fraction(6) / FPS
    assert [time_s(task) for task in (*held.tasks, *longer.tasks)] == [pause] * 4
    assert [time_s(task) for task in resumed.tasks] == [pause, pause + 1 / FPS, pause + 2 / FPS]
    assert held.applied is None
    assert held.births == {}


def test_a_new_process_goes_on_where_the_last_frame_was_sent() -> None:
    show = on_air(FIRST)
    sent = show.program.emitted
    again = step(show, credit(-1, epoch=2))
    assert frames(again) == [0, 1, 2]
    assert time_s(again.tasks[0]) == Fraction(sent + 1) / FPS
    assert again.premiere is None
    assert again.applied is None


def test_an_epoch_that_takes_over_within_a_process_counts_on_where_the_one_before_was_asked_for() -> None:
    show = step(on_air(FIRST), credit(4, fence=FENCE, lead=6)).show
    last = show.dispatched
    following = step(show, msgspec.structs.replace(credit(last, -1, epoch=2), follows=1))
    assert frames(following) == [last + 1, last + 2, last + 3]
    assert {task.base for task in following.tasks} == {-1}
    assert [time_s(task) for task in following.tasks] == [Fraction(last + n, 30) for n in (1, 2, 3)]
    assert following.rewritten
    assert not following.births


def test_scene_time_goes_on_at_another_rate_from_the_frame_where_that_begins() -> None:
    show = on_air(FIRST)
    first = show.dispatched + 1
    said = msgspec.structs.replace(credit(first - 1, -1, epoch=2), follows=1, fps=Fraction(60))
    times_s = [time_s(task) for task in step(show, said).tasks]
    assert times_s == [Fraction(first, 30) + Fraction(n, 60) for n in range(3)]


def test_an_epoch_that_takes_over_from_one_that_was_never_shown_begins_where_that_did() -> None:
    show = on_air(FIRST)
    first = show.dispatched + 1
    never_shown = msgspec.structs.replace(credit(first - 1, -1, epoch=2), follows=1)
    its_successor = msgspec.structs.replace(credit(first - 1, -1, epoch=3), follows=1)
    following = step(step(show, never_shown).show, its_successor)
    assert time_s(following.tasks[0]) == Fraction(first, 30)


def test_a_process_that_was_given_the_same_epoch_is_told_apart_by_its_ring() -> None:
    show = on_air(FIRST)
    other = msgspec.structs.replace(credit(-1), delivery=credit(-1, epoch=9).delivery)
    assert frames(step(show, other)) == [0, 1, 2]


def test_an_old_process_is_not_heard_any_more() -> None:
    show = step(on_air(FIRST), credit(-1, epoch=2)).show
    assert dispatch(show, credit(50, epoch=1), FIRST, FENCE, 0) is None


def test_a_new_start_begins_at_scene_time_0() -> None:
    order = EDITED._replace(started_wall_ms=200)
    fresh = step(on_air(FIRST), credit(-1, epoch=2), order)
    assert time_s(fresh.tasks[0]) == 0
    assert fresh.premiere == 2
    assert fresh.births == {}


def test_a_new_start_waits_for_its_own_process() -> None:
    order = FIRST._replace(started_wall_ms=200, replacing=True)
    assert dispatch(on_air(FIRST), credit(4, fence=FENCE), order, FENCE, 0) is None


def test_a_new_start_in_a_running_process_begins_at_scene_time_0_from_the_next_frame_on() -> None:
    fresh = step(on_air(FIRST), credit(3, fence=FENCE), FIRST._replace(started_wall_ms=200))
    assert [(task.frame, time_s(task)) for task in fresh.tasks] == [(6, Fraction(0))]
    assert len(fresh.tasks[0].segments) == 2


def test_another_owner_goes_on_at_the_next_frame_with_whole_pictures() -> None:
    program = on_air(FIRST).program
    taken = step(resume(program), credit(9, fence=FENCE), FIRST, fence=FENCE + 1)
    assert frames(taken) == [10, 11, 12]
    assert [time_s(task) for task in taken.tasks] == [Fraction(n) / FPS for n in (10, 11, 12)]
    assert {task.base for task in taken.tasks} == {-1}
    assert taken.rewritten
    assert taken.applied is None


def test_another_owner_does_not_trust_a_canvas_that_the_old_one_may_have_drawn() -> None:
    show = step(resume(on_air(FIRST).program), credit(9, fence=FENCE), FIRST, FENCE + 1).show
    bases = []
    for emitted, canvas, fence in [(10, 10, FENCE), (11, 10, FENCE + 1), (12, 12, FENCE + 1)]:
        taken = step(show, credit(emitted, canvas, fence=fence), FIRST, FENCE + 1)
        show = taken.show
        bases += [task.base for task in taken.tasks]
    assert bases == [-1, -1, 12]


def test_an_edit_that_the_old_owner_planned_further_ahead_is_replaced() -> None:
    show = on_air(FIRST)
    planned = step(show, credit(3, fence=FENCE), EDITED).show.program
    taken = step(resume(planned), credit(3, fence=FENCE), FIRST._replace(revision=3), FENCE + 1)
    assert [segment.from_frame for segment in taken.show.program.segments] == [0, 4]
    assert taken.show.program.segments[-1].revision == 3


def test_segments_that_no_frame_can_need_any_more_are_dropped() -> None:
    show = on_air(FIRST, EDITED, FIRST, EDITED)
    emitted = show.program.emitted + 20
    assert len(step(show, credit(emitted, fence=FENCE), EDITED).show.program.segments) == 1


@pytest.mark.parametrize("edits", [MAX_SEGMENTS + 10])
def test_a_canvas_that_is_too_many_edits_old_gets_a_whole_picture(edits: int) -> None:
    show = on_air(FIRST)
    emitted = show.program.emitted
    canvas = emitted
    bases = []
    for revision in range(2, 2 + edits):
        emitted += 1
        found = step(show, credit(emitted, canvas, fence=FENCE), FIRST._replace(revision=revision))
        show = found.show
        bases += [task.base for task in found.tasks]
    assert len(show.program.segments) == MAX_SEGMENTS
    assert bases[0] == canvas
    assert bases[-1] == -1


BATCHED = FIRST._replace(batch=2)


def test_frames_wait_for_their_batch() -> None:
    show = step(None, credit(-1), BATCHED).show
    waiting = step(show, credit(0, -1), BATCHED)
    assert frames(waiting) == []
    assert frames(step(waiting.show, credit(1, -1), BATCHED)) == [3, 4]


def test_a_batch_that_the_next_tick_waits_for_is_ordered_as_it_is() -> None:
    show = step(None, credit(-1), BATCHED).show
    assert frames(step(show, credit(2, -1, lead=1), BATCHED)) == [3]


def test_an_edit_that_comes_while_a_batch_waits_is_in_it() -> None:
    show = step(None, credit(-1), BATCHED).show
    waiting = step(show, credit(0, -1), BATCHED._replace(revision=2))
    assert waiting.applied is None
    applied = step(waiting.show, credit(1, -1), BATCHED._replace(revision=2))
    assert applied.applied is not None
    assert applied.applied.from_frame == 3


FREE = FIRST._replace(free=True)


def test_frames_that_are_missing_are_ordered_again_with_the_newest_base() -> None:
    show = step(on_air(FIRST), credit(3, 3, fence=FENCE)).show
    again = step(show, msgspec.structs.replace(credit(3, 3, fence=FENCE), missing=(4, 6)))
    assert frames(again) == [4, 6]
    assert {task.base for task in again.tasks} == {3}
    assert again.show.dispatched == show.dispatched
    assert not again.rewritten


def test_only_frames_that_were_ordered_and_are_to_come_are_ordered_again() -> None:
    show = step(on_air(FIRST), credit(3, 3, fence=FENCE)).show
    again = msgspec.structs.replace(credit(4, 4, fence=FENCE), missing=(2, 4, 5, 7, 90))
    assert frames(step(show, again)) == [5, 7]
    assert frames(step(None, msgspec.structs.replace(credit(-1), missing=(0, 1)))) == [0, 1, 2]


def test_frame_n_of_a_free_stream_shows_n_frames_of_scene_time_whoever_encodes_it() -> None:
    first = step(None, credit(-1), FREE)
    assert [time_s(task) for task in first.tasks] == [n / FPS for n in range(3)]
    assert all(task.unhurried for task in first.tasks)
    resumed = step(first.show, credit(49, -1, epoch=2), FREE)
    assert [time_s(task) for task in resumed.tasks] == [n / FPS for n in (50, 51, 52)]
    again = step(resumed.show, credit(-1, epoch=3), FREE)
    assert [time_s(task) for task in again.tasks] == [n / FPS for n in range(3)]


def test_each_frame_of_a_free_stream_builds_on_the_one_before_it() -> None:
    show = on_air(FREE)
    following = step(show, credit(3, 3, fence=FENCE, lead=5), FREE)
    assert [(task.frame, task.base) for task in following.tasks] == [(6, 5), (7, 6), (8, 7)]
    again = step(following.show, msgspec.structs.replace(credit(3, 3, fence=FENCE), missing=(5,)), FREE)
    assert [(task.frame, task.base) for task in again.tasks] == [(5, 4)]


def test_of_a_free_stream_whose_canvas_is_nothing_to_build_on_whole_frames_are_ordered() -> None:
    assert [task.base for task in step(None, credit(-1), FREE).tasks] == [-1, -1, -1]


def test_half_a_ring_is_ordered_however_large_a_batch_may_be() -> None:
    show = step(None, credit(-1, lead=SLOTS), BATCHED._replace(batch=100)).show
    assert frames(step(show, credit(SLOTS // 2 - 2, lead=SLOTS), BATCHED._replace(batch=100))) == []
    wanted = frames(step(show, credit(SLOTS // 2 - 1, lead=SLOTS), BATCHED._replace(batch=100)))
    assert wanted == list(range(SLOTS, SLOTS + SLOTS // 2))


def test_an_edit_of_a_free_stream_does_not_move_its_time() -> None:
    show = on_air(FREE)
    edited = step(show, credit(3, 3, fence=FENCE), FREE._replace(revision=2))
    assert [time_s(task) for task in edited.tasks] == [task.frame / FPS for task in edited.tasks]
    assert edited.applied is not None


def test_a_canvas_of_another_size_than_was_ordered_is_not_built_upon() -> None:
    show = on_air(FIRST, FIRST)
    said = credit(7, fence=FENCE)
    assert [task.base for task in step(show, said).tasks] == [7]
    shrunk = msgspec.structs.replace(said, drawn=(2, 2))
    assert [task.base for task in step(show, shrunk).tasks] == [-1]


def standing(emitted: int, canvas: int, until: int, **changes: object) -> Credit:
    """The credit of a canvas of ours that is right until then."""
    said = credit(emitted, canvas, fence=FENCE)
    return msgspec.structs.replace(said, standing=(canvas, until), **changes)


def test_for_ticks_that_a_frame_stands_for_none_are_ordered() -> None:
    show = on_air(FIRST)
    assert frames(step(show, standing(6, 6, 12))) == []
    assert frames(step(show, standing(9, 6, 12))) == []
    again = step(show, standing(10, 6, 12))
    assert [(task.frame, task.base) for task in again.tasks] == [(13, 6)]
    assert frames(step(again.show, standing(11, 6, 12))) == [14]
    assert frames(step(again.show, standing(11, 13, 20))) == []


def test_an_edit_is_ordered_at_once_though_a_frame_stands_for_the_ticks_to_come() -> None:
    show = on_air(FIRST)
    quiet = step(show, standing(6, 6, 12)).show
    edited = step(quiet, standing(7, 6, 12), EDITED)
    assert frames(edited) == [8, 9, 10]
    assert edited.applied is not None
    assert edited.applied.from_frame == 8


def test_while_an_edit_is_under_way_the_frame_before_it_stands_for_nothing() -> None:
    quiet = step(on_air(FIRST), standing(6, 6, 12)).show
    edited = step(quiet, standing(7, 6, 12), EDITED).show
    assert frames(step(edited, standing(8, 6, 12), EDITED)) == [11]
    assert frames(step(edited, standing(8, 8, 15), EDITED)) == []


@pytest.mark.parametrize(
    "order",
    [PAUSED, FIRST._replace(snapshot=1), FIRST._replace(lean=True), FIRST._replace(started_wall_ms=7)],
    ids=["paused", "live data", "lean", "started again"],
)
def test_whatever_changes_the_picture_is_an_edit(order: Order) -> None:
    quiet = step(on_air(FIRST), standing(6, 6, 12)).show
    assert frames(step(quiet, standing(7, 6, 12), order)) == [8, 9, 10]


def test_what_somebody_else_had_drawn_stands_for_nothing() -> None:
    theirs = on_air(FIRST, fence=FENCE - 1)
    mine = step(theirs, standing(6, 6, 12, fence=FENCE - 1))
    assert [(task.frame, task.base) for task in mine.tasks] == [(7, -1), (8, -1), (9, -1)]
    assert frames(step(mine.show, standing(7, 6, 12, fence=FENCE - 1))) == [10]
    seen = step(mine.show, standing(8, 8, 15))
    assert frames(seen) == [10, 11], "ours or not: that is known of the next one"
    assert frames(step(seen.show, standing(9, 9, 16))) == []


def test_a_frame_that_stands_for_ticks_is_lost_with_its_canvas() -> None:
    quiet = step(on_air(FIRST), standing(6, 6, 12)).show
    assert frames(step(quiet, credit(7, -1, fence=FENCE))) == [8, 9, 10]
