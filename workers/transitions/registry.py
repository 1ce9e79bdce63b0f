"""Every kind of transition that mixes two pictures, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from scene.transitions import Fade, Mixing, Push, Slide, Wipe, Zoom
from workers.transitions.fade import fade
from workers.transitions.push import push
from workers.transitions.slide import slide
from workers.transitions.transition import Mixer
from workers.transitions.wipe import wipe
from workers.transitions.zoom import zoom

MIXERS: Mapping[type[Mixing], Mixer] = {
    Fade: fade,
    Slide: slide,
    Push: push,
    Wipe: wipe,
    Zoom: zoom,
}
