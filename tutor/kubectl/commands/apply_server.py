"""`kubectl apply --server-side`: the server merges the manifest and keeps track of who set which field."""

from __future__ import annotations

from tutor.kubectl.client import APPLY_PATCH
from tutor.kubectl.command import Invocation
from tutor.kubectl.commands.apply_migration import Migration
from tutor.kubectl.errors import ApiError, BareError
from tutor.kubectl.mutate import typed, validation, write_query
from tutor.kubectl.objects import Object
from tutor.kubectl.resources import Info

_CONFLICT_HELP = """
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"""


def apply_on_server(invocation: Invocation, info: Info, mode: str) -> Object:
    """The object as the server has made it of its fields and the manifest's; BareError with advice at a conflict."""
    options = invocation.options
    manager = options.text("field-manager") or "kubectl"
    query = write_query(manager, mode, validation(invocation)) | {"force": str(options.flag("force-conflicts")).lower()}
    path = info.resource.path(info.namespace, info.name, options.text("subresource"))
    try:
        applied = typed(invocation.api.patch(path, info.obj, APPLY_PATCH, query), info.resource)
    except ApiError as problem:
        if problem.reason == "Conflict":
            raise BareError(f"error: {problem.message}{_CONFLICT_HELP}") from None
        raise
    return applied if options.text("subresource") else Migration(invocation, info, manager, mode).run(applied, query)
