"""What can be wrong with a scene document, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: what is wrong and what to do about it, in plain English.

    ``path`` says where, for example ``layers[2].animations[0].easing``; ``.`` is the whole.
    """

    path: str
    reason: str

    def inside(self, path: str) -> Mistake:
        """The same mistake in the part of a document that lies at ``path``."""
        return Mistake(path if self.path == "." else f"{path}.{self.path}", self.reason)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class SceneMistakes(Exception):
    """A scene document cannot be used; ``mistakes`` are all that were found."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = list(mistakes)


class UnknownVariant(LookupError):
    """The scene has no variant of this name; ``known`` are those that it has."""

    def __init__(self, variant: str, known: Sequence[str]) -> None:
        names = f"it has {', '.join(known)}" if known else "it has none"
        super().__init__(f"there is no variant {variant!r} of the scene; {names}")
        self.variant = variant
        self.known = list(known)


class UnknownLayer(LookupError):
    """The scene has no layer with this id."""

    def __init__(self, layer_id: str) -> None:
        super().__init__(f"there is no layer {layer_id!r} in the scene")
        self.layer_id = layer_id


class UnknownScene(LookupError):
    """The show has no scene with this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no scene {name!r} in the show")
        self.name = name


class SceneInUse(Exception):
    """What a scene is on air as, or called, does not allow this."""
