"""`kubectl certificate approve|deny`: decides on certificate signing requests. Follows kubectl `pkg/cmd/certificates`."""

from __future__ import annotations

from datetime import UTC, datetime

from tutor.kubectl.command import Command, Handler, Invocation
from tutor.kubectl.errors import ApiError, KubectlError, raise_all
from tutor.kubectl.flags import boolean, string, strings
from tutor.kubectl.help import show_help
from tutor.kubectl.mutate import typed
from tutor.kubectl.objects import Object, get, name_of
from tutor.kubectl.printers.report import PRINT_FLAGS, Reporter
from tutor.kubectl.request import Request
from tutor.kubectl.resources import Builder, Info

_TYPE = "certificatesigningrequests"
_ATTEMPTS = 10  # how often a change that met another one is tried again


def _decide(condition: str, opposite: str, verb: str) -> Handler:
    def run(invocation: Invocation) -> None:
        options = invocation.options
        files = options.many("filename")
        if not invocation.args and not files and not options.text("kustomize"):
            raise KubectlError("one or more CSRs must be specified as <name> or -f <filename>")
        request = Request(
            args=[f"{_TYPE}/{name}" for name in invocation.args],
            filenames=files,
            kustomize=options.text("kustomize"),
            recursive=options.flag("recursive"),
        )
        builder = Builder(invocation, request)
        builder.select()
        reporter = Reporter(invocation, verb)
        errors: list[KubectlError] = []
        for info in builder.infos(errors=errors):
            _update(invocation, info, condition, opposite)
            reporter.report(info.obj)
        raise_all(errors)

    return run


def _update(invocation: Invocation, info: Info, condition: str, opposite: str) -> None:
    if info.resource.kind != "CertificateSigningRequest":
        wanted, got = "CertificateSigningRequest.certificates.k8s.io", f"{info.resource.kind}.{info.resource.group}"
        raise KubectlError(f"can only handle {wanted} objects, got {got.rstrip('.')}")
    for attempt in range(_ATTEMPTS):
        current = typed(invocation.api.get(info.path), info.resource)
        decided = [item["type"] for item in get(current, "status.conditions", [])]
        if opposite in decided:
            raise KubectlError(f'certificate signing request "{name_of(current)}" is already {opposite}')
        if condition in decided and not invocation.options.flag("force"):
            return
        try:
            invocation.api.put(f"{info.path}/approval", _with_condition(invocation, current, condition, decided))
        except ApiError as problem:
            if problem.reason != "Conflict" or attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _with_condition(invocation: Invocation, obj: Object, condition: str, decided: list[str]) -> Object:
    if condition in decided:
        return obj
    word = {"Approved": "approve", "Denied": "deny"}[condition]
    now = datetime.fromtimestamp(int(invocation.io.now()), UTC)
    entry = {
        "type": condition,
        "status": "True",
        "reason": f"Kubectl{word.capitalize()}",
        "message": f"This CSR was {condition.lower()} by kubectl certificate {word}.",
        "lastUpdateTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
    }
    status = obj.get("status") or {}
    return {**obj, "status": {**status, "conditions": [*(status.get("conditions") or []), entry]}}


def _command(name: str, condition: str, opposite: str) -> Command:
    return Command(
        name=name,
        short=f"{name.capitalize()} a certificate signing request",
        usage=f"certificate {name} (-f FILENAME | NAME)",
        run=_decide(condition, opposite, condition.lower()),
        arguments=_TYPE,
        flags=(
            *PRINT_FLAGS,
            boolean("force", f"Update the request even if it is already {condition.lower()}."),
            strings("filename", "Files that name the requests.", "f"),
            string("kustomize", "Folder with a kustomization; cannot be combined with -f or -R.", "k"),
            boolean("recursive", "Go into the folders below the one given with -f.", "R"),
        ),
    )


COMMAND = Command(
    name="certificate",
    short="Modify certificate resources",
    usage="certificate SUBCOMMAND",
    run=lambda invocation: show_help(invocation.command, invocation.path, invocation.io),
    long="Approves or denies requests for certificates, which kubectl get csr lists.",
    subcommands=(_command("approve", "Approved", "Denied"), _command("deny", "Denied", "Approved")),
)
