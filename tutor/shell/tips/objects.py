"""Tips about objects, kinds and files that are not there: each looks at what there is before it says anything."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from itertools import pairwise

from tutor.shell.tips.model import MANIFEST, Failure, Look

_HIDDEN_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
_PLACEHOLDER = re.compile(r"[A-Z][A-Z_-]+")
"""What a name in capitals is: a place for a name, copied as it was from a text."""
_SHORT_KINDS = frozenset(
    {"deploy", "deployment", "deployments", "po", "pod", "pods", "rs", "sts", "job", "svc", "service"}
)


def object_missing(match: re.Match[str], failure: Failure, look: Look) -> str:
    kinds, name = match["kinds"], match["name"]
    kind = kinds.split(".")[0]
    if "," in name:
        return f"Several names are separated by blanks: {' '.join(part for part in name.split(',') if part)}"
    if name in _SHORT_KINDS and (following := _word_after(name, failure.words)):
        return f"Kind and name in one word mean one of its Pods: kubectl {failure.words[0]} {name}/{following}"
    if _PLACEHOLDER.fullmatch(name):
        return f"{name} stands for a name of your own: kubectl get {kind}"
    if kind == "namespaces":
        return _similar_name(look.find("namespaces"), name, "The namespaces are: {names}.")
    if look.find("namespaces", name):
        return f"{name} is a namespace. To see what is in it: kubectl get {kind} -n {name}"
    return (
        _in_another_namespace(kinds, name, look)
        or _of_another_kind(kind, name, failure, look)
        or _similar(kinds, name, look)
    )


def _word_after(word: str, words: Sequence[str]) -> str:
    return next((after for before, after in pairwise(words) if before == word and not after.startswith("-")), "")


def _in_another_namespace(kinds: str, name: str, look: Look) -> str:
    places = [namespace for namespace, _, _ in look.find(kinds, name, everywhere=True) if namespace != look.namespace]
    if not places:
        return ""
    return f"There is {name} in the namespace {places[0]}, but you looked in {look.namespace}. Add -n {places[0]}"


def _of_another_kind(kind: str, name: str, failure: Failure, look: Look) -> str:
    others = [found for _, found, _ in look.find("deployments,statefulsets,daemonsets,services,pods,configmaps", name)]
    if not others:
        return ""
    if kind == "pods" and others[0] in ("deployment", "statefulset", "daemonset"):
        verb = failure.words[0] if failure.words else "get"
        if verb in ("logs", "exec", "attach", "port-forward"):
            return f"{name} is a {others[0]}, and its Pods have longer names. Write {others[0]}/{name} to mean one of its Pods."
        return f"{name} is a {others[0]}, and its Pods have longer names: kubectl get pods"
    return f"{name} is a {others[0]} here: use {others[0]}/{name}"


def _similar(kinds: str, name: str, look: Look) -> str:
    return _similar_name(look.find(kinds), name, "There are: {names}.")


def _similar_name(found: Sequence[tuple[str, str, str]], name: str, listing: str) -> str:
    names = [candidate for _, _, candidate in found]
    close = difflib.get_close_matches(name, names, 1, 0.6)
    if close:
        return f"Did you mean {close[0]}?"
    return listing.format(names=", ".join(names)) if 0 < len(names) <= 8 else ""


def nothing_found(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`kubectl get` in a namespace where there is nothing, while the learner's objects are in another one."""
    if not failure.words or failure.words[0] != "get" or len(failure.words) < 2 or failure.words[1].startswith("-"):
        return ""
    if match["namespace"] != "default" and not look.find("namespaces", match["namespace"]):
        return f"There is no namespace {match['namespace']}. " + _similar("namespaces", match["namespace"], look)
    places = {place for place, _, _ in look.find(failure.words[1], everywhere=True)} - {
        *_HIDDEN_NAMESPACES,
        "",
        match["namespace"],
    }
    if not places or len(places) > 3:
        return ""
    return f"There are some in {' and '.join(sorted(places))}: add -n {min(places)}, or -A for all namespaces"


def no_such_file(match: re.Match[str], failure: Failure, look: Look) -> str:
    files = look.files()
    if not files:
        return "There are no manifests in this folder. ls shows what is here, pwd where you are."
    close = difflib.get_close_matches(match["path"], files, 1, 0.6)
    listed = ", ".join(files[:8])
    return f"Did you mean {close[0]}? The manifests here: {listed}" if close else f"The manifests here: {listed}"


def missing_dash_f(match: re.Match[str], failure: Failure, look: Look) -> str:
    file = next((word for word in failure.words[1:] if MANIFEST.match(word)), None)
    if file is None or failure.words[0] not in ("apply", "create", "delete", "replace", "diff"):
        return ""
    return f"A file is named with -f: kubectl {failure.words[0]} -f {file}"


def unknown_kind(match: re.Match[str], failure: Failure, look: Look) -> str:
    word = match["kind"]
    found = look.find("deployments,services,pods,configmaps,secrets", word)
    if found:
        kind = found[0][1]
        words = " ".join(f"{kind} {other}" if other == word else other for other in failure.words)
        return f"{word} is the name of a {kind}. The kind comes first: kubectl {words}"
    close = difflib.get_close_matches(word.lower(), look.kinds(), 1, 0.7)
    return f"Did you mean {close[0]}?" if close else "kubectl api-resources lists the kinds there are."
