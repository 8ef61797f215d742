"""`cluster kubeconfig` and `cluster audit`: who may do what on the cluster, and who did."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from tutor.cli.output import ENVIRONMENT, OK, USAGE, CommandError, say, warn

FOLLOW_SECONDS = 0.5
SHOWN = 50
"""Requests that `audit` shows when it is not told how many."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verbs of `cluster`."""
    config = verbs.add_parser(
        "kubeconfig",
        help="print the path of its kubeconfig, or of one for a user with fewer rights",
        epilog="For a try: export KUBECONFIG=$(k8s-tutor cluster kubeconfig --as ann --role view)",
    )
    config.add_argument("--as", dest="user", metavar="NAME", help="make a user of this name, and a kubeconfig for it")
    config.add_argument(
        "--role", help="with --as: the ClusterRole the user gets (view, edit, admin, ...; default: view)"
    )
    config.add_argument("--namespace", "-n", help="with --as: where the role holds (default: default)")
    config.add_argument("--all-namespaces", action="store_true", help="with --as: the role holds in the whole cluster")
    config.add_argument(
        "--group", action="append", default=[], help="with --as: a group of the user's; may be repeated"
    )
    config.set_defaults(handler=show_kubeconfig)
    audit = verbs.add_parser("audit", help="simulated: list the requests that the API server has answered")
    audit.add_argument("--follow", "-f", action="store_true", help="go on until interrupted")
    audit.add_argument(
        "--tail", type=int, default=SHOWN, metavar="N", help=f"so many of the last ones (default: {SHOWN})"
    )
    audit.add_argument("--user", help="only this user's")
    audit.add_argument("--verb", help="only this verb, e.g. create")
    audit.add_argument("--resource", help="only this resource, e.g. pods or deployments")
    audit.add_argument("--failed", action="store_true", help="only those that were refused or failed")
    audit.add_argument(
        "--json", action="store_true", help="print events as a real API server's audit log has them, one a line"
    )
    audit.set_defaults(handler=show_audit)


def show_kubeconfig(arguments: argparse.Namespace) -> int:
    """Print the path and nothing else."""
    from tutor.cli.clusters import opened_cluster

    rest = (arguments.role, arguments.namespace, arguments.all_namespaces, arguments.group)
    if arguments.user is None:
        if any(rest):
            raise CommandError("--role, --namespace, --all-namespaces and --group go with --as NAME", USAGE)
        say(str(opened_cluster(arguments.cluster).kubeconfig()))
        return OK
    if arguments.namespace and arguments.all_namespaces:
        raise CommandError("choose one of --namespace and --all-namespaces", USAGE)
    if (arguments.cluster or "").startswith("context:"):
        raise CommandError("the tutor makes no users on clusters that are yours", USAGE)
    say(_made_user(arguments))
    return OK


def _made_user(arguments: argparse.Namespace) -> str:
    from tutor.cli.clusters import opened_cluster
    from tutor.clusters import ClusterError
    from tutor.clusters.users import NewUser, make_user

    namespace = "" if arguments.all_namespaces else arguments.namespace or "default"
    user = NewUser(arguments.user, arguments.role or "view", namespace, tuple(arguments.group))
    cluster = opened_cluster(arguments.cluster)
    try:
        path = make_user(cluster.kubeconfig(), user)
    except (ClusterError, OSError) as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    where = f"in the namespace {namespace}" if namespace else "in the whole cluster"
    warn(f"{user.name} has the ClusterRole {user.role} {where}; the certificate holds for a day.")
    return str(path)


def show_audit(arguments: argparse.Namespace) -> int:
    """List requests, newest last."""
    if (arguments.cluster or "simulated") != "simulated":
        raise CommandError(
            "only a simulated cluster shows its audit log: a real one keeps it on its control plane", USAGE
        )
    from tutor.clusters import ClusterError
    from tutor.clusters.background import BackgroundSimulated, status

    if status() is None:
        raise CommandError("no simulated cluster is running. Start one with: k8s-tutor cluster start", ENVIRONMENT)
    cluster = BackgroundSimulated()
    try:
        cluster.start()
        last, events = cluster.audit(0)
        chosen = [event for event in events if _chosen(event, arguments)]
        _print(chosen[-arguments.tail :] if arguments.tail > 0 else [], arguments, heading=True)
        while arguments.follow:
            time.sleep(FOLLOW_SECONDS)
            last, events = cluster.audit(last)
            _print([event for event in events if _chosen(event, arguments)], arguments)
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    return OK


def _chosen(event: dict[str, Any], arguments: argparse.Namespace) -> bool:
    user = (event.get("impersonatedUser") or event["user"])["username"]
    reference = event.get("objectRef") or {}
    return (
        arguments.user in (None, user)
        and arguments.verb in (None, event["verb"])
        and arguments.resource in (None, reference.get("resource"))
        and (not arguments.failed or event["responseStatus"]["code"] >= 400)
    )


def _print(events: list[dict[str, Any]], arguments: argparse.Namespace, *, heading: bool = False) -> None:
    if arguments.json:
        lines = [json.dumps(event, ensure_ascii=False) for event in events]
    else:
        titles = ["TIME      CODE  VERB              USER                      WHAT"] if heading else []
        lines = [*titles, *map(_line, events)]
    if lines:
        print("\n".join(lines), flush=True)


def _line(event: dict[str, Any]) -> str:
    user = event["user"]["username"]
    if "impersonatedUser" in event:
        user = f"{event['impersonatedUser']['username']} (by {user})"
    reference = event.get("objectRef")
    what = event["requestURI"] if reference is None else _object(reference)
    if "dryRun=All" in event["requestURI"]:
        what += "  (dry run)"
    time_of_day = event["stageTimestamp"][11:19]
    return f"{time_of_day}  {event['responseStatus']['code']:<4}  {event['verb']:<16}  {user:<24}  {what}"


def _object(reference: dict[str, str]) -> str:
    group = f".{reference['apiGroup']}" if reference.get("apiGroup") else ""
    subresource = f"/{reference['subresource']}" if reference.get("subresource") else ""
    name = f" {reference['name']}" if reference.get("name") else ""
    namespace = f" in {reference['namespace']}" if reference.get("namespace") else ""
    return f"{reference['resource']}{group}{subresource}{name}{namespace}"
