"""Every command that a lesson shows works in the practice shell, in a cluster as the lesson has it.

The commands of one lesson are run in their order on one simulated cluster in which the chapter's manifests are applied. Names of
Pods are replaced by ones that are there. A command may only fail where the lesson shows it failing, and never because the
shell or kubectl does not know it; where the lesson shows a table, the table has those columns.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tutor.clusters import open_cluster
from tutor.shell import PracticeShell
from tutor.simulator.api.certificates import Authority

LESSONS = Path(__file__).parents[2] / "lessons"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
POD_NAME = re.compile(r"\bweb-app-[0-9a-f]{6,10}-[a-z0-9]{5}\b")
SECRET = re.compile(r"kubectl create secret \S+ (?P<name>\S+)")
HEADER = re.compile(r"[A-Z][A-Z()%-]*(?: +(?:[A-Z][A-Z()%-]*|\.\.\.))+")
FAILURE = ("error", "Error", "wget:", "command terminated")
UNKNOWN = ("command not found", "unknown command", "unknown flag", "unknown shorthand flag")
KEEPS_RUNNING = re.compile(r"kubectl (logs .*(-f|--follow)|get .*(-w|--watch)|exec -it)\b")
STEP_SECONDS, WITHIN_SECONDS, LINE_SECONDS = 0.5, 120.0, 60.0
READY = (
    "kubectl apply -f namespace.yaml -f secret.yaml -f configmap.yaml",
    "sed s/v2.1.0/v2.0.0/ deployment.yaml | kubectl apply -f -",
    "kubectl rollout status deploy/web-app -n production",
    "kubectl apply -f deployment.yaml -f service.yaml -f ingress.yaml -f hpa.yaml",
    "sed 's/namespace: production/namespace: default/' ingress.yaml | kubectl apply -f -",
    "sed 's/namespace: production/namespace: default/' hpa.yaml | kubectl apply -f -",
    "kubectl rollout status deploy/web-app -n production",
    "kubectl create deployment flaky --image=web-app:v2.5.0-crash -n production",
    "kubectl run box --image=busybox:1.36 -n default -- sleep 3600",
    "kubectl config set-context --current --namespace=production",
)
"""What makes a cluster as the chapter describes it."""


@dataclass(frozen=True)
class Shown:
    """A command of a lesson and what the lesson shows it printing."""

    command: str
    output: str

    @property
    def may_fail(self) -> bool:
        """Whether the lesson shows it failing."""
        return any(line.startswith(FAILURE) for line in self.output.splitlines())


def shown_commands(text: str) -> list[Shown]:
    """The commands of a lesson's console fences."""
    found = []
    for fence in FENCE.finditer(text):
        if fence["info"].split()[:1] != ["console"]:
            continue
        body = fence["body"].replace("\\\n", " ")
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Shown(re.sub(r" +", " ", command).strip(), output))
    return found


def lesson_texts() -> dict[str, str]:
    return {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(LESSONS.glob("*/lesson.md"))}


class Classroom:
    """A practice shell on a simulated cluster, with the manifests of all lessons in its folder."""

    def __init__(self, folder: Path) -> None:
        self.cluster = open_cluster("simulated")
        self.cluster.start()
        self.written: list[str] = []
        self.shell = PracticeShell(
            self.cluster.kubeconfig(), folder, output=lambda _, text: self.written.append(text), remember=False
        )
        for text in lesson_texts().values():
            for fence in FENCE.finditer(text):
                language, _, name = fence["info"].partition(" ")
                if language == "yaml" and name.endswith(".yaml"):
                    (folder / name).write_text(fence["body"], encoding="utf-8")
        pair = Authority(time.time()).server()
        (folder / "app.crt").write_bytes(pair.certificate)
        (folder / "app.key").write_bytes(pair.key)

    def run(self, line: str) -> tuple[int, str]:
        """Run a line to its end, letting the cluster's time pass; one that goes on for ever is stopped after a while."""
        self.written.clear()
        self.shell.start_line(line)
        clock, waited = self.cluster.clock, 0.0
        assert clock is not None
        while self.shell.running and waited < WITHIN_SECONDS:
            try:
                self.shell.wait(0.02)
            except TimeoutError:
                clock.advance(STEP_SECONDS)
                waited += STEP_SECONDS
                if KEEPS_RUNNING.search(line) and "".join(self.written).strip():
                    self.shell.interrupt()
                    self.shell.end_input()
        if self.shell.running:
            self.shell.interrupt()
            pytest.fail(f"`{line}` is still running after {waited:g} s of the cluster: {''.join(self.written)}")
        self.shell.wait(LINE_SECONDS)
        return self.shell.status, "".join(self.written)

    def pod(self, selector: str) -> str:
        """The name of a Pod that runs."""
        _, output = self.run(
            f"kubectl get pods -n production -l app={selector} --field-selector=status.phase=Running -o name"
        )
        return output.split()[0].removeprefix("pod/")

    def close(self) -> None:
        self.shell.close()
        self.cluster.stop()


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[Classroom]:
    room = Classroom(tmp_path)
    yield room
    room.close()


CASES = {name: found for name, text in lesson_texts().items() if (found := shown_commands(text))}


def test_all_lessons_with_commands_are_looked_at() -> None:
    assert sum(map(len, CASES.values())) > 60
    assert shown_commands("```console\n$ a \\\n    b\nout\n$ c\n```\n") == [Shown("a b", "out\n"), Shown("c", "")]


@pytest.mark.parametrize("lesson", CASES)
def test_its_commands_work(lesson: str, classroom: Classroom) -> None:
    makes_the_box = any("kubectl run box" in shown.command for shown in CASES[lesson])
    boxes = [] if makes_the_box else ["kubectl run box --image=busybox:1.36 -n production -- sleep 3600"]
    for line in (*READY, *boxes):
        status, output = classroom.run(line)
        assert status == 0, f"{line}: {output}"
    assert classroom.cluster.clock is not None
    classroom.cluster.clock.advance(60)
    for shown in CASES[lesson]:
        try_out(shown, classroom)


def try_out(shown: Shown, classroom: Classroom) -> None:
    """Run one command with names that are there, and compare."""
    command = shown.command
    if POD_NAME.search(command):
        command = POD_NAME.sub(classroom.pod("flaky" if "--previous" in command else "web-app"), command)
    if secret := SECRET.search(command):
        classroom.run(f"kubectl delete secret {secret['name']} -n production --ignore-not-found")
    status, output = classroom.run(command)
    if status and not shown.may_fail:  # a learner is not so quick that what was made a moment ago does not run yet
        assert classroom.cluster.clock is not None
        classroom.cluster.clock.advance(10)
        status, output = classroom.run(command)
    assert not any(word in output for word in UNKNOWN), f"{command}: {output}"
    interrupted = status == 130 and KEEPS_RUNNING.search(command)
    assert status == 0 or shown.may_fail or interrupted, f"{command}: {output}"
    for line in shown.output.splitlines():
        if HEADER.fullmatch(line.strip()) and not shown.may_fail:
            columns = [word for word in line.split() if word != "..."]
            assert any(_in_order(columns, one.split()) for one in output.splitlines()), f"{command}:\n{output}"


def _in_order(wanted: list[str], there: list[str]) -> bool:
    """Whether all the words are there, in that order; lessons leave columns out that do not matter."""
    rest = iter(there)
    return all(word in rest for word in wanted)
