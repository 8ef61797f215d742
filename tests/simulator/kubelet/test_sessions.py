"""Commands in containers that read what a client types."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab


@pytest.mark.parametrize("at_once", [True, False])
def test_a_command_reads_its_input_to_the_end(at_once: bool) -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "3600"]})
    lab.advance(5)
    session = lab.cluster.runtime.exec("default", "app", "c", ["cat"], stdin=True, tty=False)
    assert session is not None
    if not at_once:
        lab.advance(1)
    session.write(b"one\ntwo\n")
    session.end_input()
    lab.advance(1)
    assert list(session.output()) == [("stdout", b"one\ntwo\n")]
    assert session.exit_status() == {"metadata": {}, "status": "Success"}


@pytest.mark.parametrize("from_input", [True, False])
def test_a_command_writes_more_than_a_pipe_holds(from_input: bool) -> None:
    """It waits while nobody takes what it has written, and holds nothing else up meanwhile."""
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "3600"]})
    lab.advance(5)
    expected = "".join(f"{number}\n" for number in range(1, 40_001)).encode()
    argv = ["cat"] if from_input else ["seq", "1", "40000"]
    session = lab.cluster.runtime.exec("default", "app", "c", argv, stdin=from_input, tty=False)
    assert session is not None
    if from_input:
        session.write(expected)
        session.end_input()
    written = b""
    for _ in range(600):
        written += b"".join(data for _, data in session.output())
        if session.exit_status() is not None:
            break
        lab.advance(0.1)
    assert written == expected
    assert session.exit_status() == {"metadata": {}, "status": "Success"}


def test_a_shell_at_a_terminal_answers_and_is_interrupted() -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "3600"]})
    lab.advance(5)
    session = lab.cluster.runtime.exec("default", "app", "c", ["sh"], stdin=True, tty=True)
    assert session is not None
    session.write(b"echo $((6*7))\n")
    lab.advance(1)
    assert b"42" in b"".join(data for _, data in session.output())
    session.write(b"sleep 100\n")
    lab.advance(1)
    session.write(b"\x03")
    session.write(b"exit 4\n")
    lab.advance(1)
    b"".join(data for _, data in session.output())
    status = session.exit_status()
    assert status is not None
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "4"}]


def test_a_session_ends_with_its_container() -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "3600"]}, terminationGracePeriodSeconds=1)
    lab.advance(5)
    session = lab.cluster.runtime.exec("default", "app", "c", ["sleep", "1000"], stdin=False, tty=False)
    assert session is not None
    assert session.exit_status() is None
    lab.client.delete("pods", "default", "app")
    lab.advance(10)
    status = session.exit_status()
    assert status is not None
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "137"}]


def test_attaching_shows_what_is_written_from_then_on() -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sh", "-c", "while true; do date +%s; sleep 1; done"]})
    lab.advance(5)
    session = lab.cluster.runtime.attach("default", "app", "c", stdin=False, tty=False)
    assert session is not None
    assert list(session.output()) == []
    lab.advance(3)
    assert len(list(session.output())) == 3


def test_a_prompt_is_handed_out_before_its_line_is_ended() -> None:
    lab = Lab()
    script = "printf 'name? '; read x; printf 'age? '; read y; echo $x $y"
    lab.pod("app", {"command": ["sh", "-c", script], "stdin": True}, restartPolicy="Never")
    lab.advance(5)
    session = lab.cluster.runtime.attach("default", "app", "c", stdin=True, tty=False)
    assert session is not None
    said = [list(session.output())]
    for answer in (b"ada\n", b"36\n"):
        session.write(answer)
        lab.advance(2)
        said.append(list(session.output()))
    assert said == [[("stdout", b"name? ")], [("stdout", b"age? ")], [("stdout", b"ada 36\n")]]
    assert lab.log("app") == ["name? age? ada 36"]


def test_an_attached_program_reads_what_is_typed() -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sh", "-c", "read x; echo got $x"], "stdin": True}, restartPolicy="Never")
    lab.advance(5)
    session = lab.cluster.runtime.attach("default", "app", "c", stdin=True, tty=False)
    assert session is not None
    session.write(b"it\n")
    lab.advance(5)
    assert lab.get("app")["status"]["phase"] == "Succeeded"
    assert lab.log("app") == ["got it"]


@pytest.mark.parametrize(("tty", "goes_on"), [(False, True), (True, False)])
def test_a_client_that_leaves_lets_a_command_go_on_unless_at_a_terminal(tty: bool, goes_on: bool) -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "1000"]})
    lab.advance(5)
    argv = ["sh", "-c", "sleep 5; echo there > /tmp/note"]
    session = lab.cluster.runtime.exec("default", "app", "c", argv, stdin=False, tty=tty)
    assert session is not None
    session.close()
    lab.advance(10)
    assert lab.run("app", "cat", "/tmp/note")[0] == (0 if goes_on else 1)


def test_nothing_is_kept_of_commands_whose_client_has_left() -> None:
    lab = Lab()
    lab.pod("app", {"command": ["sleep", "1000"]})
    lab.advance(5)
    for _ in range(20):
        session = lab.cluster.runtime.exec("default", "app", "c", ["echo", "hello"], stdin=False, tty=False)
        assert session is not None
        assert list(session.output()) == [("stdout", b"hello\n")]
        assert session.exit_status() == {"metadata": {}, "status": "Success"}
        session.close()
    running = lab.cluster.runtime.running("default", "app", "c")
    assert running is not None
    assert running.inside is not None
    assert len(running.inside.machine.sessions) == 1
