"""Types: how their names are found, and when the server is asked for them again."""

from __future__ import annotations

from tests.kubectl.harness import run_kubectl, serving
from tutor.kubectl import KubectlIO
from tutor.kubectl.client import Api
from tutor.kubectl.discovery import ApiResource, Discovery


def test_an_unknown_type_is_asked_for_again_because_it_may_be_new() -> None:
    config, connection = serving({})
    assert (
        run_kubectl(["get", "widgets"], config).stderr == 'error: the server doesn\'t have a resource type "widgets"\n'
    )
    run_kubectl(["get", "widgets"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 2


def test_a_new_type_makes_the_server_be_asked_again() -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    config, connection = serving(
        {"/api/v1/namespaces/default/pods": {"items": []}, f"DELETE {crds}/x": {"kind": "Status"}}
    )
    run_kubectl(["get", "pods", "-o", "name"], config)
    run_kubectl(["get", "pods", "-o", "name"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 1
    Api(connection, KubectlIO(stdout=print, stderr=print)).delete(f"{crds}/x", {})
    run_kubectl(["get", "pods", "-o", "name"], config)
    assert sum(request.path == "/apis" for request in connection.requests) == 2


def test_a_short_name_gives_way_to_another_types_own_name() -> None:
    resources = [
        ApiResource("test.com", "v1", "examples", "example", "Example", True, short_names=("pod",)),
        ApiResource("", "v1", "pods", "pod", "Pod", True, short_names=("po",)),
    ]
    discovery = Discovery(resources, [])
    found = discovery.find("pod")
    assert found is resources[1]
    assert discovery.also_short("pod", found) is None


def test_a_group_may_be_shortened() -> None:
    scaler = ApiResource(
        "autoscaling", "v2", "horizontalpodautoscalers", "horizontalpodautoscaler", "X", True, (), ("hpa",)
    )
    discovery = Discovery([scaler, ApiResource("autoscaling.x", "v1", "hpa", "hpa", "Y", True)], [])
    assert discovery.find("hpa.autoscal") is not None
    assert discovery.find("horizontalpodautoscalers.autoscal") is scaler
    assert discovery.find("hpa.scaling") is None


def test_a_role_for_a_type_of_an_unknown_group_names_the_group() -> None:
    outcome = run_kubectl(["create", "role", "r", "--verb=get", "--resource=deployments.nope"], serving({})[0])
    assert outcome.stderr == 'the server doesn\'t have a resource type "deployments" in group "nope"\n'
