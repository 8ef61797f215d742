"""What containers see and do: environment, files, commands, logs, and going on after a restore."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_environment_from_all_sources(lab: Lab) -> None:
    lab.create("configmaps", "v1", "ConfigMap", "settings", data={"MODE": "fast", "LEVEL": "2"})
    lab.create("secrets", "v1", "Secret", "db", data={"password": "c2VjcmV0"})
    lab.create("services", "v1", "Service", "shop-web", spec={"selector": {"a": "b"}, "ports": [{"port": 80}]})
    env: list[dict[str, Any]] = [
        {"name": "PLAIN", "value": "x"},
        {"name": "COMPOSED", "value": "$(PLAIN)-$(MODE)-$(NOBODY)"},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu", "divisor": "1m"}}},
        {"name": "MAYBE", "valueFrom": {"configMapKeyRef": {"name": "nope", "key": "x", "optional": True}}},
    ]
    source = [{"configMapRef": {"name": "settings"}, "prefix": "APP_"}, {"configMapRef": {"name": "settings"}}]
    resources = {"requests": {"cpu": "250m"}}
    lab.pod("app", {"command": FOREVER, "env": env, "envFrom": source, "resources": resources}, nodeName="node-2")
    lab.advance(5)
    code, output = lab.run("app", "env")
    found = dict(line.split("=", 1) for line in output.splitlines())
    assert code == 0
    assert (found["APP_MODE"], found["LEVEL"], found["PASSWORD"], found["NODE"]) == ("fast", "2", "secret", "node-2")
    assert found["COMPOSED"] == "x-fast-$(NOBODY)"
    assert found["CPU"] == "250"
    assert found["HOSTNAME"] == "app"
    assert found["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert found["SHOP_WEB_SERVICE_PORT"] == "80"
    assert "MAYBE" not in found


@pytest.mark.parametrize(("tag", "passed_on"), [("1.37", True), ("latest", True), ("1.36", False)])
def test_names_that_no_variable_of_a_shell_can_have(lab: Lab, tag: str, passed_on: bool) -> None:
    """Kubernetes allows them since 1.34; BusyBox's shell hands them to its children since 1.37."""
    lab.create("configmaps", "v1", "ConfigMap", "settings", data={"data-1": "one"})
    source = [{"configMapRef": {"name": "settings"}}, {"configMapRef": {"name": "settings"}, "prefix": "p-"}]
    lab.pod("app", {"image": f"busybox:{tag}", "command": FOREVER, "envFrom": source})
    lab.advance(5)
    assert "data-1=one\n" in lab.run("app", "env")[1]
    assert ("p-data-1=one\n" in lab.run("app", "sh", "-c", "env")[1]) is passed_on


def test_containers_of_a_pod_share_an_empty_dir(lab: Lab) -> None:
    mount = {"volumeMounts": [{"name": "v", "mountPath": "/data"}]}
    lab.pod(
        "two", {"command": FOREVER, **mount}, {"command": FOREVER, **mount}, volumes=[{"name": "v", "emptyDir": {}}]
    )
    lab.advance(5)
    assert lab.run("two", "sh", "-c", "echo hello > /data/x") == (0, "")
    assert lab.run("two", "cat", "/data/x", container="c1") == (0, "hello\n")


def test_what_a_container_writes_beside_volumes_is_lost_when_it_restarts(lab: Lab) -> None:
    script = "ls /tmp/mark /data/mark; touch /tmp/mark /data/mark; sleep 5; exit 1"
    mount = {"volumeMounts": [{"name": "v", "mountPath": "/data"}]}
    lab.pod("app", {"command": ["sh", "-c", script], **mount}, volumes=[{"name": "v", "emptyDir": {}}])
    lab.advance(10)
    assert lab.status("app")["restartCount"] == 1
    assert lab.log("app")[-1] == "/data/mark"


def test_config_volumes_are_read_only(lab: Lab) -> None:
    lab.create("configmaps", "v1", "ConfigMap", "settings", data={"mode": "fast"})
    mount = {"volumeMounts": [{"name": "v", "mountPath": "/etc/app"}]}
    lab.pod("app", {"command": FOREVER, **mount}, volumes=[{"name": "v", "configMap": {"name": "settings"}}])
    lab.advance(5)
    code, output = lab.run("app", "sh", "-c", "echo slow > /etc/app/mode")
    assert code == 1
    assert "Read-only file system" in output


def test_commands_in_a_server_s_container(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    assert lab.run("web", "sh", "-c", "exit 3") == (3, "")
    assert lab.run("web", "cat", "/etc/nginx/nginx.conf")[0] == 0
    assert lab.run("web", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "localhost", seconds=1) == (0, "200")
    code, message = lab.run("web", "nosuch")
    assert code == -1
    assert 'exec: "nosuch": executable file not found in $PATH' in message
    lab.run("web", "sh", "-c", "echo changed > /usr/share/nginx/html/index.html")
    assert lab.run("web", "curl", "-s", "localhost", seconds=1) == (0, "changed\n")
    assert lab.status("web")["restartCount"] == 0


def test_an_image_without_a_shell_has_none(lab: Lab) -> None:
    lab.pod("p", {"image": "registry.k8s.io/pause:3.10"})
    lab.advance(5)
    assert lab.run("p", "sh")[0] == -1


def test_killing_process_one_from_inside_ends_a_server(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    lab.run("web", "kill", "1")
    lab.advance(5)
    assert lab.status("web")["restartCount"] == 1


def test_logs_come_with_time_and_in_order(lab: Lab) -> None:
    lab.pod("app", {"command": ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 1; done; sleep 100"]})
    lab.advance(10)
    status = lab.status("app")
    lines = lab.cluster.runtime.log("default", "app", status["containerID"].rpartition("/")[2])
    assert lines is not None
    assert [line.text for line in lines] == ["line 1", "line 2", "line 3"]
    assert [round(later.at - line.at, 1) for line, later in pairwise(lines)] == [1.0, 1.0]


def test_a_restored_cluster_goes_on_as_it_would_have(lab: Lab) -> None:
    lab.pod("loop", {"command": ["sh", "-c", "i=0; while true; do i=$((i+1)); echo $i; sleep 2; done"]})
    lab.pod("crash", {"command": ["sh", "-c", "sleep 3; exit 1"]})
    lab.pod("typo", {"image": "nginx:9.99"})
    lab.advance(20)
    state = lab.cluster.save()

    def go_on() -> list[Any]:
        lab.advance(100)
        pods = [
            {**pod, "metadata": {**pod["metadata"], "resourceVersion": ""}} for pod in lab.cluster.store.list("pods")
        ]
        said = [(e["reason"], e.get("count"), e["message"]) for e in lab.cluster.store.list("events")]
        return [pods, said, lab.log("loop")]

    first = go_on()
    lab.cluster.load(state)
    assert go_on() == first


def test_same_seed_same_history() -> None:
    def play() -> list[Any]:
        lab = Lab(seed=7)
        for number in range(4):
            lab.pod(f"p{number}", {"command": ["sh", "-c", "sleep 3; exit 1"]})
        lab.advance(120)
        return [lab.cluster.store.list("pods"), lab.cluster.store.list("events")]

    assert play() == play()


def test_a_stopped_kubelet_reports_nothing(lab: Lab) -> None:
    lab.cluster.runtime.stop_kubelet("node-1")
    lab.pod("app", {"command": FOREVER}, nodeName="node-1")
    lab.advance(10)
    assert "conditions" not in lab.get("app")["status"] or lab.get("app")["status"]["phase"] == "Pending"
    lab.cluster.runtime.start_kubelet("node-1")
    lab.advance(10)
    assert lab.state("app") == "running"


def test_nginx_is_told_to_end_by_a_second_nginx(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27"})
    lab.advance(10)
    assert lab.run("web", "nginx", "-s", "nonsense") == (1, 'nginx: invalid option: "-s nonsense"\n')
    code, text = lab.run("web", "nginx", "-s", "reload")
    assert (code, text.endswith("signal process started\n")) == (0, True)
    code, text = lab.run("web", "nginx", seconds=5)
    assert code == 1
    assert "bind() to 0.0.0.0:80 failed (98: Address already in use)" in text
    assert lab.status("web")["restartCount"] == 0
    session = lab.cluster.runtime.exec("default", "web", "c", ["nginx", "-s", "quit"], stdin=False, tty=False)
    assert session is not None
    lab.advance(5)
    assert session.exit_status() is not None
    assert (lab.status("web")["restartCount"], lab.status("web")["lastState"]["terminated"]["exitCode"]) == (1, 0)


def test_there_may_be_no_nginx_to_be_told(lab: Lab) -> None:
    lab.pod("web", {"image": "nginx:1.27", "command": ["sleep", "1000"]})
    lab.advance(10)
    code, text = lab.run("web", "nginx", "-s", "stop")
    assert (code, text) == (1, 'nginx: [error] invalid PID number "" in "/run/nginx.pid"\n')
