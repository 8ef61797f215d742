"""Runs the table of kubectl commands against a genuine cluster and records what is seen.

    python -m tests.fidelity.record_kubectl --kubeconfig FILE [SECTION...]

Needs kubectl 1.37 in PATH; with KUBECTL and KUBECTL_RECORDING another version records into another file.
Each section has a namespace of its own, which is removed afterwards; several run at once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fidelity.commands import RECORDING, Kubectl, Section, play, program, table

AT_ONCE = 4


def record(section: Section, path: str, kubeconfig: Path) -> list[dict[str, Any]]:
    """Play one section in a fresh namespace."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "kubeconfig"
        shutil.copyfile(kubeconfig, own)
        kubectl = Kubectl(path, own, Path(folder))
        kubectl(["delete", "namespace", section.namespace, "--ignore-not-found"])
        kubectl(["create", "namespace", section.namespace])
        kubectl(["config", "set-context", "--current", f"--namespace={section.namespace}"])
        kubectl(["wait", "--for=create", "serviceaccount/default", "configmap/kube-root-ca.crt", "--timeout=30s"])
        try:
            return play(section, kubectl, time.sleep)
        finally:
            kubectl(["delete", "namespace", section.namespace, "--wait=false"])


def main() -> None:
    """Record all sections, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", required=True, type=Path)
    parser.add_argument("sections", nargs="*")
    options = parser.parse_args()
    path = program()
    if path is None:
        parser.error("kubectl 1.37 is not in PATH")
    told = subprocess.run([path, "version", "--client"], capture_output=True, text=True, check=True).stdout.split()
    known = json.loads(RECORDING.read_text(encoding="utf-8"))["sections"] if RECORDING.exists() else {}
    sections = list(table())
    chosen = [s for s in sections if not options.sections or s.name in options.sections]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = list(pool.map(lambda section: record(section, path, options.kubeconfig), chosen))
    known |= {section.name: lines for section, lines in zip(chosen, seen, strict=True)}
    result = {
        "source": f"kubectl {told[2]} against Kubernetes v1.37.2, python -m tests.fidelity.record_kubectl",
        "sections": {section.name: known[section.name] for section in sections if section.name in known},
    }
    RECORDING.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
