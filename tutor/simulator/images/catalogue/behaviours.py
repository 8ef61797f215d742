"""What the images do that are simulated in detail, by repository; names, tags and sizes are in the table beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

HUB = "docker.io/library/"
E2E = "registry.k8s.io/e2e-test-images/"
CLIENTS = ("wget", "nslookup", "nc", "ping", "ip", "ifconfig", "route")
BIND = ("dig", "host", "getent")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an image runs and what is in it (see `model.Image`)."""

    program: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    directory: str = "/"
    user: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


_NGINX_PAGE = """\
<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>The web server works. Put pages of your own into /usr/share/nginx/html.</p>
</body>
</html>
"""
_NGINX_CONFIG = """\
user  nginx;
worker_processes  auto;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    include       /etc/nginx/conf.d/*.conf;
}
"""
_NGINX_SITE = """\
server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
"""
_NGINX = Behaviour(
    "nginx",
    ("nginx", "-g", "daemon off;"),
    ("/docker-entrypoint.sh",),
    ("curl",),
    files={
        "/usr/share/nginx/html/index.html": _NGINX_PAGE,
        "/usr/share/nginx/html/50x.html": "<html><body><h1>An error occurred.</h1></body></html>\n",
        "/etc/nginx/nginx.conf": _NGINX_CONFIG,
        "/etc/nginx/conf.d/default.conf": _NGINX_SITE,
    },
)
_HTTPD = Behaviour(
    "httpd",
    ("httpd-foreground",),
    files={"/usr/local/apache2/htdocs/index.html": "<html><body><h1>It works!</h1></body></html>\n"},
)
_SERVERS = {"/bin/httpd": "busybox-httpd"}
_SHELL = Behaviour("", ("sh",), programs=CLIENTS, aliases=_SERVERS)
_SHELL_WITH_CURL = Behaviour("", ("sh",), programs=(*CLIENTS, "curl"), aliases=_SERVERS)
_BASH = Behaviour("", ("bash",), programs=("getent",))
_DNS = Behaviour("", ("sh",), programs=(*CLIENTS, *BIND, "curl"), options={"nc": "openbsd"})
_AGNHOST = Behaviour(
    "agnhost",
    ("pause",),
    ("/agnhost",),
    (*CLIENTS, *BIND, "curl"),
    files={f"/localhost.{end}": "Would be for serving TLS, which is not simulated.\n" for end in ("crt", "key")},
    aliases={"/agnhost-2": "agnhost"},
    options={"nc": "openbsd"},
)


def _data(name: str) -> str:
    """The file by which the two pictures of the update demo are told apart."""
    return f'{{\n"image": "{name}.jpg"\n}}\n'


BEHAVIOURS: Mapping[str, Behaviour] = {
    HUB + "nginx": _NGINX,
    "public.ecr.aws/nginx/nginx": _NGINX,
    "public.ecr.aws/docker/library/nginx": _NGINX,
    HUB + "httpd": _HTTPD,
    HUB + "busybox": _SHELL,
    "registry.k8s.io/busybox": _SHELL,
    E2E + "busybox": _SHELL,
    "gcr.io/google-containers/busybox": _SHELL,
    "quay.io/prometheus/busybox": _SHELL,
    "public.ecr.aws/docker/library/busybox": _SHELL,
    HUB + "alpine": replace(_SHELL, programs=(*CLIENTS, "getent")),
    "public.ecr.aws/docker/library/alpine": _SHELL,
    "docker.io/alpine/curl": Behaviour("curl", ("curl",), programs=(*CLIENTS, "curl")),
    "docker.io/curlimages/curl": Behaviour("curl", ("curl",), programs=(*CLIENTS, "curl")),
    "docker.io/radial/busyboxplus": _SHELL_WITH_CURL,
    "docker.io/nicolaka/netshoot": _DNS,
    E2E + "jessie-dnsutils": _DNS,
    E2E + "glibc-dns-testing": _DNS,
    E2E + "nginx": _NGINX,
    "registry.k8s.io/nginx-slim": _NGINX,
    E2E + "httpd": _HTTPD,
    E2E + "ipc-utils": _SHELL,
    E2E + "perl": _BASH,
    E2E + "nonroot": Behaviour("", ("bash",), user=1234),
    E2E + "nonewprivs": Behaviour("nnp", ("nnp",)),
    HUB + "debian": _BASH,
    HUB + "ubuntu": _BASH,
    HUB + "fedora": _BASH,
    HUB + "centos": _BASH,
    HUB + "rockylinux": _BASH,
    HUB + "almalinux": _BASH,
    HUB + "amazonlinux": _BASH,
    HUB + "bash": _BASH,
    HUB + "redis": Behaviour("redis-server", ("redis-server",), ("docker-entrypoint.sh",), ("redis-cli",)),
    HUB + "python": Behaviour("python3", ("python3",), programs=("python3",)),
    "docker.io/valkey/valkey": Behaviour("redis-server", ("valkey-server",), ("docker-entrypoint.sh",), ("redis-cli",)),
    "registry.k8s.io/pause": Behaviour("pause", (), ("/pause",)),
    "registry.k8s.io/coredns/coredns": Behaviour("coredns", (), ("/coredns",)),
    "docker.io/coredns/coredns": Behaviour("coredns", (), ("/coredns",)),
    "registry.k8s.io/metrics-server/metrics-server": Behaviour("metrics-server", (), ("/metrics-server",)),
    "registry.k8s.io/ingress-nginx/controller": Behaviour("ingress-nginx", (), ("/nginx-ingress-controller",)),
    "registry.k8s.io/hpa-example": Behaviour("php-example", ("apache2-foreground",), programs=("curl",)),
    E2E + "agnhost": _AGNHOST,
    E2E + "resource-consumer": Behaviour("resource-consumer", (), ("/consumer",)),
    E2E + "kitten": replace(
        _AGNHOST, command=("test-webserver",), files={**_AGNHOST.files, "/data.json": _data("kitten")}
    ),
    E2E + "nautilus": replace(
        _AGNHOST, command=("test-webserver",), files={**_AGNHOST.files, "/data.json": _data("nautilus")}
    ),
    "docker.io/hashicorp/http-echo": Behaviour("http-echo", (), ("/http-echo",)),
    "docker.io/polinux/stress": Behaviour("stress", ("stress",)),
    HUB + "hello-world": Behaviour("say", ("/hello",), options={"log": "Hello from Docker!"}),
    HUB + "web-app": Behaviour("web-app", ("web-app",), programs=(*CLIENTS, "curl")),
}
