"""The kinds of the group apps; ControllerRevisions are declared here, the workloads in the modules beside."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.simulator.errors import FieldError, required
from tutor.simulator.resources.apps_daemon_sets import DAEMON_SET
from tutor.simulator.resources.apps_deployments import DEPLOYMENT, REPLICA_SET
from tutor.simulator.resources.apps_stateful_sets import STATEFUL_SET
from tutor.simulator.resources.base import Column, Resource
from tutor.simulator.resources.printing import AGE, NAME, NONE
from tutor.simulator.store import Obj


def _validate_revision(obj: Obj) -> Iterator[FieldError]:
    if obj.get("data") is None:
        yield required("data", "data is mandatory")


def _revision_owner(obj: Obj, _: float) -> str:
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            group = reference["apiVersion"].rpartition("/")[0]
            return f"{reference['kind'].lower()}{'.' + group if group else ''}/{reference['name']}"
    return NONE


RESOURCES = (
    DEPLOYMENT,
    REPLICA_SET,
    STATEFUL_SET,
    DAEMON_SET,
    Resource(
        group="apps",
        version="v1",
        kind="ControllerRevision",
        plural="controllerrevisions",
        columns=(
            NAME,
            Column("Controller", _revision_owner, description="The workload it is a revision of."),
            Column("Revision", lambda obj, _: str(obj.get("revision", 0)), description="Number of the revision."),
            AGE,
        ),
        validate=_validate_revision,
        schema="io.k8s.api.apps.v1.ControllerRevision",
    ),
)
