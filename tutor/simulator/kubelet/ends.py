"""What containers do by themselves: they go on, and they end."""

from __future__ import annotations

from tutor.simulator.kubelet.look import Look, next_relist
from tutor.simulator.kubelet.sharing import end_debuggers
from tutor.simulator.kubelet.state import ContainerRecord, Ended, Run

UNSEEN_SECONDS = 0.2
"""Until so long after a start the end of a container stays unnoticed, so that its having run is noticed first."""
FALLBACK_LINES, FALLBACK_BYTES = 80, 2048


def notice_ends(look: Look) -> None:
    """Let containers do what is due in them, and take note of those that have ended."""
    for own in look.record.containers.values():
        run = own.current
        if run is None or run.container is None or not run.is_running:
            continue
        container = run.container
        wake = container.wake_at()
        if wake is not None and wake <= look.now + 1e-6:
            container.run(look.services.world)
        if container.exit_code is not None and (own.observed or look.now >= _must_have_seen(run)):
            _note_end(look, own)


def _must_have_seen(run: Run) -> float:
    return (run.started or 0.0) + UNSEEN_SECONDS


def _note_end(look: Look, own: ContainerRecord) -> None:
    run = own.current
    assert run is not None
    assert run.container is not None
    code = run.container.exit_code or 0
    reason = "OOMKilled" if run.container.out_of_memory else "Completed" if code == 0 else "Error"
    run.ended = Ended(run.container.ended_at, code, reason, _last_words(look, own, code))
    own.stop, own.observed = None, False
    end_debuggers(look, own.name)
    if own.previous is not None:
        own.previous.container = None  # one dead container is kept: the one that has just ended
    seen = next_relist(look.now)
    look.record.want_sync(seen)
    if look.record.operation is not None:
        look.record.late_end = seen


def _last_words(look: Look, own: ContainerRecord, code: int) -> str:
    """The termination message: what the container wrote to its file, or the end of its log if asked for."""
    spec = look.spec(own.name)
    assert own.current is not None
    container = own.current.container
    if container is None:
        return ""
    text = b""
    if container.inside is not None and spec.get("terminationMessagePath"):
        text = container.inside.read(spec["terminationMessagePath"]) or b""
    if not text and code != 0 and spec.get("terminationMessagePolicy") == "FallbackToLogsOnError":
        lines = [line.text + "\n" * line.whole for line in container.log.lines[-FALLBACK_LINES:]]
        text = "".join(lines).encode()[-FALLBACK_BYTES:]
    return text.decode(errors="replace")[:4096]
