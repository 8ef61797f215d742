"""`authorizer` in expressions: asks whether somebody may do something (apiserver, pkg/cel/library/authz.go)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.simulator.admission import AdmissionRequest
from tutor.simulator.api.access.authorization import Action, Authorizer
from tutor.simulator.api.http import User
from tutor.simulator.resources.base import Context


def user_of(context: Context) -> User:
    """Who a request is from. The parts of the controller manager write as service accounts of their own."""
    if not context.trusted:
        return User(context.user, context.groups)
    name = context.user.removeprefix("system:")
    if not name.endswith("-controller"):
        return User(context.user, (*context.groups, "system:authenticated"))
    return service_account("kube-system", name)


def service_account(namespace: str, name: str) -> User:
    """A ServiceAccount as a user."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return User(f"system:serviceaccount:{namespace}:{name}", groups)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed: why, or None."""

    why: str | None

    def allowed(self) -> bool:
        """Whether it is."""
        return self.why is not None

    def reason(self) -> str:
        """Why it is."""
        return self.why or ""

    def errored(self) -> bool:
        """RBAC always comes to a decision."""
        return False

    def error(self) -> str:
        """What went wrong: nothing."""
        return ""


_NOTHING_YET = Action("", "", "")


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody whose rights are asked for, and what they want to do, as far as that has been said."""

    authorizer: Authorizer
    user: User
    action: Action = _NOTHING_YET
    where: str = ""
    """A path that is no resource."""

    @classmethod
    def of(cls, request: AdmissionRequest) -> Asker:
        """The one who makes a request; `requestResource` is what it is about."""
        return cls(Authorizer(request.context.store), user_of(request.context))

    def serviceAccount(self, namespace: str, name: str) -> Asker:  # noqa: N802 # as expressions call it
        """Somebody else."""
        return replace(self, user=service_account(namespace, name))

    def path(self, path: str) -> Asker:
        """For a path that is no resource."""
        return replace(self, where=path)

    def group(self, group: str) -> Asker:
        """For an API group."""
        return replace(self, action=replace(self.action, group=group))

    def resource(self, resource: str) -> Asker:
        """For one of its resources."""
        return replace(self, action=replace(self.action, resource=resource))

    def subresource(self, subresource: str) -> Asker:
        """For a part of that."""
        return replace(self, action=replace(self.action, subresource=subresource))

    def namespace(self, namespace: str) -> Asker:
        """In a namespace."""
        return replace(self, action=replace(self.action, namespace=namespace))

    def name(self, name: str) -> Asker:
        """For one object."""
        return replace(self, action=replace(self.action, name=name))

    def check(self, verb: str) -> Decision:
        """Whether they may."""
        if self.where:
            return Decision(self.authorizer.decide_path(self.user, verb, self.where))
        return Decision(self.authorizer.decide(self.user, replace(self.action, verb=verb)))
