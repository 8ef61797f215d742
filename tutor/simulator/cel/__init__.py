"""The Common Expression Language, as far as the rules of custom resources commonly use it.

`compile_rule` makes a Program of a text, or says what is wrong with it in the words of cel-go; what is right but not covered raises
Unsupported, so that whoever wrote the rule can be told. Nothing here knows of objects or the API. Language: cel-spec,
doc/langdef.md; libraries: apiserver, pkg/cel/library.
"""

from __future__ import annotations

from tutor.simulator.cel.nodes import CelError, Problem, Unsupported
from tutor.simulator.cel.program import Program, compile_rule, shown_problems

__all__ = ["CelError", "Problem", "Program", "Unsupported", "compile_rule", "shown_problems"]
