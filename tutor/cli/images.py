"""`image`: which images the simulated registry has, and adding one of your own to it."""

from __future__ import annotations

import argparse

from tutor.cli.output import ENVIRONMENT, OK, USAGE, CommandError, json_option, say, say_json


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    image = commands.add_parser("image", help="the images that the simulated registry has")
    verbs = image.add_subparsers(title="verbs", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="list images you have added, or with --all every repository")
    listing.add_argument("--all", action="store_true", help="every repository the registry comes with, too")
    json_option(listing)
    listing.set_defaults(handler=list_images)
    add = verbs.add_parser("add", help="let Pods use an image of your own name, on simulated clusters")
    add.add_argument("name", metavar="NAME:TAG")
    add.add_argument("--port", type=int, help="answer HTTP requests on this port")
    add.set_defaults(handler=add_one)


def list_images(arguments: argparse.Namespace) -> int:
    """Print them."""
    from tutor.clusters.added_images import added_images, catalogue_names

    added = added_images()
    known = catalogue_names() if arguments.all else []
    if arguments.json:
        say_json({"added": [{"name": one.name, "port": one.port} for one in added], "repositories": known})
        return OK
    say([*known, *(f"{one.name}  {f'port {one.port}' if one.port else 'no port'}" for one in added)])
    if not added and not known:
        say("You have added none. The registry's own repositories: k8s-tutor image list --all")
    return OK


def add_one(arguments: argparse.Namespace) -> int:
    """Remember an image, and tell a cluster that runs in the background."""
    from tutor.clusters import ClusterError
    from tutor.clusters.added_images import add_image
    from tutor.clusters.background import BackgroundSimulated, status

    try:
        image = add_image(arguments.name, arguments.port)
        if status() is not None:
            cluster = BackgroundSimulated()
            cluster.start()
            if cluster.levers is not None:
                cluster.levers.use_added_images()
    except ClusterError as error:
        raise CommandError(str(error), USAGE) from None
    except OSError as error:
        raise CommandError(f"the image cannot be remembered: {error.strerror or error}", ENVIRONMENT) from None
    does = f"answers HTTP requests on port {image.port}" if image.port else "stays up and listens nowhere"
    say(f"Simulated clusters can pull {image.name} now: a program that {does}.")
    return OK
