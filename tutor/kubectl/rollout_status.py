"""How far a rolling update is, in words. Follows kubectl `pkg/polymorphichelpers/rollout_status.go`."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.objects import Object, condition, get, name_of

REVISION = "deployment.kubernetes.io/revision"


def status_of(obj: Object, revision: int = 0) -> tuple[str, bool]:
    """A line to print and whether the rollout is complete; KubectlError when it failed or the kind has no rollouts."""
    viewers = {"Deployment": _deployment, "DaemonSet": _daemon_set, "StatefulSet": _stateful_set}
    viewer = viewers.get(str(obj["kind"]))
    if viewer is None:
        group = str(obj.get("apiVersion", "")).rpartition("/")[0]
        kind = f"{obj['kind']}.{group}" if group else obj["kind"]
        raise KubectlError(f"no status viewer has been implemented for {kind}")
    if revision and viewer is _deployment:
        _check_revision(obj, revision)
    return viewer(obj)


def _check_revision(obj: Object, wanted: int) -> None:
    running = int((get(obj, "metadata.annotations", {})).get(REVISION, 0))
    if running != wanted:
        raise KubectlError(f"desired revision ({wanted}) is different from the running revision ({running})")


def _observed(obj: Object) -> bool:
    return int(get(obj, "metadata.generation", 0)) <= int(get(obj, "status.observedGeneration", 0))


def _count(obj: Object, field: str) -> int:
    return int(get(obj, f"status.{field}", 0))


def _deployment(obj: Object) -> tuple[str, bool]:
    name = name_of(obj)
    if not _observed(obj):
        return "Waiting for deployment spec update to be observed...\n", False
    if (condition(obj, "Progressing") or {}).get("reason") == "ProgressDeadlineExceeded":
        raise KubectlError(f'deployment "{name}" exceeded its progress deadline')
    wanted, updated = int(get(obj, "spec.replicas", 1)), _count(obj, "updatedReplicas")
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...\n", False
    if _count(obj, "replicas") > updated:
        return f"{waiting}{_count(obj, 'replicas') - updated} old replicas are pending termination...\n", False
    if _count(obj, "availableReplicas") < updated:
        return f"{waiting}{_count(obj, 'availableReplicas')} of {updated} updated replicas are available...\n", False
    return f'deployment "{name}" successfully rolled out\n', True


def _require_rolling_update(obj: Object) -> None:
    if get(obj, "spec.updateStrategy.type") != "RollingUpdate":
        raise KubectlError("rollout status is only available for RollingUpdate strategy type")


def _daemon_set(obj: Object) -> tuple[str, bool]:
    _require_rolling_update(obj)
    name, wanted = name_of(obj), _count(obj, "desiredNumberScheduled")
    if not _observed(obj):
        return "Waiting for daemon set spec update to be observed...\n", False
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if _count(obj, "updatedNumberScheduled") < wanted:
        return (
            f"{waiting}{_count(obj, 'updatedNumberScheduled')} out of {wanted} new pods have been updated...\n",
            False,
        )
    if _count(obj, "numberAvailable") < wanted:
        return f"{waiting}{_count(obj, 'numberAvailable')} of {wanted} updated pods are available...\n", False
    return f'daemon set "{name}" successfully rolled out\n', True


def _stateful_set(obj: Object) -> tuple[str, bool]:
    _require_rolling_update(obj)
    if not _count(obj, "observedGeneration") or not _observed(obj):
        return "Waiting for statefulset spec update to be observed...\n", False
    wanted, updated = int(get(obj, "spec.replicas", 1)), _count(obj, "updatedReplicas")
    if _count(obj, "readyReplicas") < wanted:
        return f"Waiting for {wanted - _count(obj, 'readyReplicas')} pods to be ready...\n", False
    if get(obj, "spec.updateStrategy.rollingUpdate") is not None:
        kept = int(get(obj, "spec.updateStrategy.rollingUpdate.partition", 0))
        if updated < wanted - kept:
            return (
                f"Waiting for partitioned roll out to finish: {updated} out of {wanted - kept} new pods have been updated...\n",
                False,
            )
        return f"partitioned roll out complete: {updated} new pods have been updated...\n", True
    revision, current = get(obj, "status.updateRevision", ""), get(obj, "status.currentRevision", "")
    if revision != current:
        return f"waiting for statefulset rolling update to complete {updated} pods at revision {revision}...\n", False
    return f"statefulset rolling update complete {_count(obj, 'currentReplicas')} pods at revision {current}...\n", True
