"""The document of this API comes from a process of its own."""

from __future__ import annotations

import pytest

from api.http import documentation
from api.http.document import Document, describe
from api.http.documentation import Documentation
from farm.errors import FarmError
from farm.messages import from_json


def test_a_process_writes_what_is_described_here() -> None:
    asked = Documentation(None)
    assert asked.get() == describe()
    assert asked.get() is asked.get()


def test_a_process_that_fails_is_an_error_of_ours_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Documentation(None)
    with monkeypatch.context() as broken:
        broken.setattr(documentation, "MODULE", "api.http.nothing_of_this_name")
        with pytest.raises(FarmError, match="ended with code 1"):
            asked.get()
        broken.setattr(documentation, "MODULE", "this")
        with pytest.raises(FarmError, match="cannot be read"):
            asked.get()
    assert isinstance(asked.get(), Document)
    assert from_json(asked.get().openapi, dict)["openapi"].startswith("3.")
