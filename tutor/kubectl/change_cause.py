"""`--record`: the command line is kept in the object's `kubernetes.io/change-cause`, which rollout history shows.

Deprecated since Kubernetes 1.22 but still there, and still in many texts people follow. Follows cli-runtime
`pkg/genericclioptions/record_flags.go` and kubectl `pkg/cmd/util/helpers.go` (`parseCommandArguments`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.kubectl.flags import Flag, Kind
from tutor.kubectl.objects import Object, annotations_of

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation

CHANGE_CAUSE = "kubernetes.io/change-cause"
RECORD = Flag(
    "record",
    "Record the command in the object's annotation.",
    Kind.BOOL,
    deprecated="--record will be removed in the future",
)


def change_cause(invocation: Invocation) -> str:
    """The command line to record; empty when that was not asked for."""
    options = invocation.options
    if not options.has("record") or not options.flag("record"):
        return ""
    flags = (f"--{name}={value}" for name, value in options.order)
    return " ".join([invocation.path, *options.args, *flags])


def recorded(invocation: Invocation, obj: Object) -> Object:
    """The object, with the command line in it when `--record` was given."""
    cause = change_cause(invocation)
    if not cause:
        return obj
    annotations = {**annotations_of(obj), CHANGE_CAUSE: cause}
    return {**obj, "metadata": {**(obj.get("metadata") or {}), "annotations": annotations}}


def recording_patch(invocation: Invocation) -> Object | None:
    """A merge patch that records the command line, for commands whose own patch is somebody else's."""
    cause = change_cause(invocation)
    return {"metadata": {"annotations": {CHANGE_CAUSE: cause}}} if cause else None
