"""`cluster`: start, stop and look at the cluster that the other commands play on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli import access, levers
from tutor.cli.output import ENVIRONMENT, FAILED, OK, USAGE, CommandError, json_option, say, say_json, warn

if TYPE_CHECKING:
    from tutor.clusters import Cluster, KindOptions
    from tutor.clusters.presence import Presence

DEFAULT = "simulated"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    cluster = commands.add_parser("cluster", help="the cluster that exercises are played on")
    verbs = cluster.add_subparsers(title="verbs", metavar="VERB", required=True)
    start = verbs.add_parser("start", help="start it (the simulated one in the background) and print its kubeconfig")
    start.add_argument("--image", help="kind: node image")
    start.add_argument("--config", type=Path, help="kind: configuration file")
    start.set_defaults(handler=start_cluster)
    stop = verbs.add_parser("stop", help="stop the simulated cluster, or with --delete remove the kind cluster")
    stop.add_argument("--delete", action="store_true", help="kind: delete the tutor's cluster")
    stop.set_defaults(handler=stop_cluster)
    status = verbs.add_parser("status", help="say what is running; exit code 1 when nothing is")
    json_option(status)
    status.set_defaults(handler=show_status)
    consent = verbs.add_parser("consent", help="agree to the use of a context of your kubeconfig")
    consent.add_argument("context")
    consent.add_argument("--server", help="agree without being asked, naming the server it must lead to")
    consent.add_argument("--withdraw", action="store_true", help="take the agreement back")
    consent.set_defaults(handler=agree)
    serve = verbs.add_parser("serve", help="run the simulated cluster in the foreground until interrupted")
    serve.set_defaults(handler=serve_cluster)
    levers.register(verbs)
    access.register(verbs)


def opened_cluster(spec: str | None, kind: KindOptions | None = None) -> Cluster:
    """The cluster that a command is for, started: in the learner's own shell the one the shell was opened for.

    CommandError with the remedy when it cannot be started.
    """
    from tutor.clusters import ClusterError, open_cluster
    from tutor.clusters.given import GivenCluster

    try:
        given = GivenCluster.from_environment() if spec is None else None
        if given is not None:
            cluster: Cluster = given
        elif (spec or DEFAULT) == DEFAULT:
            from tutor.clusters.background import BackgroundSimulated

            cluster = BackgroundSimulated()
        else:
            cluster = open_cluster(spec or DEFAULT, kind=kind)
        cluster.start(warn)
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    return cluster


def program(arguments: argparse.Namespace) -> str:
    """How to call the tutor for another command on the same cluster."""
    return f"k8s-tutor --cluster {arguments.cluster}" if arguments.cluster else "k8s-tutor"


def start_cluster(arguments: argparse.Namespace) -> int:
    """Start and print how to reach it."""
    from tutor.clusters import KindOptions

    cluster = opened_cluster(arguments.cluster, KindOptions(arguments.image, arguments.config))
    say([f"The {cluster.name} cluster is running.", f"export KUBECONFIG={cluster.kubeconfig()}"])
    return OK


def stop_cluster(arguments: argparse.Namespace) -> int:
    """Stop what was started."""
    from tutor.clusters import ClusterError, KindOptions

    spec = arguments.cluster or DEFAULT
    try:
        if spec == "kind":
            from tutor.clusters.kind import KindCluster

            if not arguments.delete:
                raise CommandError("a kind cluster is stopped by deleting it: cluster stop --delete", USAGE)
            deleted = KindCluster(KindOptions()).delete()
            say("The tutor's kind cluster is deleted." if deleted else "There was no kind cluster of the tutor's.")
            return OK
        if spec != DEFAULT:
            raise CommandError("the tutor does not stop clusters that are yours", USAGE)
        from tutor.clusters.background import stop

        say("The simulated cluster is stopped." if stop() else "No simulated cluster was running.")
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    return OK


def _look(spec: str | None) -> Presence:
    from tutor.clusters import ClusterError
    from tutor.clusters.presence import look

    try:
        return look(spec or DEFAULT)
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None


def cluster_there(spec: str | None) -> bool:
    """Whether a command that only looks has a cluster to look at: one of the tutor's is not made for it. A context of the
    learner's own counts as there, so that what is wrong with it is said when it is opened."""
    from tutor.clusters.given import GivenCluster

    if spec is None and GivenCluster.from_environment() is not None:
        return True
    return (spec or DEFAULT).startswith("context:") or _look(spec).running


def _broken() -> list[str]:
    """The faults that are in the background cluster."""
    from tutor.clusters import ClusterError
    from tutor.clusters.background import BackgroundSimulated

    cluster = BackgroundSimulated()
    try:
        cluster.start()
        return [lever.name for lever in cluster.levers.faults() if lever.on] if cluster.levers is not None else []
    except ClusterError:
        return []


def show_status(arguments: argparse.Namespace) -> int:
    """Say whether the cluster is there, without starting anything."""
    found = _look(arguments.cluster)
    broken = _broken() if found.running and (arguments.cluster or DEFAULT) == DEFAULT else []
    if arguments.json:
        about = {"cluster": arguments.cluster or DEFAULT, "running": found.running, "about": found.words}
        about |= {"broken": broken} if broken else {}
        known = {"pid": found.pid, "kubeconfig": found.kubeconfig}
        say_json(about | {name: value for name, value in known.items() if value is not None})
    else:
        export = [f"export KUBECONFIG={found.kubeconfig}"] if found.kubeconfig else []
        mend = "Mend it with: k8s-tutor cluster fault clear NAME"
        say([found.words, *([f"Broken on purpose: {', '.join(broken)}. {mend}"] if broken else []), *export])
    return OK if found.running else FAILED


def agree(arguments: argparse.Namespace) -> int:
    """Show where a context leads and ask."""
    from tutor.clusters import ClusterError
    from tutor.clusters.consent import give_consent, withdraw_consent
    from tutor.clusters.context import describe_context

    if arguments.withdraw:
        say("Withdrawn." if withdraw_consent(arguments.context) else "There was no agreement to take back.")
        return OK
    try:
        info = describe_context(arguments.context)
    except ClusterError as error:
        raise CommandError(str(error), ENVIRONMENT) from None
    say([f"context  {info.context}", f"server   {info.server}", f"user     {info.user}"])
    say("Exercises make namespaces of their own there, labelled as the tutor's, and touch nothing else.")
    if arguments.server is not None:
        if arguments.server != info.server:
            raise CommandError(f"the context leads to {info.server}, not to {arguments.server}", USAGE)
    else:
        try:
            if input("Use it? Type yes: ").strip().lower() != "yes":
                say("Not used.")
                return FAILED
        except EOFError:
            raise CommandError("nobody answered; agree with --server SERVER", USAGE) from None
    give_consent(info)
    say(f"Agreed. Play on it with: k8s-tutor --cluster context:{info.context}")
    return OK


def serve_cluster(_: argparse.Namespace) -> int:
    """Run in the foreground."""
    from tutor.clusters.background import serve

    return serve()
