"""`kubectl ...`: the built-in kubectl, against the cluster that the other commands play on, with the current folder's files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tutor.cli.clusters import opened_cluster
from tutor.cli.output import CommandError


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """List the command in the help; `main` hands its words over before argparse sees them."""
    commands.add_parser("kubectl", help="the built-in kubectl, on the tutor's cluster", add_help=False)


def run_kubectl(words: Sequence[str], cluster_spec: str | None = None) -> int:
    """Run one kubectl command line on the cluster that --cluster names."""
    from tutor.kubectl import FolderFiles, KubeConfig, KubectlIO, run

    try:
        cluster = opened_cluster(cluster_spec)
    except CommandError as error:
        print(f"k8s-tutor: {error}", file=sys.stderr)
        return error.code
    io = KubectlIO(stdout=_print, stderr=sys.stderr.write, stdin=sys.stdin, files=FolderFiles(Path.cwd()))
    io.is_tty = sys.stdin.isatty() and sys.stdout.isatty()
    config = KubeConfig.load(cluster.kubeconfig())
    try:
        return run(list(words), io, config)
    except KeyboardInterrupt:
        return 130
    finally:
        config.close()


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
