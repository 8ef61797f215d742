"""The flags every command takes (`kubectl options` lists them)."""

from __future__ import annotations

from tutor.kubectl.flags import Flag, array, boolean, integer, string

GLOBAL_FLAGS: tuple[Flag, ...] = (
    string("as", "Act as this user for the request; needs the right to impersonate."),
    array("as-group", "Act as a member of this group; may be given several times."),
    string("as-uid", "Act with this UID."),
    string("cluster", "Use this cluster of the kubeconfig file."),
    string("context", "Use this context of the kubeconfig file."),
    boolean("insecure-skip-tls-verify", "Do not check the server's certificate. This makes the connection unsafe."),
    string("kubeconfig", "Use this kubeconfig file. Inside the tutor the exercise's own file is always used."),
    string("namespace", "Use this namespace for the request.", "n"),
    string("request-timeout", "How long to wait for one request (like 1s, 2m, 3h). Zero means no limit.", default="0"),
    string("server", "Address and port of the API server.", "s"),
    string("tls-server-name", "Name to expect in the server's certificate."),
    string("token", "Bearer token to authenticate with."),
    string("user", "Use this user of the kubeconfig file."),
    integer("v", "Number for the log level; accepted, and without effect here.", "v"),
    boolean("warnings-as-errors", "Treat warnings of the server as errors and exit with a non-zero status."),
)
