"""What applying a text would change in the cluster, as `kubectl diff` finds it: asked with the server's own dry run."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

FAILED = 2
"""kubectl diff ends with a status from here on when it could not compare."""

_VERSION = re.compile(r'^ {2,4}resourceVersion: "\d+"\n', re.MULTILINE)


@dataclass(frozen=True)
class Difference:
    """`lines` are those of a unified diff, none when nothing would change; `problem` is why there is no answer."""

    lines: tuple[str, ...] = ()
    problem: str = ""


def without_version(text: str) -> str:
    """The text of `kubectl edit` without the version it was read at. Saving it sends what was changed, whatever has happened
    to the object since (staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go); applying it would be refused."""
    return _VERSION.sub("", text)


def compare(kubeconfig: Path, text: str) -> Difference:
    """Compare manifests with the cluster of a kubeconfig. Blocks."""
    from tutor.kubectl import KubeConfig, KubectlIO, run
    from tutor.kubectl.errors import KubectlError

    printed: list[str] = []
    said: list[str] = []
    try:
        config = KubeConfig.load(kubeconfig)
    except KubectlError as problem:
        return Difference(problem=problem.message)
    streams = KubectlIO(stdout=printed.append, stderr=said.append, stdin=io.StringIO(text))
    try:
        status = run(["diff", "-f", "-"], streams, config)
    finally:
        config.close()
    if status >= FAILED or (status and not printed):
        return Difference(problem="".join(said).strip())
    return Difference(tuple("".join(printed).splitlines()))
