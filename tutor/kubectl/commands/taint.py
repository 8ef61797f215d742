"""`kubectl taint`: marks nodes so that only pods that tolerate the mark run there. Follows kubectl `pkg/cmd/taint`."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.errors import Aggregate, KubectlError, raise_all
from tutor.kubectl.flags import boolean
from tutor.kubectl.metadata_edit import label_value_problem, qualified_name_problem
from tutor.kubectl.mutate import VALIDATE, field_manager, typed, validation, write_query
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info
from tutor.kubectl.targets import ALL, SELECTOR

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


@dataclass(frozen=True)
class Taint:
    key: str
    value: str = ""
    effect: str = ""

    @classmethod
    def parse(cls, text: str) -> Taint:
        pair, colon, effect = text.partition(":")
        if ":" in effect:
            raise KubectlError(f"invalid taint spec: {text}")
        if colon and effect not in _EFFECTS:
            raise KubectlError(f"invalid taint effect: {effect}, unsupported taint effect")
        key, equals, value = pair.partition("=") if colon else (pair, "", "")
        if "=" in value:
            raise KubectlError(f"invalid taint spec: {text}")
        problem = (label_value_problem(value) if equals else "") or qualified_name_problem(key)
        if problem:
            raise KubectlError(f"invalid taint spec: {text}, {problem}")
        return cls(key, value, effect)

    def same(self, other: Object) -> bool:
        return self.key == other.get("key") and self.effect in ("", other.get("effect"))

    def obj(self) -> Object:
        value = {"value": self.value} if self.value else {}
        return {"key": self.key, **value, "effect": self.effect}

    def __str__(self) -> str:
        value = f"={self.value}" if self.value else ""
        return f"{self.key}{value}:{self.effect}" if self.effect else self.key


def run(invocation: Invocation) -> None:
    options = invocation.options
    resources, words = _split(invocation.args)
    try:
        add, remove = _parse(words)
    except KubectlError as problem:
        raise invocation.usage_error(problem.message) from None
    _validate(invocation, resources, add, remove)
    mode = dry_run_mode(invocation)
    selecting = options.flag("all") or bool(options.text("selector"))
    args = resources[:1] if selecting else resources
    request = Request(
        args=args, label_selector=options.text("selector") or None, allow_empty_selector=options.flag("all")
    )
    builder = Builder(invocation, request)
    builder.select()
    reporter = Reporter(invocation, "")
    errors: list[KubectlError] = []
    for info in builder.infos(errors=errors):
        typed(info.obj, info.resource)
        try:
            operation, taints = reorganize(
                get(info.obj, "spec.taints", []), add, remove, node=info.name, overwrite=options.flag("overwrite")
            )
            reporter.report(_send(invocation, info, taints, mode), operation)
        except KubectlError as problem:
            errors.append(problem)
    raise_all(errors)


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    for index, arg in enumerate(args):
        if "=" in arg or ":" in arg or (arg.endswith("-") and index):
            return args[:index], args[index:]
    return args, []


def _parse(words: list[str]) -> tuple[list[Taint], list[Taint]]:
    add: list[Taint] = []
    remove: list[Taint] = []
    for word in words:
        if word.endswith("-"):
            remove.append(Taint.parse(word[:-1]))
            continue
        taint = Taint.parse(word)
        if not taint.effect:
            raise KubectlError(f"invalid taint spec: {word}")
        if any(other.key == taint.key and other.effect == taint.effect for other in add):
            raise KubectlError(f"duplicated taints with the same key and effect: {taint}")
        add.append(taint)
    return add, remove


def _validate(invocation: Invocation, resources: list[str], add: list[Taint], remove: list[Taint]) -> None:
    if not resources:
        raise KubectlError("one or more resources must be specified as <resource> <name>")
    kind = resources[0].partition("/")[0]
    if invocation.mapper.find(kind).kind != "Node":
        raise KubectlError(f"invalid resource type {kind}, only [node nodes] are supported")
    if not add and not remove:
        raise KubectlError("at least one taint update is required")
    if any(one.key == other.key and one.effect == other.effect for one in add for other in remove):
        raise KubectlError("can not both modify and remove the same taint(s) in the same command")


def reorganize(
    old: list[Object], add: list[Taint], remove: list[Taint], *, node: str, overwrite: bool
) -> tuple[str, list[Object]]:
    """The word for what happens and the node's taints afterwards."""
    existing = [taint.key for taint in add if any(taint.same(item) for item in old)]
    if existing and not overwrite:
        raise KubectlError(
            f"node {node} already has {','.join(existing)} taint(s) with same effect(s) and --overwrite is false"
        )
    taints = [taint.obj() for taint in add] + [item for item in old if not any(taint.same(item) for taint in add)]
    added = len(taints) != len(old)
    problems, removed = [], False
    for taint in remove:
        kept = [item for item in taints if not taint.same(item)]
        removed = len(kept) != len(taints)
        if not removed:
            problems.append(KubectlError(f'taint "{taint}" not found'))
        taints = kept
    if problems:
        raise problems[0] if len(problems) == 1 else Aggregate(problems)
    if (added and removed) or overwrite:
        return "modified", taints
    return ("tainted" if added else "untainted"), taints


def _send(invocation: Invocation, info: Info, taints: list[Object], mode: str) -> Object:
    spec = {**(info.obj.get("spec") or {}), "taints": taints}
    if mode == "client":
        return {**info.obj, "spec": spec}
    query = write_query(invocation.options.text("field-manager"), mode, validation(invocation))
    body = {"spec": {"taints": taints or None}}
    return typed(invocation.api.patch(info.path, body, STRATEGIC_MERGE_PATCH, query), info.resource)


COMMAND = Command(
    name="taint",
    short="Update the taints on one or more nodes",
    usage="taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    run=run,
    arguments="nodes",
    long="""
    A taint keeps pods off a node unless they tolerate it. Its effect is NoSchedule, PreferNoSchedule or
    NoExecute; NoExecute also evicts pods that run there already. """,
    examples="""
    # Keep ordinary pods off a node
    kubectl taint nodes node-1 dedicated=gpu:NoSchedule

    # Remove the taint
    kubectl taint nodes node-1 dedicated:NoSchedule-
    """,
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        VALIDATE,
        field_manager("kubectl-taint"),
        ALL,
        SELECTOR,
        boolean("overwrite", "Allow taints to be changed."),
    ),
)
