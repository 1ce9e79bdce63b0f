"""Films in a pipe: what is written is read back, anything else is refused."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

from farm.errors import InputError
from farm.transport.planes import i420_bytes
from farm.transport.y4m import FilmFormat, read_header, read_picture, write_header, write_picture

SMALL = FilmFormat(16, 8, Fraction(30_000, 1001))


def a_picture(value: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.full(i420_bytes(SMALL.width, SMALL.height), value, np.uint8)


def a_film(*values: int) -> bytes:
    film = io.BytesIO()
    write_header(film, SMALL)
    for value in values:
        write_picture(film, a_picture(value))
    return film.getvalue()


def test_a_film_is_read_as_it_was_written() -> None:
    film = io.BytesIO(a_film(7, 200))
    assert read_header(film) == SMALL
    buffer = a_picture(0)
    for value in (7, 200):
        assert read_picture(film, buffer)
        assert (buffer == value).all()
    assert not read_picture(film, buffer)


def test_the_header_is_that_of_the_format() -> None:
    assert a_film() == b"YUV4MPEG2 W16 H8 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n"


def test_a_film_that_never_began_has_no_header() -> None:
    assert read_header(io.BytesIO()) is None


@pytest.mark.parametrize(
    "header",
    [
        b"RIFF and so on\n",
        a_film().replace(b"W16", b"W17"),
        a_film().replace(b"W16", b"W99998"),
        a_film().replace(b":1001", b":0"),
        a_film().replace(b"C420jpeg", b"C444"),
        a_film().rstrip(b"\n"),
        b"Y" * 10_000,
    ],
)
def test_other_films_are_refused(header: bytes) -> None:
    with pytest.raises(InputError):
        read_header(io.BytesIO(header))


@pytest.mark.parametrize("kept", [3, 6, 40])
def test_a_film_that_breaks_off_is_told(kept: int) -> None:
    film = io.BytesIO(a_film(1)[: len(a_film()) + kept])
    read_header(film)
    with pytest.raises(InputError, match="ends within a picture"):
        read_picture(film, a_picture(0))
