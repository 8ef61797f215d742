"""The type of a kind's objects: from the table for built-in kinds, from what a CRD declared for others."""

from __future__ import annotations

from functools import cache

from tutor.simulator.resources.base import Resource
from tutor.simulator.schemas import table
from tutor.simulator.schemas.types import Struct


def type_of(resource: Resource) -> Struct | None:
    """The type of a resource's objects; None when nothing is known of them, so that anything goes."""
    return resource.type or _built_in(resource.group, resource.version, resource.kind, resource.schema)


@cache
def _built_in(group: str, version: str, kind: str, schema: str) -> Struct | None:
    return table.struct(schema) if schema else table.kind_type(group, version, kind)
