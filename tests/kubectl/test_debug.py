"""debug: what the containers, copies and pods look like, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kubectl.harness import Outcome, run_kubectl, serving
from tutor.kubectl.debug_pods import Wanted, copied_pod, ephemeral_container, free_name, node_pod

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}, "uid": "1"},
    "spec": {
        "nodeName": "node-1",
        "containers": [{"name": "web", "image": "nginx", "args": ["x"], "livenessProbe": {"exec": {}}}],
        "ephemeralContainers": [{"name": "old"}],
    },
}
PODS = "/api/v1/namespaces/default/pods"


def test_a_container_for_a_running_pod() -> None:
    container = ephemeral_container(
        Wanted(image="busybox", command=["sh"], stdin=True, tty=True, target="web"), POD, "d"
    )
    assert container == {
        "name": "d",
        "image": "busybox",
        "command": ["sh"],
        "stdin": True,
        "tty": True,
        "targetContainerName": "web",
        "terminationMessagePolicy": "File",
        "securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}},
    }


def test_the_container_is_added_after_those_that_are_there() -> None:
    config, connection = serving({f"{PODS}/web": POD, f"PATCH {PODS}/web/ephemeralcontainers": POD})
    outcome = run_kubectl(["debug", "web", "--image=busybox", "--arguments-only", "--", "a"], config)
    assert outcome.stdout.startswith("Defaulting debug container name to debugger-")
    patch = connection.requests[-1].body["spec"]
    assert patch["$setElementOrder/ephemeralContainers"][0] == {"name": "old"}
    assert patch["ephemeralContainers"][0]["args"] == ["a"]


def test_a_copy_is_not_mistaken_for_the_original() -> None:
    pod, container = copied_pod(Wanted(command=["sh"]), POD, "copy", "web")
    assert container == "web"
    assert pod["metadata"] == {"name": "copy", "namespace": "default"}
    assert pod["spec"] == {
        "shareProcessNamespace": True,
        "containers": [
            {
                "name": "web",
                "image": "nginx",
                "command": ["sh"],
                "securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}},
            }
        ],
    }
    assert "labels" in POD["metadata"]


def test_a_copy_with_other_images_needs_no_container_to_attach_to() -> None:
    pod, container = copied_pod(Wanted(images={"*": "busybox"}), POD, "copy", "")
    assert (container, pod["spec"]["containers"][0]["image"]) == ("", "busybox")


def test_a_pod_on_a_node_sees_its_files() -> None:
    pod = node_pod(Wanted(image="busybox"), {"metadata": {"name": "node-1"}}, "p", "debugger")
    assert pod["spec"]["nodeName"] == "node-1"
    assert pod["spec"]["hostPID"] is True
    assert pod["spec"]["containers"][0]["volumeMounts"] == [{"name": "host-root", "mountPath": "/host"}]


@pytest.mark.parametrize(
    ("profile", "context"),
    [
        ("baseline", None),
        ("sysadmin", {"privileged": True}),
        ("netadmin", {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}}),
    ],
)
def test_profiles(profile: str, context: dict[str, Any] | None) -> None:
    container = ephemeral_container(Wanted(image="busybox", profile=profile), POD, "d")
    assert container.get("securityContext") == context


def test_a_custom_file_changes_the_container() -> None:
    wanted = Wanted(image="busybox", custom={"env": [{"name": "A", "value": "b"}]})
    assert ephemeral_container(wanted, POD, "d")["env"] == [{"name": "A", "value": "b"}]


def test_names_are_free() -> None:
    assert free_name(POD).startswith("debugger-")


def _debug(*words: str) -> Outcome:
    return run_kubectl(["debug", *words], serving({f"{PODS}/web": POD})[0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("web", "you must specify --image when not using --copy-to."),
        ("web --replace --image=b", "--replace may only be used with --copy-to."),
        ("web --copy-to=x", "you must specify --image, --set-image or command arguments."),
        ("web --copy-to=x -c new -- sh", "you must specify image when creating new container"),
        ("web -t --image=b", "-i/--stdin is required for containers with -t/--tty=true"),
        ("web --image=B", 'invalid image name "B": invalid reference format'),
        ("web --image=b --profile=x", "unknown profile: x"),
        ("--image=b", "NAME or filename is required for debug"),
    ],
)
def test_what_is_refused(words: str, message: str) -> None:
    outcome = _debug(*words.split())
    assert (outcome.exit_code, outcome.stderr) == (1, f"error: {message}\n")
