"""Lines of the history brought back with an exclamation mark, as in bash's manual (History Expansion)."""

from __future__ import annotations

import pytest

from tests.shell.conftest import Bench
from tutor.shell.recall import EventNotFound, recalled

HISTORY = ["kubectl get pods -n production", "echo 'a b' c", "kubectl describe pod web-1"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("!!", "kubectl describe pod web-1"),
        ("!! | head", "kubectl describe pod web-1 | head"),
        ("kubectl logs !$", "kubectl logs web-1"),
        ("kubectl !*", "kubectl describe pod web-1"),
        ("x !^ y", "x describe y"),
        ("!1", "kubectl get pods -n production"),
        ("!-2", "echo 'a b' c"),
        ("!e", "echo 'a b' c"),
        ("!kubectl", "kubectl describe pod web-1"),
        ("!?get?", "kubectl get pods -n production"),
        ("!echo:1", "'a b'"),
        ("!!:$", "web-1"),
        ("^describe^logs^", "kubectl logs pod web-1"),
        ('echo "last: !$"', 'echo "last: web-1"'),
        ("echo '!!'", "echo '!!'"),
        ('echo "hello!"', 'echo "hello!"'),
        ("[ ! -f x ] && echo $! ${!x} a!= [!a]", "[ ! -f x ] && echo $! ${!x} a!= [!a]"),
        (r"echo \!!", r"echo \!!"),
        ("echo !", "echo !"),
    ],
)
def test_what_a_line_means(line: str, meant: str) -> None:
    assert recalled(line, HISTORY) == meant


@pytest.mark.parametrize("line", ["!nothing", "!99", "!!:9", "^nowhere^x^"])
def test_what_there_is_not(line: str) -> None:
    with pytest.raises(EventNotFound, match=r"^bash: .*(event not found|bad word specifier|substitution failed)"):
        recalled(line, HISTORY)


def test_the_line_that_is_run_is_shown_and_remembered(bench: Bench) -> None:
    bench.out("echo one two")
    assert bench.out("echo !$ three") == "two three\n"
    assert bench.pane.text("input") == "echo two three\n"
    assert bench.shell.history == ["echo one two", "echo two three"]


def test_a_line_that_means_nothing_is_not_run(bench: Bench) -> None:
    result = bench.run("echo a !nope")
    assert (result.status, result.stdout, result.stderr) == (1, "", "bash: !nope: event not found\n")
    assert bench.shell.history == []
