"""Whatever a script does, it ends as an ordinary failure or runs out of its budget; it never raises or hangs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.posix import limits, new_machine, run_script, standard_commands

_WORDS = r"""; & && || | ( ) { } < > >> << ;; ! $ ` " ' \ $( $(( )) ${ [ ] [[ ]] if then elif else fi do done while until for
    case esac in x=1 * ? ~ # - -n -e 1 2>&1 <&- >&- /dev/null ${x:- ${x% ${x/ ${#x} := $@ $* $# $? $! % = == =~ -f . ..
    cd export unset local return break continue exit eval exec trap wait read shift set getopts alias -c -r s/a/b/
    """
_TOKENS = ["\n", *_WORDS.split(), *sorted(standard_commands().entries)]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_TOKENS), max_size=14), st.sampled_from(["sh", "bash", "dash"]))
def test_random_tokens_never_raise(tokens: list[str], shell: str) -> None:
    run_script(" ".join(tokens), shell=shell, stdin=b"a b\nc\n", budget=1_500)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_random_text_never_raises(text: str) -> None:
    run_script(text, budget=1_500)


@pytest.mark.parametrize(
    "script",
    [
        "while true; do :; done",
        "f() { f; }; f",
        "f() { f | f & }; f",
        ":(){ :|:& };:",
        "yes > /tmp/big",
        "x=x; while :; do x=$x$x; done",
        "yes | sort",
        "cat /dev/zero | wc -c",
        "x=$(yes)",
        "trap 'kill -TERM $$' TERM; kill -TERM $$; while :; do :; done",
        "while :; do sleep 0 & done",
        "eval \"$(printf 'eval %.0s' $(seq 500))\"",
        "seq 1 999999999999 | tail -1",
        "alias a='a a'; a",
        "echo {1..99999999}",
        "echo /*/*/*/*/../*/../*",
        "tail -f /dev/null",
        "watch -n 0 echo",
        "ln -s /tmp/a /tmp/b; ln -s /tmp/b /tmp/a; cat /tmp/a",
        "sed ':a;ba'",
        "printf %1000000000d 1",
        "exec 5</dev/zero; while read x <&5; do :; done",
        "find / -exec sh -c 'find / >/dev/null' \\;",
        "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | grep -E '(a+)+(a+)+c'",
        "x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; case $x in *a*a*a*a*a*a*a*a*a*b) ;; esac",
        "echo $((2**99999999999))",
    ],
)
def test_hostile_scripts_stop_within_their_budget(script: str) -> None:
    before = time.monotonic()
    machine = new_machine()
    session = machine.start(["bash", "-c", script], {"PATH": "/bin"})
    now, spent = 0.0, 0
    while spent < 4_000 and session.status is None:
        steps = machine.steps
        progress = machine.run(now, 500)
        spent += machine.steps - steps + 1
        now = progress.wake_at if progress.wake_at is not None and not progress.busy else now
        session.take_output()
    machine.stop()
    assert len(machine.processes) == 0
    assert time.monotonic() - before < 20


@pytest.mark.parametrize("piece", ["$((", "$(", "((", "(", "{ ", "`", '"${x:-', "if ", "$(( $(", "[[ ( "])
def test_deep_nesting_is_refused_quickly(piece: str) -> None:
    before = time.monotonic()
    assert run_script(": ; " + ("echo " if piece[0] in '$`"' else "") + piece * 5_001).status == 2
    assert run_script(piece * 31, budget=5_000).status in (1, 2, 127)
    assert time.monotonic() - before < 5


def test_a_machine_runs_only_so_many_processes_and_says_so() -> None:
    result = run_script("i=0; while [ $i -lt 200 ]; do sleep 100 & i=$((i+1)); done; echo done", budget=20_000)
    assert b"can't fork: Resource temporarily unavailable" in result.stderr
    assert result.status == 2


def test_recursion_without_end_is_an_error() -> None:
    result = run_script("f() { f; }; f; echo no")
    assert (result.status, result.stdout) == (2, b"")
    assert b"nesting level exceeded" in result.stderr


def test_memory_of_a_pipe_is_bounded_and_its_writer_waits() -> None:
    machine = new_machine()
    session = machine.start(["sh", "-c", "yes | sleep 10"], {"PATH": "/bin"})
    for _ in range(20):
        progress = machine.run(0, 5_000)
    assert not progress.busy
    assert progress.wake_at == 10
    buffers = [s.pipe.buffer for p in machine.processes.values() for s in p.streams.values() if hasattr(s, "pipe")]
    assert max(map(len, buffers)) <= limits.PIPE_CAPACITY
    machine.run(10, 5_000)
    assert session.status == 0


def test_an_output_nobody_takes_makes_the_writer_wait() -> None:
    machine = new_machine()
    session = machine.start(["yes"], {"PATH": "/bin"})
    progress = machine.run(0, 1_000_000)
    assert not progress.busy
    assert progress.full == {1}
    assert sum(len(data) for _, data in session.take_output()) == limits.PIPE_CAPACITY
    assert machine.run(0, 10).busy
