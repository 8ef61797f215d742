"""Short tips after a command that failed the way beginners' commands do.

A rule looks at what the command printed. It may ask the cluster before it says anything, so that a tip is about what is
really there. kubectl's own message always comes first; a tip never replaces it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

MANIFEST = re.compile(r"[^\s]+\.(?:ya?ml|json)$")
NOT_FOUND = 127
"""The exit status for a command there is none of."""
_BRACKETS = re.compile(r"(?<![<\w])<[A-Za-z][\w -]*>")
_HIDDEN_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
_PLACEHOLDER = re.compile(r"[A-Z][A-Z_-]+")
"""What a name in capitals is: a place for a name, copied as it was from a text."""

_LONG_FLAGS = frozenset(
    {"namespace", "output", "filename", "selector", "replicas", "image", "container", "all", "follow", "watch"}
)


class Look(Protocol):
    """What a rule can find out. Every answer is empty when it cannot be had quickly."""

    @property
    def namespace(self) -> str:
        """The namespace the command used."""

    def find(self, kinds: str, name: str = "", *, everywhere: bool = False) -> list[tuple[str, str, str]]:
        """Objects as (namespace, kind in lower case, name), in the command's namespace or everywhere."""

    def kinds(self) -> list[str]:
        """The names of the kinds the cluster has, plural."""

    def files(self) -> list[str]:
        """Manifest files in the folder the command was started in."""


@dataclass(frozen=True)
class Failure:
    """A kubectl command and what it printed: `words` are its arguments, `output` what it wrote to standard error."""

    words: tuple[str, ...]
    output: str


def tip_for_line(line: str, status: int) -> str:
    """A tip about a line that failed in the shell itself, before any kubectl ran."""
    from tutor.kubectl.commands import VERBS

    if status and (match := _BRACKETS.search(line)):
        return f"{match[0]} stands for something of your own: type it without the angle brackets"
    words = line.split()
    if status == NOT_FOUND and len(words) > 1 and words[0] in VERBS:
        return f"Commands for the cluster start with kubectl: kubectl {' '.join(words)}"
    return ""


Explain = Callable[[re.Match[str], Failure, Look], str]


@dataclass(frozen=True)
class Rule:
    """`pattern` is searched in the output; `explain` gives the tip, or "" when it has nothing to say."""

    pattern: re.Pattern[str]
    explain: Explain


def tip_for(failure: Failure, look: Look) -> str:
    """The first tip a rule has, "" when there is none."""
    for rule in RULES:
        match = rule.pattern.search(failure.output)
        if match is not None and (tip := rule.explain(match, failure, look)):
            return tip
    return ""


def _says(text: str) -> Explain:
    return lambda match, failure, look: text


# --- rules that look


def _object_missing(match: re.Match[str], failure: Failure, look: Look) -> str:
    kinds, name = match["kinds"], match["name"]
    kind = kinds.split(".")[0]
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
        if verb in ("logs", "exec", "attach"):
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


def _nothing_found(match: re.Match[str], failure: Failure, look: Look) -> str:
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


def _no_such_file(match: re.Match[str], failure: Failure, look: Look) -> str:
    files = look.files()
    if not files:
        return "There are no manifests in this folder. ls shows what is here, pwd where you are."
    close = difflib.get_close_matches(match["path"], files, 1, 0.6)
    listed = ", ".join(files[:8])
    return f"Did you mean {close[0]}? The manifests here: {listed}" if close else f"The manifests here: {listed}"


def _missing_dash_f(match: re.Match[str], failure: Failure, look: Look) -> str:
    file = next((word for word in failure.words[1:] if MANIFEST.match(word)), None)
    if file is None or failure.words[0] not in ("apply", "create", "delete", "replace", "diff"):
        return ""
    return f"A file is named with -f: kubectl {failure.words[0]} -f {file}"


def _unknown_kind(match: re.Match[str], failure: Failure, look: Look) -> str:
    word = match["kind"]
    found = look.find("deployments,services,pods,configmaps,secrets", word)
    if found:
        return f"{word} is the name of a {found[0][1]}. The kind comes first: kubectl {failure.words[0]} {found[0][1]} {word}"
    close = difflib.get_close_matches(word.lower(), look.kinds(), 1, 0.7)
    return f"Did you mean {close[0]}?" if close else "kubectl api-resources lists the kinds there are."


def _unknown_verb(match: re.Match[str], failure: Failure, look: Look) -> str:
    word = match["verb"].lower()
    if MANIFEST.match(word):
        return f"A verb comes first: kubectl apply -f {match['verb']}"
    known = look.kinds()
    if word in known or f"{word}s" in known or word in ("po", "deploy", "svc", "ns", "cm", "ing", "rs", "no"):
        return f"A verb comes first: kubectl get {match['verb']}"
    return ""


def _one_dash_word(match: re.Match[str], failure: Failure, look: Look) -> str:
    """`-namespace web` is `-n amespace web` to kubectl, so what it says about it does not help."""
    word = next((word for word in failure.words if word[1:].split("=")[0] in _LONG_FLAGS and word[0] == "-"), None)
    return f"A flag with a long name takes two dashes: -{word}" if word else ""


def _one_dash(match: re.Match[str], failure: Failure, look: Look) -> str:
    return f"A flag with a long name takes two dashes: --{match['rest']}"


RULES = (
    Rule(re.compile(""), _one_dash_word),
    Rule(
        re.compile(
            r"must specify one of -f and -k|no name was specified|doesn't have a resource type|NotFound|Unexpected args"
        ),
        _missing_dash_f,
    ),
    Rule(re.compile(r'\(NotFound\): (?P<kinds>[a-z0-9.]+) "(?P<name>[^"]+)" not found'), _object_missing),
    Rule(re.compile(r"No resources found in (?P<namespace>\S+) namespace"), _nothing_found),
    Rule(re.compile(r'the path "(?P<path>[^"]+)" does not exist'), _no_such_file),
    Rule(re.compile(r'doesn\'t have a resource type "(?P<kind>[^"]+)"'), _unknown_kind),
    Rule(re.compile(r'unknown command "(?P<verb>[^"]+)" for "kubectl"'), _unknown_verb),
    Rule(re.compile(r"unknown shorthand flag: '.' in -(?P<rest>[a-z][a-z-]{2,})"), _one_dash),
    Rule(
        re.compile(r"\(AlreadyExists\)"),
        _says("create only makes new objects. To change one that exists: kubectl apply -f FILE, or kubectl edit"),
    ),
    Rule(
        re.compile(r"\(Forbidden\)"),
        _says("Your user may not do this. kubectl auth can-i --list shows what it may do."),
    ),
    Rule(
        re.compile(r"was refused - did you specify the right host|Unable to connect to the server"),
        _says("The cluster does not answer. If it was stopped, open the exercise again to start it."),
    ),
    Rule(
        re.compile(r"You must provide one or more resources|Required resource not specified"),
        _says("Say what to work on: a kind, and a name if you mean one object. For example: kubectl get pods"),
    ),
    Rule(
        re.compile(r"field is immutable"),
        _says(
            "This field cannot be changed once the object exists. Delete the object and apply the file again, if you can spare it."
        ),
    ),
)
"""Tried in this order."""
