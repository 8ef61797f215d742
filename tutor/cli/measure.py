"""`benchmark`: how long the tutor makes a learner wait, beside what a bare Textual app takes on the same machine."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tutor.cli.output import OK, json_option, say, say_json

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare app")
Bare().run()
"""
FIRST_PAINT_SECONDS = 30.0
EXERCISE = "scale-to-five"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    benchmark = commands.add_parser("benchmark", help="measure how long things take on this machine")
    benchmark.add_argument("--runs", type=int, default=5, help="runs of each measurement; the median is printed")
    json_option(benchmark)
    benchmark.set_defaults(handler=run_benchmark)


def run_benchmark(arguments: argparse.Namespace) -> int:
    """Measure everything in a data folder of its own and print it beside its budget."""
    runs = max(1, arguments.runs)
    with tempfile.TemporaryDirectory() as home:
        os.environ["K8S_TUTOR_HOME"] = home
        rows = [*_paint(runs), *_command(runs), *_cluster(runs), *_exercise(runs), *_screens(runs), *_memory()]
    if arguments.json:
        say_json(
            [
                {"what": what, "value": round(value, 2), "unit": unit, "budget": budget}
                for what, value, unit, budget in rows
            ]
        )
    else:
        for what, value, unit, budget in rows:
            say(f"{what:<48}{value:>9.1f} {unit:<3}  {budget}".rstrip())
    return OK


Row = tuple[str, float, str, str]


def _median(action: Callable[[], float], runs: int) -> float:
    return statistics.median(action() for _ in range(runs))


def _until_shown(command: Sequence[str], needle: bytes) -> float:
    """Seconds from starting a program in a pseudo-terminal until it has drawn `needle`."""
    import pty
    import select
    import signal

    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
        os.execv(command[0], list(command))
    seen = b""
    try:
        while needle not in seen and time.perf_counter() - began < FIRST_PAINT_SECONDS:
            if select.select([terminal], [], [], 1.0)[0]:
                seen += os.read(terminal, 65536)
        taken = time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    if needle not in seen:
        raise TimeoutError(f"{' '.join(command)} showed nothing in {FIRST_PAINT_SECONDS:.0f} s")
    return taken


def _paint(runs: int) -> list[Row]:
    python = sys.executable
    ours, bare = [], []
    for _ in range(runs):
        bare.append(_until_shown([python, "-c", BARE_APP], b"bare app"))
        ours.append(_until_shown([python, "-m", "tutor"], b"Container orchestration"))
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [
        ("first paint", statistics.median(ours) * 1000, "ms", ""),
        ("first paint of a bare Textual app", statistics.median(bare) * 1000, "ms", ""),
        ("first paint, ratio", ratio, "x", "at most 2"),
    ]


def _command(runs: int) -> list[Row]:
    import subprocess

    def version() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tutor", "--version"], check=True, capture_output=True)
        return time.perf_counter() - began

    return [("k8s-tutor --version", _median(version, runs) * 1000, "ms", "at most 200")]


def _cluster(runs: int) -> list[Row]:
    from tutor.clusters import open_cluster

    open_cluster("simulated").stop()

    def start() -> float:
        cluster = open_cluster("simulated")
        began = time.perf_counter()
        cluster.start()
        taken = time.perf_counter() - began
        cluster.stop()
        return taken

    start()
    return [("simulated cluster ready", _median(start, runs) * 1000, "ms", "at most 150")]


def _exercise(runs: int) -> list[Row]:
    ready, feedback = zip(*(_one_exercise() for _ in range(runs)), strict=True)
    return [
        ("exercise ready", statistics.median(ready) * 1000, "ms", "at most 250"),
        ("check feedback after a change", statistics.median(feedback) * 1000, "ms", "at most 100"),
    ]


def _one_exercise() -> tuple[float, float]:
    """Seconds to set an exercise up, and from a change in the cluster to the report that shows it."""
    from tutor.clusters import open_cluster
    from tutor.course import load_pack
    from tutor.grading import ExerciseSession, Report, workspace_for
    from tutor.kubectl import KubeConfig, KubectlIO, run

    exercise = load_pack().exercises[EXERCISE]
    cluster = open_cluster("simulated")
    cluster.start()
    session = ExerciseSession(exercise, cluster, workspace_for(exercise.id))
    began = time.perf_counter()
    session.start()
    ready = time.perf_counter() - began
    changed = threading.Event()
    first = threading.Event()

    def see(_: Report) -> None:
        (changed if first.is_set() else first).set()

    session.observe(see)
    first.wait(10)
    config = KubeConfig.load(cluster.kubeconfig())
    quiet = KubectlIO(stdout=lambda _: None, stderr=lambda _: None)
    run(["scale", "deployment/web-app", "--replicas=5"], quiet, config)
    began = time.perf_counter()
    changed.wait(10)
    feedback = time.perf_counter() - began
    config.close()
    session.close(cleanup=True)
    cluster.stop()
    return ready, feedback


def _screens(runs: int) -> list[Row]:
    from tutor.cli.measure_screens import PODS, measure

    completion, output = measure(EXERCISE, runs)
    return [
        ("completion in the shell, on the screen", completion * 1000, "ms", "at most 50"),
        (f"get pods of {PODS} Pods, on the screen", output * 1000, "ms", "at most 30"),
    ]


def _memory() -> list[Row]:
    """Resident memory of a process that has the screens and a cluster with an exercise, in MB."""
    import subprocess

    program = f"from tutor.cli.measure_screens import memory; print(memory({EXERCISE!r}))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return [("memory with screens, cluster and an exercise", float(done.stdout.split()[-1]), "MB", "at most 120")]


def resident_megabytes() -> float:
    """Memory of this process that is in use now."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
