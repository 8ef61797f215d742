"""`kubectl set`: image, env, resources, selector, serviceaccount, subject. Follows kubectl `pkg/cmd/set`."""

from __future__ import annotations

from tutor.kubectl.change_cause import RECORD
from tutor.kubectl.command import Command, Invocation
from tutor.kubectl.commands.set_env import ENV
from tutor.kubectl.commands.set_subject import SUBJECT
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.flags import boolean, string
from tutor.kubectl.mutate import field_manager
from tutor.kubectl.objects import Object, get
from tutor.kubectl.pair_arguments import parse_pairs, resources_and_pairs
from tutor.kubectl.pod_spec import all_containers, change_all, pod_spec
from tutor.kubectl.printers.report import DRY_RUN, PRINT_FLAGS
from tutor.kubectl.quantity import canonical, parse_quantity
from tutor.kubectl.request import NO_RESOURCE
from tutor.kubectl.selectors import label_selector_object
from tutor.kubectl.targets import ALL, FILE_FLAGS, SELECTOR, builder_for


def _require(invocation: Invocation, resources: list[str]) -> None:
    options = invocation.options
    if options.flag("all") and options.text("selector"):
        raise KubectlError("cannot set --all and --selector at the same time")
    if not resources and not options.many("filename") and not options.text("kustomize"):
        raise KubectlError(NO_RESOURCE)


def _image(invocation: Invocation) -> None:
    resources, words = resources_and_pairs(invocation.args, "image")
    images, _ = parse_pairs(words, "image", removable=False)
    _require(invocation, resources)
    if not images:
        builder_for(invocation, resources)
        raise KubectlError("at least one image update is required")
    if "*" in images and len(images) > 1:
        raise KubectlError(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs"
        )

    def change(obj: Object) -> list[str]:
        problems = []
        for name, image in images.items():
            found = [item for item in all_containers(obj) if name in ("*", item["name"])]
            for container in found:
                container["image"] = image
            if not found:
                problems.append(f'error: unable to find container named "{name}"')
        return problems

    change_all(invocation, resources, change, "image updated", "image update to pod template")


def _resources(invocation: Invocation) -> None:
    options = invocation.options
    _require(invocation, invocation.args)
    limits, requests = _quantities(options.text("limits")), _quantities(options.text("requests"))
    if not limits and not requests:
        raise KubectlError("you must specify an update to requests or limits (in the form of --requests/--limits)")
    pattern = options.text("containers")

    def change(obj: Object) -> list[str]:
        found = [item for item in all_containers(obj, init=False) if pattern in ("*", item["name"])]
        for container in found:
            for key, values in (("limits", limits), ("requests", requests)):
                if values:
                    container.setdefault("resources", {}).setdefault(key, {}).update(values)
        return [] if found else [f"error: unable to find container named {pattern}"]

    change_all(invocation, invocation.args, change, "resource requirements updated", "resources update to pod template")


def _quantities(text: str) -> dict[str, str]:
    values = {}
    for part in text.split(",") if text else []:
        name, equals, value = part.partition("=")
        if not equals:
            raise KubectlError(f"invalid argument syntax {part}, expected <resource>=<value>")
        try:
            parse_quantity(value)
        except ValueError:
            raise KubectlError(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            ) from None
        values[name] = canonical(value)
    return values


def _serviceaccount(invocation: Invocation) -> None:
    if not invocation.args:
        raise KubectlError("serviceaccount is required")
    *resources, account = invocation.args
    if not resources and not invocation.options.many("filename"):
        raise KubectlError(NO_RESOURCE)

    def change(obj: Object) -> list[str]:
        spec = pod_spec(obj)
        spec["serviceAccountName"] = account
        spec["serviceAccount"] = account
        return []

    change_all(invocation, resources, change, "serviceaccount updated", "ServiceAccountName")


def _selector(invocation: Invocation) -> None:
    if not invocation.args:
        raise KubectlError("one selector is required")
    *resources, expression = invocation.args
    selector = label_selector_object(expression)
    if "matchExpressions" in selector:
        raise KubectlError(f"match expression {selector['matchExpressions']} not supported on this object")

    def change(obj: Object) -> list[str]:
        if obj["kind"] != "Service":
            return ["setting a selector is only supported for Services"]
        spec: Object = get(obj, "spec", {})
        spec["selector"] = selector.get("matchLabels", {})
        if invocation.options.text("resource-version"):
            obj["metadata"]["resourceVersion"] = invocation.options.text("resource-version")
        return []

    change_all(invocation, resources, change, "selector updated", "selector")


_FLAGS = (
    *PRINT_FLAGS,
    DRY_RUN,
    field_manager("kubectl-set"),
    RECORD,
    *FILE_FLAGS,
    ALL,
    SELECTOR,
    boolean("local", "Do not ask the server; only work on the files."),
)

COMMAND = Command(
    name="set",
    short="Set specific features on objects",
    usage="set SUBCOMMAND",
    long="Changes single things of existing objects without editing their manifests.",
    subcommands=(
        ENV,
        Command(
            name="image",
            short="Update the image of a pod template",
            usage="set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
            run=_image,
            arguments="resources",
            examples="""
            # A new image for the container nginx; * means every container
            kubectl set image deployment/web nginx=nginx:1.27
            """,
            flags=_FLAGS,
        ),
        Command(
            name="resources",
            short="Update resource requests/limits on objects with pod templates",
            usage="set resources (-f FILENAME | TYPE NAME) ([--limits=LIMITS & --requests=REQUESTS]",
            run=_resources,
            arguments="resources",
            examples="""
            # Limits and requests for all containers
            kubectl set resources deployment web --limits=cpu=500m,memory=512Mi --requests=cpu=250m,memory=256Mi
            """,
            flags=(
                *_FLAGS,
                string("containers", "Name of the container to change; * means all.", "c", default="*"),
                string("limits", "Limits, such as cpu=500m,memory=512Mi."),
                string("requests", "Requests, such as cpu=250m,memory=256Mi."),
            ),
        ),
        Command(
            name="selector",
            short="Set the selector on a resource",
            usage="set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
            run=_selector,
            arguments="resources",
            flags=(*_FLAGS, string("resource-version", "Only change the object when it has this version.")),
        ),
        Command(
            name="serviceaccount",
            aliases=("sa",),
            short="Update the service account of a resource",
            usage="set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
            run=_serviceaccount,
            arguments="resources",
            flags=_FLAGS,
        ),
        SUBJECT,
    ),
)
