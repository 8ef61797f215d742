"""`kubectl create deployment|job|cronjob`."""

from __future__ import annotations

import re

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import array, integer, string
from tutor.kubectl.mutate import GENERATOR_FLAGS, create_generated, exactly_one_name, pruned, trailing_command
from tutor.kubectl.objects import Object, get


def container(name: str, image: str, command: list[str] | None = None, port: int = 0) -> Object:
    """A container in the field order of the Go type, which `-o json` shows."""
    ports = [{"containerPort": port}] if port > 0 else []
    return {**pruned({"name": name, "image": image, "command": command or [], "ports": ports}), "resources": {}}


def container_name(image: str) -> str:
    """The last part of an image's name as a valid container name: `nginx` for `docker.io/library/nginx:1.27`."""
    name = image.rpartition("/")[2]
    for separator in (":", "@"):
        name = name.partition(separator)[0]
    return re.sub(r"[^a-z0-9-]", "-", name.lower())


def _deployment(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    images = invocation.options.many("image")
    command = trailing_command(invocation)
    if len(images) > 1 and command:
        raise KubectlError("cannot specify multiple --image options and command")
    port = invocation.options.number("port")
    labels = {"app": name}
    containers = [
        container(container_name(image), image, command, port if not index else 0) for index, image in enumerate(images)
    ]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {
        "replicas": _replicas(invocation),
        "selector": {"matchLabels": labels},
        "template": template,
        "strategy": {},
    }
    obj = {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
        "status": {},
    }
    create_generated(invocation, obj, "failed to create deployment:")


def _replicas(invocation: Invocation) -> int:
    return invocation.options.number("replicas")


def _job(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    image, source, command = (
        invocation.options.text("image"),
        invocation.options.text("from"),
        trailing_command(invocation),
    )
    if bool(image) == bool(source):
        raise KubectlError("either --image or --from must be specified")
    if source and command:
        raise KubectlError("cannot specify --from and command")
    obj = _job_from_cronjob(invocation, name, source) if source else _plain_job(name, image, command)
    create_generated(invocation, obj, "failed to create job:")


def _plain_job(name: str, image: str, command: list[str]) -> Object:
    pod = {"containers": [container(name, image, command)], "restartPolicy": "Never"}
    spec = {"template": {"metadata": {}, "spec": pod}}
    return {"kind": "Job", "apiVersion": "batch/v1", "metadata": {"name": name}, "spec": spec, "status": {}}


def _job_from_cronjob(invocation: Invocation, name: str, source: str) -> Object:
    """A job like the next one the CronJob would start, owned by it, with an annotation that says a person made it."""
    kind, slash, cronjob_name = source.partition("/")
    resource = invocation.mapper.find(kind)
    if not slash:
        raise KubectlError("from must be an existing cronjob")
    if resource.kind != "CronJob":
        raise KubectlError(f"unknown object type *{resource.version}.{resource.kind}")
    cronjob = invocation.api.get(resource.path(invocation.namespace, cronjob_name))
    template = get(cronjob, "spec.jobTemplate", {})
    annotations = {"cronjob.kubernetes.io/instantiate": "manual", **get(template, "metadata.annotations", {})}
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": cronjob_name,
        "uid": get(cronjob, "metadata.uid", ""),
        "controller": True,
    }
    metadata = {
        "name": name,
        "labels": get(template, "metadata.labels", {}),
        "annotations": annotations,
        "ownerReferences": [owner],
    }
    return {
        "kind": "Job",
        "apiVersion": "batch/v1",
        "metadata": pruned(metadata) | {"ownerReferences": [owner]},
        "spec": template.get("spec", {}),
        "status": {},
    }


def _cronjob(invocation: Invocation) -> None:
    name = exactly_one_name(invocation)
    options = invocation.options
    restart = options.text("restart") or "OnFailure"
    pod = {
        "containers": [container(name, options.text("image"), trailing_command(invocation))],
        "restartPolicy": restart,
    }
    job_template = {"metadata": {"name": name}, "spec": {"template": {"metadata": {}, "spec": pod}}}
    spec = {"schedule": options.text("schedule"), "jobTemplate": job_template}
    obj = {"kind": "CronJob", "apiVersion": "batch/v1", "metadata": {"name": name}, "spec": spec, "status": {}}
    create_generated(invocation, obj, "failed to create cronjob:")


COMMANDS = (
    Command(
        name="cronjob",
        aliases=("cj",),
        short="Create a cron job with the specified name",
        usage="create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
        run=_cronjob,
        examples="""
        # Print the date every minute
        kubectl create cronjob clock --image=busybox --schedule="*/1 * * * *" -- date
        """,
        flags=(
            *GENERATOR_FLAGS,
            string("image", "Image to run.", required=True),
            string("schedule", "When to run, in cron format.", required=True),
            string("restart", "The pods' restart policy: OnFailure or Never."),
        ),
    ),
    Command(
        name="deployment",
        aliases=("deploy",),
        short="Create a deployment with the specified name",
        usage="create deployment NAME --image=image -- [COMMAND] [args...] [flags]",
        run=_deployment,
        examples="""
        # Three pods of nginx
        kubectl create deployment web --image=nginx --replicas=3

        # A command of your own in the container
        kubectl create deployment sleeper --image=busybox -- sleep 3600
        """,
        flags=(
            *GENERATOR_FLAGS,
            array("image", "Image to run; several make several containers.", required=True),
            integer("port", "Port the container listens on.", default=-1),
            integer("replicas", "Number of pods.", "r", default=1),
        ),
    ),
    Command(
        name="job",
        short="Create a job with the specified name",
        usage="create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [flags]",
        run=_job,
        examples="""
        # Run a command once
        kubectl create job hello --image=busybox -- echo hello

        # Start a cron job now
        kubectl create job now --from=cronjob/clock
        """,
        flags=(*GENERATOR_FLAGS, string("image", "Image to run."), string("from", "Cron job to start (cronjob/NAME).")),
    ),
)
