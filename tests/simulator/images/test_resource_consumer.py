"""The load generator of the Kubernetes project, and the agnhost subcommand that spreads its load over many."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tests.simulator.workloads import deployment
from tutor.simulator.addons import install

CONSUMER = "registry.k8s.io/e2e-test-images/resource-consumer:1.14"
AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"


@pytest.fixture
def lab() -> Lab:
    """Consumers behind a Service, the controller that spreads the load, and a pod to ask from."""
    lab = Lab()
    install(lab.cluster, "metrics-server")
    container = {"name": "app", "image": CONSUMER, "resources": {"requests": {"cpu": "100m"}}}
    body = deployment("load", replicas=2)
    body["spec"]["template"]["spec"]["containers"] = [container]
    lab.client.create("deployments.apps", body)
    ports = [{"port": 8080}]
    lab.create("services", "v1", "Service", "load", spec={"selector": {"app": "load"}, "ports": ports})
    arguments = ["resource-consumer-controller", "--consumer-service-name=load", "--consumer-service-namespace=default"]
    lab.pod("controller", {"image": AGNHOST, "args": arguments})
    lab.pod("box", {"image": AGNHOST})
    lab.advance(15)
    return lab


def ask(lab: Lab, path: str, *form: str, pod: str = "controller") -> str:
    """What a pod answers to a form, or to a GET without one."""
    address = lab.get(pod)["status"]["podIP"]
    data = [word for pair in form for word in ("-d", pair)]
    return lab.run("box", "curl", "-s", *data, f"http://{address}:8080{path}", seconds=5)[1]


def names(lab: Lab) -> list[str]:
    pods = lab.cluster.store.list_sorted("pods", "default")
    return [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith("load-")]


def usage(lab: Lab) -> dict[str, tuple[float, float]]:
    """Processor seconds and bytes of the consumers."""
    readings = lab.cluster.runtime.readings
    found = {name: readings("default", name)["app"] for name in names(lab)}
    return {name: (reading.cpu_seconds, reading.memory) for name, reading in found.items()}


def test_the_load_is_spread_in_portions(lab: Lab) -> None:
    said = ask(lab, "/ConsumeCPU", "millicores=450", "durationSec=30", "requestSizeMillicores=50")
    assert said.startswith("RC manager: sending 9 requests to consume 50 millicores each and 1 request to consume 0 ")
    assert said.count("Consumed 50 millicores\n") == 9
    before = usage(lab)
    lab.advance(10)
    used = {name: usage(lab)[name][0] - before[name][0] for name in before}
    assert sum(used.values()) == pytest.approx(4.5, abs=0.2)
    assert min(used.values()) > 0.4
    lab.advance(30)
    before = usage(lab)
    lab.advance(10)
    assert sum(usage(lab)[name][0] - before[name][0] for name in before) == pytest.approx(0, abs=0.05)


def test_memory_is_taken_for_a_while(lab: Lab) -> None:
    before = sum(memory for _, memory in usage(lab).values())
    ask(lab, "/ConsumeMem", "megabytes=250", "durationSec=30", "requestSizeMegabytes=100")
    assert sum(memory for _, memory in usage(lab).values()) - before == 250 * 2**20
    lab.advance(40)
    assert sum(memory for _, memory in usage(lab).values()) == before


def test_metrics_of_its_own(lab: Lab) -> None:
    name = names(lab)[0]
    assert ask(lab, "/BumpMetric", "metric=qps", "delta=5", "durationSec=20", pod=name).startswith("BumpMetric\n")
    assert "qps 5.000000\n" in ask(lab, "/metrics", pod=name)
    lab.advance(30)
    assert "qps 0.000000\n" in ask(lab, "/metrics", pod=name)


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/ConsumeCPU", ["millicores=1"], "not given function argument\n"),
        ("/ConsumeCPU", ["millicores=x", "durationSec=1", "requestSizeMillicores=1"], "incorrect function argument\n"),
        ("/ConsumeCPU", ["millicores=1", "durationSec=1", "requestSizeMillicores=0"], "incorrect function argument\n"),
        ("/Nope", ["a=b"], "unknown function\n"),
        ("/ConsumeCPU", [], "Bad request. Not a POST request\n"),
    ],
)
def test_what_is_refused(lab: Lab, path: str, form: list[str], said: str) -> None:
    assert ask(lab, path, *form) == said


def test_a_service_that_is_not_there_is_told(lab: Lab) -> None:
    lab.client.delete("services", "default", "load")
    lab.advance(1)
    said = ask(lab, "/ConsumeCPU", "millicores=20", "durationSec=1", "requestSizeMillicores=20")
    assert "Failed to connect to consumer" in said
