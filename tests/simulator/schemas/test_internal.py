"""Objects as the server's memory holds them, against what a real server has shown."""

from __future__ import annotations

from tutor.simulator.schemas import internal


def test_every_field_is_there_in_its_order() -> None:
    shown = internal.text_in_memory("policy.PodDisruptionBudgetSpec", {"minAvailable": 1, "selector": {}})
    assert shown == '{"MinAvailable":1,"Selector":{},"MaxUnavailable":null,"UnhealthyPodEvictionPolicy":null}'


def test_kinds_with_names_for_json_keep_them() -> None:
    selector = {"matchExpressions": [{"key": "a", "operator": "Exists"}], "matchLabels": {"b": "1", "a": "<2>"}}
    shown = internal.text_in_memory("?v1.LabelSelector", selector)
    assert shown == (
        '{"matchLabels":{"a":"\\u003c2\\u003e","b":"1"},"matchExpressions":[{"key":"a","operator":"Exists"}]}'
    )
    assert internal.text_in_memory("?v1.LabelSelector", None) == "null"


def test_embedded_structs_are_laid_open() -> None:
    volume = internal.in_memory("core.Volume", {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}})
    assert volume["Name"] == "data"
    assert volume["EmptyDir"] == {"Medium": "", "SizeLimit": "1Gi", "Mode": None}
    assert volume["HostPath"] is None


def test_numbers_flags_and_quantities_have_zeros() -> None:
    port = internal.in_memory("core.ContainerPort", {})
    assert port == {"Name": "", "HostPort": 0, "ContainerPort": 0, "Protocol": "", "HostIP": ""}
    assert internal.in_memory("core.ResourceRequirements", {"limits": {"memory": "1Gi", "cpu": "1"}}) == {
        "Limits": {"cpu": "1", "memory": "1Gi"},
        "Requests": None,
        "Claims": None,
    }


def test_names_that_differ_from_those_in_json() -> None:
    spec = internal.in_memory("core.PodSpec", {"serviceAccount": "bot", "dnsPolicy": "Default", "hostPID": True})
    assert (spec["DeprecatedServiceAccount"], spec["DNSPolicy"], spec["HostPID"]) == ("bot", "Default", True)
    schema = internal.in_memory("?apiextensions.JSONSchemaProps", {"x-kubernetes-int-or-string": True, "$ref": "a"})
    assert (schema["XIntOrString"], schema["Ref"]) == (True, "a")


def test_a_difference_is_a_unified_diff() -> None:
    old = {"accessModes": ["ReadWriteOnce"]}
    shown = internal.difference("core.PersistentVolumeClaimSpec", old, {"accessModes": ["ReadWriteMany"]})
    assert shown.splitlines() == [
        "@@ -1,6 +1,6 @@",
        " {",
        '  "AccessModes": [',
        '-  "ReadWriteOnce"',
        '+  "ReadWriteMany"',
        "  ],",
        '  "Selector": null,',
        '  "Resources": {',
    ]
    assert internal.difference("core.PersistentVolumeClaimSpec", old, old) == ""
