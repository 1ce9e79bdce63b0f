"""The show: a stream's scenes by name, one of them on program, and the take that brought it there.

Scenes lie in a show as documents and are parsed when somebody asks for one: of sixteen scenes a worker
draws one, two while a transition runs, and an edit changes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field, ValidationError

from scene.animation import MAX_TIME_S, AfterRevision
from scene.document import MAX_LAYERS, MAX_MISTAKES, Scene, parse_scene
from scene.fields import Name, Part
from scene.mistakes import Mistake, SceneMistakes, UnknownScene
from scene.transitions import Transition
from scene.wording import mistakes_in

MAX_SCENES = 16
"""Of one show."""

MAIN = "main"
"""The name of a scene that stands alone."""

Document = Mapping[str, Any]
Moment = Annotated[float, Field(ge=0, le=MAX_TIME_S)] | AfterRevision
"""Seconds of scene time, or the frame that first showed a revision."""


class Take(Part):
    """How the program scene took the place of another one."""

    from_: Name = Field(alias="from")
    """The scene that was on program before."""
    transition: Transition
    """How."""
    start: Moment
    """When."""


class ShowHead(Part):
    """What a show says beside its scenes."""

    program: Name | None = None
    """The scene on air. None, in a file: ``main``, or else the first one."""
    preview: Name | None = None
    """The scene that a take puts on air unless it names another."""
    take: Take | None = None
    """The last one; it is over when its transition is."""
    since: dict[Name, Moment] = Field({})
    """When each scene went on program last: the start "onAir" of its animations. Without it: 0."""


class ShowDocument(ShowHead):
    """A show as people write it. Only a description: :func:`parse_show` reads it."""

    scenes: Annotated[dict[Name, Scene], Field(min_length=1, max_length=MAX_SCENES)]
    """By their names."""


@dataclass(frozen=True)
class Show:
    """An immutable show. Its scenes are documents as ``Scene.to_json`` writes them."""

    scenes: Mapping[str, Document]
    program: str = MAIN
    preview: str | None = None
    take: Take | None = None
    since: Mapping[str, Moment] = field(default_factory=dict)
    _parsed: dict[str, Scene] = field(default_factory=dict, compare=False, repr=False)

    def scene(self, name: str) -> Scene:
        """The scene of this name. Raises UnknownScene, and SceneMistakes if it is not ours to read."""
        if name not in self._parsed:
            if name not in self.scenes:
                raise UnknownScene(name)
            self._parsed[name] = parse_scene(self.scenes[name], max_layers=MAX_LAYERS)
        return self._parsed[name]

    def with_scene(self, name: str, scene: Scene) -> Show:
        """With ``scene`` under this name, whether there was one or not."""
        return replace(
            self,
            scenes={**self.scenes, name: scene.to_json()},
            _parsed={**self._parsed, name: scene},
        )

    def without_scene(self, name: str) -> Show:
        """Without one scene, and without what refers to it."""
        return replace(
            self,
            scenes={key: scene for key, scene in self.scenes.items() if key != name},
            preview=None if self.preview == name else self.preview,
            take=None if self.take is not None and self.take.from_ == name else self.take,
            since={key: moment for key, moment in self.since.items() if key != name},
            _parsed={key: scene for key, scene in self._parsed.items() if key != name},
        )

    def keeping(self, other: Show, name: str) -> Show:
        """With the scene that ``other`` has under this name, document and all."""
        scenes = {**self.scenes, name: other.scenes[name]}
        return replace(self, scenes=scenes, _parsed={**self._parsed, name: other.scene(name)})

    @property
    def stands_alone(self) -> bool:
        """Whether it is nothing but one scene."""
        return list(self.scenes) == [MAIN] and not (self.preview or self.take or self.since)

    @property
    def on_air(self) -> Scene:
        """The program scene."""
        return self.scene(self.program)

    def to_json(self) -> dict[str, Any]:
        """The document. A scene that stands alone is written as itself, as if there were no shows."""
        if self.stands_alone:
            return dict(self.scenes[MAIN])
        head = ShowHead(program=self.program, preview=self.preview, take=self.take, since=dict(self.since))
        written = head.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {"scenes": {name: dict(scene) for name, scene in self.scenes.items()}, **written}


def one_scene(scene: Scene) -> Show:
    """A show of nothing but ``scene``."""
    return Show({}).with_scene(MAIN, scene)


def stored_show(data: Document) -> Show:
    """The show in ``data``, which :func:`parse_show` accepted once; its scenes are not looked at.

    Raises SceneMistakes when its head cannot be read.
    """
    if not is_show(data):
        return Show({MAIN: data})
    head, found = _head(data)
    if found:
        raise SceneMistakes(found)
    return _with_head(data["scenes"], head)


def parse_show(data: object, *, max_layers: int) -> Show:
    """The show, or the scene that stands alone, in ``data``, a JSON value; each scene may have
    ``max_layers``. Raises SceneMistakes with all that is wrong."""
    if not isinstance(data, dict) or not is_show(data):
        return one_scene(parse_scene(data, max_layers=max_layers))
    head, found = _head(data)
    scenes = data["scenes"]
    if not isinstance(scenes, dict) or not 1 <= len(scenes) <= MAX_SCENES:
        found.append(Mistake("scenes", f"must be an object of 1 to {MAX_SCENES} scenes by their names"))
        raise SceneMistakes(found[:MAX_MISTAKES])
    found += _unknown_names(head, scenes)
    parsed: dict[str, Scene] = {}
    for name, document in scenes.items():
        if len(found) >= MAX_MISTAKES:
            break
        try:
            parsed[check_name(name)] = parse_scene(document, max_layers=max_layers)
        except SceneMistakes as error:
            found += [mistake.inside(f"scenes.{str(name)[:64]}") for mistake in error.mistakes]
    if found:
        raise SceneMistakes(found[:MAX_MISTAKES])
    documents = {name: scene.to_json() for name, scene in parsed.items()}
    return replace(_with_head(documents, head), _parsed=parsed)


def is_show(data: Document) -> bool:
    """Whether ``data`` is a show, not a scene that stands alone."""
    return "scenes" in data


def check_name(name: str) -> str:
    """``name``, if a scene may have it. Raises SceneMistakes."""
    try:
        ShowHead(program=name)
    except ValidationError as error:
        raise SceneMistakes([Mistake(".", f"the name {mistakes_in(error)[0].reason}")]) from error
    return name


def _head(data: Document) -> tuple[ShowHead, list[Mistake]]:
    try:
        return ShowHead.model_validate({key: value for key, value in data.items() if key != "scenes"}), []
    except ValidationError as error:
        return ShowHead(), mistakes_in(error)


def _with_head(scenes: Mapping[str, Document], head: ShowHead) -> Show:
    program = head.program or (MAIN if MAIN in scenes else next(iter(scenes)))
    since = {name: moment for name, moment in head.since.items() if name in scenes}
    if head.take is not None:
        since.setdefault(program, head.take.start)
    return Show(scenes, program, head.preview, head.take, since)


def _unknown_names(head: ShowHead, scenes: Mapping[str, object]) -> list[Mistake]:
    named = {"program": head.program, "preview": head.preview}
    if head.take is not None:
        named["take.from"] = head.take.from_
    return [
        Mistake(path, f"must be the name of one of the scenes; there is no {name!r}")
        for path, name in named.items()
        if name is not None and name not in scenes
    ]
