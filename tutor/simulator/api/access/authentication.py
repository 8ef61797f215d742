"""Who a request comes from: a bearer token or a client certificate; the tokens of service accounts too."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tutor.simulator.api.http import Request, User
from tutor.simulator.clock import parse_timestamp
from tutor.simulator.cluster import SimulatedCluster
from tutor.simulator.errors import ApiError
from tutor.simulator.objects import name_of, namespace_of, uid_of
from tutor.simulator.store import Obj

ADMIN = User("kubernetes-admin", ("system:masters", "system:authenticated"))
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
ISSUER = "https://kubernetes.default.svc"
YEAR = 365 * 24 * 3600.0
REFRESHED_AFTER = 0.8
"""The part of a token's time after which it is replaced."""
STORED_ISSUER = "kubernetes/serviceaccount"
"""Issuer of the tokens that Secrets keep."""


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a service account's token says. Moments are seconds since the epoch, in cluster time."""

    namespace: str
    service_account: str
    uid: str
    expires: float
    audiences: tuple[str, ...]
    bound: dict[str, str] | None = None
    issued: float | None = None
    """None: now."""


class Authenticator:
    """Knows the tokens of a cluster. Without any token set, an in-process caller without credentials is the admin."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._key = hashlib.sha256(cluster.ids.uid().encode()).digest()
        self._tokens: dict[str, User] = {}
        cluster.stored_token = self.issue_stored
        cluster.pod_token = self.issue_for_pod
        self.trusts_everyone = True
        """No credentials needed: for callers in the same process. A server turns it off."""

    def add_token(self, token: str, user: User) -> None:
        """Let a bearer token stand for a user."""
        self._tokens[token] = user

    def authenticate(self, request: Request) -> User | None:
        """The user of a request; None when its credentials are wrong."""
        header = request.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._tokens.get(token.strip()) or self.service_account_user(token.strip())
        if header:
            return None
        if request.certificate_user is not None:
            return request.certificate_user
        return ADMIN if self.trusts_everyone else ANONYMOUS

    # -- service accounts

    def issue(self, claims: TokenClaims) -> str:
        """A signed token for a service account: a JSON web token that this cluster can check."""
        issued = int(self._cluster.clock.now if claims.issued is None else claims.issued)
        subject = f"system:serviceaccount:{claims.namespace}:{claims.service_account}"
        account = {"name": claims.service_account, "uid": claims.uid}
        kubernetes: dict[str, Any] = {"namespace": claims.namespace, "serviceaccount": account}
        if claims.bound:
            kubernetes[claims.bound["kind"].lower()] = {k: claims.bound[k] for k in ("name", "uid")}
        payload = {
            "aud": list(claims.audiences),
            "exp": int(claims.expires),
            "iat": issued,
            "iss": ISSUER,
            "kubernetes.io": kubernetes,
            "nbf": issued,
            "sub": subject,
        }
        node = self._node_of(claims)
        if node is not None:
            kubernetes["node"] = {"name": name_of(node), "uid": uid_of(node)}
        return self._signed({**payload, "jti": str(uuid5(NAMESPACE_OID, json.dumps(payload)))})

    def _node_of(self, claims: TokenClaims) -> Obj | None:
        """The node of the pod that a token is bound to (pkg/registry/core/serviceaccount/storage/token.go)."""
        if not claims.bound or claims.bound["kind"] != "Pod":
            return None
        pod = self._cluster.store.get("pods", claims.namespace, claims.bound["name"])
        return self._cluster.store.get("nodes", "", (pod or {}).get("spec", {}).get("nodeName", ""))

    def issue_stored(self, account: Obj, secret: Mapping[str, Any]) -> str:
        """The token that a Secret keeps: good for as long as there are the account and the Secret."""
        namespace, name = namespace_of(account), name_of(account)
        owner = {"name": name, "uid": uid_of(account)}
        bound = {"name": secret["metadata"]["name"], "uid": secret["metadata"]["uid"]}
        kubernetes = {"namespace": namespace, "serviceaccount": owner, "secret": bound}
        subject = f"system:serviceaccount:{namespace}:{name}"
        return self._signed({"iss": STORED_ISSUER, "kubernetes.io": kubernetes, "sub": subject})

    def issue_for_pod(self, pod: Obj, source: Mapping[str, Any]) -> str:
        """The token in a volume of a pod. One for the API server lasts for a year, as genuine servers let it last; others are
        replaced when four fifths of their time are over (pkg/kubelet/token, requiresRefresh)."""
        namespace = namespace_of(pod)
        account = self._cluster.store.get("serviceaccounts", namespace, pod["spec"].get("serviceAccountName", ""))
        if account is None:
            return ""
        began, seconds = (
            parse_timestamp(pod["metadata"]["creationTimestamp"]),
            float(source.get("expirationSeconds") or 3600),
        )
        issued, expires, audience = began, began + YEAR, source.get("audience")
        if audience:
            turn = REFRESHED_AFTER * seconds
            issued = began + (self._cluster.clock.now - began) // turn * turn
            expires = issued + seconds
        bound = {"kind": "Pod", "name": name_of(pod), "uid": uid_of(pod)}
        claims = TokenClaims(
            namespace, name_of(account), uid_of(account), expires, (audience or ISSUER,), bound, issued
        )
        return self.issue(claims)

    def _signed(self, payload: dict[str, Any]) -> str:
        signed = f"{_segment({'alg': 'HS256', 'typ': 'JWT'})}.{_segment(payload)}"
        return f"{signed}.{_base64(self._sign(signed))}"

    def _sign(self, text: str) -> bytes:
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()

    def service_account_user(self, token: str) -> User | None:
        """The user of a service account's token; None when it is not valid (any more)."""
        signed, _, signature = token.rpartition(".")
        if not signed or not hmac.compare_digest(_base64(self._sign(signed)), signature):
            return None
        payload = _payload(signed)
        if payload is None or not self._lasts(payload) or ISSUER not in payload.get("aud", (ISSUER,)):
            return None
        namespace, name = payload["kubernetes.io"]["namespace"], payload["kubernetes.io"]["serviceaccount"]["name"]
        account = self._cluster.store.get("serviceaccounts", namespace, name)
        uid = payload["kubernetes.io"]["serviceaccount"]["uid"]
        if account is None or account["metadata"]["uid"] != uid:
            return None
        return replace(service_account(namespace, name, uid), extra=_extra(payload))

    def _lasts(self, payload: dict[str, Any]) -> bool:
        """Whether a token's time is not over; that of a stored token is when its Secret goes."""
        if payload.get("iss") != STORED_ISSUER:
            return bool(payload.get("exp", 0) > self._cluster.clock.now) and self._has_its_pod(payload)
        known = payload["kubernetes.io"]
        secret = self._cluster.store.get("secrets", known["namespace"], known["secret"]["name"])
        return secret is not None and uid_of(secret) == known["secret"]["uid"]

    def _has_its_pod(self, payload: dict[str, Any]) -> bool:
        """Whether the pod that a token is bound to, if any, is still there."""
        known = payload["kubernetes.io"]
        if "pod" not in known:
            return True
        pod = self._cluster.store.get("pods", known["namespace"], known["pod"]["name"])
        return pod is not None and uid_of(pod) == known["pod"]["uid"]


def service_account(namespace: str, name: str, uid: str = "") -> User:
    """A service account as a user (serviceaccount.UserInfo)."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return User(f"system:serviceaccount:{namespace}:{name}", groups, uid)


def _extra(payload: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What a token tells beyond whose it is (apiserver, pkg/authentication/serviceaccount/util.go)."""
    known = payload["kubernetes.io"]
    found = {"credential-id": f"JTI={payload['jti']}"} if payload.get("jti") else {}
    for kind in ("node", "pod"):
        for field in ("name", "uid") if kind in known else ():
            found[f"{kind}-{field}"] = known[kind][field]
    return {f"authentication.kubernetes.io/{key}": (value,) for key, value in found.items()}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _segment(data: dict[str, Any]) -> str:
    return _base64(json.dumps(data, separators=(",", ":")).encode())


def _payload(signed: str) -> dict[str, Any] | None:
    try:
        text = signed.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, IndexError):
        return None
    return found if isinstance(found, dict) else None


def unauthorized() -> ApiError:
    """401."""
    return ApiError(401, "Unauthorized", "Unauthorized")
