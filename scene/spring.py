"""Springs: motion by a mass on a damped spring instead of by a duration and an easing.

m x'' + c x' + k x = 0, solved in closed form for x(0) = 1 (all of the way is still to go), so that any frame
can be computed alone. Source: the damped harmonic oscillator, for example French, Vibrations and Waves,
chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, cos, exp, hypot, inf, log, log1p, sin, sqrt
from typing import Annotated

from pydantic import Field, model_validator

from scene.easing import Curve
from scene.fields import Part, mistake

MAX_SETTLING_S = 600

_AT_REST = 1e-4
"""Of the way: nearer than this for good is arrived. 0.2 px of a whole full HD line."""
_NEARLY_CRITICAL = 1e-6  # of the damping ratio: where the other two solutions would divide by nearly nothing
_BISECTIONS = 60


class Spring(Part):
    """A spring that pulls a layer's property from its beginning to its end."""

    stiffness: Annotated[float, Field(ge=0.1, le=100_000)] = 100.0
    """Force per way, kg/s²."""
    damping: Annotated[float, Field(ge=0.01, le=10_000)] = 10.0
    """Force per speed, kg/s. 2 √(stiffness · mass) is critical; less of it overshoots."""
    mass: Annotated[float, Field(ge=0.01, le=1000)] = 1.0
    """kg."""
    velocity: Annotated[float, Field(ge=-1000, le=1000)] = 0.0
    """At the beginning, in ways from beginning to end per second."""

    @model_validator(mode="after")
    def _settles(self) -> Spring:
        settles_s = self._settles_s()
        if settles_s > MAX_SETTLING_S:
            raise mistake(
                f"comes to rest after {settles_s:.0f} s only; change stiffness, damping or mass so that "
                f"it takes {MAX_SETTLING_S} s at most"
            )
        return self

    @property
    def duration_s(self) -> Fraction:
        """Until it is at rest, in whole milliseconds."""
        return Fraction(ceil(self._settles_s() * 1000), 1000)

    def curve(self) -> Curve:
        """The share of the way that has been gone, by progress 0..1 of the duration."""
        left, duration_s = self._left(), float(self.duration_s)
        return lambda p: p if p in (0, 1) else 1 - left(p * duration_s)

    def _left(self) -> Callable[[float], float]:
        """The share of the way that is left at t seconds."""
        decay, omega_squared, c = self._rates()
        omega = sqrt(omega_squared)
        if abs(decay / omega - 1) < _NEARLY_CRITICAL:
            return lambda t: exp(-omega * t) * (1 + c * t)
        if decay < omega:
            damped = sqrt(omega_squared - decay * decay)
            return lambda t: exp(-decay * t) * (cos(damped * t) + c / damped * sin(damped * t))
        spread = sqrt(decay * decay - omega_squared)
        fast = decay + spread
        slow = omega_squared / fast  # decay - spread, without their cancellation
        slow_share = (1 + c / spread) / 2
        return lambda t: slow_share * exp(-slow * t) + (1 - slow_share) * exp(-fast * t)

    def _rates(self) -> tuple[float, float, float]:
        """Decay ζω and the square of ω, and what is left's slope at 0 beyond the decay's: ζω - velocity."""
        decay = self.damping / (2 * self.mass)
        return decay, self.stiffness / self.mass, decay - self.velocity

    def _settles_s(self) -> float:
        """Seconds after which what is left stays below _AT_REST: it is never more than
        min(amplitude, 1 + |c| t) · exp(-rate t), whatever the damping."""
        decay, omega_squared, c = self._rates()
        spread = sqrt(abs(decay * decay - omega_squared))
        rate, amplitude = decay, inf
        if decay * decay > omega_squared:
            rate = omega_squared / (decay + spread)
        if spread > 0:
            share = c / spread
            over = (abs(1 + share) + abs(1 - share)) / 2
            amplitude = hypot(1, share) if decay * decay < omega_squared else over
        by_amplitude = log(amplitude / _AT_REST) / rate
        return min(by_amplitude, _last_crossing(abs(c), rate))


def _last_crossing(c: float, rate: float) -> float:
    """t at which (1 + c t) exp(-rate t) falls below _AT_REST, once for all: its logarithm is concave."""
    low, high = 0.0, 1 / rate
    while log1p(c * high) - rate * high > log(_AT_REST):
        low, high = high, 2 * high
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = log1p(c * middle) - rate * middle > log(_AT_REST)
        low, high = (middle, high) if above else (low, middle)
    return high
