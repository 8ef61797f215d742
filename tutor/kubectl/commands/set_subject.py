"""`kubectl set subject`: adds users, groups and service accounts to role bindings. Follows kubectl `pkg/cmd/set/set_subject.go`."""

from __future__ import annotations

from tutor.kubectl.client import STRATEGIC_MERGE_PATCH
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.create_rbac import subjects_of
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import array, boolean
from tutor.kubectl.mutate import field_manager, typed, write_query
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS, Reporter, dry_run_mode
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR, builder_for, known_infos


def _run(invocation: Invocation) -> None:
    options = invocation.options
    wanted = subjects_of(invocation)
    if not wanted:
        raise KubectlError("you must specify at least one value of user, group or serviceaccount")
    mode = dry_run_mode(invocation)
    reporter = Reporter(invocation, "subjects updated", dry_run=mode)
    errors: list[KubectlError] = []
    for info in known_infos(builder_for(invocation, invocation.args), errors):
        if info.resource.kind not in ("RoleBinding", "ClusterRoleBinding"):
            raise KubectlError("setting subjects is only supported for RoleBinding/ClusterRoleBinding")
        present = info.obj.get("subjects") or []
        subjects = [*present, *(subject for subject in wanted if subject not in present)]
        if subjects == present:
            continue
        obj = {**info.obj, "subjects": subjects}
        if mode != "client" and not options.flag("local"):
            query = write_query(options.text("field-manager"), mode)
            try:
                obj = typed(
                    invocation.api.patch(info.path, {"subjects": subjects}, STRATEGIC_MERGE_PATCH, query), info.resource
                )
            except ApiError as problem:
                errors.append(KubectlError(f"failed to patch subjects to rolebinding: {problem.message}"))
                continue
        reporter.report(obj)
    raise_all(errors)


SUBJECT = Command(
    name="subject",
    short="Update the user, group, or service account in a role binding or cluster role binding",
    usage="set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] "
    "[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    run=_run,
    arguments="resources",
    flags=(
        *PRINT_FLAGS,
        DRY_RUN,
        field_manager("kubectl-set"),
        *FILE_FLAGS,
        ALL,
        SELECTOR,
        array("group", "Group to add; may be repeated."),
        boolean("local", "Do not ask the server; only work on the files."),
        array("serviceaccount", "Service account to add as NAMESPACE:NAME; may be repeated."),
        array("user", "User to add; may be repeated."),
    ),
)
