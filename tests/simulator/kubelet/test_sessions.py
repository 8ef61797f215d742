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
