"""Terminal output as plain text."""

from __future__ import annotations

import pytest

from tutor.shell.display import Display, plain


def shown(*pieces: bytes) -> str:
    display = Display()
    return "".join(text for piece in pieces for _, text in display.take(piece)) + display.end()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\tb\n", "a\tb\n"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\r\nb", "a\nb"),
        ("ab\x08c", "ac"),
        ("\x00\x07\x9b\u202eevil", "evil"),
        ("\x1b[6n/ # ", "/ # "),
    ],
)
def test_control_codes_are_left_out(text: str, wanted: str) -> None:
    assert plain(text) == wanted


def test_characters_split_between_pieces() -> None:
    assert shown("é漢".encode()[:3], "é漢".encode()[3:]) == "é漢"
    assert shown(b"a\x1b[3", b"1mb") == "ab"
    assert shown(b"a\r", b"\nb") == "a\nb"
    assert shown(b"\xff\xfe", b"x") == "\ufffd\ufffdx"


def test_a_line_written_over() -> None:
    assert shown(b"/ # ", b"\r/ # \x1b[J") == "/ # "
    assert shown(b"10%\r20%\r30%\n") == "30%\n"
    assert shown(b"10%", b"\r20%", b"\n") == "10%\n20%\n"
    assert shown(b"wait", b"\rwaiting", b"\n") == "waiting\n"


def test_an_unfinished_sequence_is_not_kept_for_ever() -> None:
    assert len(shown(b"\x1b]" + b"x" * 1_000)) > 500


def test_clearing_is_told() -> None:
    assert Display().take(b"a\x1b[H\x1b[Jb") == [(False, "a"), (True, "b")]
    assert Display().take(b"\x1b[J") == [(False, "")]
