"""The official Python client against a simulated API server behind its socket: what programs and operators use of it."""

from __future__ import annotations

import gc
import json
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from kubernetes import client, config, dynamic, informer, utils, watch
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock
from kubernetes.stream import stream

from tests.simulator.api.conftest import config_map, deployment
from tutor.simulator.api.server import SimulatedApiServer
from tutor.simulator.cluster import SimulatedCluster

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the client leaves the sockets of streams that end early to the garbage collector

NAMESPACE = "default"
APPLY = "application/apply-patch+yaml"
WAIT_SECONDS = 20.0
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "shirts.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Shirt", "plural": "shirts"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "string"}}}},
                    }
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedApiServer]:
    server = SimulatedApiServer(SimulatedCluster(now=time.time(), strict=True))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server: SimulatedApiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("kube") / "config"
    server.write_kubeconfig(path)
    configuration = client.Configuration()
    config.load_kube_config(str(path), client_configuration=configuration)
    client.Configuration.set_default(configuration)  # leader election knows no other
    with client.ApiClient(configuration) as api:
        yield api
    client.Configuration.set_default(None)


@pytest.fixture(autouse=True)
def sockets_collected() -> Iterator[None]:
    """Have the garbage collector at work before the next test, which may be one that takes such warnings seriously."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def core(api: Any) -> Any:
    return client.CoreV1Api(api)


def wait_for(heard: SimpleQueue[str], wanted: str) -> None:
    """Take what another thread has heard until this comes; queue.Empty when it does not."""
    while heard.get(timeout=WAIT_SECONDS) != wanted:
        pass


def test_a_list_in_pages(core: Any) -> None:
    for number in range(5):
        core.create_namespaced_config_map(NAMESPACE, config_map(f"page-{number}") | {"data": {"k": "v"}})
    names: list[str] = []
    token = None
    while True:
        page = core.list_namespaced_config_map(NAMESPACE, limit=2, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert [name for name in names if name.startswith("page-")] == [f"page-{number}" for number in range(5)]


def test_a_watch_goes_on_where_it_was_left(core: Any) -> None:
    revision = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    core.create_namespaced_config_map(NAMESPACE, config_map("left-1"))
    listing = core.list_namespaced_config_map
    watching = watch.Watch()
    for event in watching.stream(listing, NAMESPACE, resource_version=revision, timeout_seconds=5):
        assert (event["type"], event["object"].metadata.name) == ("ADDED", "left-1")
        revision = event["object"].metadata.resource_version
        watching.stop()
    core.delete_namespaced_config_map("left-1", NAMESPACE)
    events = list(watch.Watch().stream(listing, NAMESPACE, resource_version=revision, timeout_seconds=1))
    assert [(event["type"], event["object"].metadata.name) for event in events] == [("DELETED", "left-1")]


def test_a_watch_from_too_long_ago_is_gone(core: Any, server: SimulatedApiServer) -> None:
    revision = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    with server.cluster.lock:
        server.cluster.load(server.cluster.save())  # the history is lost, as by compaction
    watching = watch.Watch().stream(
        core.list_namespaced_config_map, NAMESPACE, resource_version=str(int(revision) - 1), timeout_seconds=5
    )
    with pytest.raises(client.ApiException) as raised:
        list(watching)
    assert raised.value.status == 410


def test_an_informer_keeps_up(core: Any, server: SimulatedApiServer) -> None:
    heard: SimpleQueue[str] = SimpleQueue()
    informed = informer.SharedInformer(core.list_namespaced_config_map, namespace=NAMESPACE, label_selector="app=seen")
    informed.add_event_handler("ADDED", lambda obj: heard.put(f"+{obj.metadata.name}"))
    informed.add_event_handler("DELETED", lambda obj: heard.put(f"-{obj.metadata.name}"))
    labelled = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "i-1", "labels": {"app": "seen"}}}
    core.create_namespaced_config_map(NAMESPACE, labelled)
    informed.start()
    assert heard.get(timeout=WAIT_SECONDS) == "+i-1"
    with server.cluster.lock:
        server.cluster.load(server.cluster.save())  # its watch is told to start over
    core.create_namespaced_config_map(NAMESPACE, labelled | {"metadata": {"name": "i-2", "labels": {"app": "seen"}}})
    wait_for(heard, "+i-2")
    core.delete_namespaced_config_map("i-1", NAMESPACE)
    wait_for(heard, "-i-1")
    assert [item.metadata.name for item in informed.cache.list()] == ["i-2"]
    ending = threading.Thread(target=informed.stop)
    ending.start()
    core.delete_namespaced_config_map("i-2", NAMESPACE)  # it looks whether it is to end when something comes
    ending.join(WAIT_SECONDS)
    assert not ending.is_alive()


def test_server_side_apply_with_typed_calls(core: Any) -> None:
    def apply(manager: str, value: str, **options: Any) -> Any:
        body = config_map("applied") | {"data": {"k": value}}
        return core.patch_namespaced_config_map(
            "applied", NAMESPACE, body, field_manager=manager, _content_type=APPLY, **options
        )

    assert apply("one", "1").metadata.managed_fields[0].manager == "one"
    with pytest.raises(client.ApiException) as raised:
        apply("two", "2")
    assert raised.value.status == 409
    assert json.loads(raised.value.body)["details"]["causes"][0]["message"] == 'conflict with "one"'
    assert apply("two", "2", force=True).data == {"k": "2"}


def test_custom_resources_with_the_dynamic_client(api: Any, server: SimulatedApiServer) -> None:
    everything = dynamic.DynamicClient(api)
    definitions = everything.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
    definitions.create(body=CRD)
    server.pacer.advance(2)
    shirts = everything.resources.get(api_version="example.com/v1", kind="Shirt")
    body = {"apiVersion": "example.com/v1", "kind": "Shirt", "metadata": {"name": "a"}, "spec": {"size": "M"}}
    made = shirts.create(body=body, namespace=NAMESPACE)
    assert made.spec.size == "M"
    shirts.patch(
        body={"metadata": {"name": "a"}, "spec": {"size": "L"}},
        namespace=NAMESPACE,
        content_type="application/merge-patch+json",
    )
    assert [item.spec.size for item in shirts.get(namespace=NAMESPACE).items] == ["L"]
    events = shirts.watch(namespace=NAMESPACE, resource_version=made.metadata.resourceVersion, timeout=1)
    assert [(event["type"], event["object"].spec.size) for event in events] == [("MODIFIED", "L")]
    shirts.delete(name="a", namespace=NAMESPACE)
    with pytest.raises(dynamic.exceptions.NotFoundError):
        shirts.get(name="a", namespace=NAMESPACE)


def test_commands_in_containers(core: Any, server: SimulatedApiServer) -> None:
    spec = {"containers": [{"name": "c", "image": "busybox:1.36", "command": ["sleep", "3600"]}]}
    core.create_namespaced_pod(NAMESPACE, {"metadata": {"name": "box"}, "spec": spec})
    server.pacer.advance(60)
    connect = core.connect_get_namespaced_pod_exec
    flags = {"stdin": False, "stdout": True, "stderr": True, "tty": False}
    said = stream(connect, "box", NAMESPACE, command=["sh", "-c", "echo out; echo err >&2"], **flags)
    assert sorted(said.split()) == ["err", "out"]
    session = stream(
        connect,
        "box",
        NAMESPACE,
        command=["sh", "-c", "cat; exit 3"],
        _preload_content=False,
        **{**flags, "stdin": True},
    )
    session.write_stdin("hello\n")
    session.update(timeout=5)
    assert session.read_stdout() == "hello\n"
    session.close()
    session = stream(connect, "box", NAMESPACE, command=["sh", "-c", "exit 3"], _preload_content=False, **flags)
    session.run_forever(timeout=5)
    assert session.returncode == 3
    session.close()


def test_objects_out_of_a_file(api: Any, core: Any, tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: filed}\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ServiceAccount, metadata: {name: filed}}\n",
        encoding="utf-8",
    )
    utils.create_from_yaml(api, str(path))
    assert core.read_namespaced_config_map("filed", NAMESPACE).metadata.name == "filed"
    assert core.read_namespaced_service_account("filed", NAMESPACE).metadata.name == "filed"
    with pytest.raises(utils.FailToCreateError, match="AlreadyExists"):
        utils.create_from_yaml(api, str(path))
    utils.create_from_dict(api, deployment("from-dict"))
    assert client.AppsV1Api(api).read_namespaced_deployment("from-dict", NAMESPACE).spec.replicas == 1


def test_one_candidate_leads(api: Any) -> None:
    def candidate(name: str) -> Any:
        lock = LeaseLock("leader", NAMESPACE, name)
        settings = electionconfig.Config(
            lock, lease_duration=17, renew_deadline=15, retry_period=5, onstarted_leading=print, onstopped_leading=print
        )
        return leaderelection.LeaderElection(settings)

    first, second = candidate("first"), candidate("second")
    assert first.try_acquire_or_renew()
    assert not second.try_acquire_or_renew()
    assert first.try_acquire_or_renew()
    lease = client.CoordinationV1Api(api).read_namespaced_lease("leader", NAMESPACE)
    assert lease.spec.holder_identity == "first"
