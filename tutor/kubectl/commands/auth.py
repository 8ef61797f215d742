"""`kubectl auth`: can-i, reconcile and whoami. Follows kubectl `pkg/cmd/auth`."""

from __future__ import annotations

from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands import auth_reconcile
from tutor.kubectl.discovery import ApiResource
from tutor.kubectl.errors import ExitStatus, KubectlError, UnknownResource
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.objects import Object, get
from tutor.kubectl.printers.output import object_printer
from tutor.kubectl.printers.report import PRINT_FLAGS
from tutor.kubectl.rbac_rules import rule_rows
from tutor.kubectl.tabwriter import table_writer

_NOT_SERVED = ("users", "groups")
"""Resources of rules that no server lists: those of the verb impersonate."""
_RESOURCE_VERBS = frozenset(
    [
        "get",
        "list",
        "watch",
        "create",
        "update",
        "patch",
        "delete",
        "deletecollection",
        "use",
        "bind",
        "impersonate",
        "*",
        "approve",
        "sign",
        "escalate",
        "attest",
    ]
)
_URL_VERBS = frozenset(["get", "put", "post", "head", "options", "delete", "patch", "*"])


def _can_i(invocation: Invocation) -> None:
    options = invocation.options
    if options.flag("list"):
        _list(invocation)
        return
    if len(invocation.args) != 2:
        raise KubectlError(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth "
            "can-i -h' for help and examples."
        )
    if options.flag("no-headers"):
        raise KubectlError("--no-headers cannot be set without --list specified")
    verb, subject = invocation.args
    spec = (
        _url_attributes(invocation, verb, subject)
        if subject.startswith("/")
        else _resource_attributes(invocation, verb, subject)
    )
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
    status = invocation.api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review).get("status") or {}
    if not options.flag("quiet"):
        invocation.out(_answer(status))
    if not status.get("allowed"):
        raise ExitStatus(1)


def _answer(status: Object) -> str:
    if status.get("allowed"):
        return "yes\n"
    reasons = [str(status[key]) for key in ("reason", "evaluationError") if status.get(key)]
    return "no" + "".join(f" - {reason}" for reason in reasons) + "\n"


def _url_attributes(invocation: Invocation, verb: str, path: str) -> Object:
    if invocation.options.text("subresource"):
        raise KubectlError("--subresource can not be used with NonResourceURL")
    if verb not in _URL_VERBS:
        invocation.err(f"Warning: verb '{verb}' is not a known verb\n\n")
    return {"nonResourceAttributes": {"verb": verb, "path": path}}


def _resource_attributes(invocation: Invocation, verb: str, subject: str) -> Object:
    kind, _, name = subject.partition("/")
    everywhere = invocation.options.flag("all-namespaces")
    resource = _find(invocation, kind)
    if resource is not None and not everywhere and not resource.namespaced:
        group = f" in group '{resource.group}'" if resource.group else ""
        invocation.err(f"Warning: resource '{resource.plural}' is not namespace scoped{group}\n\n")
    if not everywhere and verb not in _RESOURCE_VERBS:
        invocation.err(f"Warning: verb '{verb}' is not a known verb\n\n")
    plural, _, group = kind.lower().partition(".")
    attributes = {
        "namespace": "" if everywhere else invocation.namespace,
        "verb": verb,
        "group": resource.group if resource else group,
        "resource": resource.plural if resource else plural,
        "subresource": invocation.options.text("subresource"),
        "name": name,
    }
    return {"resourceAttributes": {key: value for key, value in attributes.items() if value}}


def _find(invocation: Invocation, kind: str) -> ApiResource | None:
    if kind == "*":
        return None
    try:
        return invocation.mapper.find(kind)
    except UnknownResource:
        name, _, group = kind.partition(".")
        if kind in _NOT_SERVED:
            return None
        where = f" in group '{group}'" if group else ""
        invocation.err(f"Warning: the server doesn't have a resource type '{name}'{where}\n\n")
        return None


def _list(invocation: Invocation) -> None:
    if invocation.args:
        raise KubectlError("list option must be specified with no arguments")
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": invocation.namespace},
    }
    reply = invocation.api.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review)
    if get(reply, "status.incomplete"):
        invocation.err(f"Warning: the list may be incomplete: {get(reply, 'status.evaluationError', '')}\n")
    writer = table_writer()
    if not invocation.options.flag("no-headers"):
        writer.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n")
    rules = [*get(reply, "status.resourceRules", []), *get(reply, "status.nonResourceRules", [])]
    for cells in rule_rows(rules):
        writer.write("\t".join(cells) + "\n")
    invocation.out(writer.flush())


def _brackets(values: list[str] | None) -> str:
    return f"[{' '.join(values or [])}]"


def _whoami(invocation: Invocation) -> None:
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    reply = invocation.api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
    if invocation.options.text("output"):
        invocation.out(object_printer(invocation, invocation.options.text("output"), ordered=True)(reply))
        return
    user = get(reply, "status.userInfo", {})
    writer = table_writer()
    writer.write("ATTRIBUTE\tVALUE\n")
    for label, key in (("Username", "username"), ("UID", "uid")):
        if user.get(key):
            writer.write(f"{label}\t{user[key]}\n")
    if user.get("groups"):
        writer.write(f"Groups\t{_brackets(user['groups'])}\n")
    for key in sorted(user.get("extra") or {}):
        writer.write(f"Extra: {key}\t{_brackets(user['extra'][key])}\n")
    invocation.out(writer.flush())


COMMAND = Command(
    name="auth",
    short="Inspect authorization",
    usage="auth [flags]",
    subcommands=(
        Command(
            name="can-i",
            short="Check whether an action is allowed",
            usage="auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
            run=_can_i,
            arguments="types",
            examples="""
            # May I create pods here?
            kubectl auth can-i create pods

            # May this service account read secrets?
            kubectl auth can-i get secrets --as=system:serviceaccount:default:web

            # Everything I may do here
            kubectl auth can-i --list
            """,
            flags=(
                boolean("all-namespaces", "In all namespaces.", "A"),
                boolean("list", "List everything that is allowed in the namespace."),
                boolean("no-headers", "With --list: leave the header line out."),
                boolean("quiet", "Print nothing; the exit code is the answer.", "q"),
                string("subresource", "Subresource to ask about, such as log or exec."),
            ),
        ),
        auth_reconcile.COMMAND,
        Command(
            name="whoami",
            short="Experimental: Check self subject attributes",
            usage="auth whoami",
            run=_whoami,
            flags=PRINT_FLAGS,
        ),
    ),
)
