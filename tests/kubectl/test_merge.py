"""Patches of apply: what they contain, and that applying them gives what was wanted."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.kubectl.merge import json_merge_apply, three_way_json_patch, three_way_patch, two_way_patch
from tutor.kubectl.strategic_apply import apply_strategic


def deployment(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"spec": {**spec, "template": {"spec": {"containers": list(containers)}}}}


def test_nothing_to_do_is_an_empty_patch() -> None:
    same = deployment({"name": "a", "image": "x"})
    assert three_way_patch("Deployment", same, same, same) == {}


def test_fields_of_others_are_left_alone() -> None:
    original = deployment({"name": "a", "image": "x"}, replicas=2)
    modified = deployment({"name": "a", "image": "y"}, replicas=2)
    current = deployment(
        {"name": "a", "image": "x", "imagePullPolicy": "Always"}, replicas=2, progressDeadlineSeconds=600
    )
    patch = three_way_patch("Deployment", original, modified, current)
    assert patch == {
        "spec": {
            "template": {
                "spec": {"containers": [{"name": "a", "image": "y"}], "$setElementOrder/containers": [{"name": "a"}]}
            }
        }
    }


def test_what_left_the_manifest_is_deleted_and_nothing_else() -> None:
    original = {"metadata": {"labels": {"a": "1", "b": "2"}}, "spec": {"replicas": 1}}
    modified = {"metadata": {"labels": {"a": "1"}}, "spec": {}}
    current = {"metadata": {"labels": {"a": "1", "b": "2", "c": "3"}}, "spec": {"replicas": 1, "paused": True}}
    assert three_way_patch("Deployment", original, modified, current) == {
        "metadata": {"labels": {"b": None}},
        "spec": {"replicas": None},
    }


def test_list_items_are_deleted_by_their_merge_key() -> None:
    original = deployment({"name": "a", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    modified = deployment({"name": "a", "env": [{"name": "A", "value": "1"}]})
    patch = three_way_patch("Deployment", original, modified, original)
    container = patch["spec"]["template"]["spec"]["containers"][0]
    assert container["env"] == [{"$patch": "delete", "name": "B"}]
    assert container["$setElementOrder/env"] == [{"name": "A"}]


def test_a_service_port_is_told_apart_by_its_number_and_a_container_port_by_its_own() -> None:
    before, after = {"spec": {"ports": [{"port": 80}]}}, {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
    assert two_way_patch("Service", before, after)["spec"]["ports"] == [{"port": 80, "targetPort": 8080}]
    old, new = (
        deployment({"name": "a", "ports": ports}) for ports in ([{"containerPort": 80}], [{"containerPort": 81}])
    )
    ports = two_way_patch("Deployment", old, new)["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert ports == [{"containerPort": 81}, {"$patch": "delete", "containerPort": 80}]


def test_lists_without_a_merge_key_are_replaced() -> None:
    assert two_way_patch("Ingress", {"spec": {"rules": [{"host": "a"}]}}, {"spec": {"rules": [{"host": "b"}]}}) == {
        "spec": {"rules": [{"host": "b"}]}
    }


def test_changing_the_strategy_type_drops_settings_of_the_old_one() -> None:
    current = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    modified = {"spec": {"strategy": {"type": "Recreate"}}}
    patch = three_way_patch("Deployment", current, modified, current)
    assert apply_strategic("Deployment", current, patch) == modified


def test_custom_resources_get_a_merge_patch_that_replaces_lists() -> None:
    original, modified = {"spec": {"a": 1, "list": [1]}}, {"spec": {"list": [2]}}
    current = {"spec": {"a": 1, "list": [1], "other": True}}
    patch = three_way_json_patch(original, modified, current)
    assert patch == {"spec": {"a": None, "list": [2]}}
    assert json_merge_apply(current, patch) == {"spec": {"list": [2], "other": True}}


NAMES = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.sampled_from(["1", "2", "3"])
ENV = st.lists(NAMES, unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(st.fixed_dictionaries({"name": st.just(name), "value": VALUES}) for name in names)).map(
        list
    )
)
CONTAINERS = st.lists(NAMES, unique=True, min_size=1, max_size=3).flatmap(
    lambda names: st.tuples(
        *(
            st.fixed_dictionaries(
                {"name": st.just(name), "image": VALUES}, optional={"env": ENV, "command": st.lists(VALUES)}
            )
            for name in names
        )
    ).map(list)
)
SPECS = st.fixed_dictionaries(
    {"template": st.fixed_dictionaries({"spec": st.fixed_dictionaries({"containers": CONTAINERS})})},
    optional={"replicas": st.integers(0, 5), "paused": st.booleans()},
)


def _tidy(value: Any) -> Any:
    """Empty lists stand for absent ones, which is what the server makes of them."""
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items() if item != []}
    return [_tidy(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=300, deadline=None)
@given(SPECS, SPECS)
def test_applying_a_patch_gives_the_manifest(before: dict[str, Any], after: dict[str, Any]) -> None:
    current, modified = {"spec": before}, {"spec": after}
    patch = three_way_patch("Deployment", current, modified, current)
    assert _tidy(apply_strategic("Deployment", current, patch)) == _tidy(modified)


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_an_unchanged_manifest_makes_no_patch(spec: dict[str, Any]) -> None:
    assert three_way_patch("Deployment", {"spec": spec}, {"spec": spec}, {"spec": {**spec, "added": "by others"}}) == {}
