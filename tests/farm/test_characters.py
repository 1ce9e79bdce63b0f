"""Character packages: read from ZIPs and folders, within limits, every mistake with its path."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from farm.characters.built_in import BUILT_IN, built_in
from farm.characters.files import MAX_ENTRIES, MAX_PACKAGE_BYTES, MAX_UNPACKED_BYTES, FolderFiles, ZipFiles
from farm.characters.package import MAX_IMAGE_BYTES, Package, read_package
from farm.errors import AssetRefused
from scene.puppet import Place

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="10 20 30 40"><circle cx="25" cy="40" r="9"/></svg>'
MANIFEST = {
    "name": "Dot",
    "canvas": {"width": 100, "height": 100},
    "parts": [{"id": "body", "image": "body.svg"}, {"id": "hat", "image": "hat.png", "x": 5, "scale": 0.5}],
}


def png(width: int = 40, height: int = 20) -> bytes:
    """A picture with ink from (10, 4) on."""
    picture = Image.new("RGBA", (width, height))
    picture.paste((200, 30, 30, 255), (10, 4, width, height))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def files(**changes: bytes | None) -> dict[str, bytes]:
    every = {"character.json": json.dumps(MANIFEST).encode(), "body.svg": SVG, "hat.png": png()}
    named = {name.replace("__", "."): data for name, data in changes.items()}
    return {name: data for name, data in {**every, **named}.items() if data is not None}


def zipped(entries: dict[str, bytes], **options: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return out.getvalue()


def read(entries: dict[str, bytes]) -> Package:
    return read_package(ZipFiles(zipped(entries)))


def mistakes(entries: dict[str, bytes]) -> dict[str, str]:
    with pytest.raises(AssetRefused) as caught:
        read(entries)
    return {mistake["path"]: mistake["reason"] for mistake in caught.value.details["mistakes"]}


def test_a_package_knows_where_its_images_lie() -> None:
    package = read(files())
    assert package.puppet.places == {"body.svg": Place(10, 20, 30, 40), "hat.png": Place(10, 2, 15, 8)}
    # Clear edges are left out.
    assert package.pictures["hat.png"].size == (30, 16)


def test_a_zip_of_a_folder_and_the_folder_itself_are_the_same(tmp_path: Path) -> None:
    for name, data in files().items():
        (tmp_path / name).write_bytes(data)
    from_folder = read_package(FolderFiles(tmp_path))
    inside = read({f"dot/{name}": data for name, data in files().items()} | {"__MACOSX/dot": b""})
    assert from_folder.puppet.places == inside.puppet.places == read(files()).puppet.places


def test_a_folder_does_not_follow_links(tmp_path: Path) -> None:
    for name, data in files(body__svg=None).items():
        (tmp_path / name).write_bytes(data)
    secret = tmp_path.parent / "secret.svg"
    secret.write_bytes(SVG)
    (tmp_path / "body.svg").symlink_to(secret)
    with pytest.raises(AssetRefused, match="there is no file"):
        read_package(FolderFiles(tmp_path))


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"character__json": None}, "character.json", "is missing; a package has it beside its images"),
        ({"character__json": b"{"}, "character.json", "is not JSON; save it as UTF-8 text"),
        ({"character__json": b"[" * 200_000}, "character.json", "is not JSON; save it as UTF-8 text"),
        ({"character__json": b"{}"}, "name", "is required; add it"),
        ({"body__svg": None}, "parts[0].image", "there is no file 'body.svg' in the package"),
        ({"hat__png": b"no"}, "parts[1].image", "this is not a PNG, JPEG, WebP or GIF picture"),
        ({"hat__png": png()[:60]}, "parts[1].image", "the picture is damaged (OSError)"),
        (
            {"body__svg": SVG.replace(b"30 40", b"30 201")},
            "parts[0].image",
            "is more than twice as large as the canvas; draw it smaller",
        ),
        ({"body__svg": b"\xff"}, "parts[0].image", "the SVG is not UTF-8 text"),
        (
            {"hat__png": b"\0" * (MAX_IMAGE_BYTES + 1)},
            "parts[1].image",
            "hat.png has 4,000,001 bytes; at most 4,000,000 are allowed",
        ),
    ],
)
def test_a_mistake_is_named_with_its_path(changes: dict[str, bytes | None], path: str, reason: str) -> None:
    told = mistakes(files(**changes))
    assert told[path] == reason


def test_an_svg_with_more_than_shapes_is_refused() -> None:
    linked = SVG.replace(b"<circle", b'<image href="file:///etc/passwd"/><circle')
    assert "has an element 'image'" in mistakes(files(body__svg=linked))["parts[0].image"]


def test_all_pictures_together_have_few_enough_pixels() -> None:
    large = Image.new("RGBA", (4096, 2049), (1, 2, 3, 255))
    out = io.BytesIO()
    large.save(out, "PNG")
    parts = [{"id": name, "image": f"{name}.png"} for name in ("a", "b")]
    canvas = {"width": 4096, "height": 4096}
    manifest = json.dumps({**MANIFEST, "parts": parts, "canvas": canvas}).encode()
    told = mistakes({"character.json": manifest, "a.png": out.getvalue(), "b.png": out.getvalue()})
    assert list(told) == ["parts[1].image"]
    assert "pixels" in told["parts[1].image"]


@pytest.mark.parametrize("name", ["../evil.svg", "/etc/evil.svg", "a/../../evil.svg", "a\\..\\evil.svg"])
def test_a_file_that_lies_outside_is_refused(name: str) -> None:
    data = zipped({**files(), "x" * len(name): b""}).replace(b"x" * len(name), name.encode())
    with pytest.raises(AssetRefused, match="lies outside the package"):
        ZipFiles(data)


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({**files(), "bomb": b"\0" * (MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < 100_000
    with pytest.raises(AssetRefused, match="unpacks to more than"):
        ZipFiles(bomb)


def test_a_file_that_unpacks_to_more_than_it_says_is_refused() -> None:
    data = zipped({"character.json": b" " * 5000})
    lying = data.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    with pytest.raises(AssetRefused, match=r"character\.json (does not have the size|is damaged)"):
        read_package(ZipFiles(lying))


def test_a_directory_that_points_before_the_file_is_refused() -> None:
    whole = zipped(files())
    entry = whole.index(b"PK\x01\x02")
    # The offset of the first file's header.
    pointing = whole[: entry + 42] + b"\xff\xff\xff\x7f" + whole[entry + 46 :]
    with pytest.raises(AssetRefused):
        read_package(ZipFiles(pointing))


def test_too_many_files_bytes_and_unknown_methods_are_refused() -> None:
    with pytest.raises(AssetRefused, match="at most 512"):
        ZipFiles(zipped({str(number): b"" for number in range(MAX_ENTRIES + 1)}))
    with pytest.raises(AssetRefused, match="bytes; at most"):
        ZipFiles(b"\0" * (MAX_PACKAGE_BYTES + 1))
    with pytest.raises(AssetRefused, match="use deflate"):
        ZipFiles(zipped(files(), compression=zipfile.ZIP_LZMA))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_package_is_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(zipped(files()))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    with suppress(AssetRefused):
        assert read_package(ZipFiles(bytes(whole[:cut]))).puppet.rig.parts


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_characters_have_all_that_a_show_needs(name: str) -> None:
    rig = built_in(name).puppet.rig
    assert set(rig.emotions) >= {"neutral", "happy", "sad", "surprised", "angry", "thinking"}
    assert rig.mouth is not None
    assert len(rig.mouth.shapes) >= 4
    assert set(rig.mouth.visemes) >= {"A", "E", "I", "O", "U", "M"}
    assert rig.blinks
    assert rig.motions


def test_a_directory_that_points_before_the_zip_is_told() -> None:
    data = bytearray(zipped(files()))
    end = data.rindex(b"PK\x05\x06")
    # The directory's place, as the end of the ZIP says, is one byte more than the truth.
    data[end + 16] += 1
    with pytest.raises(AssetRefused):
        read_package(ZipFiles(bytes(data)))
