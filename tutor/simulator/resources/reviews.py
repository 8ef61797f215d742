"""Reviews: questions that are asked by creating an object which is answered and never stored.

What answers them is in api/virtual/.
"""

from __future__ import annotations

from tutor.simulator.resources.base import Resource


def _review(group: str, kind: str, plural: str, *, namespaced: bool = False) -> Resource:
    return Resource(group, "v1", kind, plural, namespaced=namespaced, verbs=("create",))


_AUTHORIZATION = "authorization.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"

RESOURCES = (
    _review(_AUTHORIZATION, "LocalSubjectAccessReview", "localsubjectaccessreviews", namespaced=True),
    _review(_AUTHORIZATION, "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    _review(_AUTHORIZATION, "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
    _review(_AUTHORIZATION, "SubjectAccessReview", "subjectaccessreviews"),
    _review(_AUTHENTICATION, "SelfSubjectReview", "selfsubjectreviews"),
    _review(_AUTHENTICATION, "TokenReview", "tokenreviews"),
)
