"""HorizontalPodAutoscalers in a cluster: conditions, events and status in the words of a real 1.37 cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulator.controllers.playing import Stage, conditions
from tests.simulator.workloads import deployment
from tutor.simulator.api.inprocess import InProcessClient
from tutor.simulator.clock import timestamp
from tutor.simulator.metrics import Reading, node_metrics, pod_metrics
from tutor.simulator.objects import name_of
from tutor.simulator.store import Obj

HPAS = "horizontalpodautoscalers.autoscaling"
OUTSIDE = {
    "type": "External",
    "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}},
}


class Load:
    """Containers that use so many cores and bytes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.cores = 0.0
        self.memory = 32.0 * 2**20
        self.worked: dict[str, float] = {}
        self.at = stage.client.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass in small steps, so that load adds up, and new pods start."""
        for _ in range(int(seconds / 5)):
            for pod in self.stage.pods():
                self.worked[name_of(pod)] = self.worked.get(name_of(pod), 0.0) + self.cores * 5
            self.stage.advance(5)
            self.stage.run_all()

    def readings(self, namespace: str, name: str) -> Mapping[str, Reading]:
        pod = self.stage.client.get("pods", namespace, name)
        if namespace != "default" or pod is None or pod["status"].get("phase") != "Running":
            return {}
        return {"app": Reading(self.worked.get(name, 0.0), self.memory, self.at)}


def hpa(name: str = "web", target: str = "web", **spec: Any) -> Obj:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {"scaleTargetRef": reference, "minReplicas": 1, "maxReplicas": 4, "metrics": [cpu(50)], **spec},
    }


def cpu(percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def web(replicas: int = 1, cpu_request: str = "100m") -> Obj:
    body = deployment("web", replicas=replicas)
    container = body["spec"]["template"]["spec"]["containers"][0]
    if cpu_request:
        container["resources"] = {"requests": {"cpu": cpu_request}}
    return body


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def load(stage: Stage) -> Load:
    """metrics-server is installed and has taken its first samples."""
    load = Load(stage)
    stage.cluster.metrics.readings = load.readings
    register_metrics(stage)
    return load


def register_metrics(stage: Stage) -> None:
    """What the add-on comes down to for its readers: an API that is there and answers."""
    service = {"name": "metrics-server", "namespace": "kube-system", "port": 443}
    spec = {"group": "metrics.k8s.io", "version": "v1beta1", "service": service}
    body = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}
    stage.engine.stop("available-condition-controller")
    obj = stage.create(
        "apiservices.apiregistration.k8s.io", {**body, "metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": spec}
    )
    available = {"type": "Available", "status": "True", "lastTransitionTime": timestamp(stage.client.now)}
    stage.client.update_status("apiservices.apiregistration.k8s.io", obj, {"conditions": [available]})
    stage.engine.run_ready()


def test_without_metrics_server_it_says_so(stage: Stage) -> None:
    stage.create("deployments.apps", web())
    stage.create(HPAS, hpa())
    status = stage.status(HPAS, "web")
    assert conditions(status) == {
        "AbleToScale": ("True", "SucceededGetScale"),
        "ScalingActive": ("False", "FailedGetResourceMetric"),
    }
    why = (
        "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource "
        "metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
    )
    assert stage.message("web", "FailedGetResourceMetric") == why
    assert stage.message("web", "FailedComputeMetricsReplicas") == (
        f"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {why}"
    )
    assert status["currentMetrics"] == [{"type": ""}]
    assert (status["currentReplicas"], status["desiredReplicas"], status["observedGeneration"]) == (1, 0, 1)


def test_a_target_that_is_not_there(stage: Stage) -> None:
    stage.create(HPAS, hpa(target="gone"))
    status = stage.status(HPAS, "web")
    assert conditions(status) == {"AbleToScale": ("False", "FailedGetScale")}
    assert stage.message("web", "FailedGetScale") == 'deployments.apps "gone" not found'
    assert status["currentMetrics"] is None
    assert status["desiredReplicas"] == 0
    stage.advance(31)
    assert stage.events("web") == ["FailedGetScale"] * 3


def test_a_kind_without_a_size_cannot_be_scaled(stage: Stage) -> None:
    body = hpa()
    body["spec"]["scaleTargetRef"] |= {"kind": "DaemonSet", "name": "gone"}
    stage.create(HPAS, body)
    assert stage.message("web", "FailedGetScale") == "the server could not find the requested resource"


def test_a_new_spec_is_looked_at_at_once_and_a_new_status_is_not(stage: Stage) -> None:
    stage.create("deployments.apps", web(2))
    stage.create(HPAS, hpa())
    stage.advance(10)
    stage.change(HPAS, "web", minReplicas=3)
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 3
    assert stage.events("web").count("FailedComputeMetricsReplicas") == 1
    stage.advance(4)
    assert stage.events("web").count("FailedComputeMetricsReplicas") == 1
    stage.advance(2)
    assert stage.events("web").count("FailedComputeMetricsReplicas") == 2


def test_the_first_sample_of_a_pod_does_not_count_yet(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web())
    stage.run_all()
    load.at = stage.client.now - 1
    stage.create(HPAS, hpa())
    load.pass_time(60)
    told = [e["message"] for e in stage.cluster.store.list("events") if e["reason"] == "FailedGetResourceMetric"]
    assert [message.removeprefix("failed to get cpu utilization: ") for message in told] == [
        "unable to get metrics for resource cpu: no metrics returned from resource metrics API",
        "did not receive metrics for targeted pods (pods might be unready)",
    ]
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("True", "ValidMetricFound")


def test_a_container_without_request(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web(cpu_request=""))
    load.pass_time(330)
    stage.create(HPAS, hpa())
    pod = name_of(stage.pods("web-")[0])
    condition = stage.status(HPAS, "web")["conditions"][1]
    assert condition["message"] == (
        "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in "
        f"container app of Pod {pod}"
    )


def test_it_grows_under_load_and_shrinks_after_five_quiet_minutes(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web())
    load.pass_time(330)
    stage.create(HPAS, hpa())
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("True", "ValidMetricFound")
    load.cores = 0.2
    load.pass_time(30)
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 4
    assert stage.message("web", "SuccessfulRescale") == (
        "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    )
    status = stage.status(HPAS, "web")
    assert conditions(status)["ScaledToZero"] == ("False", "NotScaledToZero")
    load.pass_time(60)
    status = stage.status(HPAS, "web")
    assert conditions(status)["ScalingLimited"] == ("True", "TooManyReplicas")
    assert status["currentMetrics"][0]["resource"]["current"]["averageUtilization"] >= 150
    load.cores = 0.0
    load.pass_time(270)
    assert conditions(stage.status(HPAS, "web"))["AbleToScale"] == ("True", "ScaleDownStabilized")
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 4
    load.pass_time(120)
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 1
    assert stage.message("web", "SuccessfulRescale") == "New size: 1; reason: All metrics below target"


def test_the_target_is_kept_between_minimum_and_maximum(stage: Stage) -> None:
    stage.create("deployments.apps", web(6))
    stage.create(HPAS, hpa())
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 4
    assert stage.message("web", "SuccessfulRescale") == (
        "New size: 4; reason: Current number of replicas above Spec.MaxReplicas"
    )
    assert conditions(stage.status(HPAS, "web"))["AbleToScale"] == ("True", "SucceededRescale")


def test_a_target_scaled_to_zero_is_left_alone(stage: Stage) -> None:
    stage.create("deployments.apps", web(0))
    stage.create(HPAS, hpa())
    stage.advance(60)
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("False", "ScalingDisabled")
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 0


@pytest.mark.parametrize(
    ("selector", "outcome"),
    [
        ("app=web", "ValidMetricFound"),
        ("app in (web, other),!gone", "ValidMetricFound"),
        ("app=", "FailedGetResourceMetric"),
        ("app in", "InvalidSelector"),
        ("app>1", "InvalidSelector"),
        ("", "InvalidSelector"),
    ],
)
def test_a_custom_resource_says_in_a_text_which_pods_it_has(
    stage: Stage, load: Load, selector: str, outcome: str
) -> None:
    scale = {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": ".status.selector",
    }
    anything = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": anything, "subresources": {"scale": scale}}
    names = {"plural": "shops", "singular": "shop", "kind": "Shop", "listKind": "ShopList"}
    spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
    kind = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    crd = {**kind, "metadata": {"name": "shops.example.com"}, "spec": spec}
    stage.create("customresourcedefinitions.apiextensions.k8s.io", crd)
    stage.create("deployments.apps", web())
    shop = {"apiVersion": "example.com/v1", "kind": "Shop", "metadata": {"name": "corner"}}
    stage.create("shops.example.com", {**shop, "spec": {"replicas": 1}, "status": {"selector": selector}})
    load.cores = 0.2
    if outcome == "ValidMetricFound":
        load.pass_time(330)
    stage.create(HPAS, hpa(scaleTargetRef={"apiVersion": "example.com/v1", "kind": "Shop", "name": "corner"}))
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"][1] == outcome
    assert stage.get("shops.example.com", "corner")["spec"]["replicas"] == (4 if outcome == "ValidMetricFound" else 1)


@pytest.mark.parametrize(
    ("least", "metric", "problem"),
    [
        (0, OUTSIDE, ""),
        (0, cpu(50), "must specify at least one Object or External metric to support scaling to zero replicas"),
        (-1, cpu(50), "Invalid value: -1: must be greater than or equal to 0"),
    ],
)
def test_only_metrics_from_outside_can_bring_it_to_zero(
    stage: Stage, least: int, metric: dict[str, Any], problem: str
) -> None:
    """HPAScaleToZero is on in 1.37 (apis/autoscaling/validation/validation.go)."""
    path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
    answer = InProcessClient(stage.cluster).json("POST", path, hpa(minReplicas=least, metrics=[metric]))
    assert problem in answer.get("message", "")
    assert answer["kind"] == ("Status" if problem else "HorizontalPodAutoscaler")


def test_two_autoscalers_for_the_same_pods_stop_each_other(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web())
    load.pass_time(330)
    stage.create(HPAS, hpa())
    stage.create(HPAS, hpa("other"))
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("True", "ValidMetricFound")
    assert conditions(stage.status(HPAS, "other"))["ScalingActive"] == ("False", "AmbiguousSelector")
    stage.advance(15)
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("False", "AmbiguousSelector")
    assert stage.message("web", "AmbiguousSelector") == (
        "pods by selector app=web are controlled by more than one HPA (e.g. [default/other default/web])"
    )


def test_of_several_metrics_the_largest_counts(stage: Stage, load: Load) -> None:
    memory = {
        "type": "Resource",
        "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "16Mi"}},
    }
    stage.create("deployments.apps", web())
    load.pass_time(330)
    stage.create(HPAS, hpa(metrics=[cpu(50), memory]))
    assert stage.message("web", "SuccessfulRescale") == "New size: 2; reason: memory resource above target"
    current = stage.status(HPAS, "web")["currentMetrics"]
    assert current[1]["resource"]["current"] == {"averageValue": "32Mi"}


def test_custom_metrics_need_an_adapter(stage: Stage, load: Load) -> None:
    pods = {"metric": {"name": "requests"}, "target": {"type": "AverageValue", "averageValue": "10"}}
    stage.create("deployments.apps", web())
    load.pass_time(330)
    stage.create(HPAS, hpa(metrics=[{"type": "Pods", "pods": pods}]))
    assert conditions(stage.status(HPAS, "web"))["ScalingActive"] == ("False", "FailedGetPodsMetric")
    assert "no custom metrics API" in stage.message("web", "FailedGetPodsMetric")


@pytest.mark.parametrize(
    ("target", "inner"),
    [
        ({"type": "Value", "value": "10"}, "failed to get external metric depth"),
        ({"type": "AverageValue", "averageValue": "10"}, "failed to get depth external metric"),
    ],
)
def test_an_external_metric_fails_in_the_words_of_its_target(stage: Stage, target: dict[str, str], inner: str) -> None:
    external = {"metric": {"name": "depth"}, "target": target}
    stage.create("deployments.apps", web())
    stage.create(HPAS, hpa(metrics=[{"type": "External", "external": external}]))
    start = (
        f"invalid metrics (1 invalid out of 1), first error is: failed to get depth external metric value: {inner}: "
    )
    assert stage.message("web", "FailedComputeMetricsReplicas").startswith(start)


def test_what_it_remembers_survives_saving(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web(4))
    load.pass_time(330)
    stage.create(HPAS, hpa())
    state = stage.cluster.save()
    load.pass_time(320)
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 1
    stage.cluster.load(state)
    load.pass_time(280)
    assert stage.get("deployments.apps", "web")["spec"]["replicas"] == 4


def test_the_metrics_api_objects(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web())
    load.cores = 0.25
    load.pass_time(60)
    pod, metrics = stage.pods("web-")[0], stage.cluster.metrics
    sample = metrics.of_pod(pod)
    assert sample is not None
    body = pod_metrics(pod, sample, stage.client.now)
    assert body["containers"] == [{"name": "app", "usage": {"cpu": "250000000n", "memory": "32768Ki"}}]
    assert (body["kind"], body["window"]) == ("PodMetrics", "15s")
    node = stage.get("nodes", f"/{pod['spec']['nodeName']}")
    node_sample = metrics.of_node(node)
    assert node_sample is not None
    assert node_metrics(node, node_sample, stage.client.now)["usage"]["cpu"] == "300000000n"


def test_when_the_service_behind_the_api_fails_the_samples_are_gone(stage: Stage, load: Load) -> None:
    stage.create("deployments.apps", web())
    load.pass_time(60)
    obj = stage.get("apiservices.apiregistration.k8s.io", "/v1beta1.metrics.k8s.io")
    down = {"type": "Available", "status": "False", "reason": "MissingEndpoints"}
    stage.client.update_status("apiservices.apiregistration.k8s.io", obj, {"conditions": [down]})
    stage.create(HPAS, hpa())
    assert "the server is currently unable to handle the request (get pods.metrics.k8s.io)" in stage.message(
        "web", "FailedGetResourceMetric"
    )
