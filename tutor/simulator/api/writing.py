"""POST, PUT, DELETE of objects and collections."""

from __future__ import annotations

from tutor.simulator import errors
from tutor.simulator.api.bodies import expected, read_object
from tutor.simulator.api.call import Call
from tutor.simulator.api.http import Response
from tutor.simulator.api.listing import list_objects, list_options
from tutor.simulator.api.options import delete_options, write_options
from tutor.simulator.api.routing import check_key
from tutor.simulator.api.stamping import update_stamp
from tutor.simulator.errors import ApiError, bad_request
from tutor.simulator.store import Obj


def check_identity(call: Call, obj: Obj, *, named: bool = True) -> None:
    """The object must be the one of the URL. Raises ApiError 400."""
    metadata = obj.setdefault("metadata", {})
    route = call.route
    given = metadata.get("namespace") or route.namespace
    if call.resource.namespaced and given != route.namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if not named:
        return
    name = metadata.get("name")
    if not name:
        raise bad_request(
            f"the name of the object ({route.name} based on URL) was undeterminable: name must be provided"
        )
    if name != route.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({route.name})")


def create(call: Call) -> Response:
    """POST to a collection."""
    options = write_options(call.request, "CreateOptions")
    obj = read_object(call, expected(call.resource), options.validation)
    check_identity(call, obj, named=False)
    call.named = obj["metadata"].get("name") or ""
    return create_object(call, obj, options.dry_run, options.manager)


def create_object(call: Call, obj: Obj, dry_run: bool, manager: str) -> Response:
    """Create a decoded object."""
    stored = call.incoming(obj)
    writer = call.writer(dry_run=dry_run, stamp=update_stamp(call, manager))
    made = call.registry.create(call.resource, call.route.namespace, stored, writer)
    call.warnings.extend(call.resource.warnings(made))
    return call.reply(made, 201)


def update(call: Call) -> Response:
    """PUT of an object; for some kinds it may be a new one."""
    options = write_options(call.request, "UpdateOptions")
    obj = read_object(call, expected(call.resource), options.validation)
    check_identity(call, obj)
    check_key(call.route)
    route, resource = call.route, call.resource
    if resource.create_on_update and call.store.get(resource.storage_id, route.namespace, route.name) is None:
        return create_object(call, obj, options.dry_run, options.manager)
    return call.reply(replace(call, obj, options.dry_run, options.manager))


def replace(call: Call, obj: Obj, dry_run: bool, manager: str) -> Obj:
    """Write a decoded object over the stored one."""
    route = call.route
    writer = call.writer(dry_run=dry_run, stamp=update_stamp(call, manager))
    old = call.store.get(call.resource.storage_id, route.namespace, route.name)
    stored = call.registry.update(call.resource, route.namespace, route.name, call.incoming(obj), writer)
    warn_of_update(call, stored, old)
    return stored


def warn_of_update(call: Call, new: Obj, old: Obj | None) -> None:
    """Warn of an object as it is now, unless it counts its changes and nothing that counts has changed."""
    resource = call.resource
    generations = [obj["metadata"].get("generation") for obj in (new, old or {"metadata": {}})]
    if not resource.has_generation or generations[0] != generations[1]:
        call.warnings.extend(resource.warnings(new))


def delete(call: Call) -> Response:
    """DELETE of an object."""
    options, dry_run = delete_options(call.request)
    route, resource = call.route, call.resource
    deletion = call.registry.delete(resource, route.namespace, route.name, call.writer(dry_run=dry_run), options)
    if not deletion.gone or resource.delete_returns_object:
        return call.reply(deletion.obj)
    details = {
        "name": route.name,
        "group": resource.group,
        "kind": resource.plural,
        "uid": deletion.obj["metadata"]["uid"],
    }
    return call.answer(success({key: value for key, value in details.items() if value}))


def success(details: dict[str, str] | None = None, code: int | None = None) -> Obj:
    """A Status object that says yes."""
    status: Obj = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if details:
        status["details"] = details
    if code is not None:
        status["code"] = code
    return status


def delete_collection(call: Call) -> Response:
    """DELETE of everything that a selection shows; answers with the objects as they were."""
    options, dry_run = delete_options(call.request)
    route, resource = call.route, call.resource
    page = list_objects(call.store, route, list_options(call.request, watch=False))
    writer = call.writer(dry_run=dry_run)
    for obj in page.objects:
        metadata = obj["metadata"]
        try:
            call.registry.delete(resource, metadata.get("namespace", ""), metadata["name"], writer, options)
        except ApiError as error:
            if error.code != errors.not_found("", "", "").code:
                raise
    return call.answer(call.presenter().many(page.objects, page.metadata))
