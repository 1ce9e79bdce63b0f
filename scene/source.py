"""Where a layer's picture comes from."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from scene.fields import DrawableText, Name, Part, mistake

MAX_URL = 2048
"""Characters."""

MAX_PROBLEM = 300
"""Characters of what is wrong with a picture; what is beyond them is cut off."""

_URL = re.compile(r"https?://[!-~]+")


def _url(text: str) -> str:
    if _URL.fullmatch(text) is None:
        raise mistake("must be an address that begins with https:// or http://, without spaces")
    return text


class PictureSource(Part):
    """The fields of a layer that shows a picture. Exactly one of ``ways`` says which."""

    ways: ClassVar[tuple[str, ...]] = ("asset", "url")

    asset: Name | None = None
    """The id of an uploaded picture, or the name that it was given."""
    url: Annotated[str, Field(max_length=MAX_URL), AfterValidator(_url)] | None = None
    """Where a picture lies on the web. The farm fetches it once; until then the layer shows that it loads."""
    content: Name | None = None
    """The address of the picture's bytes; written by the farm, which knows what lies there now."""
    problem: Annotated[DrawableText, Field(max_length=MAX_PROBLEM)] | None = None
    """Why the picture could not be fetched; written by the farm."""

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Any:
        given = [way for way in self.ways if getattr(self, way) is not None]
        if not given:
            raise mistake(f"is required; add it, or {' or '.join(self.ways[1:])}", ".asset")
        if len(given) > 1:
            raise mistake(f"cannot stand beside {given[0]}; remove one of them", f".{given[1]}")
        return self

    @property
    def address(self) -> str:
        """Under which workers find the bytes; empty while there are none."""
        return self.content or self.asset or ""

    @property
    def loading(self) -> bool:
        """Whether the farm has yet to fetch it."""
        return self.url is not None and self.content is None and self.problem is None
