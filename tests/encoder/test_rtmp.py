"""FLV tags, AMF0, chunks and URLs: round trips, exact bytes, and garbage."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.flv import avc_configuration, nal_units, video_tag
from encoder.rtmp import amf
from encoder.rtmp.chunks import ChunkReader, Message, MessageType, chunked
from encoder.rtmp.target import Target
from farm.errors import EncoderFailed, OutputFailed

SPS, PPS = b"\x67\x42\xc0\x1f\xda\x01", b"\x68\xce\x3c\x80"

# A NAL unit holds no start code and does not end in a zero: H.264 sees to that.
units = st.binary(min_size=1, max_size=40).filter(lambda b: b"\0\0\1" not in b and b[-1] and b[0])


@given(st.lists(st.tuples(units, st.sampled_from([b"\0\0\1", b"\0\0\0\1"])), min_size=1, max_size=5))
def test_nal_units_are_found_behind_short_and_long_start_codes(coded: list[tuple[bytes, bytes]]) -> None:
    stream = b"".join(code + unit for unit, code in coded)
    parts = [unit for unit, _ in coded]
    assert nal_units(stream) == parts
    payload = video_tag(stream, 0, keyframe=True).payload[5:]
    assert payload == b"".join(len(unit).to_bytes(4, "big") + unit for unit in parts)


def test_the_decoder_configuration_holds_both_parameter_sets() -> None:
    record = avc_configuration(b"\0\0\0\1" + SPS + b"\0\0\0\1" + PPS)
    assert record == b"\1\x42\xc0\x1f\xff\xe1\0\6" + SPS + b"\1\0\4" + PPS


def test_an_encoder_without_parameter_sets_has_failed() -> None:
    with pytest.raises(EncoderFailed):
        avc_configuration(b"\0\0\0\1" + SPS)


scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=30)
values = st.recursive(
    scalars, lambda inner: st.dictionaries(st.text(min_size=1, max_size=9), inner), max_leaves=9
)


@given(st.lists(values, max_size=4))
def test_amf_is_read_as_it_was_written(written: list[amf.Value]) -> None:
    data = amf.encode(*written)
    if _depth(written) <= 6:
        assert amf.decode(data) == written


def _depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@given(st.binary(max_size=200))
def test_amf_that_is_none_is_the_destinations_fault(data: bytes) -> None:
    with suppress(OutputFailed):  # anything else fails the test
        amf.decode(data)


def test_metadata_is_an_array_that_can_be_read() -> None:
    assert amf.decode(amf.ecma_array({"width": 1280, "stereo": True})) == [{"width": 1280.0, "stereo": True}]


messages = st.builds(
    Message,
    kind=st.sampled_from([MessageType.AUDIO, MessageType.VIDEO, MessageType.COMMAND]),
    payload=st.binary(min_size=1, max_size=600),
    time_ms=st.integers(0, 2**32 - 1),
    stream_id=st.integers(0, 3),
)


@given(st.lists(st.tuples(messages, st.integers(2, 63)), max_size=5), st.integers(1, 500))
def test_messages_survive_the_chunk_stream_in_pieces_of_any_size(
    sent: list[tuple[Message, int]], piece_bytes: int
) -> None:
    stream = b"".join(chunked(message, channel, 128) for message, channel in sent)
    reader = ChunkReader()
    received = []
    for i in range(0, len(stream), piece_bytes):
        received += reader.feed(stream[i : i + piece_bytes])
    assert received == [message for message, _ in sent]


def test_short_headers_repeat_what_the_channel_said_before() -> None:
    first = bytes((3,)) + bytes((0, 0, 10)) + bytes((0, 0, 1)) + bytes((8,)) + bytes((1, 0, 0, 0)) + b"a"
    second = bytes((0x43,)) + bytes((0, 0, 5)) + bytes((0, 0, 2)) + bytes((9,)) + b"bb"
    third = bytes((0x83,)) + bytes((0, 0, 7)) + b"cc"
    fourth = bytes((0xC3,)) + b"dd"
    received = ChunkReader().feed(first + second + third + fourth)
    assert [(m.kind, m.time_ms, m.stream_id, m.payload) for m in received] == [
        (8, 10, 1, b"a"),
        (9, 15, 1, b"bb"),
        (9, 22, 1, b"cc"),
        (9, 29, 1, b"dd"),
    ]


def test_a_new_chunk_size_counts_from_the_next_message_on() -> None:
    size = chunked(Message(MessageType.SET_CHUNK_SIZE, (4000).to_bytes(4, "big")), 2, 128)
    long = Message(MessageType.COMMAND, bytes(3000))
    assert ChunkReader().feed(size + chunked(long, 3, 4000))[1].payload == long.payload


@given(st.binary(max_size=400))
def test_bytes_that_are_not_rtmp_do_not_break_the_reader(data: bytes) -> None:
    with suppress(OutputFailed):  # anything else fails the test
        ChunkReader().feed(data)


@pytest.mark.parametrize(
    ("url", "host", "port", "app", "key", "tls"),
    [
        ("rtmp://a.example/live/secret", "a.example", 1935, "live", "secret", False),
        ("rtmp://a.example:1936/live2/x-y_z?backup=1", "a.example", 1936, "live2", "x-y_z?backup=1", False),
        ("rtmps://b.example/app/region/secret", "b.example", 443, "app/region", "secret", True),
        ("rtmp://[::1]:99/live/secret", "::1", 99, "live", "secret", False),
    ],
)
def test_urls_are_taken_apart(url: str, host: str, port: int, app: str, key: str, tls: bool) -> None:
    target = Target.parse(url)
    assert (target.host, target.port, target.app, target.key, target.tls) == (host, port, app, key, tls)
    assert key.split("?", maxsplit=1)[0] not in repr(target) + target.tc_url()


@pytest.mark.parametrize(
    "url", ["", "http://h/app/secret", "rtmp://h/secret", "rtmp:///app/secret", "rtmp://h:x/app/secret"]
)
def test_urls_that_are_none_are_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(OutputFailed) as refused:
        Target.parse(url)
    assert "secret" not in str(refused.value)


def test_a_server_that_repeats_the_key_does_not_get_it_into_our_words() -> None:
    target = Target.parse("rtmp://h/app/secret?token=1")
    assert target.without_key("secret?token=1 is live; secret is taken") == "*** is live; *** is taken"
