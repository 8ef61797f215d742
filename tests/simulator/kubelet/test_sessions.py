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
