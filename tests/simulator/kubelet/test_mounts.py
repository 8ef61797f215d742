"""Which part of a volume a container sees, and when what it shows of the pod is brought up to date."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]
EMPTY = [{"name": "v", "emptyDir": {}}]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def mounted(lab: Lab, name: str = "app", volumes: Any = EMPTY, **mount: Any) -> None:
    """Start a pod that mounts a volume at /v."""
    env = [{"name": "PLACE", "value": "/tmp"}, {"name": "UP", "value": "a/../../b"}, {"name": "PART", "value": "a b"}]
    container = {"command": FOREVER, "env": env, "volumeMounts": [{"name": "v", "mountPath": "/v", **mount}]}
    lab.pod(name, container, volumes=volumes)
    lab.advance(10)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("$(PLACE)", "error SubPath `/tmp` must not be an absolute path"),
        ("$(UP)", "unable to provision SubPath `a/../../b`: must not contain '..'"),
        ("$(NOBODY)", "missing value for NOBODY"),
    ],
)
def test_expressions_that_lead_nowhere(lab: Lab, expression: str, message: str) -> None:
    """As Kubernetes 1.37.2 says it."""
    mounted(lab, subPathExpr=expression)
    assert lab.status("app")["state"]["waiting"] == {"reason": "CreateContainerConfigError", "message": message}
    assert f"Error: {message}" in lab.messages("app", "Failed")


def test_an_expression_names_a_part(lab: Lab) -> None:
    mounted(lab, subPathExpr="x/$(PART)$$")
    assert lab.run("app", "sh", "-c", "echo 1 > /v/f; ls /v") == (0, "f\n")


def test_labels_and_annotations_are_shown_at_once(lab: Lab) -> None:
    shown = [{"path": field, "fieldRef": {"fieldPath": f"metadata.{field}"}} for field in ("labels", "annotations")]
    mounted(lab, volumes=[{"name": "v", "downwardAPI": {"items": shown}}])
    pod = lab.get("app")
    changed = {"labels": {"app": "other"}, "annotations": {"build": "two"}}
    lab.client.update("pods", {**pod, "metadata": {**pod["metadata"], **changed}})
    lab.advance(2)
    made = lab.get("app")["metadata"]["creationTimestamp"]
    noted = f'\nkubernetes.io/config.seen="{made}"\nkubernetes.io/config.source="api"'
    assert lab.run("app", "cat", "/v/labels", "/v/annotations") == (0, f'app="other"build="two"{noted}')


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"hostname": "me", "subdomain": "sub"}, "me"),
        ({"hostname": "me", "subdomain": "sub", "setHostnameAsFQDN": True}, "me.sub.default.svc.cluster.local"),
        ({"hostnameOverride": "other.example"}, "other.example"),
    ],
)
def test_the_name_a_pod_calls_itself_by(lab: Lab, spec: dict[str, Any], name: str) -> None:
    lab.pod("app", {"command": ["sleep", "1000"]}, **spec)
    lab.advance(5)
    assert lab.run("app", "hostname") == (0, f"{name}\n")


def test_volumes_follow_what_comes_and_goes(lab: Lab) -> None:
    lab.create("configmaps", "v1", "ConfigMap", "one", data={"a": "1"})
    volumes = [
        {"name": "v", "configMap": {"name": "one"}},
        {"name": "o", "configMap": {"name": "two", "optional": True}},
    ]
    mounts = [{"name": "v", "mountPath": "/v"}, {"name": "o", "mountPath": "/o"}]
    lab.pod("app", {"command": FOREVER, "volumeMounts": mounts}, volumes=volumes)
    lab.advance(10)
    lab.create("configmaps", "v1", "ConfigMap", "two", data={"b": "2"})
    lab.client.delete("configmaps", "default", "one")
    lab.advance(70)
    assert lab.run("app", "cat", "/v/a", "/o/b") == (0, "12")
    assert lab.messages("app", "FailedMount") == ['MountVolume.SetUp failed for volume "v" : configmap "one" not found']
    lab.create("configmaps", "v1", "ConfigMap", "one", data={"a": "3"})
    lab.advance(130)
    assert lab.run("app", "cat", "/v/a") == (0, "3")
    assert lab.get("app")["status"]["phase"] == "Running"


def modes(lab: Lab, **spec: Any) -> dict[str, str]:
    """Modes and owners of the roots of volumes, and of a Secret's file."""
    lab.create("secrets", "v1", "Secret", "s", stringData={"a": "b"})
    lab.create("configmaps", "v1", "ConfigMap", "c", data={"a": "b"})
    sources: dict[str, Any] = {
        "m": {"emptyDir": {"medium": "Memory"}},
        "d": {"emptyDir": {}},
        "s": {"secret": {"secretName": "s", "defaultMode": 0o400}},
        "c": {"configMap": {"name": "c"}},
    }
    mounts = [{"name": name, "mountPath": f"/{name}"} for name in sources]
    volumes = [{"name": name, **source} for name, source in sources.items()]
    lab.pod("app", {"command": FOREVER, "volumeMounts": mounts}, volumes=volumes, **spec)
    lab.advance(10)
    lines = lab.run("app", "stat", "-L", "-c", "%n %a %u %g", "/m", "/d", "/s", "/c", "/s/a", "/s/..data")[
        1
    ].splitlines()
    return {line.split()[0]: line.partition(" ")[2] for line in lines}


def test_modes_and_owners_of_volumes(lab: Lab) -> None:
    """As Kubernetes 1.37.2 on Linux makes them."""
    found = modes(lab)
    assert (found["/m"], found["/d"], found["/s"], found["/c"]) == ("1777 0 0", "777 0 0", "1777 0 0", "777 0 0")
    assert (found["/s/a"], found["/s/..data"]) == ("400 0 0", "755 0 0")


def test_modes_and_owners_with_a_group(lab: Lab) -> None:
    """As Kubernetes 1.37.2 on Linux makes them."""
    found = modes(lab, securityContext={"fsGroup": 2000, "runAsUser": 1000})
    roots = (found["/m"], found["/d"], found["/s"], found["/c"])
    assert roots == ("3777 0 2000", "2777 0 2000", "3777 0 2000", "2777 0 2000")
    assert (found["/s/a"], found["/s/..data"]) == ("440 0 2000", "2755 0 2000")


def test_a_pod_whose_namespace_goes_before_it_has_a_token_never_starts(lab: Lab) -> None:
    """Seen on a genuine cluster."""
    lab.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    lab.advance(1)
    spec = {"nodeName": "node-1", "containers": [{"name": "c", "image": "busybox:1.36", "command": ["true"]}]}
    meta = {"name": "late", "namespace": "shop"}
    lab.client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    lab.client.delete("namespaces", "", "shop")
    lab.advance(4.5)
    late = lab.cluster.store.get("pods", "shop", "late")
    assert late is not None
    assert late["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "ContainerCreating"
    lab.advance(10)
    assert lab.cluster.store.get("namespaces", "", "shop") is None
