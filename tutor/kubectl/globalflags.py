"""The flags every command takes (`kubectl options` lists them)."""

from __future__ import annotations

from tutor.kubectl.flags import Flag, array, boolean, duration, integer, string

GLOBAL_FLAGS: tuple[Flag, ...] = (
    string("as", "Act as this user for the request; needs the right to impersonate."),
    array("as-group", "Act as a member of this group; may be given several times."),
    string("as-uid", "Act with this UID."),
    array("as-user-extra", "Act with this extra (key=value); may be given several times."),
    string("cache-dir", "Accepted; the built-in kubectl keeps what it learned in memory.", default="~/.kube/cache"),
    string("certificate-authority", "File with the certificate of the authority that signed the server's certificate."),
    string("client-certificate", "File with the client certificate to authenticate with."),
    string("client-key", "File with the key of the client certificate."),
    string("cluster", "Use this cluster of the kubeconfig file."),
    string("context", "Use this context of the kubeconfig file."),
    boolean("disable-compression", "Accepted; answers are never compressed here."),
    boolean("insecure-skip-tls-verify", "Do not check the server's certificate. This makes the connection unsafe."),
    string("kubeconfig", "Use this kubeconfig file of the workspace instead of the exercise's own."),
    string("kuberc", "File with your own defaults for flags and aliases for commands."),
    duration("log-flush-frequency", "Accepted; log lines appear at once.", default=5.0),
    boolean("match-server-version", "Accepted; the built-in kubectl talks to every version."),
    string("namespace", "Use this namespace for the request.", "n"),
    string("password", "Password for basic authentication to the API server."),
    string("profile", "Accepted; there is nothing to measure.", default="none"),
    string("profile-output", "Accepted; there is nothing to measure.", default="profile.pprof"),
    string("proxy-url", "Send requests through this proxy."),
    string("request-timeout", "How long to wait for one request (like 1s, 2m, 3h). Zero means no limit.", default="0"),
    string("server", "Address and port of the API server.", "s"),
    string("tls-server-name", "Name to expect in the server's certificate."),
    string("token", "Bearer token to authenticate with."),
    string("user", "Use this user of the kubeconfig file."),
    string("username", "User name for basic authentication to the API server."),
    integer(
        "v", "Number for the log level: 6 shows each request, 7 its headers, 8 and 9 what is sent and received.", "v"
    ),
    boolean("warnings-as-errors", "Treat warnings of the server as errors and exit with a non-zero status."),
)
