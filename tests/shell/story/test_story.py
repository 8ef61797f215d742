"""Stories of real commands on a simulated cluster, and of changes made up for one rule each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tutor.clusters.actors import duty_of, short_actor
from tutor.clusters.history import ChangeLog, ObjectChange
from tutor.clusters.simulated import Simulated
from tutor.shell import PracticeShell
from tutor.shell.story.differences import differences
from tutor.shell.story.requests import SentRequest
from tutor.shell.story.telling import Step, Story, tell


class Play:
    """A shell on a simulated cluster, and the story of each line."""

    def __init__(self, cluster: Simulated, workspace: Path) -> None:
        self.cluster = cluster
        self.shell = PracticeShell(cluster.kubeconfig(), workspace, remember=False)

    def story(self, line: str) -> Story:
        """Run a line, let the cluster come to rest and tell what happened."""
        history, clock = self.cluster.history, self.cluster.clock
        assert history is not None
        assert clock is not None
        before = history.last
        self.shell.run(line)
        clock.settle()
        return tell(line, self.shell.requests, history.since(before), namespace="default")


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """A new cluster."""
    cluster = Simulated()
    cluster.start()
    found = Play(cluster, tmp_path / "workspace")
    yield found
    found.shell.close()
    cluster.stop()


def told(story: Story) -> list[str]:
    return [f"{step.who}: {step.subject}: {step.text}" for step in story.steps]


def in_order(lines: list[str], *pieces: str) -> None:
    """Each piece stands in a line after the line of the piece before it."""
    rest = iter(lines)
    for piece in pieces:
        assert any(piece in line for line in rest), f"{piece!r} is not told, or not in this place: {lines}"


def test_a_command_its_requests_and_who_reacted(play: Play) -> None:
    story = play.story("kubectl create deployment web --image=nginx --replicas=2")
    assert ("POST", "/apis/apps/v1/namespaces/default/deployments", 201) in [
        (request.method, request.short_path, request.code) for request in story.requests
    ]
    assert not story.only_read
    in_order(
        told(story),
        "you: Deployment web: made, wants 2 Pods",
        "deployment-controller: ReplicaSet web-",
        "replicaset-controller: 2 Pods: web-",
        "scheduler: Pod web-",
        "kubelet",
        "Running and ready",
        "deployment-controller: Deployment web: ready",
    )
    assert "counts the Pods" in story.duties["replicaset-controller"]

    story = play.story("kubectl scale deployment web --replicas=3")
    in_order(
        told(story),
        "you: Deployment web: replicas 2 -> 3",
        "deployment-controller: ReplicaSet web-",
        "Pod web-",
        "given to node-",
    )

    story = play.story("kubectl get pods")
    assert story.only_read
    assert told(story) == []

    story = play.story("kubectl delete deployment web")
    in_order(told(story), "you: Deployment web: removed", "garbage-collector: ReplicaSet web-")


def test_trouble_is_told_as_such(play: Play) -> None:
    story = play.story("kubectl create deployment web --image=nginx:nosuch")
    trouble = [step for step in story.steps if step.trouble]
    assert trouble
    assert all(step.who.startswith("kubelet/node-") for step in trouble)


def test_a_dry_run_and_a_question_about_rights_change_nothing() -> None:
    dry = SentRequest("POST", "/api/v1/namespaces/default/pods?dryRun=All", 201)
    review = SentRequest("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 201)
    refused = SentRequest("POST", "/api/v1/namespaces/default/pods", 409)
    assert Story("", [dry, review, refused], []).only_read
    assert not Story("", [SentRequest("DELETE", "/api/v1/namespaces/default/pods/x", 200)], []).only_read


def pod(**spec: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "web", "namespace": "default"}, "spec": spec}


def change(kind: str, name: str, actor: str, at: float = 0.0, namespace: str = "default") -> ObjectChange:
    obj = {"kind": kind, "metadata": {"name": name, "namespace": namespace}}
    return ObjectChange(at, actor, "ADDED", obj, None)


def test_like_steps_are_told_together_and_other_namespaces_not_at_all() -> None:
    changes = [change("Pod", f"web-{n}", "replicaset-controller", n / 10) for n in range(5)]
    changes.insert(2, change("Pod", "other", "replicaset-controller", namespace="kube-system"))
    story = tell("", [], changes, namespace="default")
    assert [step.subject for step in story.steps] == ["5 Pods: web-0, web-1, web-2, …"]


def test_plurals_and_counts() -> None:
    assert Step(0, "", "NetworkPolicy", "", ("a", "b")).subject == "2 NetworkPolicies: a, b"
    assert Step(0, "", "Ingress", "", ("a", "b")).subject == "2 Ingresses: a, b"
    changes = [change("Pod" if n % 2 else "Service", f"web-{n}", "x") for n in range(100)]
    story = tell("", [], changes, namespace="default")
    assert (len(story.steps), story.left_out) == (60, 40)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (pod(replicas=3), pod(replicas=5), ["replicas 3 -> 5"]),
        (
            pod(template={"spec": {"containers": [{"name": "web", "image": "a:1"}, {"name": "log", "image": "b"}]}}),
            pod(template={"spec": {"containers": [{"name": "web", "image": "a:2"}, {"name": "log", "image": "b"}]}}),
            ["web image a:1 -> a:2"],
        ),
        (pod(), pod(paused=True), ["paused none -> true"]),
        (pod(selector={"app": "x"}), pod(selector={"app": "y"}), ["selector app x -> y"]),
        (
            {"kind": "Secret", "data": {"password": "b2xk"}},
            {"kind": "Secret", "data": {"password": "bmV3"}},
            ["password (hidden)"],
        ),
        ({"kind": "ConfigMap", "data": {"a": "1"}}, {"kind": "ConfigMap", "data": {"a": "2"}}, ["a 1 -> 2"]),
        (
            {"kind": "Pod", "metadata": {"labels": {"app": "a"}}},
            {"kind": "Pod", "metadata": {"labels": {}}},
            ["label app a -> none"],
        ),
        (
            {"kind": "Pod", "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}},
            {"kind": "Pod", "metadata": {}},
            [],
        ),
        (
            {"kind": "Deployment", "status": {}},
            {"kind": "Deployment", "status": {"readyReplicas": 2}},
            ["ready 0 -> 2"],
        ),
        (
            {"kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}},
            {"kind": "PersistentVolumeClaim", "status": {"phase": "Bound"}},
            ["Pending -> Bound"],
        ),
        (
            pod(a=1, b=1, c=1, d=1, e=1),
            pod(a=2, b=2, c=2, d=2, e=2),
            ["a 1 -> 2", "b 1 -> 2", "c 1 -> 2", "d 1 -> 2", "and 1 more fields"],
        ),
        (pod(), {**pod(), "metadata": {"deletionTimestamp": "now"}}, ["is to be deleted"]),
    ],
)
def test_differences_in_a_few_words(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert differences(old, new) == expected


@pytest.mark.parametrize(
    ("name", "node", "short"),
    [
        ("kubernetes-admin", "", "you"),
        ("kubectl-client-side-apply", "", "you"),
        ("default-scheduler", "", "scheduler"),
        ("kubelet", "node-1", "kubelet/node-1"),
        ("system:node:node-2", "", "kubelet/node-2"),
        ("system:serviceaccount:kube-system:deployment-controller", "", "deployment-controller"),
        ("", "", "cluster"),
    ],
)
def test_short_names_of_actors(name: str, node: str, short: str) -> None:
    assert short_actor(name, node) == short


def test_kubelets_of_all_nodes_have_the_same_duty() -> None:
    assert duty_of("kubelet/node-1") == duty_of("kubelet") != ""
    assert duty_of("somebody") == ""


def test_a_log_forgets_the_oldest() -> None:
    log = ChangeLog(complete=True)
    for number in range(6000):
        log.add(change("Pod", str(number), "x"))
    assert log.last == 6000
    assert [one.obj["metadata"]["name"] for one in log.since(5998)] == ["5998", "5999"]
    assert len(log.since(0)) == 5000
    assert log.since(log.last) == []


def watched(kind: str, old: dict[str, Any] | None, new: dict[str, Any], owner: str = "") -> str:
    """Who is told to have done what the program with all controllers in it wrote."""
    owners = [{"kind": owner, "controller": True}] if owner else []
    head = {"kind": kind, "metadata": {"name": "web", "namespace": "default", "ownerReferences": owners}}
    before = None if old is None else {**head, **old}
    change = ObjectChange(0.0, "kube-controller-manager", "MODIFIED" if old else "ADDED", {**head, **new}, before)
    return tell("", [], [change], namespace="default", exact=False).steps[0].who


def test_which_controller_it_was_is_concluded_from_what_it_wrote() -> None:
    assert watched("Pod", None, {}, owner="ReplicaSet") == "replicaset-controller"
    assert (
        watched("ReplicaSet", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, owner="Deployment")
        == "deployment-controller"
    )
    status = {"status": {"readyReplicas": 1}}
    assert watched("ReplicaSet", {"status": {}}, status, owner="Deployment") == "replicaset-controller"
    assert watched("Deployment", {"status": {}}, status) == "deployment-controller"
    assert watched("Pod", {"spec": {}}, {"spec": {"nodeName": "node-1"}}, owner="Job") == "scheduler"
    unsaid = ObjectChange(
        0.0, "", "MODIFIED", {"kind": "Deployment", "status": {"readyReplicas": 1}}, {"kind": "Deployment"}
    )
    assert tell("", [], [unsaid], namespace="default").steps[0].who == "deployment-controller"
    assert watched("PersistentVolumeClaim", {"status": {}}, {"status": {"phase": "Bound"}}) == "persistentvolume-binder"
