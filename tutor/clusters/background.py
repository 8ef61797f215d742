"""A simulated cluster in a process of its own, so that several commands, and the learner's own tools, can use it in turn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutor.clusters.base import ClusterError, Report
from tutor.clusters.control import ControlServer, Door, RemoteClock, RemoteLevers, ask
from tutor.clusters.simulated import CAPABILITIES, Simulated
from tutor.folders import private_folder, write_private

STATE_FILE = "background.json"
LOG_FILE = "background.log"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Running:
    """The background process and how to reach its cluster."""

    pid: int
    kubeconfig: str
    port: int
    token: str

    @property
    def door(self) -> Door:
        """Where it takes orders."""
        return Door(self.port, self.token)


def _state_path() -> Path:
    return private_folder("clusters") / STATE_FILE


def status() -> Running | None:
    """The running background cluster, or None."""
    try:
        data = json.loads(_state_path().read_text(encoding="utf-8"))
        found = Running(int(data["pid"]), str(data["kubeconfig"]), int(data["port"]), str(data["token"]))
        os.kill(found.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if Path(found.kubeconfig).exists() else None


def serve() -> int:
    """Run a simulated cluster in this process until it is told to end; the exit code."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ending.set())
    cluster = Simulated()
    cluster.start()
    control = ControlServer(cluster)
    door = control.start()
    mine = Running(os.getpid(), str(cluster.kubeconfig()), door.port, door.token)
    write_private(_state_path(), json.dumps(asdict(mine)) + "\n")
    try:
        ending.wait()
    finally:
        if status() == mine:
            _state_path().unlink(missing_ok=True)
        control.stop()
        cluster.stop()
    return 0


def start() -> Running:
    """Start the background process, or find it running. Raises ClusterError when it does not come up."""
    found = status()
    if found is not None:
        return found
    log = private_folder("clusters") / LOG_FILE
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "cluster", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        found = _until_up(process)
    except BaseException:
        process.terminate()  # or it would come up later, beside the one that the next start makes
        raise
    if found is not None:
        return found
    process.terminate()
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise ClusterError(f"the simulated cluster did not start: {''.join(last) or 'no answer'}", f"Its log is {log}")


def _until_up(process: subprocess.Popen[bytes]) -> Running | None:
    """The background process as soon as it can be used; None when it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        found = status()
        if found is not None:
            return found
        if process.poll() is not None:
            return None
        time.sleep(POLL_SECONDS)
    return None


def stop() -> bool:
    """End the background process; says whether there was one. Raises ClusterError when it does not end."""
    found = status()
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end:
        if status() is None:
            return True
        time.sleep(POLL_SECONDS)
    raise ClusterError(f"process {found.pid} does not end", f"End it with: kill -9 {found.pid}")


class BackgroundSimulated:
    """The simulated cluster of the background process. It keeps no snapshots to undo commands with."""

    name = "simulated"
    snapshots = None
    history = None
    capabilities = CAPABILITIES - {"snapshot"}

    def __init__(self) -> None:
        self._running: Running | None = None

    def start(self, report: Report = lambda _: None) -> None:
        """Find or start the process. Raises ClusterError."""
        self._running = start()

    def stop(self) -> None:
        """Forget it; the process goes on until `k8s-tutor cluster stop`."""
        self._running = None

    @property
    def clock(self) -> RemoteClock | None:
        """Its clock; None before start."""
        return RemoteClock(self._running.door) if self._running else None

    @property
    def levers(self) -> RemoteLevers | None:
        """What can be broken and added; None before start."""
        return RemoteLevers(self._running.door) if self._running else None

    def audit(self, since: int) -> tuple[int, list[dict[str, Any]]]:
        """See Simulated.audit. ClusterError when it does not answer or has not been started."""
        if self._running is None:
            raise ClusterError("the cluster has not been started")
        last, events = ask(self._running.door, "audit", since=since)
        return int(last), list(events)

    def kubeconfig(self) -> Path:
        """A private file that leads to it. ClusterError before start."""
        if self._running is None:
            raise ClusterError("the cluster has not been started")
        return Path(self._running.kubeconfig)

    def load_images(self, images: Sequence[str], report: Report = lambda _: None) -> None:
        """Nothing to do: its catalogue knows the tutor's own images."""
