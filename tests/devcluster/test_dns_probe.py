import struct

import pytest

from devcluster.dns_probe import dns_answers, has_answer, query


def test_the_question_is_spelt_as_the_rfc_says() -> None:
    """RFC 1035: a header of twelve bytes, labels with their lengths, type A, class IN."""
    message = query("dns.test", 7)
    assert message == b"\x00\x07\x01\x00\x00\x01\0\0\0\0\0\0\x03dns\x04test\0\x00\x01\x00\x01"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param((7, 0x8180, 1, 1), True, id="an answer"),
        pytest.param((7, 0x8183, 1, 0), False, id="no such name"),
        pytest.param((7, 0x8180, 1, 0), False, id="no record"),
        pytest.param((8, 0x8180, 1, 1), False, id="an answer to somebody else"),
        pytest.param((7, 0x0100, 1, 1), False, id="our own question"),
    ],
)
def test_answers(header: tuple[int, ...], expected: bool) -> None:
    """Only a clean answer with a record counts."""
    assert has_answer(struct.pack(">6H", *header, 0, 0), 7) is expected


def test_half_a_message_is_no_answer() -> None:
    """A cut-off packet does not raise."""
    assert not has_answer(b"\x00\x07", 7)


def test_nobody_there_is_no_answer() -> None:
    """An address on which nobody listens is a plain no."""
    assert not dns_answers("127.255.255.254")
