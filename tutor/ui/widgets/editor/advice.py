"""What is said below the text of an editor: what is wrong in it, and what a field is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

if TYPE_CHECKING:
    from tutor.manifests.completion import Suggestion
    from tutor.manifests.fields import Field
    from tutor.manifests.text import ManifestProblem

MAX_BELOW = 12
"""Fields listed of those that are in a field."""


def problem_line(problems: Sequence[ManifestProblem], row: int) -> Content:
    """The mistake on the cursor's line, else the first one, and how many there are besides."""
    if not problems:
        return Content.styled("✓ valid manifest", "$text-success")
    here = next((problem for problem in problems if problem.line == row + 1), problems[0])
    more = len(problems) - 1
    return mistake_line(here) + Content.styled(f"  (and {more} more)" if more else "", "$text-warning")


def mistake_line(problem: ManifestProblem) -> Content:
    """A mistake and its line."""
    return Content.styled(f"✗ line {problem.line}: {problem}", "$text-warning")


def field_line(field: Field) -> Content:
    """A field in a line: where it is, its type, and the first sentence about it."""
    from tutor.manifests.schemas import first_sentence

    required = "  required" if field.required else ""
    return Content.assemble(
        (field.path, "bold $text-primary"),
        f"  <{field.type}>{required}  ",
        (first_sentence(field.description), "$text-muted"),
    )


def proposal_line(suggestion: Suggestion) -> Content:
    """What the marked proposal is."""
    kind = f" <{suggestion.type}>" if suggestion.type else ""
    required = " required" if suggestion.required else ""
    return Content.assemble((suggestion.label, "bold"), f"{kind}{required}  ", (suggestion.description, "$text-muted"))


def field_lines(field: Field) -> Content:
    """A field explained: where it is, its type, what it means, which values it can have and what is in it."""
    head = Content.assemble(
        (field.path, "bold $text-primary"), f"  <{field.type}>", ("  required" if field.required else "", "bold")
    )
    lines = [head, Content(" ".join(field.description.split()) or "The cluster says nothing about this field.")]
    if field.values:
        lines.append(Content.assemble(("one of: ", "$text-muted"), ", ".join(filter(None, field.values))))
    if field.default:
        lines.append(Content.assemble(("default: ", "$text-muted"), field.default))
    if field.below:
        names = [f"{name}*" if required else name for name, _, required in field.below[:MAX_BELOW]]
        more = len(field.below) - len(names)
        star = "  (* required)" if any(required for _, _, required in field.below) else ""
        tail = f" and {more} more" if more else ""
        lines.append(Content.assemble(("in it: ", "$text-muted"), ", ".join(names) + tail + star))
    return Content("\n").join(lines)
