"""What moment of its scene a stream shows."""

from __future__ import annotations

from fractions import Fraction

from api.http.condition import read_conditions
from api.http.services import Services
from farm.store.programs import ProgramStore
from scene.time import segment_at


def scene_time_s(farm: Services, stream: str) -> Fraction:
    """Scene time of the last frame that is known to have been sent; 0 when none ever was."""
    program = ProgramStore(farm.redis).load(stream)
    if program is None:
        return Fraction(0)
    [condition] = read_conditions(farm.redis, [stream])
    told = condition.report
    emitted = told.emitted if told is not None and told.epoch == program.epoch else program.emitted
    frame = max(emitted, program.emitted, program.segments[0].from_frame)
    return segment_at(program.segments, frame).time_at_s(frame, program.fps)
