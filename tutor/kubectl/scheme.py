"""Which kinds kubectl itself knows. Commands that read objects into Go types (set, rollout, expose, logs and others, those that
build with `WithScheme`) work with these alone; custom resources, and the kinds of the aggregation and extension servers,
are not among them. Follows kubectl `pkg/scheme/install.go` and apimachinery `pkg/runtime/error.go`.
"""

from __future__ import annotations

from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.merge_keys import BUILTIN_GROUPS

_WHERE = "pkg/runtime/scheme.go:111"  # the name kubectl's scheme gives itself in messages


def in_scheme(resource: ApiResource) -> bool:
    """Whether kubectl has a Go type for objects of this resource."""
    return resource.group in BUILTIN_GROUPS


def require_known(resource: ApiResource) -> None:
    """Raises KubectlError for a kind kubectl has no Go type for."""
    if not in_scheme(resource):
        raise KubectlError(
            f'no kind "{resource.kind}" is registered for version "{resource.api_version}" in scheme "{_WHERE}"'
        )
