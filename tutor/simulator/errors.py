"""What the API answers when it says no: Kubernetes Status objects as exceptions.

Codes, reasons and texts follow k8s.io/apimachinery/pkg/api/errors and pkg/util/validation/field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """A failed request: becomes a Status object with this code, reason, message, details and ListMeta."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.metadata = metadata or {}

    @property
    def namespace_terminating(self) -> bool:
        """Whether something was not made because its namespace is being deleted (the cause NamespaceTerminating)."""
        return any(cause.get("reason") == "NamespaceTerminating" for cause in (self.details or {}).get("causes") or ())

    def status(self) -> dict[str, Any]:
        """The Status object (metav1.Status)."""
        body: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": self.metadata}
        body["status"] = "Failure"
        body["message"] = self.message
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field. `type` is a metav1.CauseType such as FieldValueInvalid."""

    type: str
    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


def go_value(value: Any) -> str:
    """A value as field errors print it: strings quoted, everything else as JSON."""
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def invalid(field: str, value: Any, why: str) -> FieldError:
    """The field's value breaks a rule."""
    return FieldError("FieldValueInvalid", field, f"Invalid value: {go_value(value)}: {why}")


def invalid_shown(field: str, shown: str, why: str) -> FieldError:
    """The same for a value that is shown otherwise than as its JSON."""
    return FieldError("FieldValueInvalid", field, f"Invalid value: {shown}: {why}")


def required(field: str, why: str = "") -> FieldError:
    """The field is missing."""
    return FieldError("FieldValueRequired", field, f"Required value: {why}" if why else "Required value")


def forbidden_field(field: str, why: str) -> FieldError:
    """The field may not be set here."""
    return FieldError("FieldValueForbidden", field, f"Forbidden: {why}")


def duplicate(field: str, value: Any) -> FieldError:
    """The value occurs twice where each must be unique."""
    return FieldError("FieldValueDuplicate", field, f"Duplicate value: {go_value(value)}")


def not_supported(field: str, value: Any, supported: Sequence[str]) -> FieldError:
    """The value is none of the possible ones, which are listed in the order given."""
    listed = ", ".join(go_value(item) for item in supported)
    detail = f"Unsupported value: {go_value(value)}" + (f": supported values: {listed}" if listed else "")
    return FieldError("FieldValueNotSupported", field, detail)


def too_long(field: str, limit: int) -> FieldError:
    """The value is longer than allowed (bytes)."""
    return FieldError("FieldValueTooLong", field, f"Too long: may not be more than {limit} bytes")


def group_resource(resource: str, group: str) -> str:
    """A resource as messages name it: "pods", "deployments.apps"."""
    return f"{resource}.{group}" if group else resource


def _details(resource: str, group: str, name: str) -> dict[str, Any]:
    details = {}
    if name:
        details["name"] = name
    if group:
        details["group"] = group
    if resource:
        details["kind"] = resource
    return details


def not_found(resource: str, group: str, name: str) -> ApiError:
    """404 for an object."""
    message = f'{group_resource(resource, group)} "{name}" not found'
    return ApiError(404, "NotFound", message, _details(resource, group, name))


def already_exists(resource: str, group: str, name: str) -> ApiError:
    """409 for a create."""
    message = f'{group_resource(resource, group)} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, _details(resource, group, name))


MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
"""The words of an optimistic-concurrency conflict (registry/generic/registry/store.go, OptimisticLockErrorMsg)."""


def conflict(resource: str, group: str, name: str, why: str = MODIFIED) -> ApiError:
    """409 for a write to an object that is not as the writer thought."""
    message = f'Operation cannot be fulfilled on {group_resource(resource, group)} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(resource, group, name))


def forbidden(resource: str, group: str, name: str, why: str) -> ApiError:
    """403 by an admission rule."""
    what = f'{group_resource(resource, group)} "{name}"' if name else group_resource(resource, group)
    return ApiError(403, "Forbidden", f"{what} is forbidden: {why}", _details(resource, group, name))


def invalid_object(kind: str, group: str, name: str, errors: Sequence[FieldError]) -> ApiError:
    """422 with a cause a field error."""
    details = _details(kind, group, name)
    causes = [{"reason": e.type, "message": e.detail, "field": e.field} for e in errors]
    details["causes"] = causes
    text = str(errors[0]) if len(errors) == 1 else "[" + ", ".join(dict.fromkeys(str(e) for e in errors)) + "]"
    return ApiError(422, "Invalid", f'{group_resource(kind, group)} "{name}" is invalid: {text}', details)


def bad_request(why: str) -> ApiError:
    """400."""
    return ApiError(400, "BadRequest", why)


def method_not_allowed() -> ApiError:
    """405."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def no_such_resource() -> ApiError:
    """404 for a path that names no known resource."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def expired(why: str, token: str = "") -> ApiError:
    """410 for a revision that is no longer known. With the token a list can go on at the revision there is now."""
    return ApiError(410, "Expired", why, metadata={"continue": token} if token else None)


def not_found_value(field: str, value: Any) -> FieldError:
    """The value names something that does not exist."""
    return FieldError("FieldValueNotFound", field, f"Not found: {go_value(value)}")
