"""What lies between the tick thread and one output: bounded, never blocking the one who puts.

A receiver can begin, or go on after a loss, at keyframes only. So a queue that is full drops up to the next
keyframe, and one that was just opened takes nothing before a keyframe came.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from encoder.flv import Tag


class TagQueue:
    """Holds at most ``limit`` tags. Closed at first, when everything is turned away."""

    def __init__(self, limit: int, request_keyframe: Callable[[], None]) -> None:
        self._limit = limit
        self._request_keyframe = request_keyframe
        self._tags: deque[Tag] = deque()
        self._changed = threading.Condition()
        self._open = False
        self._began = False
        self._awaits_keyframe = True
        self.dropped = 0
        """Tags that were lost since the first one that was taken."""

    def open(self) -> None:
        """Begin to take tags, from the next keyframe on, and ask for that keyframe."""
        with self._changed:
            self._open = self._awaits_keyframe = True
            self._tags.clear()
        self._request_keyframe()

    def close(self) -> None:
        """Turn tags away again and forget those that are here."""
        with self._changed:
            self._open = False
            self.dropped += len(self._tags)
            self._tags.clear()
            self._changed.notify_all()

    def put(self, tag: Tag) -> None:
        """Append ``tag``; never waits for the reader."""
        with self._changed:
            starved = self._put(tag)
        if starved:
            self._request_keyframe()

    def get(self, timeout_s: float) -> Tag | None:
        """The next tag, None when none came within ``timeout_s`` or the queue was closed."""
        with self._changed:
            if not self._tags and self._open:
                self._changed.wait(timeout_s)
            return self._tags.popleft() if self._tags else None

    def __len__(self) -> int:
        return len(self._tags)

    def _put(self, tag: Tag) -> bool:
        """Whether the queue lost its keyframe and needs a new one."""
        if not self._open or (self._awaits_keyframe and not tag.keyframe):
            self.dropped += self._began
            return False
        self._awaits_keyframe, self._began = False, True
        if len(self._tags) >= self._limit:
            self._drop_to_keyframe()
            if not self._tags and not tag.keyframe:
                self.dropped += 1
                self._awaits_keyframe = True
                return True
        self._tags.append(tag)
        self._changed.notify()
        return False

    def _drop_to_keyframe(self) -> None:
        self._tags.popleft()
        self.dropped += 1
        while self._tags and not self._tags[0].keyframe:
            self._tags.popleft()
            self.dropped += 1
