"""Reading an unfinished line."""

from __future__ import annotations

import pytest

from tutor.shell.typed import typed_command


@pytest.mark.parametrize(
    ("line", "words", "word_at"),
    [
        ("", [""], 0),
        ("ku", ["ku"], 0),
        ("kubectl ", ["kubectl", ""], 8),
        ("kubectl get po", ["kubectl", "get", "po"], 12),
        ("a; b c", ["b", "c"], 5),
        ("a | b && c ", ["c", ""], 11),
        ("x=1 y=2 c d", ["c", "d"], 10),
        ("if c d", ["c", "d"], 5),
        ("echo $(c d", ["c", "d"], 9),
        ('echo "$(c d', ["c", "d"], 10),
        ("echo 'a b", ["echo", "a b"], 6),
        ("echo 'a b' c", ["echo", "a b", "c"], 11),
        ("cat <<< x a", ["cat", "a"], 10),
        ("for i in a; do c ", ["c", ""], 17),
    ],
)
def test_the_command_at_the_cursor(line: str, words: list[str], word_at: int) -> None:
    typed = typed_command(line)
    assert (typed.words, typed.start) == (words, word_at)


@pytest.mark.parametrize(("line", "file"), [("c > f", "f"), ("c 2>> f", "f"), ("c <f", "f"), ("c > ", "")])
def test_the_target_of_a_redirection(line: str, file: str) -> None:
    typed = typed_command(line)
    assert typed.after
    assert (typed.words, typed.current) == (["c", file], file)


def test_a_word_of_mixed_quotes_is_left_alone() -> None:
    assert typed_command("cat a'b").mixed
    assert typed_command("cat a\\ b").mixed
    assert not typed_command("cat 'a b").mixed
