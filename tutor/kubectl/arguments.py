"""Words of a command line that name objects: `a,b c d`, `type/name`. Follows cli-runtime `pkg/resource/builder.go`."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError


def normalized(args: list[str]) -> list[str]:
    """`a,b c d` means a/c a/d b/c b/d."""
    if len(args) < 2 or "," not in args[0]:
        return args
    return [f"{resource}/{name}" for resource in args[0].split(",") for name in args[1:]]


def all_combined(args: list[str]) -> bool:
    """Whether the words are `type/name`, which they all must be then."""
    with_slash = sum("/" in arg for arg in args)
    if with_slash and with_slash != len(args):
        raise KubectlError(
            "there is no need to specify a resource type as a separate argument when passing arguments in "
            "resource/name form "
            "(e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'"
        )
    return with_slash > 0


def type_and_name(arg: str) -> tuple[str, str]:
    """The two parts of `type/name`."""
    parts = arg.split("/")
    if len(parts) != 2:
        raise KubectlError("arguments in resource/name form may not have more than one slash")
    if not parts[0] or not parts[1] or "," in parts[0]:
        raise KubectlError("arguments in resource/name form must have a single resource and name")
    return parts[0], parts[1]
