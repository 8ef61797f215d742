"""The namespaces that exercises play in: made by the tutor, labelled as its own, and nothing of anybody else's is touched."""

from __future__ import annotations

from collections.abc import Callable

from tutor.clusters import ClusterError
from tutor.grading.api import Api, Obj
from tutor.grading.pace import Pace

LABEL = "app.kubernetes.io/managed-by"
OWNER = "k8s-tutor"
ATTEMPT = "k8s-tutor/attempt"
"""The annotation that says for which attempt at an exercise a namespace was made."""
REMOVAL_SECONDS = 180.0
"""How long the removal of a namespace may take."""
READY_SECONDS = 30.0
"""How long a new namespace may take until Pods can be made in it."""
END_SECONDS = 1
"""Grace period of Pods that are removed with their namespace; nobody needs their last words."""

Report = Callable[[str], None]


class Namespaces:
    """Makes and removes namespaces in one cluster. With `all_ours` the whole cluster is the tutor's, as a simulated one is."""

    def __init__(self, api: Api, pace: Pace, *, all_ours: bool) -> None:
        self._api = api
        self._pace = pace
        self._all_ours = all_ours

    def attempt(self, name: str) -> str | None:
        """The attempt that a namespace of ours was made for; None for any other namespace. Raises Unreachable."""
        found = self._api.get(_path(name))
        if found is None or not self._ours(found) or _ending(found):
            return None
        return (found["metadata"].get("annotations") or {}).get(ATTEMPT)

    def _ours(self, namespace: Obj) -> bool:
        return self._all_ours or (namespace["metadata"].get("labels") or {}).get(LABEL) == OWNER

    def make_empty(self, name: str, attempt: str, report: Report) -> None:
        """A new namespace of that name, marked as made for an attempt; one of ours that is there is removed before.

        ClusterError when it belongs to somebody else, or when the cluster does not do it in time. Raises Unreachable.
        """
        self.remove(name, report)
        metadata = {"name": name, "labels": {LABEL: OWNER}, "annotations": {ATTEMPT: attempt}}
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        status, made = self._api.request("POST", "/api/v1/namespaces", body)
        if status != 201:
            raise ClusterError(f"the namespace {name} could not be made: {made.get('message', status)}")
        account = f"{_path(name)}/serviceaccounts/default"
        if not self._pace.until(lambda: self._api.get(account) is not None, READY_SECONDS):
            raise ClusterError(
                f"the namespace {name} has not got its ServiceAccount in {READY_SECONDS:.0f} s",
                "Check that the cluster's controller manager runs",
            )

    def remove(self, name: str, report: Report) -> None:
        """Remove a namespace of ours and wait until it is gone. ClusterError as for `make_empty`. Raises Unreachable."""
        if not self.begin_removal(name):
            return
        report(f"removing what is in the namespace {name}")

        def waiting(seconds: float) -> None:
            if seconds and seconds % 5 == 0:
                report(f"removing what is in the namespace {name}, {seconds:.0f} s")

        if not self._pace.until(lambda: self._api.get(_path(name)) is None, REMOVAL_SECONDS, waiting):
            why = _what_keeps(self._api.get(_path(name)))
            raise ClusterError(
                f"the namespace {name} has not gone in {REMOVAL_SECONDS:.0f} s{why}",
                f"See what keeps it with: kubectl get namespace {name} -o yaml",
            )

    def begin_removal(self, name: str) -> bool:
        """Ask for the removal of a namespace of ours; says whether there is one. ClusterError when it is somebody else's."""
        found = self._api.get(_path(name))
        if found is None:
            return False
        if not self._ours(found):
            raise ClusterError(
                f"the namespace {name} of this cluster was not made by the tutor, so it is left alone",
                "Play on the simulated cluster or on one of your own where that name is free; "
                f"if nobody needs it any more: kubectl delete namespace {name}",
            )
        status, answer = self._api.request("DELETE", _path(name))
        if status >= 400 and status not in (404, 409):
            raise ClusterError(f"the namespace {name} could not be removed: {answer.get('message', status)}")
        # Pods may take their time to end; a shorter one is enough for these.
        self._api.request("DELETE", f"{_path(name)}/pods?gracePeriodSeconds={END_SECONDS}")
        return True


def _path(name: str) -> str:
    return f"/api/v1/namespaces/{name}"


def _what_keeps(namespace: Obj | None) -> str:
    """What the cluster says about a removal that does not come to its end (pkg/controller/namespace/deletion)."""
    conditions = ((namespace or {}).get("status") or {}).get("conditions") or ()
    messages = [str(entry.get("message", "")) for entry in conditions if entry.get("status") == "True"]
    return f" ({messages[0]})" if messages else ""


def _ending(namespace: Obj) -> bool:
    return "deletionTimestamp" in namespace["metadata"]
