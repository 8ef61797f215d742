"""Tips about how a command is written: its verb, its flags, its dashes, the image it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tutor.shell.tips.model import MANIFEST, Failure, Look, closest

_LONG_FLAGS = frozenset(
    {"namespace", "output", "filename", "selector", "replicas", "image", "container", "all", "follow", "watch"}
)
_OTHER_VERBS = {
    "restart": "kubectl rollout restart deployment NAME makes its Pods anew. A Pod by itself is deleted and made again",
    "stop": "Nothing is stopped in Kubernetes: kubectl scale --replicas=0 takes the Pods away, kubectl delete the object",
    "start": "Nothing is started in Kubernetes: kubectl create or kubectl apply makes the object, the cluster does the rest",
    "update": "kubectl apply -f FILE brings a file's changes to the cluster; kubectl set image changes an image",
    "upgrade": "kubectl set image deployment NAME CONTAINER=IMAGE rolls a new version out",
    "install": "kubectl apply -f FILE makes what a file describes",
    "remove": "Objects are removed with kubectl delete",
    "rm": "Objects are removed with kubectl delete",
    "kill": "A Pod is removed with kubectl delete pod NAME",
    "list": "Objects are listed with kubectl get",
    "ls": "Objects are listed with kubectl get",
    "ps": "What runs is listed with kubectl get pods",
    "show": "kubectl get lists objects, kubectl describe tells all about one",
    "inspect": "kubectl describe tells all about an object",
    "info": "kubectl describe tells all about an object, kubectl cluster-info about the cluster",
    "status": "kubectl get pods shows how Pods are, kubectl rollout status how a release goes",
    "log": "The output of a container is shown with kubectl logs",
    "ssh": "A shell in a container: kubectl exec -it POD -- sh",
    "shell": "A shell in a container: kubectl exec -it POD -- sh",
    "rollback": "The release before comes back with kubectl rollout undo deployment NAME",
    "undo": "The release before comes back with kubectl rollout undo deployment NAME",
    "deploy": "kubectl create deployment NAME --image=IMAGE makes a Deployment, kubectl apply -f FILE what a file describes",
}
"""Verbs of other tools and of plain English, and what kubectl has for them."""
_IMAGES = [
    "alpine",
    "busybox",
    "caddy",
    "curlimages/curl",
    "debian",
    "elasticsearch",
    "golang",
    "grafana/grafana",
    "haproxy",
    "httpd",
    "java",
    "mariadb",
    "memcached",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "postgres",
    "prom/prometheus",
    "python",
    "rabbitmq",
    "redis",
    "ruby",
    "tomcat",
    "traefik",
    "ubuntu",
    "web-app",
    "wordpress",
]
"""Images whose names are often mistyped, because they are often typed."""
_IMAGE_FLAG = re.compile(r"--image=(?P<image>\S+)")
_SET_IMAGE = re.compile(r"[\w*-]+=(?P<image>\S+)")


def unknown_verb(match: re.Match[str], failure: Failure, look: Look) -> str:
    word = match["verb"].lower()
    if MANIFEST.match(word):
        return f"A verb comes first: kubectl apply -f {match['verb']}"
    if word in _OTHER_VERBS:
        return _OTHER_VERBS[word]
    known = look.kinds()
    if word in known or f"{word}s" in known or word in ("po", "deploy", "svc", "ns", "cm", "ing", "rs", "no"):
        return f"A verb comes first: kubectl get {match['verb']}"
    return ""


def one_dash_word(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`-namespace web` is `-n amespace web` to kubectl, so what it says about it does not help."""
    word = next((word for word in failure.words if word[1:].split("=")[0] in _LONG_FLAGS and word[0] == "-"), None)
    return f"A flag with a long name takes two dashes: -{word}" if word else ""


def one_dash(match: re.Match[str], failure: Failure, look: Look) -> str:
    return f"A flag with a long name takes two dashes: --{match['rest']}"


def missing_dashes(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`kubectl exec web ls -l`: without `--` kubectl reads the command's flags as its own."""
    words = list(failure.words)
    if words[:1] != ["exec"] or "--" in words:
        return ""
    place = _after_pod(words)
    if place >= len(words):
        return "Say what to run, after two dashes: " + f"kubectl {' '.join(words)} -- ls"
    return f"The container's command comes after two dashes: kubectl {' '.join([*words[:place], '--', *words[place:]])}"


def _after_pod(words: Sequence[str]) -> int:
    """The place behind the Pod's name in an exec command."""
    place = 1
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in ("-n", "-c", "--namespace", "--container") else 1
    return place + 1


def flag_behind_dashes(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`kubectl exec web -- ls -n production`: the namespace goes to ls."""
    if "--" not in failure.words:
        return ""
    behind = failure.words[failure.words.index("--") + 1 :]
    for place, word in enumerate(behind):
        name = behind[place + 1] if word in ("-n", "--namespace") and place + 1 < len(behind) else ""
        name = name or (word.partition("=")[2] if word.startswith("--namespace=") else "")
        if name and look.find("namespaces", name):
            return f"What stands behind -- goes to the container. Write -n {name} before it"
    return ""


def unknown_flag(match: re.Match[str], failure: Failure, look: Look) -> str:
    from tutor.kubectl.commands import find_command
    from tutor.kubectl.globalflags import GLOBAL_FLAGS

    name = match["flag"]
    if failure.words[0] == "run" and name == "replicas":
        return "run makes a single Pod. For more: kubectl create deployment NAME --image=IMAGE --replicas=N"
    if failure.words[:2] == ("create", "pod") or (failure.words[0] == "create" and name == "image"):
        return "A Pod is made with kubectl run NAME --image=IMAGE, a Deployment with kubectl create deployment NAME --image=IMAGE"
    command = find_command(failure.words[0])
    for word in failure.words[1:]:
        command = (command.subcommand(word) if command else None) or command
    flags = [flag.name for flag in (*(command.flags if command else ()), *GLOBAL_FLAGS)]
    close = closest(name, flags, 0.75)
    return f"Did you mean --{close}?" if close else ""


def missing_flag(match: re.Match[str], failure: Failure, look: Look) -> str:
    name = match["flag"]
    given = next((word for word in failure.words if word.startswith(f"{name}=")), None)
    if given:
        return f"A flag begins with two dashes: --{given}"
    example = {"image": "--image=nginx", "replicas": "--replicas=3"}.get(name, f"--{name}=...")
    return f"Add {example}"


def second_file(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`apply -f a.yaml b.yaml`: each file needs its own -f."""
    files = [word for word in failure.words if MANIFEST.match(word)]
    if len(files) < 2 or not {"-f", "--filename"} & set(failure.words):
        return ""
    return f"Every file has its own -f: kubectl {failure.words[0]} {' '.join(f'-f {file}' for file in files)}"


def wrong_container(match: re.Match[str], failure: Failure, look: Look) -> str:
    return "The name before = is that of a container; kubectl describe shows them, and *=IMAGE means every container"


def missing_shell(match: re.Match[str], failure: Failure, look: Look) -> str:
    program = match["program"].rsplit("/", 1)[-1]
    if program in ("bash", "zsh", "ash"):
        return f"This image has no {program}. Try sh: many small images have only that, and some have no shell at all"
    return f"There is no program {program} in this image. A container has only what its image brings"


def unreadable_file(match: re.Match[str], failure: Failure, look: Look) -> str:
    file = next((word for word in failure.words if MANIFEST.match(word)), "")
    return f"edit {file} marks the line and says what is wrong with it" if file else ""


def image_slip(words: Sequence[str]) -> str:
    """A tip about an image whose name is nearly that of a well-known one. kubectl does not look at images."""
    if list(words[:1]) in (["run"], ["create"]):
        found = [match["image"] for word in words if (match := _IMAGE_FLAG.fullmatch(word))]
        found += [after for before, after in pairwise(words) if before == "--image"]
    elif list(words[:2]) == ["set", "image"]:
        found = [match["image"] for word in words[2:] if (match := _SET_IMAGE.fullmatch(word))]
    else:
        return ""
    for image in found:
        name = image.partition("@")[0].partition(":")[0].removeprefix("docker.io/").removeprefix("library/")
        close = closest(name, _IMAGES, 0.75)
        if close and name not in _IMAGES and len(name) > 3:
            return f"Is {name} spelled as you meant it? There is a well-known image called {close}."
    return ""
