"""What a container is created with: command, environment, user, mounts, and the files that the kubelet writes for it.

Source: pkg/kubelet/kubelet_pods.go (GenerateRunContainerOptions, nodeHostsFileContent), kuberuntime/security_context.go,
pkg/kubelet/network/dns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.simulator.images.container import ContainerConfig
from tutor.simulator.images.model import Image
from tutor.simulator.images.users import primary_group
from tutor.simulator.kubelet import host_files
from tutor.simulator.kubelet.capabilities import bounding_set
from tutor.simulator.kubelet.environment import ConfigError, environment, expand
from tutor.simulator.kubelet.look import Look
from tutor.simulator.kubelet.resources import limit, request
from tutor.simulator.kubelet.volumes import mount_points
from tutor.simulator.objects import name_of, namespace_of
from tutor.simulator.resolving import DNS_SERVER
from tutor.simulator.store import Obj

DOMAIN = "cluster.local"
SECCOMP_PROFILES = "/var/lib/kubelet/seccomp"
"""Where nodes keep profiles for seccomp; these have none."""
MOST_OF_A_NAME = 63
_HOSTS = (
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
)


def container_config(look: Look, container: Mapping[str, Any], image: Image) -> ContainerConfig:
    """Everything the container is created with. Raises ConfigError."""
    record, pod, name = look.record, look.pod, container["name"]
    variables = environment(look.services.client, pod, container, record.ip, look.node)
    context = {**(pod["spec"].get("securityContext") or {}), **(container.get("securityContext") or {})}
    user = int(context.get("runAsUser", image.user))
    group = int(context.get("runAsGroup", primary_group(image, user)))
    if context.get("runAsNonRoot") and user == 0:
        raise ConfigError(_root_refused(look, name, "runAsUser" in context))
    profile = context.get("seccompProfile") or {}
    if profile.get("type") == "Localhost":
        raise CreationError(_no_profile(f"{SECCOMP_PROFILES}/{profile.get('localhostProfile', '')}"))
    everything = {**dict(image.environment), **variables}
    return ContainerConfig(
        image=image,
        argv=_argv(container, image, everything),
        environment=everything,
        directory=container.get("workingDir") or image.directory,
        hostname=_kernel_name(pod),
        ip=record.ip,
        pod=f"{namespace_of(pod)}/{name_of(pod)}",
        name=name,
        user=user,
        group=group,
        may_gain_privileges=context.get("allowPrivilegeEscalation", True),
        groups=_groups(group, context),
        capabilities=bounding_set(context),
        hosts=_hosts(pod, record.ip),
        resolver=_resolver(pod),
        read_only=bool(context.get("readOnlyRootFilesystem")),
        tty=bool(container.get("tty")),
        stdin=bool(container.get("stdin")),
        mounts=mount_points(look.services.client, pod, container, everything),
        sysctls={entry["name"]: str(entry["value"]) for entry in context.get("sysctls") or ()},
        cpu_request=request(container, "cpu"),
        cpu_limit=limit(container, "cpu"),
        memory_limit=limit(container, "memory"),
        message_path=container.get("terminationMessagePath") or "",
        seed=int(record.uid[:8], 16) % 10**6,
    )


class CreationError(ConfigError):
    """The runtime does not create a container as it is configured."""

    reason = "CreateContainerError"


def _no_profile(path: str) -> str:
    return f'failed to create containerd container: cannot load seccomp profile "{path}": open {path}: no such file or directory'


def hostname(pod: Obj) -> str:
    """The name a pod calls itself by (pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain)."""
    spec = pod["spec"]
    if spec.get("hostnameOverride"):
        return str(spec["hostnameOverride"])
    if spec.get("hostNetwork"):
        return str(spec.get("nodeName", ""))
    return str(spec.get("hostname") or name_of(pod))[:MOST_OF_A_NAME].rstrip("-.")


def _domain(pod: Obj) -> str:
    """The domain of a pod that has a subdomain."""
    subdomain = "" if pod["spec"].get("hostnameOverride") else pod["spec"].get("subdomain")
    return f"{subdomain}.{namespace_of(pod)}.svc.{DOMAIN}" if subdomain else ""


def _kernel_name(pod: Obj) -> str:
    """What the command hostname shows: the name in full if the pod wants it so."""
    domain = _domain(pod) if pod["spec"].get("setHostnameAsFQDN") else ""
    return f"{hostname(pod)}.{domain}" if domain else hostname(pod)


def _groups(group: int, context: Mapping[str, Any]) -> tuple[int, ...]:
    """The groups a process is in."""
    more = [context["fsGroup"]] if context.get("fsGroup") is not None else []
    return tuple(sorted({group, *map(int, context.get("supplementalGroups") or ()), *map(int, more)}))


def _hosts(pod: Obj, ip: str) -> str:
    """/etc/hosts"""
    name, domain = hostname(pod), _domain(pod)
    full = f"{name}.{domain}\t" if domain else ""
    lines = [*_HOSTS, f"{ip}\t{full}{name}"]
    if pod["spec"].get("hostNetwork"):
        lines = ["# Kubernetes-managed hosts file (host network).", *host_files.HOSTS.splitlines()]
    aliases = pod["spec"].get("hostAliases") or ()
    if aliases:
        lines += ["", "# Entries added by HostAliases."]
        lines += ["\t".join([alias["ip"], *(alias.get("hostnames") or ())]) for alias in aliases]
    return "\n".join([*lines, ""])


def _resolver(pod: Obj) -> str:
    """/etc/resolv.conf: the cluster's for the policy ClusterFirst, what dnsConfig says added to it."""
    spec, namespace = pod["spec"], namespace_of(pod)
    policy = spec.get("dnsPolicy", "ClusterFirst")
    servers, searches, options = list[str](), list[str](), dict[str, str]()
    in_cluster = policy == "ClusterFirstWithHostNet" or (policy == "ClusterFirst" and not spec.get("hostNetwork"))
    if in_cluster:
        servers, options = [DNS_SERVER], {"ndots": "5"}
        searches = [f"{namespace}.svc.{DOMAIN}", f"svc.{DOMAIN}", DOMAIN]
    elif policy != "None":
        servers = ["1.1.1.1"]
    own = spec.get("dnsConfig") or {}
    servers += own.get("nameservers") or ()
    searches += [domain for domain in own.get("searches") or () if domain not in searches]
    options |= {option["name"]: option.get("value") or "" for option in own.get("options") or ()}
    lines = [f"search {' '.join(searches)}"] if searches else []
    lines += [f"nameserver {server}" for server in servers]
    shown = sorted(f"{name}:{value}" if value else name for name, value in options.items())
    return "\n".join([*lines, *([f"options {' '.join(shown)}"] if shown else []), ""])


def _root_refused(look: Look, name: str, asked: bool) -> str:
    why = (
        "container's runAsUser breaks non-root policy"
        if asked
        else "container has runAsNonRoot and image will run as root"
    )
    return f'{why} (pod: "{look.full_name}", container: {name})'


def _argv(container: Mapping[str, Any], image: Image, variables: Mapping[str, str]) -> tuple[str, ...]:
    command = [expand(word, variables) for word in container.get("command") or ()]
    arguments = [expand(word, variables) for word in container.get("args") or ()]
    if command:
        return (*command, *arguments)
    return (*image.entrypoint, *(arguments or image.command))
