"""The Common Expression Language, as far as the rules of custom resources and admission policies commonly use it.

`compile_rule` and `compile_expression` make a Program of a text, or say what is wrong with it in the words of cel-go; what is right
but not covered raises Unsupported, so that whoever wrote the rule can be told. Nothing here knows of objects or the API.
Language: cel-spec, doc/langdef.md; libraries: apiserver, pkg/cel/library.
"""

from __future__ import annotations

from tutor.simulator.cel.nodes import CelError, Problem, Unsupported
from tutor.simulator.cel.program import Program, compile_expression, compile_rule, shown_problems

__all__ = ["CelError", "Problem", "Program", "Unsupported", "compile_expression", "compile_rule", "shown_problems"]
