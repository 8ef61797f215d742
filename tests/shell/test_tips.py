"""Tips after beginners' slips, with a cluster made up for them."""

from __future__ import annotations

import pytest

from tutor.posix import standard_commands
from tutor.shell.tips import Failure, image_slip, lookalike, tip_for, tip_for_line
from tutor.shell.tips.elsewhere import NAMES

OBJECTS = [
    ("", "namespace", "default"),
    ("", "namespace", "production"),
    ("production", "deployment", "web-app"),
    ("production", "service", "web-app-service"),
    ("production", "pod", "web-app-7d4b9c6f5-x2x7k"),
    ("kube-system", "deployment", "coredns"),
]


class Cluster:
    """A `Look` at OBJECTS."""

    def __init__(self, namespace: str = "default") -> None:
        self.namespace = namespace

    def find(self, kinds: str, name: str = "", *, everywhere: bool = False) -> list[tuple[str, str, str]]:
        wanted = {kind.split(".")[0].rstrip("s") for kind in kinds.split(",")}
        return [
            (namespace, kind, found)
            for namespace, kind, found in OBJECTS
            if kind in wanted and name in ("", found) and (everywhere or namespace in ("", self.namespace))
        ]

    def kinds(self) -> list[str]:
        return ["configmaps", "deployments", "pods", "services"]

    def files(self) -> list[str]:
        return ["deployment.yaml", "service.yaml"]


def not_found(kinds: str, name: str) -> str:
    return f'Error from server (NotFound): {kinds} "{name}" not found\n'


SLIPS = [
    ("get deployment production", not_found("deployments.apps", "production"), "default", "production is a namespace"),
    ("get deploy web-app", not_found("deployments.apps", "web-app"), "default", "Add -n production"),
    ("logs web-app", not_found("pods", "web-app"), "production", "Write deployment/web-app"),
    ("get pod web-app", not_found("pods", "web-app"), "production", "its Pods have longer names"),
    ("get svc web-app", not_found("services", "web-app"), "production", "use deployment/web-app"),
    ("get deploy web-ap", not_found("deployments.apps", "web-ap"), "production", "Did you mean web-app?"),
    ("get svc x", not_found("services", "x"), "production", "There are: web-app-service."),
    ("get pod POD", not_found("pods", "POD"), "production", "stands for a name of your own"),
    ("get ns prodution", not_found("namespaces", "prodution"), "default", "Did you mean production?"),
    ("get pods", "No resources found in default namespace.\n", "default", "add -n production"),
    (
        "logs web --previous",
        "unable to retrieve container logs for containerd://12",
        "default",
        "without --previous",
    ),
    (
        "get pods -n prodution",
        "No resources found in prodution namespace.\n",
        "prodution",
        "There is no namespace prodution",
    ),
    (
        "apply -f deploment.yaml",
        'error: the path "deploment.yaml" does not exist\n',
        "default",
        "Did you mean deployment.yaml?",
    ),
    ("apply -f x", 'error: the path "x" does not exist\n', "default", "deployment.yaml, service.yaml"),
    ("apply service.yaml", "error: must specify one of -f and -k\n", "default", "kubectl apply -f service.yaml"),
    (
        "delete service.yaml",
        'error: the server doesn\'t have a resource type "service" in group "yaml"\n',
        "default",
        "kubectl delete -f service.yaml",
    ),
    (
        "get web-app",
        'error: the server doesn\'t have a resource type "web-app"\n',
        "production",
        "kubectl get deployment web-app",
    ),
    ("get pds", 'error: the server doesn\'t have a resource type "pds"\n', "default", "Did you mean pods?"),
    ("get zzz", 'error: the server doesn\'t have a resource type "zzz"\n', "default", "kubectl api-resources"),
    ("pods", 'error: unknown command "pods" for "kubectl"\n', "default", "kubectl get pods"),
    (
        "service.yaml",
        'error: unknown command "service.yaml" for "kubectl"\n',
        "default",
        "kubectl apply -f service.yaml",
    ),
    (
        "scale deploy x -replicas=3",
        "error: unknown shorthand flag: 'r' in -replicas=3\n",
        "default",
        "two dashes: --replicas",
    ),
    ("get pods -namespace production", not_found("pods", "production"), "amespace", "two dashes: --namespace"),
    ("create -f x.yaml", 'Error from server (AlreadyExists): pods "x" already exists\n', "default", "kubectl apply -f"),
    ("exec box ls -l", "error: unknown shorthand flag: 'l' in -l\n", "default", "kubectl exec box -- ls -l"),
    ("exec -n web box ls -l", "error: unknown shorthand flag: 'l' in -l\n", "default", "exec -n web box -- ls -l"),
    ("exec box", "error: you must specify at least one command for the container\n", "default", "exec box -- ls"),
    ("exec x -- ls -n production", not_found("pods", "x"), "default", "Write -n production before it"),
    ("exec x -- ls --namespace=production", not_found("pods", "x"), "default", "Write -n production before it"),
    ("log web-app", 'error: unknown command "log" for "kubectl"\n', "default", "kubectl logs"),
    ("restart deploy x", 'error: unknown command "restart" for "kubectl"\n', "default", "kubectl rollout restart"),
    ("get pods --all-namespace", "error: unknown flag: --all-namespace\n", "default", "--all-namespaces"),
    ("rollout undo d --to-revison=1", "error: unknown flag: --to-revison\n", "default", "--to-revision"),
    ("run x --image=nginx --replicas=3", "error: unknown flag: --replicas\n", "default", "kubectl create deployment"),
    ("scale deploy x replicas=3", 'error: required flag(s) "replicas" not set\n', "default", "--replicas=3"),
    ("create deploy x", 'error: required flag(s) "image" not set\n', "default", "--image=nginx"),
    ("apply -f a.yaml b.yaml", "error: Unexpected args: [b.yaml]\n", "default", "-f a.yaml -f b.yaml"),
    ("logs deploy web-app", not_found("pods", "deploy"), "production", "kubectl logs deploy/web-app"),
    ("get pod a,b", not_found("pods", "a,b"), "production", "separated by blanks: a b"),
    (
        "rollout undo web-app",
        'error: the server doesn\'t have a resource type "web-app"\n',
        "production",
        "kubectl rollout undo deployment web-app",
    ),
    ("apply -f x.yaml", "error: error parsing x.yaml: error converting YAML to JSON\n", "default", "edit x.yaml marks"),
    ("exec x -it -- bash", 'exec: "bash": executable file not found in $PATH\n', "default", "Try sh"),
    ("set image deploy/x y=z", 'error: unable to find container named "y"\n', "default", "that of a container"),
    ("delete pod", "error: resource(s) were provided, but no name was specified\n", "default", "--all"),
    ("apply deployment", "error: must specify one of -f and -k\n", "default", "kubectl apply -f FILE"),
    (
        "get pods",
        "The connection to the server x was refused - did you specify the right host or port?\n",
        "default",
        "does not answer",
    ),
]


@pytest.mark.parametrize(("line", "output", "namespace", "tip"), SLIPS)
def test_a_slip_gets_a_tip(line: str, output: str, namespace: str, tip: str) -> None:
    assert tip in tip_for(Failure(tuple(line.split()), output), Cluster(namespace))


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("get pods -n production", "Warning: v1 Endpoints is deprecated\n"),
        ("get deploy x", not_found("deployments.apps", "nothing-like-it")),
        ("frobnicate", 'error: unknown command "frobnicate" for "kubectl"\n'),
        ("get", ""),
        ("", "error: something\n"),
    ],
)
def test_there_is_none_without_a_reason(line: str, output: str) -> None:
    assert tip_for(Failure(tuple(line.split()), output), Cluster("default")) == ""


def test_lines_that_never_reach_kubectl() -> None:
    assert "kubectl get pods" in tip_for_line("get pods", 127)
    assert "<pod-name> stands for" in tip_for_line("kubectl logs <pod-name>", 2)
    assert tip_for_line("nonesuch a", 127) == ""
    assert tip_for_line("cat < file > out", 1) == ""
    assert "called kubectl" in tip_for_line("kubctl get pods", 127)
    assert "called kubectl" in tip_for_line("Kubectl get pods", 127)
    assert tip_for_line("kubectl get pods | grpe x", 127) == ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("run x --image=ngnix", "nginx"),
        ("run x --image ngnix:1.27", "nginx"),
        ("create deployment x --image=docker.io/library/postgress:16", "postgres"),
        ("set image deploy/x web=redsi:7", "redis"),
    ],
)
def test_an_image_that_looks_like_a_slip(line: str, name: str) -> None:
    assert f"image called {name}" in image_slip(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "run x --image=nginx:1.27",
        "run x --image=web-app:v2",
        "run x --image=example.com/team/api",
        "get pods -l image=ngnix",
    ],
)
def test_an_image_that_does_not(line: str) -> None:
    assert image_slip(line.split()) == ""


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("kubectl run \u201cweb\u201d --image=nginx", 'plain ones: "'),
        ("kubectl get pods \u2013n production", "plain ones: -n"),
        ("kubectl\u00a0get pods", "Type it anew"),
        ("kubectl get pods -n production", ""),
    ],
)
def test_characters_that_only_look_like_what_was_meant(line: str, part: str) -> None:
    assert part in lookalike(line)
    assert bool(part) == bool(lookalike(line))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("source <(kubectl completion bash)", "press tab"),
        ("diff <(ls a) <(ls b)", "use a pipe"),
        ("pods=($(kubectl get pods -o name))", "Arrays"),
        ("for ((i=0; i<3; i++)); do echo; done", "seq"),
        ("echo (a)", ""),
    ],
)
def test_grammar_that_is_not_there_is_named(line: str, part: str) -> None:
    tip = tip_for_line(line, 2, "bash: syntax error near unexpected token `('\n")
    assert part in tip
    assert bool(part) == bool(tip)


def test_nothing_is_said_to_be_missing_that_is_there() -> None:
    assert not set(NAMES) & set(standard_commands().entries)
