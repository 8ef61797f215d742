"""A running machine is a value: copies taken anywhere go on alike, however the steps are portioned."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.posix import Machine, new_machine

ENVIRONMENT = {"PATH": "/bin", "HOME": "/root"}
Ending = tuple[bytes, int | None, float, int]

NESTED = """f() { for i in 1 2 3; do sleep 1; echo "$1 $i $(echo sub; sleep 1) $RANDOM"; done; }
f a | while read x; do echo "got $x"; sleep 0.5; done > /tmp/o
trap 'echo bye' EXIT
{ seq 1 5; sleep 2; echo z >&2; } 2>&1 | grep -v 3 | sort -r & wait; cat /tmp/o; x=${y:-$(date +%s)}; echo $x
sleep 30 & kill $!; wait $!; echo $? "${x%?}"; tail -n 1 /tmp/o"""


def begin(script: str) -> Machine:
    machine = new_machine()
    machine.start(["sh", "-c", script], ENVIRONMENT)
    return machine


def advance(machine: Machine, steps: int) -> None:
    """Run this many steps, letting time pass when all sleep."""
    until, now = machine.steps + steps, machine.now
    while machine.steps < until:
        progress = machine.run(now, until - machine.steps)
        if not progress.busy:
            if progress.wake_at is None:
                return
            now = progress.wake_at


def finish(machine: Machine, budget: int) -> Ending:
    """Run to the end in portions: all output, the status, the time and the number of processes there were."""
    out, now = b"", machine.now
    for _ in range(3_000):
        progress = machine.run(now, budget)
        out += b"".join(data for _, data in machine.sessions[1].take_output())
        if not progress.busy and not progress.full:
            if progress.wake_at is None:
                break
            now = progress.wake_at
    return out, machine.sessions[1].status, machine.now, machine.next_pid


@pytest.mark.parametrize("steps", range(0, 500, 23))
def test_copies_taken_anywhere_end_like_the_original(steps: int) -> None:
    machine = begin(NESTED)
    advance(machine, steps)
    copies = [copy.deepcopy(machine), pickle.loads(pickle.dumps(machine))]
    expected = finish(machine, 100_000)
    assert b"bye" in expected[0]
    assert [finish(copies[0], 3), finish(copies[1], 50)] == [expected, expected]


def test_a_copy_goes_on_in_another_process(tmp_path: Path) -> None:
    """As a kept cluster does when the program is started again: nothing there has run a command yet."""
    machine = begin("while true; do sleep 1; test -f /tmp/f && break; echo a; echo b > /tmp/f; done; echo c")
    machine.run(0)
    (tmp_path / "machine").write_bytes(pickle.dumps(machine))
    goes_on = (
        "import pickle, sys; machine = pickle.load(open(sys.argv[1], 'rb')); [machine.run(now) for now in range(5)]; "
        "print(machine.sessions[1].take_output(), machine.sessions[1].status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", goes_on, tmp_path / "machine"],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[('stdout', b'a\\nc\\n')] 0\n", "")


def test_copies_do_not_share_files_variables_or_output() -> None:
    machine = begin("x=1; sleep 1; echo mine > /tmp/f; x=2; sleep 1; cat /tmp/f; echo $x")
    machine.run(0)
    other = copy.deepcopy(machine)
    machine.run(1)
    machine.files.write("/tmp/f", b"changed\n")
    machine.run(2)
    assert other.files.lookup("/tmp/f") is None
    other.run(1)
    other.run(2)
    assert machine.sessions[1].take_output() == [("stdout", b"changed\n2\n")]
    assert other.sessions[1].take_output() == [("stdout", b"mine\n2\n")]


def test_the_deepest_script_the_parser_takes_can_be_copied() -> None:
    for opening, closing in (("{ ", "; }"), ("$(echo ", ")"), ('"${x:-', '}"'), ("if true; then ", "; fi")):
        for depth in range(40, 0, -1):
            script = "echo " * opening.startswith(("$", '"')) + opening * depth + "sleep 5" + closing * depth
            machine = begin(script)
            machine.run(0)
            if machine.sessions[1].status != 2:
                break
        assert depth > 4
        assert finish(pickle.loads(pickle.dumps(machine)), 1000) == finish(copy.deepcopy(machine), 1000)


_simple = st.sampled_from(
    [
        "sleep 1",
        "echo $i $x",
        "x=$(echo $x; sleep 1)",
        "seq 3 | while read i; do echo r$i; done",
        "yes | head -2",
        "false",
        "echo err >&2",
        "echo $RANDOM >> /tmp/log",
        "cat /tmp/log",
        "(x=sub; sleep 2; echo $x)",
        "sleep 2 & wait",
        "sleep 3 &",
        "set -- ${x:-a b}; echo $#",
        "kill -USR1 $$",
        "f",
        "cat <<E\n$x\nE\n",
        "printf '%s-' a b | tee /tmp/t; echo",
        "sort /tmp/log 2>/dev/null | uniq -c",
    ]
)


def _compounds(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda two: f"{two[0]}\n{two[1]}"),
        inner.map(lambda body: f"for i in 1 2; do\n{body}\ndone"),
        inner.map(lambda body: f'if [ -n "$x" ]; then\n{body}\nelse\necho else\nfi'),
        inner.map(lambda body: f"{{\n{body}\n}} | cat -n"),
        inner.map(lambda body: f"f() {{\nsleep 1; echo in f\n}}\n{body}"),
        inner.map(lambda body: f"(\n{body}\n) 2>&1 | tail -n 2"),
        inner.map(lambda body: f"trap 'echo usr1' USR1\n{body}"),
        inner.map(lambda body: f"case $x in sub) echo s;; *)\n{body}\n;; esac"),
    )


@settings(max_examples=60, deadline=None)
@given(st.recursive(_simple, _compounds, max_leaves=6), st.integers(0, 400), st.integers(1, 40))
def test_any_script_goes_on_alike_from_any_step(script: str, steps: int, budget: int) -> None:
    machine = begin(script)
    advance(machine, steps)
    copied, pickled = copy.deepcopy(machine), pickle.loads(pickle.dumps(machine))
    expected = finish(machine, 100_000)
    assert finish(copied, budget) == expected
    assert finish(pickled, 1_000) == expected
