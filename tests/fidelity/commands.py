"""What recording and replaying of kubectl commands share: the table, running a section of it, and what counts as equal."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE = HERE / "commands.txt"
MANIFESTS = HERE / "manifests"
RECORDING = Path(os.environ.get("KUBECTL_RECORDING") or HERE / "recordings" / "kubectl-1.37.2.json")
"""What the genuine cluster showed. Another file serves to compare another version of kubectl with itself."""
PREFIX = "fidelity-"
SECONDS = 60.0
"""The longest a command may take, of wall time."""
TIMED_OUT = 124
"""The exit code of a command that took longer."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    command: str
    stdin: str = ""
    prepares: bool = False


@dataclass(frozen=True)
class Section:
    """Commands that belong together; they run in order, in the namespace `fidelity-NAME`."""

    name: str
    lines: tuple[Line, ...]

    @property
    def namespace(self) -> str:
        return PREFIX + self.name


def table() -> Iterator[Section]:
    """The sections of the table."""
    for text in re.split(r"^\[", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, *lines = text.splitlines()
        yield Section(name.rstrip("]"), tuple(_line(line) for line in lines if line and not line.startswith("#")))


def _line(text: str) -> Line:
    command, _, stdin = text.removeprefix("@").partition(" <<< ")
    return Line(command, stdin.encode().decode("unicode_escape"), text.startswith("@"))


def program() -> str | None:
    """The path of kubectl: the one that KUBECTL names, whatever its version, or 1.37 in PATH; None when there is neither."""
    if chosen := os.environ.get("KUBECTL"):
        return chosen
    found = shutil.which("kubectl")
    if found is None:
        return None
    answer = subprocess.run(
        [found, "version", "--client"], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return found if "Client Version: v1.37." in answer.stdout else None


class Kubectl:
    """The genuine kubectl with a kubeconfig and a home of its own, in the folder of the manifests."""

    def __init__(self, path: str, kubeconfig: Path, home: Path, seconds: float = SECONDS) -> None:
        self._path = path
        self._seconds = seconds
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": str(kubeconfig), "TZ": "UTC"}

    def __call__(self, words: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [self._path, *words]
        try:
            return subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=self._seconds,
                cwd=MANIFESTS,
                env=self._environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, TIMED_OUT, "", f"no end within {self._seconds:g} s")


Sleep = Callable[[float], None]


def play(
    section: Section, kubectl: Kubectl, sleep: Sleep, hurry: Callable[[bool], None] = lambda _: None
) -> list[dict[str, Any]]:
    """Run a section and give what was seen of each command that counts. `hurry` is told whether the next one only prepares."""
    seen = []
    for line in section.lines:
        words = shlex.split(line.command)
        hurry(line.prepares)
        if line.prepares and words[0] == "sleep":
            sleep(float(words[1]))
            continue
        done = kubectl(words, line.stdin)
        if not line.prepares:
            result: dict[str, Any] = {"command": line.command, "exit": done.returncode}
            result["stdout"] = normalised(done.stdout).splitlines()
            result["stderr"] = normalised(done.stderr).splitlines()
            result["objects"] = _written(kubectl, done.stdout)
            seen.append(result)
    return seen


_WROTE = re.compile(
    r"^([a-z][\w.-]*/\S+) (created|configured|unchanged|serverside-applied|patched|scaled|labeled|unlabeled|annotated"
    r"|exposed|autoscaled|replaced|rolled back|paused|resumed|restarted|tainted|image updated|env updated"
    r"|resource requirements updated|serviceaccount updated|selector updated|cordoned|uncordoned)$",
    re.MULTILINE,
)


def _written(kubectl: Kubectl, stdout: str) -> list[Any]:
    """The objects a command says it has written, as they are now."""
    names = [name for name, _ in _WROTE.findall(stdout)]
    found = []
    for name in names:
        done = kubectl(["get", name, "-o", "json", "--show-managed-fields"])
        found.append(plain(json.loads(done.stdout)) if done.returncode == 0 else None)
    return found


# -- what counts as equal

_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_TEXT: tuple[tuple[str, str], ...] = (
    (r"(LIVE|MERGED)-\d+", r"\1"),
    (r"^[WEI]\d{4} [\d:.]+\s+\d+ \S+\] ", "LOG: "),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UID"),
    (r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z| \+0000(?: UTC)?)", "TIME"),
    (r"\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000", "TIME"),
    (r"sha256:[0-9a-f]{12,64}", "DIGEST"),
    (r"containerd://[0-9a-f]+", "CONTAINER"),
    (r"kube-api-access-\w{5}", "kube-api-access-TOKEN"),
    (rf"-{_RANDOM}{{8,10}}-{_RANDOM}{{5}}\b", "-HASH-POD"),
    (rf"-(?={_RANDOM}*[0-9]){_RANDOM}{{8,10}}\b", "-HASH"),
    (rf"(template-hash[\"=: ]+){_RANDOM}{{8,10}}\b", r"\1HASH"),
    (rf"^{_RANDOM}{{8,10}}$", "HASH"),
    (r"failed to start exec \"[0-9a-f]+\"", "failed to start exec CONTAINER"),
    (r"X509SHA256=[0-9a-f]+", "X509SHA256=DIGEST"),
    (rf"\b(hello|fails|manual|agent|web-app-service|other|open2?|low|front|headless|db)-{_RANDOM}{{5}}\b", r"\1-POD"),
    (r"https://[\d.]+:\d+", "https://SERVER"),
    (r"\b\d+\.\d+\.\d+\.\d+(?=/\d+\b|\b)", "IP"),
    (r"(?<=\"serverAddress\":\"IP:)\d+", "PORT"),
    (r"\b0x[0-9a-f]{8,}\b", "POINTER"),
    (r"^.* Warning Unhealthy .*connection refused\n", ""),
    (r"\bnode-\d\b", "NODE"),
    (r"\b3[0-2]\d{3}\b", "NODEPORT"),
    (r"(resourceVersion\"?: )\"\d+\"|(Resource Version: +)\d+", r"\1\2VERSION"),
    (r" \(x\d+ over [\dhms]+\)", ""),
    (r"^.* (Pulling|Pulled) .*\n", ""),
    (r"\t(TIME|\d{4}-\d\d-\d\d .*)$", ""),
    (rf"\b(made|x|Bad_)-?{_RANDOM}{{5}}\b", r"\1-GENERATED"),
    (r"(?<=-----BEGIN CERTIFICATE-----).*(?=-----END CERTIFICATE-----)", "..."),
    (r"(?<=Too large resource version: 99999999999, current: )\d+", "VERSION"),
    (r"^LOG: .*very short watch.*\n", ""),
)
_AGE = re.compile(r"(?<![=\w.-])(\d+d)?(\d+h)?(\d+m)?(\d+(\.\d+)?s)?\b(?<=[dhms])( ago)?")
_AGE_BESIDE_QUANTITIES = re.compile(r"(?<![=\w.-])(\d+[dhm])*\d+[dhs]\b( ago)?")
_QUANTITIES = re.compile(r"cpu|resources", re.IGNORECASE)
_DURATIONS = re.compile(r"timeout|period|delay|--\w|grace", re.IGNORECASE)


def normalised(text: str) -> str:
    """Output without what differs from one run to the next: identifiers, addresses, times, and the widths these give columns."""
    for pattern, replacement in _TEXT:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    if text.startswith("{"):
        text = _without_order(text)
    lines = [
        re.sub(r"-{3,}", "---", re.sub(r"[ \t]+", " ", _without_ages(line)).rstrip()) for line in text.splitlines()
    ]
    return "\n".join(_sorted_pods(_without_repeats(lines)))


def _without_order(text: str) -> str:
    """The fields of a JSON object have no order; those of a real answer are in the order of Go structures."""
    try:
        return json.dumps(plain(json.loads(text)), sort_keys=True)
    except ValueError:
        return text


def _without_ages(line: str) -> str:
    if _DURATIONS.search(line):
        return line
    return (_AGE_BESIDE_QUANTITIES if _QUANTITIES.search(line) else _AGE).sub("AGE", line)


def _without_repeats(lines: list[str]) -> list[str]:
    """How often the scheduler has tried a pod that does not fit is a matter of what else went on in the cluster."""
    return [line for i, line in enumerate(lines) if "FailedScheduling" not in line or line not in lines[:i]]


def _sorted_pods(lines: list[str]) -> list[str]:
    """Neighbouring lines that begin with a generated name, in an order that does not depend on it."""
    result: list[str] = []
    run: list[str] = []
    for line in lines:
        if re.match(r"\S*-(POD|HASH)\b| ?(Container|Pod) (cpu|memory) |\* (spec|metadata)\.", line):
            run.append(line)
            continue
        result += [*sorted(run), line]
        run = []
    return result + sorted(run)


_DROPPED = {"uid", "creationTimestamp", "resourceVersion", "status", "nodeName", "deletionTimestamp", "time"}
_CONTROLLERS_NOTES = (
    "deployment.kubernetes.io/",
    "pv.kubernetes.io/",
    "volume.",
    "endpoints.kubernetes.io/",
    "batch.kubernetes",
)


def plain(value: Any) -> Any:
    """An object without what differs from one run to the next, and without what controllers write to it meanwhile."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        for pattern, replacement in _TEXT:
            value = re.sub(pattern, replacement, value, flags=re.MULTILINE)
        return value
    if not isinstance(value, dict):
        return "NODEPORT" if isinstance(value, int) and 30000 <= value < 32768 else value
    result = {}
    for key, item in value.items():
        if key == "managedFields":
            item = [entry for entry in item if entry["manager"].startswith(("kubectl", "other"))]
            item.sort(key=lambda entry: (entry["operation"], entry["manager"], entry.get("subresource", "")))
        if key == "annotations":
            item = {k: v for k, v in item.items() if not k.startswith(_CONTROLLERS_NOTES)}
        if key not in _DROPPED and not (key in ("annotations", "managedFields") and not item):
            result[plain(key)] = plain(item)
    return result
