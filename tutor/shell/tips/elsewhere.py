"""Programs people type out of habit that the practice shell does not have, and what to use instead of each."""

from __future__ import annotations

import re

_CONTAINERS = "there is no container engine here; the cluster runs the images: kubectl run NAME --image=IMAGE"
_CLUSTERS = "clusters are chosen in the tutor, on its Clusters screen"
_PACKAGES = "nothing can be installed here; type help to see what there is"
_LANGUAGES = "programs of the host are not run here; type help to see what there is"
_NETWORK = "the network is the cluster's: curl SERVICE:PORT, or kubectl exec POD -- COMMAND from inside a Pod"
_SERVICES = "there are no system services here; what runs in the cluster is seen with kubectl get and kubectl describe"
_NODES = "nodes cannot be logged in to from here; use kubectl describe node NAME, or kubectl exec -it POD -- sh for a container"

_INSTEAD: dict[str, tuple[str, ...]] = {
    _CONTAINERS: ("docker", "docker-compose", "podman", "nerdctl", "crictl", "ctr", "buildah", "skopeo"),
    _CLUSTERS: ("minikube", "kind", "k3d", "k3s", "microk8s", "kubeadm", "eksctl", "gcloud", "aws", "az", "terraform"),
    _PACKAGES: ("apt", "apt-get", "yum", "dnf", "apk", "brew", "snap", "pip", "pip3", "npm", "krew"),
    _LANGUAGES: ("python", "python3", "node", "perl", "ruby", "go", "java", "make", "gcc"),
    _NETWORK: ("ping", "nslookup", "dig", "host", "nc", "telnet", "traceroute", "netstat", "ss", "ip", "ifconfig"),
    _SERVICES: ("systemctl", "service", "journalctl", "launchctl", "crontab"),
    _NODES: ("ssh", "scp", "rsync"),
    "you have all the rights you need: type the command without it": ("sudo", "su", "doas"),
    "there is no helm here; manifests are applied with kubectl apply -f FILE": ("helm", "helmfile"),
    "use kubectl apply -k FOLDER, or kubectl kustomize FOLDER": ("kustomize",),
    "use kubectl config set-context --current --namespace=NAME": ("kubens",),
    "use kubectl config get-contexts": ("kubectx",),
    "the tutor's Cluster pane shows what such a tool would": ("k9s", "lens", "octant"),
    "use kubectl logs -f -l LABEL=VALUE --prefix": ("stern", "kubetail"),
    "use kubectl get ... -o jsonpath='{...}' or -o custom-columns=NAME:.PATH": ("jq", "yq"),
    "use awk": ("gawk", "mawk", "nawk"),
    "use kubectl top pods or kubectl top nodes": ("top", "htop", "btop"),
    "there is no version control here; copies are made with cp FILE FILE.old": ("git", "hg", "svn"),
    "use tar": ("gzip", "gunzip", "zip", "unzip"),
    "the panes of the tutor take its place": ("tmux", "screen"),
    "help and kubectl COMMAND --help explain the commands there are": ("man", "info", "tldr"),
    "use ls": ("dir", "tree"),
    "use ls -l, or make it one: alias ll='ls -l'": ("ll",),
    "use $((...)), or awk for fractions: awk 'BEGIN{print 7/2}'": ("bc", "dc"),
    "use cd -, which goes back to the folder before": ("pushd", "popd", "dirs"),
    "use clear": ("cls",),
    "use curl": ("http", "httpie", "lynx", "w3m"),
    "files are opened in the Files pane, or with edit FILE": ("open", "xdg-open", "start", "explorer", "notepad"),
    "you are in the tutor already; its own commands are for a terminal of yours outside it": ("k8s-tutor",),
}
NAMES = {name: instead for instead, names in _INSTEAD.items() for name in names}
_MISSING = re.compile(r"^bash: (?:line \d+: )?(?P<name>[\w.-]+): command not found$", re.MULTILINE)


def instead_of(said: str) -> str:
    """What to use instead of a program that the shell said it does not have; empty for one nothing is known about."""
    match = _MISSING.search(said)
    instead = NAMES.get(match["name"]) if match else None
    return f"{match['name']} is not in the practice shell: {instead}" if match and instead else ""
