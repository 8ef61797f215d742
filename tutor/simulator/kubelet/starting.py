"""Starting containers: back-off, image, configuration, process, post-start hook.

Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod, doBackOff), kuberuntime_container.go (startContainer).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tutor.simulator.images.container import Container, ContainerConfig
from tutor.simulator.images.model import Image
from tutor.simulator.images.programs import PROGRAMS, make_program
from tutor.simulator.images.reference import parse
from tutor.simulator.kubelet import hooks, image_volumes, mount_targets
from tutor.simulator.kubelet.configuring import container_config
from tutor.simulator.kubelet.environment import ConfigError
from tutor.simulator.kubelet.look import Look, on_grid
from tutor.simulator.kubelet.pulling import Present, Pull, Refused, go_duration
from tutor.simulator.kubelet.sharing import missing_target
from tutor.simulator.kubelet.state import Ended, Operation, Reason, Run, holds_back, next_backoff

START_SECONDS = 0.2
"""From the image's being there to the process's running."""
START_FAILED = 128
_RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: error during container init: "
)


def start_next(look: Look) -> bool:
    """Begin with the next container of the sync under way; says whether there is something to wait for."""
    record = look.record
    while record.todo and record.operation is None:
        name = record.todo[0]
        if _held_back(look, name) or not _get_images(look, name, image_volumes.fetch(look, name)):
            record.todo = record.todo[1:]
    return record.operation is not None


def continue_start(look: Look) -> None:
    """What the sync waited for is over."""
    record = look.record
    operation = record.operation
    assert operation is not None
    record.operation = None
    if operation.what == "pull":
        if not _pulled(look, operation):
            record.todo = record.todo[1:]
        return
    if operation.what == image_volumes.WHAT:
        if not _get_images(look, operation.container, image_volumes.fetched(look, operation)):
            record.todo = record.todo[1:]
        return
    if operation.what == "start":
        _create_and_start(look, operation.container, operation.detail)
    elif operation.what == "hook":
        hooks.finish_post_start(look, operation)
    if record.operation is None:
        record.todo = record.todo[1:]


def fail(look: Look, name: str, reason: Reason, event: str = "") -> None:
    """A container could not be started."""
    look.own(name).failure = reason
    look.record.failed = True
    if event:
        look.event("Warning", "Failed", event, name)


def _held_back(look: Look, name: str) -> bool:
    """Whether the container crashed too recently. One that this very sync has stopped counts as still running."""
    own, now = look.own(name), look.now
    last = own.previous if name in look.record.killed else own.last_ended()
    if last is None or last.ended is None:
        return False
    since = last.ended.at
    if not holds_back(own.backoff, since, now):
        own.backoff = next_backoff(own.backoff, since, now)
        return False
    assert own.backoff is not None
    seconds = own.backoff.seconds
    look.event("Warning", "BackOff", f"Back-off restarting failed container {name} in pod {look.full_name}", name)
    message = f"back-off {go_duration(seconds)} restarting failed container={name} pod={look.full_name}"
    fail(look, name, Reason("CrashLoopBackOff", message))
    ready_at = since + seconds
    record = look.record
    record.retry_at = ready_at if record.retry_at is None else min(record.retry_at, ready_at)
    return True


# -- the image


def _get_images(look: Look, name: str, trouble: Reason | None) -> bool:
    """Go on to the image once the volumes that are images are there; False when something cannot be had."""
    if trouble is not None:
        fail(look, name, trouble, f"Error: {trouble.reason}")
        return False
    return look.record.operation is not None or _get_image(look, name)


def _get_image(look: Look, name: str) -> bool:
    """Have the image at hand, or begin to fetch it; False when it cannot be had."""
    container = look.spec(name)
    image = container["image"]
    wanted = look.services.puller.want(look.record, image, container.get("imagePullPolicy", "IfNotPresent"), look.now)
    if isinstance(wanted, Refused):
        return _refused(look, name, wanted)
    if isinstance(wanted, Present):
        text = f'Container image "{image}" already present on machine and can be accessed by the pod'
        look.event("Normal", "Pulled", text, name)
        _plan_start(look, name, wanted.image)
        return True
    look.event("Normal", "Pulling", f'Pulling image "{image}"', name)
    look.record.operation = Operation("pull", name, on_grid(wanted.until), _remember(wanted))
    return True


def _remember(pull: Pull) -> str:
    return f"{pull.seconds} {pull.with_waiting}"


def _pulled(look: Look, operation: Operation) -> bool:
    name = operation.container
    image = look.spec(name)["image"]
    outcome = look.services.puller.outcome(look.record, image, look.now)
    if isinstance(outcome, Refused):
        look.record.pull_failed = True
        return _refused(look, name, outcome)
    seconds, with_waiting = (go_duration(float(part)) for part in operation.detail.split())
    size = f"Image size: {outcome.image.size} bytes."
    text = f'Successfully pulled image "{image}" in {seconds} ({with_waiting} including waiting). {size}'
    look.event("Normal", "Pulled", text, name)
    _plan_start(look, name, outcome.image)
    return True


def _refused(look: Look, name: str, refused: Refused) -> bool:
    if refused.event is not None:
        kind, reason, message = refused.event
        look.event(kind, reason, message, name)
    fail(look, name, refused.reason, f"Error: {refused.reason.reason}")
    return False


def _plan_start(look: Look, name: str, image: Image) -> None:
    look.record.operation = Operation("start", name, on_grid(look.now + START_SECONDS), image.name)


# -- the process


def _create_and_start(look: Look, name: str, image_name: str) -> None:
    from tutor.simulator.images.catalogue import find

    image = find(parse(image_name))
    assert image is not None  # it was there when the start was planned
    container = look.spec(name)
    try:
        config = container_config(look, container, image)
    except ConfigError as error:
        fail(look, name, Reason(error.reason, str(error)), f"Error: {error}")
        return
    own = look.own(name)
    run = _new_run(look, name, container, image)
    missing = missing_target(look, name, run.id)
    if missing:
        look.event("Warning", "Failed", f"Error: {missing}", name)
        return
    if own.current is not None and own.current.ended is not None:
        own.previous = own.current
    own.current, own.observed = run, False
    look.event("Normal", "Created", "Container created", name)
    run.container = Container(config, _main_program(config))
    clash = mount_targets.refusal(look, container, config)
    problem = f"{_RUNC}{clash}" if clash else _start_process(look, run)
    if problem:
        run.ended = Ended(look.now, START_FAILED, "StartError", problem)
        fail(look, name, Reason("RunContainerError", problem), f"Error: {problem}")
        return
    own.failure = None
    look.event("Normal", "Started", "Container started", name)
    hooks.begin_post_start(look, name)


def _new_run(look: Look, name: str, container: Mapping[str, Any], image: Image) -> Run:
    own = look.own(name)
    number = own.current.number + 1 if own.current is not None else own.removed
    identity = hashlib.sha256(f"{look.record.uid}/{name}/{number}".encode()).hexdigest()
    shown = container["image"] if "@" in container["image"] else image.name
    resources = container.get("resources") or {}
    return Run(identity, number, shown, image.id, container["image"], look.now, resources=resources)


def _main_program(config: ContainerConfig) -> Any:
    """The image's own program when that is what the command comes to; None when it takes a machine to run it."""
    image, argv = config.image, config.argv
    if not image.program:
        return None
    words = list(argv)
    while words and words[0] in image.entrypoint and len(words) > 1 and words[0].endswith("entrypoint.sh"):
        words.pop(0)
    own = {word.rpartition("/")[2] for word in image.main_names()}
    if words and (words[0].startswith("-") or words[0].rpartition("/")[2] in own):
        return make_program(image.program)
    name = words[0].rpartition("/")[2] if words else ""
    return make_program(name) if name in image.programs and name in PROGRAMS else None


def _start_process(look: Look, run: Run) -> str:
    """Start the process; what the runtime says when it cannot."""
    assert run.container is not None
    run.started = look.now
    container = run.container
    if container.program is not None:
        container.start(look.services.world)
        container.give_way(look.services.world, _taken_ports(look, run))
        container.join(look.services.world)
        return ""
    return _start_in_machine(look, run, container)


def _taken_ports(look: Look, run: Run) -> set[int]:
    """The ports that other containers of the pod listen on."""
    others = (own.current for own in look.record.running() if own.current is not None and own.current is not run)
    return {port for other in others if other.container is not None for port in other.container.ports()}


def _start_in_machine(look: Look, run: Run, container: Container) -> str:
    from tutor.posix import CommandNotFound, NotExecutable

    argv = container.config.argv
    if not argv:
        run.started = None
        return "no command specified"
    try:
        container.start(look.services.world)
    except CommandNotFound:
        run.started = None
        if "/" in argv[0]:
            return f'{_RUNC}exec: "{argv[0]}": stat {argv[0]}: no such file or directory'
        return f'{_RUNC}exec: "{argv[0]}": executable file not found in $PATH'
    except NotExecutable:
        run.started = None
        why = "is a directory" if container.names(look.services.world, argv[0]) is not None else "permission denied"
        return f'{_RUNC}exec: "{argv[0]}": {why}'
    return ""
