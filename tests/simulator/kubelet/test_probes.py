"""Probes ask the simulated process, and act on what it says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.lab import Lab

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def http(path: str, port: int | str = 3000, **more: Any) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": port}, "periodSeconds": 2, **more}


def test_a_pod_is_ready_when_its_probe_says_so(lab: Lab) -> None:
    lab.pod("slow", {"image": "web-app:v2.3.0-slow", "readinessProbe": http("/ready")})
    lab.advance(10)
    assert lab.conditions("slow")["Ready"] == "False ContainersNotReady"
    assert lab.messages("slow", "Unhealthy") == ["Readiness probe failed: HTTP probe failed with statuscode: 503"]
    lab.advance(20)
    assert lab.conditions("slow")["Ready"] == "True"


def test_a_release_that_never_becomes_ready_keeps_running(lab: Lab) -> None:
    lab.pod("broken", {"image": "web-app:v2.4.0-broken", "readinessProbe": http("/ready")})
    lab.advance(120)
    assert (lab.status("broken")["ready"], lab.status("broken")["restartCount"]) == (False, 0)


def test_readiness_follows_the_container(lab: Lab) -> None:
    probe = {"exec": {"command": ["cat", "/tmp/ready"]}, "periodSeconds": 2, "failureThreshold": 1}
    lab.pod("box", {"command": FOREVER, "readinessProbe": probe})
    lab.advance(5)
    assert not lab.status("box")["ready"]
    lab.run("box", "touch", "/tmp/ready")
    lab.advance(3)
    assert lab.status("box")["ready"]
    lab.run("box", "rm", "/tmp/ready")
    lab.advance(3)
    assert not lab.status("box")["ready"]


def test_a_failed_liveness_probe_restarts_the_container(lab: Lab) -> None:
    probe = {"exec": {"command": ["cat", "/tmp/alive"]}, "periodSeconds": 2, "failureThreshold": 2}
    script = "touch /tmp/alive; sleep 20; rm /tmp/alive; sleep 3600"
    lab.pod("box", {"command": ["sh", "-c", script], "livenessProbe": probe}, terminationGracePeriodSeconds=1)
    lab.advance(20)
    assert lab.status("box")["restartCount"] == 0
    lab.advance(15)
    status = lab.status("box")
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 137
    assert lab.messages("box", "Killing") == ["Container c failed liveness probe, will be restarted"]


def test_a_startup_probe_holds_the_others_back(lab: Lab) -> None:
    startup = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 30}
    liveness = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 1}
    script = "sleep 8; touch /tmp/up; sleep 3600"
    lab.pod("box", {"command": ["sh", "-c", script], "startupProbe": startup, "livenessProbe": liveness})
    lab.advance(6)
    assert (lab.status("box")["started"], lab.status("box")["ready"]) == (False, False)
    lab.advance(12)
    status = lab.status("box")
    assert (status["started"], status["ready"], status["restartCount"]) == (True, True, 0)


def test_a_startup_probe_that_fails_for_good_restarts(lab: Lab) -> None:
    startup = {"tcpSocket": {"port": 81}, "periodSeconds": 1, "failureThreshold": 3}
    lab.pod("web", {"image": "nginx:1.27", "startupProbe": startup})
    lab.advance(20)
    assert lab.status("web")["restartCount"] >= 1
    assert lab.messages("web", "Killing")[0] == "Container c failed startup probe, will be restarted"


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        (http("/", 80), None),
        (http("/nope", 80), "HTTP probe failed with statuscode: 404"),
        (http("/", 81), 'Get "http://IP:81/": dial tcp IP:81: connect: connection refused'),
        ({"tcpSocket": {"port": 81}}, "dial tcp IP:81: connect: connection refused"),
        ({"exec": {"command": ["cat", "/nope"]}}, "cat: can't open '/nope': No such file or directory\n"),
    ],
)
def test_what_probes_say(lab: Lab, probe: dict[str, Any], said: str | None) -> None:
    image = "nginx:1.27-alpine" if "exec" in probe else "nginx:1.27"
    lab.pod("web", {"image": image, "readinessProbe": probe})
    lab.advance(8)
    ip = lab.get("web")["status"]["podIP"]
    messages = [text.replace(ip, "IP") for text in lab.messages("web", "Unhealthy")]
    assert messages == ([f"Readiness probe failed: {said}"] if said else [])


def test_probes_find_ports_by_name(lab: Lab) -> None:
    ports = [{"name": "web", "containerPort": 80}]
    lab.pod("web", {"image": "nginx:1.27", "ports": ports, "readinessProbe": http("/", "web")})
    lab.advance(8)
    assert lab.status("web")["ready"]


def test_a_probe_command_that_takes_too_long_fails(lab: Lab) -> None:
    probe = {"exec": {"command": ["sleep", "5"]}, "periodSeconds": 3, "timeoutSeconds": 1}
    lab.pod("box", {"command": FOREVER, "readinessProbe": probe})
    lab.advance(8)
    assert lab.messages("box", "Unhealthy") == [
        'Readiness probe failed: command timed out: "sleep 5" timed out after 1s'
    ]


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ({"httpGet": {"port": "web"}}, 'errored and resulted in unknown state: port "web" not found'),
        ({"tcpSocket": {"port": "web"}}, 'errored and resulted in unknown state: port "web" not found'),
        (
            {"httpGet": {"port": 80, "host": "nosuch.example"}},
            'failed: Get "http://nosuch.example:80/": dial tcp: lookup nosuch.example: no such host',
        ),
        (
            {"tcpSocket": {"port": 80, "host": "127.0.0.1"}},
            "failed: dial tcp 127.0.0.1:80: connect: connection refused",
        ),
    ],
)
def test_a_probe_that_leads_nowhere(lab: Lab, action: dict[str, Any], text: str) -> None:
    lab.pod("web", {"image": "nginx:1.27", "readinessProbe": {**action, "periodSeconds": 1}})
    lab.advance(5)
    assert lab.messages("web", "Unhealthy") == [f"Readiness probe {text}"]
    assert not lab.status("web")["ready"]


def redirected(lab: Lab, path: str, *arguments: str) -> None:
    """A server that sends a probe elsewhere."""
    probe = {"httpGet": {"path": path, "port": 8080}, "initialDelaySeconds": 15, "failureThreshold": 1}
    image = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"
    lab.pod("app", {"image": image, "args": list(arguments), "livenessProbe": probe})
    lab.advance(30)


def test_a_probe_goes_where_its_own_host_sends_it(lab: Lab) -> None:
    redirected(lab, "/redirect?loc=%2Fhealthz", "liveness")
    assert lab.status("app")["restartCount"] == 1
    assert lab.messages("app", "Unhealthy") == ["Liveness probe failed: HTTP probe failed with statuscode: 500"]


def test_a_probe_does_not_go_to_another_host(lab: Lab) -> None:
    redirected(lab, "/redirect?loc=http%3A%2F%2F0.0.0.0%2F", "liveness")
    assert lab.status("app")["restartCount"] == 0
    text = 'Liveness probe warning: Probe terminated redirects, Response body: <a href="http://0.0.0.0/">Found</a>.'
    assert lab.messages("app", "ProbeWarning")[0].startswith(text)


def test_a_probe_that_is_sent_around_in_a_circle(lab: Lab) -> None:
    redirected(lab, "/", "netexec", "--http-override=/redirect?location=/")
    assert lab.messages("app", "Unhealthy")[0].endswith("stopped after 10 redirects")


def asked(lab: Lab, name: str) -> list[float]:
    """When a probe that notes the moment ran, seconds after the first time."""
    _, text = lab.run(name, "cat", "/tmp/asked")
    moments = [float(word) for word in text.split()]
    return [round(moment - moments[0], 1) for moment in moments]


NOTE = {"exec": {"command": ["sh", "-c", "cut -d' ' -f1 /proc/uptime >> /tmp/asked; false"]}, "periodSeconds": 10}


def test_what_is_not_ready_is_asked_again_with_the_next_sync_and_then_in_its_period(lab: Lab) -> None:
    """Seen on a genuine cluster: that there is no result yet counts as a new one, which asks for a sync."""
    lab.pod("box", {"command": FOREVER, "readinessProbe": NOTE})
    lab.advance(25)
    assert asked(lab, "box") == [0.0, 0.5, 10.5, 20.5]


def test_what_is_not_ready_is_asked_when_another_container_becomes_ready(lab: Lab) -> None:
    other = {"exec": {"command": ["test", "-f", "/tmp/ready"]}, "periodSeconds": 1}
    lab.pod("box", {"command": FOREVER, "readinessProbe": NOTE}, {"command": FOREVER, "readinessProbe": other})
    lab.advance(5)
    before = asked(lab, "box")
    lab.run("box", "touch", "/tmp/ready", container="c1")
    lab.advance(1.2)
    assert len(asked(lab, "box")) == len(before) + 1


def test_a_container_started_again_in_its_place_counts_as_started_until_the_startup_probe_has_its_turn(
    lab: Lab,
) -> None:
    """The order seen on a genuine node."""
    note = "echo {} >> /v/log"
    startup = {"exec": {"command": ["sh", "-c", note.format("startup")]}, "periodSeconds": 2}
    command = ["sh", "-c", note.format("live") + "; false"]
    live = {"exec": {"command": command}, "periodSeconds": 2, "failureThreshold": 2, "terminationGracePeriodSeconds": 3}
    mounts = [{"name": "v", "mountPath": "/v"}]
    probed = {
        "command": ["sh", "-c", note.format("run") + "; sleep 1000"],
        "startupProbe": startup,
        "livenessProbe": live,
    }
    reader = {"command": FOREVER, "volumeMounts": mounts}
    lab.pod("box", {**probed, "volumeMounts": mounts}, reader, volumes=[{"name": "v", "emptyDir": {}}])
    lab.advance(21)
    _, text = lab.run("box", "cat", "/v/log", container="c1")
    assert text.split()[:9] == ["run", "startup", "live", "live", "run", "live", "startup", "live", "run"]


def test_what_fails_after_its_start_is_shown_and_held_back_one_look_at_the_runtime_later(lab: Lab) -> None:
    hook = {"postStart": {"httpGet": {"path": "/x", "port": 81}}}
    lab.pod("bad", {"command": FOREVER, "lifecycle": hook}, terminationGracePeriodSeconds=2)
    lab.advance(12)
    assert (lab.state("bad"), lab.status("bad")["restartCount"]) == ("CrashLoopBackOff", 1)
