"""What volumes are filled with: ConfigMaps, Secrets, fields of the pod and tokens, each with its modes.

Source: pkg/volume/configmap, secret, projected and downwardapi.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tutor.simulator.admission import namespace_lifecycle
from tutor.simulator.client import Client
from tutor.simulator.errors import ApiError
from tutor.simulator.kubelet.environment import data_of, field_value, resource_value
from tutor.simulator.objects import namespace_of
from tutor.simulator.store import Obj

Files = dict[str, bytes]
Modes = dict[str, int]
FILLED = ("configMap", "secret", "downwardAPI", "projected")
USUAL_MODE = 0o644
GROUP_READS = 0o440


IssueToken = Callable[[Obj, Mapping[str, Any]], str]
"""Makes the token of a pod for a source of a volume."""


class MountError(Exception):
    """A volume cannot be set up now."""


def contents(
    client: Client, pod: Obj, volume: Mapping[str, Any], node: Obj | None, token: IssueToken
) -> tuple[Files, Modes] | None:
    """The files of a volume that the kubelet fills, with modes that are not the usual one; None for other volumes. Raises
    MountError."""
    kind = next((kind for kind in FILLED if volume.get(kind) is not None), "")
    if not kind:
        return None
    source = volume[kind]
    sources = source.get("sources") or () if kind == "projected" else [{kind: source}]
    usual = int(source.get("defaultMode", USUAL_MODE))
    files, modes, problems = Files(), Modes(), list[str]()
    for part in sources:
        try:
            found, own = _part(client, pod, part, node, token)
        except MountError as error:
            problems.append(str(error))
            continue
        files |= found
        modes |= {path: own.get(path, usual) for path in found}
    if problems:
        raise MountError(problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]")
    if (pod["spec"].get("securityContext") or {}).get("fsGroup") is not None:
        modes = {path: mode | GROUP_READS for path, mode in modes.items()}
    return files, {path: mode for path, mode in modes.items() if mode != USUAL_MODE}


def _part(
    client: Client, pod: Obj, source: Mapping[str, Any], node: Obj | None, token: IssueToken
) -> tuple[Files, Modes]:
    if source.get("configMap") is not None:
        return _from_object(client, pod, source["configMap"], "configmaps")
    if source.get("secret") is not None:
        return _from_object(client, pod, source["secret"], "secrets")
    if source.get("downwardAPI") is not None:
        return _from_pod(pod, source["downwardAPI"].get("items") or (), node)
    if source.get("serviceAccountToken") is not None:
        _see_that_tokens_are_made(client, pod)
        return {source["serviceAccountToken"]["path"]: token(pod, source["serviceAccountToken"]).encode()}, {}
    return {}, {}


def _see_that_tokens_are_made(client: Client, pod: Obj) -> None:
    """A namespace that goes has no new tokens, so that a pod just made in it never starts. Raises MountError."""
    accounts = client.registry.scheme.stored("serviceaccounts")
    assert accounts is not None  # built in
    try:
        namespace_lifecycle.admit(
            client.store, accounts, namespace_of(pod), pod["spec"].get("serviceAccountName", "default")
        )
    except ApiError as error:
        raise MountError(f"failed to fetch token: {error.message}") from error


def _from_object(client: Client, pod: Obj, source: Mapping[str, Any], resource: str) -> tuple[Files, Modes]:
    name = source.get("name") or source.get("secretName") or ""
    secret = resource == "secrets"
    obj = client.get(resource, namespace_of(pod), name)
    if obj is None:
        if source.get("optional"):
            return {}, {}
        raise MountError(f'{"secret" if secret else "configmap"} "{name}" not found')
    data = data_of(obj)
    if not source.get("items"):
        return data, {}
    files, modes = Files(), Modes()
    for item in source["items"]:
        key, path = item["key"], item["path"]
        if key in data:
            files[path] = data[key]
            if item.get("mode") is not None:
                modes[path] = int(item["mode"])
        elif not source.get("optional"):
            what = "references non-existent secret key" if secret else "configmap references non-existent config key"
            raise MountError(f"{what}: {key}")
    return files, modes


def _from_pod(pod: Obj, items: Iterable[Mapping[str, Any]], node: Obj | None) -> tuple[Files, Modes]:
    files, modes = Files(), Modes()
    for item in items:
        if item.get("fieldRef"):
            text = field_value(pod, item["fieldRef"]["fieldPath"], pod.get("status", {}).get("podIP", ""), node)
        else:
            text = resource_value(pod, pod["spec"]["containers"][0], item["resourceFieldRef"], node)
        files[item["path"]] = text.encode()
        if item.get("mode") is not None:
            modes[item["path"]] = int(item["mode"])
    return files, modes
