"""Acting as someone else: the Impersonate-* headers (apiserver, pkg/endpoints/filters/impersonation)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from tutor.simulator.api.access.authorization import Action
from tutor.simulator.api.http import SEPARATOR, Request, User
from tutor.simulator.errors import bad_request

_EXTRA = "impersonate-extra-"
SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Who a request wants to be, and what its sender must be allowed to for that."""

    user: User
    needs: tuple[Action, ...]


def requested(request: Request) -> Impersonation | None:
    """What the headers ask for; None when they ask for nothing. Raises ApiError 400 for groups without a user."""
    name = request.headers.get("impersonate-user", "")
    groups = tuple(filter(None, request.headers.get("impersonate-group", "").split(SEPARATOR)))
    uid = request.headers.get("impersonate-uid", "")
    extra = {
        unquote(key.removeprefix(_EXTRA)): tuple(value.split(SEPARATOR))
        for key, value in request.headers.items()
        if key.startswith(_EXTRA)
    }
    if not name:
        if groups or uid or extra:
            raise bad_request(f"requested {_go_syntax(groups, uid, extra)} without impersonating a user name")
        return None
    needs = [_needed(name), *(Action("impersonate", "", "groups", name=group) for group in groups)]
    return Impersonation(User(name, _implied(name, groups), uid, extra), tuple(needs))


def _go_syntax(groups: tuple[str, ...], uid: str, extra: Mapping[str, tuple[str, ...]]) -> str:
    """A user without a name as Go shows it."""
    shown = _go_list(groups) if groups else "[]string(nil)"
    pairs = ", ".join(f"{json.dumps(key)}:{_go_list(values)}" for key, values in sorted(extra.items()))
    extras = f"map[string][]string{{{pairs}}}" if extra else "map[string][]string(nil)"
    return f'&user.DefaultInfo{{Name:"", UID:{json.dumps(uid)}, Groups:{shown}, Extra:{extras}}}'


def _go_list(values: tuple[str, ...]) -> str:
    return "[]string{" + ", ".join(map(json.dumps, values)) + "}"


def _needed(name: str) -> Action:
    if name.startswith(SERVICE_ACCOUNT) and name.count(":") == 3:
        _, _, namespace, account = name.split(":")
        return Action("impersonate", "", "serviceaccounts", namespace=namespace, name=account)
    return Action("impersonate", "", "users", name=name)


def _implied(name: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups that come with a name: service accounts have theirs, and whoever is named is authenticated."""
    found = list(groups)
    if not groups and name.startswith(SERVICE_ACCOUNT) and name.count(":") == 3:
        found += ["system:serviceaccounts", f"system:serviceaccounts:{name.split(':')[2]}"]
    everyone = "system:unauthenticated" if name == "system:anonymous" else "system:authenticated"
    if everyone not in found:
        found.append(everyone)
    return tuple(found)
