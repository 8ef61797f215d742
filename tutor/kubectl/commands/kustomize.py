"""`kubectl kustomize`: prints what a kustomization makes."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize import build
from tutor.kubectl.printers.yaml import to_yaml


def run(invocation: Invocation) -> None:
    if len(invocation.args) > 1:
        raise KubectlError("specify one path to kustomization.yaml")
    objects = build(invocation.io.files, (invocation.args or ["."])[0], invocation.err)
    invocation.out("---\n".join(to_yaml(obj) for obj in objects))


COMMAND = Command(
    name="kustomize",
    short="Build a kustomization target from a directory or URL",
    usage="kustomize DIR",
    run=run,
    long="Builds the kustomization in a folder of the workspace and prints the objects. kubectl apply -k applies them.",
)
