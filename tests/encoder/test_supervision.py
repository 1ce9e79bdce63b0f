"""What a node does about a stream: the policy as a table, then with processes that only pretend."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from encoder.control import Answer, Proposal
from encoder.order import LastWord
from encoder.registry import Entry, Registry
from encoder.supervision import Action, Limits, Sight, next_action
from encoder.supervisor import STUCK, Supervisor
from farm.clock import ManualClock, SystemClock
from farm.errors import EncoderFailed, SettingsError
from farm.messages import StreamSpec
from tests.encoder.running import SMALL, small_spec

S = 1_000_000_000
LIMITS = Limits(max_restarts=2, kill_after_ns=5 * S)
NOW = 100 * S


@pytest.mark.parametrize(
    ("sight", "action"),
    [
        (Sight(wanted=None), Action.FORGET),
        (Sight(wanted=1), Action.START),
        (Sight(wanted=1, running=1), Action.NOTHING),
        (Sight(wanted=2, running=1), Action.HAND_OVER),
        (Sight(wanted=2, running=1, asked_ns=NOW - 4 * S), Action.NOTHING),
        (Sight(wanted=2, running=1, asked_ns=NOW - 5 * S), Action.TERMINATE),
        (Sight(wanted=2, running=1, asked_ns=NOW, refused=True), Action.TERMINATE),
        (Sight(wanted=2, running=1, stuck=True), Action.KILL),
        (Sight(wanted=None, running=1), Action.TERMINATE),
        (Sight(wanted=None, running=1, terminated_ns=NOW - 4 * S), Action.NOTHING),
        (Sight(wanted=None, running=1, terminated_ns=NOW - 5 * S), Action.KILL),
        (Sight(wanted=1, running=1, terminated_ns=NOW - 5 * S), Action.KILL),
        (Sight(wanted=1, deaths_ns=(NOW,)), Action.START),
        (Sight(wanted=1, deaths_ns=(NOW - S, NOW)), Action.NOTHING),
        (Sight(wanted=1, deaths_ns=(NOW - 2 * S, NOW - S)), Action.START),
        (Sight(wanted=1, deaths_ns=(NOW - 9 * S, NOW - 8 * S, NOW - 7 * S)), Action.GIVE_UP),
        (Sight(wanted=1, deaths_ns=(NOW - 62 * S, NOW - 61 * S, NOW - 60 * S)), Action.START),
        (Sight(wanted=1, running=1, stuck=True), Action.KILL),
        (Sight(wanted=1, gave_up=True), Action.NOTHING),
        (Sight(wanted=1, finished=True), Action.NOTHING),
        (Sight(wanted=None, finished=True), Action.FORGET),
        (Sight(wanted=None, gave_up=True), Action.FORGET),
    ],
)
def test_the_next_step(sight: Sight, action: Action) -> None:
    assert next_action(sight, LIMITS, NOW) is action


class FakeProcess:
    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.ended: str | None = None
        self.word: LastWord | None = None
        self.asked: list[str] = []
        self.ticks = 0
        self.rests = False
        self.proposed: list[Proposal] = []
        self.answers: list[Answer] = []
        self.listens = True

    def exit_reason(self) -> str | None:
        return self.ended

    def propose(self, proposal: Proposal) -> None:
        if not self.listens:
            raise EncoderFailed("nobody listens")
        self.proposed.append(proposal)

    def answer(self) -> Answer | None:
        if not self.answers:
            return None
        answer = self.answers.pop()
        if answer.taken:
            generation = self.proposed[-1].spec.generation
            self.entry = msgspec.structs.replace(self.entry, generation=generation, epoch=answer.epoch)
        return answer

    def last_tick(self) -> int:
        return self.ticks

    def at_rest(self) -> bool:
        return self.rests

    def last_word(self) -> LastWord | None:
        return self.word

    def terminate(self) -> None:
        self.asked.append("terminate")

    def kill(self) -> None:
        self.asked.append("kill")

    def sweep(self) -> None:
        self.asked.append("sweep")


class House:
    """A supervisor whose processes are fakes."""

    def __init__(self, state_dir: Path) -> None:
        self.clock = ManualClock(NOW)
        self.registry = Registry(state_dir, "node")
        self.started: list[FakeProcess] = []
        self.supervisor = Supervisor(self.registry, LIMITS, self.clock, self._start, self._next)

    def _next(self, _stream: str, known: int) -> int:
        return known + 1

    def _start(self, spec: StreamSpec, epoch: int) -> FakeProcess:
        entry = Entry(spec.stream, 1000 + len(self.started), 5.0, epoch, spec.generation, "label")
        self.started.append(FakeProcess(entry))
        return self.started[-1]

    def step(self, *, after_s: int = 0) -> None:
        for process in self.started:
            process.ticks += 1
        self.clock.advance_ns(after_s * S)
        self.supervisor.step()

    def state(self) -> tuple[str, int]:
        report = self.supervisor.reports()["s"]
        return report.state, report.generation


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_wanted_stream_is_started_once(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.step()
    assert len(house.started) == 1
    assert house.registry.entries() == [house.started[0].entry]


def test_a_living_process_takes_over_a_new_generation(house: House) -> None:
    house.supervisor.want({"s": small_spec("s", generation=1)})
    house.step()
    process = house.started[0]
    house.supervisor.want({"s": small_spec("s", generation=2)})
    house.step()
    house.step(after_s=1)
    ((spec, epoch),) = ((proposal.spec, proposal.epoch) for proposal in process.proposed)
    assert (spec.generation, epoch) == (2, process.entry.epoch + 1)
    assert house.state() == ("running", 1)
    process.answers.append(Answer(taken=True, epoch=epoch))
    house.step()
    assert house.state() == ("running", 2)
    assert [(e.generation, e.epoch) for e in house.registry.entries()] == [(2, epoch)]
    assert len(house.started) == 1
    assert not process.asked


def test_a_second_change_overtakes_the_first(house: House) -> None:
    for generation in (1, 2, 3):
        house.supervisor.want({"s": small_spec("s", generation=generation)})
        house.step()
    (process,) = house.started
    assert [proposal.spec.generation for proposal in process.proposed] == [2, 3]
    process.answers.append(Answer(taken=True, epoch=7))
    house.step()
    assert house.state() == ("running", 3)


def test_a_process_that_does_not_listen_is_replaced_at_once(house: House) -> None:
    house.supervisor.want({"s": small_spec("s", generation=1)})
    house.step()
    house.started[0].listens = False
    house.supervisor.want({"s": small_spec("s", generation=2)})
    house.step()
    house.step()
    assert house.started[0].asked == ["terminate"]


def test_when_a_process_refuses_another_one_starts_after_its_end(house: House) -> None:
    house.supervisor.want({"s": small_spec("s", generation=1)})
    house.step()
    house.started[0].answers.append(Answer(taken=False, reason="too deep a change"))
    house.supervisor.want({"s": small_spec("s", generation=2)})
    house.step()
    house.step()
    assert house.started[0].asked == ["terminate"]
    assert house.state() == ("stopping", 1)
    house.started[0].ended = "ended"
    house.step()
    assert [p.entry.generation for p in house.started] == [1, 2]
    assert house.started[1].entry.epoch > house.started[0].entry.epoch
    assert house.state() == ("running", 2)


def test_a_process_that_does_not_end_is_killed(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.supervisor.want({})
    house.step()
    house.step(after_s=5)
    assert house.started[0].asked == ["terminate", "kill"]


def test_a_process_that_no_longer_ticks_is_killed_and_replaced(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    for _ in range(20):
        house.clock.advance_ns(S // 10)
        if house.supervisor.step():
            break
        house.started[0].ticks = 5
    assert house.started[0].asked == ["kill"]
    assert not house.supervisor.step(), "it was killed once, whatever becomes of that"
    house.started[0].ended = "killed"
    house.step()
    assert len(house.started) == 2
    assert house.supervisor.reports()["s"].reason == STUCK
    assert house.started[1].asked == []


def test_too_many_deaths_in_a_minute_are_a_failure_until_another_generation(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    for _ in range(10):
        house.step(after_s=5)
        house.started[-1].ended = "broken codec"
    house.step()
    assert len(house.started) == 1 + LIMITS.max_restarts
    assert house.state() == ("failed", 1)
    assert house.supervisor.reports()["s"].reason == "broken codec"
    house.supervisor.want({"s": small_spec("s", generation=2)})
    house.step()
    assert house.state() == ("running", 2)


def test_a_process_whose_work_is_done_is_not_started_again_for_the_same_order(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.started[0].ended, house.started[0].word = "code 3", LastWord.FINISHED
    house.step(after_s=60)
    assert len(house.started) == 1
    assert house.state() == ("finished", 1)
    house.supervisor.want({"s": small_spec("s", generation=2)})
    house.step()
    assert house.state() == ("running", 2)


def test_a_free_process_may_wait_for_its_frames(house: House) -> None:
    spec = small_spec("s", config=msgspec.structs.replace(SMALL, pace="free"))
    house.supervisor.want({"s": spec})
    for _ in range(100):
        house.step(after_s=1)
    assert house.started[0].asked == []


def test_a_process_without_hope_is_not_started_again(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.started[0].ended, house.started[0].word = "frame 7 did not come", LastWord.HOPELESS
    house.step(after_s=60)
    assert len(house.started) == 1
    assert house.state() == ("failed", 1)
    assert house.supervisor.reports()["s"].reason == "frame 7 did not come"


def test_a_stopped_stream_is_forgotten(house: House) -> None:
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.supervisor.want({})
    house.step()
    house.started[0].ended = "ended"
    house.step()
    assert house.supervisor.reports() == {}
    assert house.registry.entries() == []
    assert house.started[0].asked == ["terminate", "sweep"]


def test_before_the_wishes_are_known_adopted_processes_are_left_alone(house: House) -> None:
    entry = Entry("s", 7, 5.0, 3, 1, "label")
    house.registry.write(entry)
    adopted = FakeProcess(entry)
    house.supervisor.adopt(lambda _entry: adopted, lambda _entry: None)
    house.step()
    assert (adopted.asked, house.started) == ([], [])
    adopted.ended = "gone"
    house.step()
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    assert house.started[0].entry.epoch == 4


def test_what_is_left_of_dead_processes_is_swept_at_the_start(house: House) -> None:
    house.registry.write(Entry("s", 7, 5.0, 3, 1, "label"))
    swept: list[Entry] = []
    house.supervisor.adopt(lambda _entry: None, swept.append)
    assert [entry.ring_label for entry in swept] == ["label"]


def test_the_registry_is_private_and_survives_odd_names_and_broken_files(tmp_path: Path) -> None:
    registry = Registry(tmp_path, "node/1")
    entry = Entry("../odd name", 7, 5.25, 3, 1, "label")
    registry.write(entry)
    registry.write(msgspec.structs.replace(entry, pid=8))
    (file,) = tmp_path.rglob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (file.parent / "broken.json").write_text("{")
    assert [read.pid for read in registry.entries()] == [8]
    assert Registry(tmp_path, "other").entries() == []
    registry.remove("../odd name")
    assert registry.entries() == []


def test_a_registry_that_cannot_be_written_stops_no_stream_and_is_written_later(tmp_path: Path) -> None:
    in_the_way = tmp_path / "encoders" / "node" / "s.new"
    in_the_way.mkdir(parents=True)
    house = House(tmp_path)
    house.supervisor.want({"s": small_spec("s")})
    house.step()
    house.step()
    assert house.state() == ("running", 1)
    assert len(house.started) == 1
    in_the_way.rmdir()
    house.step()
    assert house.registry.entries() == [house.started[0].entry]


def test_what_was_forgotten_is_not_written_later(tmp_path: Path) -> None:
    in_the_way = tmp_path / "encoders" / "node" / "s.new"
    in_the_way.mkdir(parents=True)
    registry = Registry(tmp_path, "node")
    registry.write(Entry("s", 1000, 5.0, 1, 1, "label"))
    registry.remove("s")
    in_the_way.rmdir()
    registry.catch_up()
    assert registry.entries() == []


def test_two_nodes_of_one_name_do_not_share_a_place(tmp_path: Path) -> None:
    clock = ManualClock()
    Registry(tmp_path, "one").claim(clock)
    Registry(tmp_path, "another").claim(clock)
    with pytest.raises(SettingsError, match=f"NODE_NAME: .*'one' runs here already .process {os.getpid()}"):
        Registry(tmp_path, "one").claim(clock)
    assert clock.monotonic_ns() >= 3e9


def test_a_name_is_free_again_when_its_node_has_ended_however_it_did(tmp_path: Path) -> None:
    claiming = (
        "import sys; from pathlib import Path; from encoder.registry import Registry; "
        "from farm.clock import SystemClock; Registry(Path(sys.argv[1]), 'one').claim(SystemClock()); "
        "print('claimed', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", claiming, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout is not None
        assert node.stdout.readline() == "claimed\n"
        node.kill()
        Registry(tmp_path, "one").claim(SystemClock())


def test_a_disk_that_takes_no_lock_keeps_no_node_from_starting(tmp_path: Path) -> None:
    (tmp_path / "encoders").write_text("in the way")
    Registry(tmp_path, "one").claim(ManualClock())
