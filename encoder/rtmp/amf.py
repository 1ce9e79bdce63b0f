"""AMF0, in which RTMP commands are written: the types that publishing needs."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from farm.errors import OutputFailed

Value = float | bool | str | None | Mapping[str, "Value"]

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ECMA_ARRAY, _OBJECT_END, _STRICT_ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12
_DEEPEST = 8


def encode(*values: Value) -> bytes:
    """The values one after the other."""
    return b"".join(map(_encoded, values))


def ecma_array(fields: Mapping[str, Value]) -> bytes:
    """``fields`` as the array that metadata comes in."""
    return struct.pack(">BI", _ECMA_ARRAY, len(fields)) + _properties(fields)


def decode(data: bytes) -> list[Value]:
    """The values in ``data``. Raises OutputFailed when it is not AMF0."""
    reader = _Reader(data)
    values: list[Value] = []
    try:
        while reader.position < len(data):
            values.append(reader.value(0))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise OutputFailed("the server sent a command that is not AMF0") from error
    return values


def _encoded(value: Value) -> bytes:
    match value:
        case None:
            return bytes((_NULL,))
        case bool():
            return bytes((_BOOLEAN, value))
        case int() | float():
            return struct.pack(">Bd", _NUMBER, value)
        case str():
            return bytes((_STRING,)) + _name(value)
        case _:
            return bytes((_OBJECT,)) + _properties(value)


def _name(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _properties(fields: Mapping[str, Value]) -> bytes:
    parts = [_name(name) + _encoded(value) for name, value in fields.items()]
    return b"".join(parts) + _name("") + bytes((_OBJECT_END,))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def value(self, depth: int) -> Value:
        if depth > _DEEPEST:
            raise OutputFailed("the server sent a command that is nested too deep")
        (kind,) = self._take(">B")
        read = _READERS.get(int(kind))
        if read is None:
            raise OutputFailed(f"the server sent a command with an unknown type, {kind}")
        return read(self, depth + 1)

    def number(self, _depth: int) -> Value:
        return float(self._take(">d")[0])

    def boolean(self, _depth: int) -> Value:
        return bool(self._take(">B")[0])

    def string(self, _depth: int) -> Value:
        return self._text(">H")

    def long_string(self, _depth: int) -> Value:
        return self._text(">I")

    def null(self, _depth: int) -> Value:
        return None

    def object(self, depth: int) -> Value:
        return self._fields(depth)

    def ecma_array(self, depth: int) -> Value:
        self._take(">I")
        return self._fields(depth)

    def strict_array(self, depth: int) -> Value:
        (count,) = self._take(">I")
        return {str(i): self.value(depth) for i in range(int(count))}

    def date(self, _depth: int) -> Value:
        return float(self._take(">dh")[0])

    def _fields(self, depth: int) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        while True:
            name = self._text(">H")
            if not name and self._data[self.position] == _OBJECT_END:
                self.position += 1
                return fields
            fields[name] = self.value(depth)

    def _text(self, length_format: str) -> str:
        length = int(self._take(length_format)[0])
        text = self._data[self.position : self.position + length]
        if len(text) < length:
            raise IndexError(length)
        self.position += length
        return text.decode()

    def _take(self, fmt: str) -> tuple[float, ...]:
        values = struct.unpack_from(fmt, self._data, self.position)
        self.position += struct.calcsize(fmt)
        return values


_READERS: Mapping[int, Callable[[_Reader, int], Value]] = {
    _NUMBER: _Reader.number,
    _BOOLEAN: _Reader.boolean,
    _STRING: _Reader.string,
    _OBJECT: _Reader.object,
    _NULL: _Reader.null,
    _UNDEFINED: _Reader.null,
    _ECMA_ARRAY: _Reader.ecma_array,
    _STRICT_ARRAY: _Reader.strict_array,
    _DATE: _Reader.date,
    _LONG_STRING: _Reader.long_string,
}
