"""What every command that writes objects shares: field manager, dry run, validation, the last-applied annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import Flag, boolean, string
from tutor.kubectl.objects import LAST_APPLIED, Object
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.printers.yaml import compact_json

if TYPE_CHECKING:
    from tutor.kubectl.command import Invocation
    from tutor.kubectl.discovery import ApiResource
    from tutor.kubectl.errors import ConnectionFailed

VALIDATE = string(
    "validate",
    'What to do about unknown or duplicate fields: "strict" (or true) refuses them, "warn" warns, "ignore" (or false) drops them.',
    default="strict",
    bare="strict",
)
SAVE_CONFIG = boolean("save-config", "Store the configuration in the object's annotation, for a later kubectl apply.")


def field_manager(default: str) -> Flag:
    return string("field-manager", "Name under which the changed fields are recorded.", default=default)


def validation(invocation: Invocation) -> str:
    """The server's `fieldValidation` value for `--validate`."""
    value = invocation.options.text("validate")
    known = {"strict": "Strict", "true": "Strict", "warn": "Warn", "ignore": "Ignore", "false": "Ignore"}
    if value.lower() not in known:
        raise KubectlError(
            f'invalid - validate option "{value}"; must be one of: strict (or true), warn, ignore (or false)'
        )
    return known[value.lower()]


def write_query(manager: str, dry_run: str = "none", field_validation: str = "") -> dict[str, str]:
    """The query of a write request."""
    query = {"dryRun": "All"} if dry_run == "server" else {}
    if manager:
        query["fieldManager"] = manager
    if field_validation:
        query["fieldValidation"] = field_validation
    return query


def last_applied_text(obj: Object, *, annotated: bool = True) -> str:
    """The value of the last-applied annotation: the configuration without that annotation itself.

    `annotated` is how apply writes it, with annotations even when there are none; `set-last-applied` does not.
    """
    metadata = dict(obj.get("metadata") or {})
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED}
    if annotated or annotations:
        metadata["annotations"] = annotations
    return compact_json({**obj, "metadata": metadata}) + "\n"


def with_last_applied(obj: Object) -> Object:
    """A copy that carries its own configuration in the annotation."""
    metadata = dict(obj.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), LAST_APPLIED: last_applied_text(obj)}
    return {**obj, "metadata": metadata}


def as_new(obj: Object) -> Object:
    """An object to create: without the version it may have from where it was read (cli-runtime `resource/helper.go`)."""
    if "resourceVersion" not in (obj.get("metadata") or {}):
        return obj
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "resourceVersion"}}


GENERATOR_FLAGS: tuple[Flag, ...] = (*PRINT_FLAGS, DRY_RUN, VALIDATE, SAVE_CONFIG, field_manager("kubectl-create"))


def create_generated(invocation: Invocation, obj: Object, failure: str = "", *, namespaced: bool = True) -> None:
    """Creates (or, in a dry run, prints) an object a `kubectl create KIND` command made.

    `failure` is what precedes the server's message when it refuses (`failed to create deployment`); without it the
    error stays the server's.
    """
    mode = dry_run_mode(invocation)
    if namespaced and invocation.namespace_enforced:
        obj["metadata"] = {**obj["metadata"], "namespace": invocation.namespace}
    if invocation.options.flag("save-config"):
        obj = with_last_applied(obj)
    reporter = Reporter(invocation, "created", dry_run=mode, ordered=True)
    if mode != "client":
        obj = _post(invocation, obj, mode, failure)
    reporter.report(obj)


def _post(invocation: Invocation, obj: Object, mode: str, failure: str) -> Object:
    from tutor.kubectl.errors import ApiError, ConnectionFailed

    query = write_query(invocation.options.text("field-manager"), mode, validation(invocation))
    try:
        resource = invocation.mapper.for_object(obj)
        created = invocation.api.post(resource.path(invocation.namespace), obj, query)
    except (ApiError, ConnectionFailed) as problem:
        if not failure:
            raise
        detail = problem.message if isinstance(problem, ApiError) else _post_problem(invocation, obj, query, problem)
        raise KubectlError(f"{failure} {detail}") from None
    return typed(created, resource)


def _post_problem(invocation: Invocation, obj: Object, query: dict[str, str], problem: ConnectionFailed) -> str:
    """The request that could not be made; kubectl knows the path of the kinds it generates without asking."""
    from tutor.kubectl.client import encode_query
    from tutor.kubectl.discovery import ApiResource
    from tutor.kubectl.objects import group_version

    group, version = group_version(obj)
    kind = str(obj["kind"])
    singular = kind.lower()
    plural = f"{singular}es" if singular.endswith("s") else f"{singular}s"
    namespaced = not kind.startswith("Cluster") and kind not in ("Namespace", "PriorityClass")
    path = ApiResource(group, version, plural, singular, kind, namespaced).path(invocation.namespace)
    server = invocation.api.connection.endpoint.server.rstrip("/")
    return f'Post "{server}{path}?{encode_query(query)}": {problem.reason}'


def typed(obj: Object, resource: ApiResource) -> Object:
    """An object with its apiVersion and kind, which some servers leave out of replies."""
    obj.setdefault("apiVersion", resource.api_version)
    obj.setdefault("kind", resource.kind)
    return obj


def exactly_one_name(invocation: Invocation) -> str:
    count = len(invocation.args) if invocation.options.before_dash < 0 else invocation.options.before_dash
    if count != 1:
        raise invocation.usage_error(f"exactly one NAME is required, got {count}")
    return invocation.args[0]


def trailing_command(invocation: Invocation) -> list[str]:
    """The words after `--` or after the name."""
    return invocation.args[1:]


def pruned(value: Any) -> Any:
    """A mapping without its empty entries (None, "", [], {}), as Go's `omitempty` leaves them out."""
    if isinstance(value, dict):
        return {key: pruned(item) for key, item in value.items() if item not in (None, "", [], {})}
    return value
