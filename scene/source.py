"""Where a layer's picture comes from."""

from __future__ import annotations

from scene.fields import Name, Part


class PictureSource(Part):
    """The fields of a layer that shows a picture."""

    asset: Name
    """The id of an uploaded picture, or the name that it was given."""
    content: Name | None = None
    """The address of the picture's bytes; written by the farm, which knows what lies there now."""

    @property
    def address(self) -> str:
        """Under which workers find the bytes."""
        return self.content or self.asset
