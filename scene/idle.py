"""What a character does by itself, in closed form: any moment of scene time can be computed alone.

What looks random is a hash of a seed and the number of a slot of time; nothing is remembered.
"""

from __future__ import annotations

import math
from zlib import crc32

from scene.rig import Blink, Motion

_PLACES = 5
_SYLLABLE_S = 0.16
_PHRASE_SYLLABLES = 14
_PAUSE_SYLLABLES = 3


def seed_of(*names: str) -> int:
    """A seed that is another for other names, and the same in every process."""
    return crc32("\0".join(names).encode())


def noise(seed: int, slot: int) -> float:
    """A number of 0 up to, without, 1: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + slot * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _WORD
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
    return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)


_WORD = (1 << 64) - 1


def displacement(motion: Motion, seed: int, time_s: float) -> float:
    """How far ``motion`` has moved its part at ``time_s``, in px or degrees."""
    if motion.kind == "wave":
        return motion.amplitude * math.sin(math.tau * (time_s / motion.period + motion.phase))
    slot = math.floor(time_s / motion.period)
    target = _place(motion, seed, slot)
    since_s = time_s - slot * motion.period
    if since_s >= motion.move:
        return target
    came_from = _place(motion, seed, slot - 1)
    return came_from + (target - came_from) * smooth(since_s / motion.move)


def blink_image(blink: Blink, seed: int, time_s: float) -> str | None:
    """The image that ``blink`` shows at ``time_s``; None while there is no blink."""
    slot = math.floor(time_s / blink.every)
    # Never in the last moments of its slot: a double one has to end there.
    start_s = slot * blink.every + noise(seed, slot) * (blink.every - 2.5 * blink.duration)
    since_s = time_s - start_s
    if since_s >= 1.5 * blink.duration and noise(seed + 1, slot) < blink.double:
        since_s -= 1.5 * blink.duration
    if not 0 <= since_s < blink.duration:
        return None
    return there_and_back(blink.images, since_s / blink.duration)


def there_and_back(images: tuple[str, ...], progress: float) -> str:
    """The image at ``progress`` (0 up to 1) of a way through ``images`` and back; the last stays longest."""
    last = len(images) - 1
    way = (*images[:last], images[last], images[last], *reversed(images[:last]))
    return way[min(int(progress * len(way)), len(way) - 1)]


def babble(seed: int, time_s: float) -> float:
    """How far open, 0..1, a mouth is that speaks without a voice to follow: syllables, phrases, pauses."""
    syllable = math.floor(time_s / _SYLLABLE_S)
    phrase = syllable // _PHRASE_SYLLABLES
    pause = _PAUSE_SYLLABLES + int(noise(seed + 2, phrase) * _PAUSE_SYLLABLES)
    if syllable % _PHRASE_SYLLABLES >= _PHRASE_SYLLABLES - pause:
        return 0.0
    loudness = 0.35 + 0.65 * noise(seed + 3, syllable)
    return loudness * math.sin(math.pi * (time_s / _SYLLABLE_S - syllable))


def _place(motion: Motion, seed: int, slot: int) -> float:
    return motion.amplitude * (math.floor(noise(seed, slot) * _PLACES) * 2 / (_PLACES - 1) - 1)


def smooth(progress: float) -> float:
    """Slow at both ends, 0..1."""
    return progress * progress * (3 - 2 * progress)
