"""What a feed layer shows at a moment: a picture that stays, or a live feed's newest one."""

from __future__ import annotations

from collections.abc import Callable

from scene.feed import LIVE_ASPECT, FeedContent, FeedState, feed_look
from scene.fitting import Fitting
from scene.layers import FeedLayer
from scene.live import Moment
from scene.tracks import Values, exact

FeedMaker = Callable[[Values, Moment], FeedContent]


def feed_maker(layer: FeedLayer, fitting: Fitting) -> FeedMaker:
    """The content of ``layer`` from its values, which do not matter, at a moment."""
    if layer.feed is None:
        state: FeedState = "loading" if layer.loading else "error" if layer.problem else "still"
        content = FeedContent(layer.address, state, layer.problem, feed_look(layer, fitting))
        return lambda _values, _moment: content
    return _live_maker(layer, layer.feed, fitting)


def _live_maker(layer: FeedLayer, feed: str, fitting: Fitting) -> FeedMaker:
    # A picture of other proportions than the one before shall not move what lies around the feed.
    look = feed_look(layer.model_copy(update={"natural": None}), fitting, LIVE_ASPECT)
    nothing = FeedContent("", "loading", None, look)
    stale_after_s = None if layer.stale_after is None else exact(layer.stale_after)

    def content(_values: Values, moment: Moment) -> FeedContent:
        picture = moment.live.feeds.get(feed)
        if picture is None:
            return nothing
        stale = stale_after_s is not None and picture.age_s(moment.time_s) >= stale_after_s
        return FeedContent(picture.address, "stale" if stale else "live", None, look)

    return content
