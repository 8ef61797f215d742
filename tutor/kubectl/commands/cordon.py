"""`kubectl cordon` and `kubectl uncordon`: whether the scheduler may use a node. Follows kubectl `pkg/cmd/drain/drain.go`."""

from __future__ import annotations

from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Handler, Invocation
from tutor.kubectl.errors import ApiError
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import DRY_RUN, Reporter, dry_run_mode
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.targets import SELECTOR


def node_infos(invocation: Invocation) -> list[Info]:
    """The nodes named, or chosen with a selector."""
    selector = invocation.options.text("selector")
    names = invocation.args
    if names and selector:
        raise invocation.usage_error("cannot specify both a node name and a --selector option")
    if not names and not selector:
        raise invocation.usage_error("USAGE: " + invocation.command.usage + " [flags]")
    args = ["nodes"] if selector else [name if "/" in name else f"nodes/{name}" for name in names]
    builder = Builder(invocation, Request(args=args, label_selector=selector or None))
    builder.select()
    infos = list(builder.infos())
    for info in infos:
        typed(info.obj, info.resource)
    return infos


def set_unschedulable(invocation: Invocation, infos: list[Info], wanted: bool, mode: str) -> None:
    """Marks each node and prints what changed."""
    word = "cordon" if wanted else "uncordon"
    reporter = Reporter(invocation, f"{word}ed", dry_run=mode)
    for info in infos:
        if bool(get(info.obj, "spec.unschedulable")) == wanted:
            reporter.report(info.obj, f"already {word}ed")
            continue
        if mode != "client":
            try:
                _patch(invocation, info, wanted, mode)
            except ApiError as problem:
                invocation.err(f'error: unable to {word} node "{info.name}": {problem.message}\n')
                continue
        reporter.report(info.obj)


def _patch(invocation: Invocation, info: Info, wanted: bool, mode: str) -> Object:
    body = {"spec": {"unschedulable": True if wanted else None}}
    return invocation.api.patch(info.path, body, STRATEGIC_MERGE_PATCH, {"dryRun": "All"} if mode == "server" else None)


def _run(wanted: bool) -> Handler:
    def run(invocation: Invocation) -> None:
        set_unschedulable(invocation, node_infos(invocation), wanted, dry_run_mode(invocation))

    return run


COMMANDS = {
    "cordon": Command(
        name="cordon",
        short="Mark node as unschedulable",
        usage="cordon NODE",
        run=_run(True),
        arguments="nodes",
        long="No new pods are placed on a cordoned node; the ones there stay.",
        flags=(DRY_RUN, SELECTOR),
    ),
    "uncordon": Command(
        name="uncordon",
        short="Mark node as schedulable",
        usage="uncordon NODE",
        run=_run(False),
        arguments="nodes",
        long="Lets the scheduler place pods on the node again.",
        flags=(DRY_RUN, SELECTOR),
    ),
}
