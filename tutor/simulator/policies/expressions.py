"""How the expressions of admission policies are compiled (apiserver, pkg/admission/plugin/cel/compile.go).

What they speak of is of any type, as for a real API server when it compiles them; it looks at the types later, and only warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from tutor.simulator.cel import Problem, Program, Unsupported, compile_expression
from tutor.simulator.cel.functions import AUTHORIZER, JSON_PATCH_LIBRARY
from tutor.simulator.cel.types import BOOL, DYN, NULL, STRING, Type

_DECLARED = Type("type")
OBJECT, PATCH = Type("Object"), Type("list", (Type("JSONPatch"),))
NAMES: Mapping[str, Type] = {
    "authorizer": AUTHORIZER,
    **dict.fromkeys(("object", "oldObject", "request", "params", "namespaceObject", "variables"), DYN),
}
MUTATION_NAMES: Mapping[str, Type] = {
    **NAMES,
    "Object": _DECLARED,
    "JSONPatch": _DECLARED,
    "jsonpatch": JSON_PATCH_LIBRARY,
}
WANTS: Mapping[str, tuple[Type, ...]] = {
    "validation": (BOOL,),
    "condition": (BOOL,),
    "message": (STRING,),
    "annotation": (STRING, NULL),
    "variable": (),
    "applyConfiguration": (OBJECT,),
    "jsonPatch": (PATCH,),
}


@lru_cache(maxsize=512)
def compiled(text: str, purpose: str) -> Program | list[Problem] | None:
    """The program of an expression for one of the purposes in `WANTS`, or what is wrong with it; None: it is not covered."""
    names = MUTATION_NAMES if purpose in ("applyConfiguration", "jsonPatch") else NAMES
    try:
        return compile_expression(text, names, WANTS[purpose])
    except Unsupported:
        return None


def uncovered(text: str, purpose: str) -> str:
    """Why an expression cannot be evaluated here though a real cluster would; "" when it can, or cannot there either."""
    names = MUTATION_NAMES if purpose in ("applyConfiguration", "jsonPatch") else NAMES
    try:
        compile_expression(text, names, WANTS[purpose])
    except Unsupported as error:
        return str(error)
    return ""


def written(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The expressions of a policy: field, text, purpose."""
    for field, purpose, key in (
        ("matchConditions", "condition", "expression"),
        ("variables", "variable", "expression"),
        ("validations", "validation", "expression"),
        ("validations", "message", "messageExpression"),
        ("auditAnnotations", "annotation", "valueExpression"),
    ):
        for index, item in enumerate(spec.get(field) or ()):
            if item.get(key):
                yield f"spec.{field}[{index}].{key}", item[key], purpose
    for index, mutation in enumerate(spec.get("mutations") or ()):
        for purpose in ("applyConfiguration", "jsonPatch"):
            text = (mutation.get(purpose) or {}).get("expression")
            if text:
                yield f"spec.mutations[{index}].{purpose}.expression", text, purpose
