"""Fills Secrets of type kubernetes.io/service-account-token, and deletes them with their ServiceAccount.

Source: pkg/controller/serviceaccount/tokens_controller.go.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.simulator.controllers.base import Controller
from tutor.simulator.deletion import DeleteOptions
from tutor.simulator.engine import DONE, Result
from tutor.simulator.objects import annotations_of, deleting, key_of, name_of, namespace_of, uid_of, with_annotations
from tutor.simulator.store import Change, Obj

if TYPE_CHECKING:
    from tutor.simulator.cluster import SimulatedCluster

TYPE = "kubernetes.io/service-account-token"
ACCOUNT_NAME = "kubernetes.io/service-account.name"
ACCOUNT_UID = "kubernetes.io/service-account.uid"
BY_ACCOUNT = "service account"
"""Index: token Secrets by the key of their ServiceAccount."""


class TokensController(Controller):
    """Looks at Secrets; those of other types are none of its business."""

    name = "serviceaccount-token-controller"
    primary = "secrets"
    secondary = ("serviceaccounts",)

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(cluster)
        self.store.add_index(self.primary, BY_ACCOUNT, _account_keys)

    def affected(self, change: Change) -> Iterable[str]:
        """The token Secrets of a ServiceAccount that has come or gone."""
        if change.type == "MODIFIED":
            return ()
        return [key_of(secret) for secret in self.store.by_index(self.primary, BY_ACCOUNT, key_of(change.obj))]

    def sync(self, secret: Obj) -> Result:
        """Fill it in, or delete it when there is no such ServiceAccount."""
        if secret.get("type") != TYPE or deleting(secret):
            return DONE
        account = self.client.get("serviceaccounts", namespace_of(secret), annotations_of(secret).get(ACCOUNT_NAME, ""))
        uid = annotations_of(secret).get(ACCOUNT_UID)
        if account is None or uid not in (None, uid_of(account)):
            self.client.delete(self.primary, namespace_of(secret), name_of(secret), DeleteOptions(uid=uid_of(secret)))
        else:
            self._fill(secret, account)
        return DONE

    def _fill(self, secret: Obj, account: Obj) -> None:
        data = dict(secret.get("data") or {})
        before = dict(data)
        if self.cluster.root_ca:
            data["ca.crt"] = _encode(self.cluster.root_ca)
        if not data.get("namespace"):
            data["namespace"] = _encode(namespace_of(secret))
        if not data.get("token"):
            data["token"] = _encode(self.cluster.stored_token(account, secret))
        if data != before:
            named = with_annotations(secret, {ACCOUNT_NAME: name_of(account), ACCOUNT_UID: uid_of(account)})
            self.client.update(self.primary, {**named, "data": data})


def _account_keys(secret: Obj) -> Iterable[str]:
    account = annotations_of(secret).get(ACCOUNT_NAME)
    return (f"{namespace_of(secret)}/{account}",) if account and secret.get("type") == TYPE else ()


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def actors(cluster: SimulatedCluster) -> Iterable[Controller]:
    """The controller."""
    return (TokensController(cluster),)
