"""Runs the same command with the genuine kubectl and with the built-in one and compares what they print."""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.kubectl.harness import Outcome, run_kubectl
from tutor.kubectl import KubeConfig

TABLES = Path(__file__).parent / "tables"
MANIFESTS = Path(__file__).parent / "manifests"
SECONDS = 90.0  # the longest a genuine command may take

_NORMAL = (
    (r"[WEIF]\d{4} [\d:.]+\s+\d+ \S+\] ", "Warning: "),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b", "UID"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"),
    (r"\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000", "TIME"),
    (r"\b\d+(\.\d+)?(ms|s|m|h|d)(\d+[smhd])?( ago)?\b", "AGE"),
    (r"resourceVersion: \"\d+\"", "resourceVersion"),
    (r"-[bcdfghjklmnpqrstvwxz2456789]{7,10}(-[bcdfghjklmnpqrstvwxz2456789]{5})?\b", "-RANDOM"),
    (r"(?<=[a-z0-9]-)[bcdfghjklmnpqrstvwxz2456789]{5}\b", "RANDOM"),
    (r"\b3[0-2]\d{3}(?=/(TCP|UDP))", "NODEPORT"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC", "TIME"),
    (r"(Resource Version:|to be 1, was) +\d+", r"\1 VERSION"),
    (r"\b10\.\d+\.\d+\.\d+\b", "IP"),
    (r"node-\d", "NODE"),
    (r"containerd://\w+", "CONTAINER"),
    (r"kube-api-access-\w+", "TOKEN"),
    (r"(LIVE|MERGED)-\d+", r"\1"),
    (r"\t(TIME|\d{4}-\d\d-\d\d .*)$", ""),
    (r" +", " "),
    (r"-{3,}", "---"),
)


def normalised(text: str) -> str:
    """Text without what differs from one run to the next: ages, identifiers, addresses, and the widths they give columns."""
    for pattern, replacement in _NORMAL:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def same(left: Outcome, right: Outcome) -> bool:
    return left.exit_code == right.exit_code and all(
        normalised(a) == normalised(b) for a, b in ((left.stdout, right.stdout), (left.stderr, right.stderr))
    )


@dataclass(frozen=True)
class Line:
    """One line of a table; `setup` lines are run by the genuine program alone."""

    words: tuple[str, ...]
    stdin: str = ""
    setup: bool = False

    def in_namespace(self, namespace: str) -> list[str]:
        """The words with `--namespace`, before a `--` if there is one."""
        words = list(self.words)
        place = words.index("--") if "--" in words else len(words)
        return [*words[:place], "-n", namespace, *words[place:]]

    def __str__(self) -> str:
        return shlex.join(self.words)


def table(name: str) -> Iterator[Line]:
    """The commands of a table; `<<<` gives a command its input."""
    for line in (TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        yield _line(line)


def known_differences() -> set[str]:
    """The commands `tables/differences.txt` explains, as the tables write them."""
    lines = (TABLES / "differences.txt").read_text(encoding="utf-8").splitlines()
    return {str(_line(line)) for line in lines if line and not line.startswith(("#", " "))}


def _line(text: str) -> Line:
    command, _, stdin = text.removeprefix("@").partition(" <<< ")
    return Line(tuple(shlex.split(command)), stdin.encode().decode("unicode_escape"), text.startswith("@"))


@functools.cache
def genuine_program() -> str | None:
    """The path of a genuine kubectl 1.37 whose cluster answers, None when there is none."""
    program = shutil.which("kubectl")
    if program is None or not os.environ.get("KUBECONFIG"):
        return None
    try:
        answer = subprocess.run([program, "version"], capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return program if answer.returncode == 0 and "Client Version: v1.37." in answer.stdout else None


def genuine(words: list[str], stdin: str = "") -> Outcome:
    program = genuine_program()
    assert program is not None  # callers skip without one
    done = subprocess.run(
        [program, *words], input=stdin, capture_output=True, text=True, timeout=SECONDS, cwd=MANIFESTS, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def load_config() -> KubeConfig:
    return KubeConfig.load(Path(os.environ["KUBECONFIG"]))


def built_in(words: list[str], config: KubeConfig, stdin: str = "", now: float | None = None) -> Outcome:
    import time

    return run_kubectl(words, config, stdin=stdin, folder=MANIFESTS, now=time.time() if now is None else now)
