"""`kubectl ...`: the built-in kubectl, against the cluster that the other commands play on, with this computer's files.

Whoever types it means the files and the editor of the own shell, as with any other program there; the practice shell
of the app, which keeps to a workspace, runs the same kubectl with other surroundings.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.cli.clusters import opened_cluster
from tutor.cli.output import CommandError


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """List the command in the help; `main` hands its words over before argparse sees them."""
    commands.add_parser("kubectl", help="the built-in kubectl, on the tutor's cluster", add_help=False)


def run_kubectl(words: Sequence[str], cluster_spec: str | None = None) -> int:
    """Run one kubectl command line on the cluster that --cluster names."""
    from tutor.kubectl import HostFiles, KubeConfig, KubectlIO, run

    if list(words[:1]) == ["completion"]:  # a script, which needs no cluster
        config = KubeConfig({})
    else:
        try:
            config = KubeConfig.load(opened_cluster(cluster_spec).kubeconfig())
        except CommandError as error:
            print(f"k8s-tutor: {error}", file=sys.stderr)
            return error.code
    io = KubectlIO(stdout=_print, stderr=sys.stderr.write, stdin=sys.stdin, files=HostFiles(Path.cwd()))
    io.is_tty = sys.stdin.isatty() and sys.stdout.isatty()
    io.environment = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    io.editor = _edit if _editor(os.environ) else None
    io.external_diff = _compare if os.environ.get("KUBECTL_EXTERNAL_DIFF") else None
    try:
        return run(list(words), io, config)
    except KeyboardInterrupt:
        return 130
    finally:
        config.close()


def _editor(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The editor that kubectl would take: of KUBE_EDITOR, else EDITOR, else vi; nothing when it is not there."""
    from tutor.own_editor import own_editor

    named = environment.get("KUBE_EDITOR") or environment.get("EDITOR") or "vi"
    return own_editor({"PATH": environment.get("PATH", os.defpath), "EDITOR": named})


def _edit(name: str, text: str) -> str | None:
    from tutor.own_editor import edit

    sys.stdout.flush()
    return edit(_editor(os.environ), name, text)


def _compare(files: Sequence[tuple[str, str, str]]) -> int:
    """Run the program of KUBECTL_EXTERNAL_DIFF on two folders with the objects as they are and as they would be.

    Returns its exit status; 127 when it cannot be started.
    """
    program = shlex.split(os.environ["KUBECTL_EXTERNAL_DIFF"])
    with tempfile.TemporaryDirectory(prefix="LIVE-") as live, tempfile.TemporaryDirectory(prefix="MERGED-") as merged:
        for name, before, after in files:
            for folder, text in ((live, before), (merged, after)):
                Path(folder, name.replace(os.sep, "_")).write_text(text, encoding="utf-8")
        sys.stdout.flush()
        try:
            return subprocess.call([*program, live, merged])
        except OSError as problem:
            print(f"error: {program[0]}: {(problem.strerror or str(problem)).lower()}", file=sys.stderr)
            return 127


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
