"""Pods from creation to their end, as users see them."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import deployment
from tutor.simulator.objects import condition_is, with_spec
from tutor.simulator.store import Change

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_pod_that_just_runs(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27", "resources": {"requests": {"cpu": "50m"}, "limits": {"memory": "64Mi"}}})
    lab.advance(10)
    pod = lab.get("web")
    assert pod["status"]["phase"] == "Running"
    assert pod["status"]["podIP"].startswith("10.244.")
    assert lab.conditions("web") == dict.fromkeys(
        ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"), "True"
    )
    assert lab.events("web") == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
    status = lab.status("web")
    assert status["image"] == "docker.io/library/nginx:1.27"
    assert status["imageID"].startswith("docker.io/library/nginx@sha256:")
    assert status["allocatedResources"] == {"cpu": "50m", "memory": "64Mi"}
    assert (status["ready"], status["started"], status["restartCount"], status["lastState"]) == (True, True, 0, {})


def test_pods_that_begin_together_are_ready_one_after_the_other(lab: Lab) -> None:
    """As on machines, where a second lies between the first and the last of ten; so rollouts take their steps one by one."""
    lab.client.create("deployments.apps", deployment("web", image="registry.k8s.io/pause:3.10"))
    lab.advance(5)
    ready: dict[str, float] = {}

    def note(change: Change) -> None:
        if change.resource == "pods" and condition_is(change.obj["status"], "Ready"):
            ready.setdefault(change.obj["metadata"]["name"], lab.client.now)

    lab.cluster.store.subscribe(note)
    began = lab.client.now
    web = lab.get("web", "deployments.apps")
    lab.client.update("deployments.apps", with_spec(web, replicas=21))
    lab.advance(5)
    moments = sorted(set(ready.values()))
    assert len(ready) == 20
    assert len(moments) > 4
    assert moments[0] - began >= 0.5
    assert moments[-1] - began < 2
    assert 0.2 < moments[-1] - moments[0] < 1


def test_an_image_is_pulled_once_a_node(lab: Lab) -> None:
    lab.pod("one", {"image": "nginx:1.27"}, nodeName="node-1")
    lab.advance(10)
    lab.pod("two", {"image": "nginx:1.27"}, nodeName="node-1")
    lab.advance(5)
    text = 'Container image "nginx:1.27" already present on machine and can be accessed by the pod'
    assert lab.messages("two", "Pulled") == [text]


@pytest.mark.parametrize(
    ("image", "policy", "reason", "event"),
    [
        ("nginx:9.99", "IfNotPresent", "ErrImagePull", "Failed"),
        ("registry.example.com/shop:v1", "IfNotPresent", "ErrImagePull", "Failed"),
        ("Nginx:1.27", "IfNotPresent", "InvalidImageName", "InspectFailed"),
        ("nginx:1.27", "Never", "ErrImageNeverPull", "ErrImageNeverPull"),
    ],
)
def test_images_that_cannot_be_had(lab: Lab, image: str, policy: str, reason: str, event: str) -> None:
    lab.pod("typo", {"image": image, "imagePullPolicy": policy})
    lab.advance(4)
    assert lab.state("typo") == reason
    assert event in lab.events("typo")
    assert lab.get("typo")["status"]["phase"] == "Pending"


def test_pulls_back_off_and_the_reason_stays_in_sight(lab: Lab) -> None:
    lab.pod("typo", {"image": "nginx:9.99"})
    lab.advance(150)
    waiting = lab.status("typo")["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert waiting["message"].startswith(
        'Back-off pulling image "nginx:9.99": ErrImagePull: rpc error: code = NotFound'
    )
    assert lab.events("typo") == ["Scheduled", "Pulling", "Failed", "Failed", "BackOff", "Failed"]


def test_crash_loop(lab: Lab) -> None:
    lab.pod("crash", {"command": ["sh", "-c", "echo starting; exit 3"]})
    lab.advance(300)
    status = lab.status("crash")
    assert status["restartCount"] == 5
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["state"]["waiting"]["message"].startswith(
        "back-off 2m40s restarting failed container=c pod=crash_default("
    )
    assert lab.conditions("crash")["Ready"] == "False ContainersNotReady"
    assert lab.get("crash")["status"]["phase"] == "Running"
    assert lab.log("crash", previous=True) == ["starting"]


def test_a_container_that_ran_long_starts_its_back_off_anew(lab: Lab) -> None:
    lab.pod("slow", {"command": ["sh", "-c", "sleep 700; exit 1"]})
    lab.advance(2200)
    assert lab.status("slow")["restartCount"] == 3
    assert "BackOff" not in lab.events("slow")


@pytest.mark.parametrize(
    ("policy", "code", "phase", "reason"),
    [
        ("Never", 0, "Succeeded", "Completed"),
        ("Never", 7, "Failed", "Error"),
        ("OnFailure", 0, "Succeeded", "Completed"),
    ],
)
def test_pods_that_come_to_an_end(lab: Lab, policy: str, code: int, phase: str, reason: str) -> None:
    lab.pod("once", {"command": ["sh", "-c", f"exit {code}"]}, restartPolicy=policy)
    lab.advance(10)
    assert (lab.get("once")["status"]["phase"], lab.state("once")) == (phase, reason)
    assert lab.conditions("once")["Ready"] == ("False PodCompleted" if phase == "Succeeded" else "False PodFailed")
    assert lab.conditions("once")["PodReadyToStartContainers"] == "False PodSandboxNotReady"


def test_a_container_config_error_goes_away_when_what_is_missing_comes(lab: Lab) -> None:
    source = {"configMapKeyRef": {"name": "settings", "key": "mode"}}
    lab.pod("app", {"command": FOREVER, "env": [{"name": "MODE", "valueFrom": source}]})
    lab.advance(5)
    assert lab.status("app")["state"]["waiting"] == {
        "reason": "CreateContainerConfigError",
        "message": 'configmap "settings" not found',
    }
    lab.create("configmaps", "v1", "ConfigMap", "settings", data={"mode": "fast"})
    lab.advance(20)
    assert lab.state("app") == "running"
    assert lab.run("app", "sh", "-c", "echo $MODE") == (0, "fast\n")


def test_a_volume_that_cannot_be_filled_holds_the_pod_back(lab: Lab) -> None:
    mount = {"volumeMounts": [{"name": "v", "mountPath": "/etc/app"}]}
    lab.pod("app", {"command": FOREVER, **mount}, volumes=[{"name": "v", "secret": {"secretName": "db"}}])
    lab.advance(5)
    assert lab.state("app") == "ContainerCreating"
    assert lab.messages("app", "FailedMount") == ['MountVolume.SetUp failed for volume "v" : secret "db" not found']
    lab.create("secrets", "v1", "Secret", "db", data={"password": "c2VjcmV0"})
    lab.advance(20)
    assert lab.run("app", "cat", "/etc/app/password") == (0, "secret")


def test_config_map_files_follow_the_config_map(lab: Lab) -> None:
    lab.create("configmaps", "v1", "ConfigMap", "page", data={"index.html": "one"})
    mount = {"volumeMounts": [{"name": "v", "mountPath": "/usr/share/nginx/html"}]}
    lab.pod("web", {"image": "nginx:1.27", **mount}, volumes=[{"name": "v", "configMap": {"name": "page"}}])
    lab.pod("box", {"command": FOREVER})
    lab.advance(10)
    url = f"http://{lab.get('web')['status']['podIP']}/"
    assert lab.run("box", "wget", "-qO-", url, seconds=1) == (0, "one")
    lab.client.update("configmaps", {**lab.get("page", "configmaps"), "data": {"index.html": "two"}})
    lab.advance(60)
    assert lab.run("box", "wget", "-qO-", url, seconds=1) == (0, "two")


def test_a_command_that_does_not_exist(lab: Lab) -> None:
    lab.pod("app", {"command": ["nosuch"]}, restartPolicy="Never")
    lab.advance(5)
    terminated = lab.status("app")["state"]["terminated"]
    assert (terminated["exitCode"], terminated["reason"]) == (128, "StartError")
    assert terminated["message"].endswith('exec: "nosuch": executable file not found in $PATH')
    assert lab.get("app")["status"]["phase"] == "Failed"


def test_init_containers_run_one_by_one_and_sidecars_stay(lab: Lab) -> None:
    init = [
        {"name": "first", "image": "busybox:1.36", "command": ["sh", "-c", "sleep 3"]},
        {"name": "side", "image": "busybox:1.36", "command": FOREVER, "restartPolicy": "Always"},
    ]
    lab.pod("app", {"command": FOREVER}, initContainers=init)
    lab.advance(4)
    assert (lab.state("app", "first"), lab.state("app", "side"), lab.state("app")) == (
        "running",
        "PodInitializing",
        "PodInitializing",
    )
    assert lab.conditions("app")["Initialized"] == "False ContainersNotInitialized"
    lab.advance(10)
    assert (lab.state("app", "first"), lab.state("app", "side"), lab.state("app")) == (
        "Completed",
        "running",
        "running",
    )
    assert lab.get("app")["status"]["phase"] == "Running"


def test_a_failing_init_container_keeps_the_pod_pending(lab: Lab) -> None:
    init = [{"name": "first", "image": "busybox:1.36", "command": ["sh", "-c", "exit 1"]}]
    lab.pod("app", {"command": FOREVER}, initContainers=init)
    lab.advance(60)
    assert lab.get("app")["status"]["phase"] == "Pending"
    assert lab.status("app", "first")["restartCount"] >= 2
    assert lab.state("app") == "PodInitializing"


def test_active_deadline(lab: Lab) -> None:
    lab.pod("late", {"command": FOREVER}, activeDeadlineSeconds=6, terminationGracePeriodSeconds=2)
    lab.advance(20)
    status = lab.get("late")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert lab.status("late")["state"]["terminated"]["exitCode"] == 137
    (event,) = [e for e in lab.cluster.store.list("events", "default") if e["reason"] == "DeadlineExceeded"]
    assert event["count"] == 4  # as on a genuine node


def test_out_of_memory(lab: Lab) -> None:
    lab.pod(
        "leak", {"image": "web-app:v2.6.0-leak", "resources": {"limits": {"memory": "64Mi"}}}, restartPolicy="Never"
    )
    lab.advance(60)
    terminated = lab.status("leak")["state"]["terminated"]
    assert (terminated["reason"], terminated["exitCode"]) == ("OOMKilled", 137)


def test_the_termination_message_is_what_the_container_left(lab: Lab) -> None:
    lab.pod("app", {"command": ["sh", "-c", "echo why > /dev/termination-log; exit 2"]}, restartPolicy="Never")
    lab.advance(5)
    assert lab.status("app")["state"]["terminated"]["message"] == "why\n"


def test_statuses_are_listed_by_name(lab: Lab) -> None:
    lab.pod("two", {"name": "zebra", "command": FOREVER}, {"name": "ant", "command": FOREVER})
    lab.advance(5)
    assert [status["name"] for status in lab.get("two")["status"]["containerStatuses"]] == ["ant", "zebra"]


def test_a_node_refuses_what_it_cannot_take(lab: Lab) -> None:
    lab.pod("big", {"resources": {"requests": {"cpu": "100"}}}, nodeName="node-1")
    lab.pod("odd", nodeName="node-1", nodeSelector={"disk": "ssd"})
    lab.advance(1)
    status = lab.get("big")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "OutOfcpu")
    assert status["message"].startswith(
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 100000, used: "
    )
    assert lab.get("odd")["status"]["reason"] == "NodeAffinity"
    assert lab.events("odd") == ["NodeAffinity"]


def test_a_new_image_restarts_the_container_in_place(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.26"})
    lab.advance(10)
    pod = lab.get("web")
    lab.client.update(
        "pods",
        {**pod, "spec": {**pod["spec"], "containers": [{**pod["spec"]["containers"][0], "image": "nginx:1.27"}]}},
    )
    lab.advance(10)
    status = lab.status("web")
    assert (status["image"], status["restartCount"]) == ("docker.io/library/nginx:1.27", 1)
    assert lab.messages("web", "Killing") == ["Container c definition changed, will be restarted"]


def test_ephemeral_containers_join_a_running_pod(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    debugger = {"name": "debugger", "image": "busybox:1.36", "command": ["sh", "-c", "echo here; sleep 100"]}
    pod = lab.get("web")
    lab.client.update("pods", {**pod, "spec": {**pod["spec"], "ephemeralContainers": [debugger]}})
    lab.advance(5)
    status = lab.get("web")["status"]["ephemeralContainerStatuses"][0]
    assert "running" in status["state"]
    assert status["ready"] is False
    assert lab.run("web", "wget", "-qO-", "localhost", container="debugger", seconds=1)[0] == 0
    assert lab.get("web")["status"]["phase"] == "Running"


def test_statuses_of_ephemeral_containers_are_in_the_order_of_their_names(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    added = [{"name": name, "image": "busybox:1.36", "command": ["sleep", "100"]} for name in ("second", "first")]
    pod = lab.get("web")
    lab.client.update("pods", {**pod, "spec": {**pod["spec"], "ephemeralContainers": added}})
    lab.advance(5)
    statuses = lab.get("web")["status"]["ephemeralContainerStatuses"]
    assert [status["name"] for status in statuses] == ["first", "second"]


def test_events_go_after_an_hour(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(3500)
    assert "Started" in lab.events("web")
    lab.advance(300)
    assert lab.events("web") == []


def test_nodes_list_their_images(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"}, nodeName="node-1")
    lab.advance(30)
    node = lab.cluster.store.get("nodes", "", "node-1")
    assert node is not None
    assert any("docker.io/library/nginx:1.27" in image["names"] for image in node["status"]["images"])


def test_pods_on_the_host_s_network_have_its_address(lab: Lab) -> None:
    lab.pod(
        "host",
        {"image": "nginx:1.27", "readinessProbe": {"httpGet": {"port": 80}}},
        hostNetwork=True,
        nodeName="node-1",
    )
    lab.pod("box", {"command": FOREVER})
    lab.advance(15)
    status = lab.get("host")["status"]
    assert status["podIP"] == status["hostIP"]
    assert lab.status("host")["ready"]
    assert lab.run("box", "wget", "-qO-", f"http://{status['hostIP']}", seconds=1)[0] == 0
