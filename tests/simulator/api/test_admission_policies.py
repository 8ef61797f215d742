"""ValidatingAdmissionPolicies and MutatingAdmissionPolicies decide about requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.api.conftest import CONFIG_MAPS, DEPLOYMENTS, config_map, deployment
from tutor.simulator.api.inprocess import InProcessClient

MERGE_PATCH = "application/merge-patch+json"
GROUP = "/apis/admissionregistration.k8s.io/v1"
DEPLOYMENT_RULE = {
    "apiGroups": ["apps"],
    "apiVersions": ["v1"],
    "operations": ["CREATE", "UPDATE"],
    "resources": ["deployments"],
}
CONFIG_RULE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}
MANY = {"expression": "object.spec.replicas > 1"}


def put_policy(client: InProcessClient, kind: str, spec: dict[str, Any], rule: dict[str, Any]) -> Any:
    return client.json(
        "POST",
        f"{GROUP}/{kind.lower().removesuffix('y')}ies",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": kind,
            "metadata": {"name": "p"},
            "spec": {"matchConstraints": {"resourceRules": [rule]}, **spec},
        },
    )


def bind(client: InProcessClient, kind: str, name: str = "b", **spec: Any) -> Any:
    return client.json(
        "POST",
        f"{GROUP}/{kind.lower()}bindings",
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": f"{kind}Binding",
            "metadata": {"name": name},
            "spec": {"policyName": "p", **spec},
        },
    )


def validating(
    client: InProcessClient, *validations: dict[str, Any], actions: tuple[str, ...] = ("Deny",), **spec: Any
) -> Any:
    """A bound policy for Deployments; its answer."""
    rule = spec.pop("rule", DEPLOYMENT_RULE)
    binding = spec.pop("binding", {})
    made = put_policy(client, "ValidatingAdmissionPolicy", {"validations": list(validations), **spec}, rule)
    bind(client, "ValidatingAdmissionPolicy", validationActions=list(actions), **binding)
    return made


def mutating(client: InProcessClient, *mutations: dict[str, Any], **spec: Any) -> None:
    rule = spec.pop("rule", DEPLOYMENT_RULE)
    spec = {"mutations": list(mutations), "reinvocationPolicy": "Never", **spec}
    put_policy(client, "MutatingAdmissionPolicy", spec, rule)
    bind(client, "MutatingAdmissionPolicy")


def applying(expression: str) -> dict[str, Any]:
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}


def patching(expression: str) -> dict[str, Any]:
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}


def create(client: InProcessClient, **spec: Any) -> Any:
    body = deployment()
    body["spec"] |= spec
    return client.json("POST", DEPLOYMENTS, body)


def test_a_policy_denies_what_its_expression_is_false_for(client: InProcessClient) -> None:
    validating(client, MANY)
    refused = create(client, replicas=1)
    message = (
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object.spec.replicas > 1"
    )
    assert refused["message"] == f'deployments.apps "web" is forbidden: {message}'
    assert (refused["code"], refused["reason"]) == (422, "Invalid")
    assert refused["details"] == {
        "name": "web",
        "group": "apps",
        "kind": "deployments",
        "causes": [{"message": message}],
    }
    assert create(client, replicas=2)["kind"] == "Deployment"
    assert (
        client.json("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 1}}, content_type=MERGE_PATCH)["code"] == 422
    )


def test_nothing_happens_without_a_binding(client: InProcessClient) -> None:
    put_policy(client, "ValidatingAdmissionPolicy", {"validations": [MANY]}, DEPLOYMENT_RULE)
    assert create(client)["kind"] == "Deployment"


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        ({"messageExpression": "'wants more than ' + string(object.spec.replicas)"}, "wants more than 1"),
        ({"messageExpression": "'a' + object.spec.replicas", "message": "more, please"}, "more, please"),
        ({"messageExpression": "'%s has %d'.format([object.metadata.name, object.spec.replicas])"}, "web has 1"),
    ],
)
def test_messages(client: InProcessClient, validation: dict[str, Any], message: str) -> None:
    validating(client, {**MANY, **validation, "reason": "Forbidden"})
    refused = create(client)
    assert refused["message"].endswith(f"denied request: {message}")
    assert (refused["code"], refused["reason"]) == (403, "Forbidden")


def test_warnings_and_notes_for_the_audit_log(client: InProcessClient) -> None:
    note = {"key": "replicas", "valueExpression": "'it is ' + string(object.spec.replicas)"}
    validating(client, MANY, actions=("Warn", "Audit"), auditAnnotations=[note])
    response = client.send("POST", DEPLOYMENTS, deployment())
    assert response.status == 201
    said = "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: object.spec.replicas > 1"
    assert ("Warning", f'299 - "{said}"') in response.headers
    annotations = client.api.audit.since()[-1].event()["annotations"]
    assert annotations["p/replicas"] == "it is 1"
    assert '"policy":"p","binding":"b"' in annotations["validation.policy.admission.k8s.io/validation_failure"]


def test_conditions_variables_namespace_and_request(client: InProcessClient) -> None:
    validating(
        client,
        {"expression": "variables.many || namespaceObject.metadata.name != 'default'"},
        variables=[
            {"name": "n", "expression": "object.spec.replicas"},
            {"name": "many", "expression": "variables.n > 1"},
        ],
        matchConditions=[
            {"name": "ann", "expression": "request.operation == 'CREATE' && request.userInfo.username != 'x'"}
        ],
    )
    assert create(client)["code"] == 422
    assert create(client, replicas=3)["kind"] == "Deployment"
    assert (
        client.json("PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 1}}, content_type=MERGE_PATCH)["kind"]
        == "Deployment"
    )


def test_parameters(client: InProcessClient) -> None:
    validating(
        client,
        {"expression": "object.spec.replicas <= int(params.data.max)"},
        paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
        binding={"paramRef": {"name": "limits", "namespace": "default", "parameterNotFoundAction": "Deny"}},
    )
    assert create(client)["message"].endswith(
        "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
    )
    client.json("POST", CONFIG_MAPS, config_map("limits", max="2"))
    assert create(client, replicas=3)["code"] == 422
    assert create(client, replicas=2)["kind"] == "Deployment"


def test_optional_fields_and_the_authorizer(client: InProcessClient) -> None:
    may = "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()"
    validating(client, {"expression": f"object.?spec.?template.?spec.?hostNetwork.orValue(false) == false && {may}"})
    template = deployment()["spec"]["template"]
    template["spec"]["hostNetwork"] = True
    assert create(client, template=template)["code"] == 422
    assert create(client)["kind"] == "Deployment"


def test_deletions_see_the_old_object_and_selectors_are_heeded(client: InProcessClient) -> None:
    rule = {**CONFIG_RULE, "operations": ["DELETE"]}
    validating(client, {"expression": "object == null && oldObject.data.k != 'keep'"}, rule=rule)
    client.json("POST", CONFIG_MAPS, config_map("a", k="keep"))
    client.json("POST", CONFIG_MAPS, config_map("b", k="x"))
    assert client.json("DELETE", f"{CONFIG_MAPS}/a")["code"] == 422
    assert client.json("DELETE", f"{CONFIG_MAPS}/b")["status"] == "Success"


def test_what_cannot_be_evaluated_is_denied_unless_it_is_to_be_ignored(client: InProcessClient) -> None:
    validating(client, {"expression": "object.spec.nothing > 1"})
    refused = create(client)
    assert "expression 'object.spec.nothing > 1' resulted in error: no such key: nothing" in refused["message"]
    patch = {"spec": {"failurePolicy": "Ignore"}}
    client.json("PATCH", f"{GROUP}/validatingadmissionpolicies/p", patch, content_type=MERGE_PATCH)
    assert create(client)["kind"] == "Deployment"


def test_a_binding_can_narrow_a_policy_down(client: InProcessClient) -> None:
    chosen = {"objectSelector": {"matchLabels": {"strict": "yes"}}}
    validating(client, MANY, binding={"matchResources": chosen})
    assert create(client)["kind"] == "Deployment"
    strict = deployment("strict")
    strict["metadata"]["labels"] = {"strict": "yes"}
    assert client.json("POST", DEPLOYMENTS, strict)["code"] == 422


def test_expressions_that_are_none_are_refused(client: InProcessClient) -> None:
    refused = validating(client, {"expression": "object.spec.replicas >"})
    assert refused["code"] == 422
    assert "spec.validations[0].expression: Invalid value" in refused["message"]
    assert "must evaluate to a bool" in validating(client, {"expression": "'a'"})["message"]


def test_an_apply_configuration(client: InProcessClient) -> None:
    container = "Object.spec.template.spec.containers{name: 'side', image: 'busybox'}"
    spec = (
        f"Object.spec{{template: Object.spec.template{{spec: Object.spec.template.spec{{containers: [{container}]}}}}}}"
    )
    mutating(
        client, applying("Object{metadata: Object.metadata{labels: {'a': 'b'}}}"), applying(f"Object{{spec: {spec}}}")
    )
    made = create(client)
    assert made["metadata"]["labels"] == {"a": "b"}
    assert [c["name"] for c in made["spec"]["template"]["spec"]["containers"]] == ["c", "side"]
    assert made["spec"]["template"]["spec"]["containers"][1]["terminationMessagePath"] == "/dev/termination-log"


def test_a_json_patch(client: InProcessClient) -> None:
    path = "'/metadata/labels/' + jsonpatch.escapeKey('example.org/by')"
    add = "JSONPatch{op: 'add', path: '/metadata/labels', value: {}}"
    mutating(client, patching(f"[{add}, JSONPatch{{op: 'add', path: {path}, value: request.userInfo.username}}]"))
    assert create(client)["metadata"]["labels"] == {"example.org/by": "kubernetes-admin"}


def test_mutations_that_do_not_fit(client: InProcessClient) -> None:
    mutating(client, applying("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}"))
    refused = create(client)
    assert (refused["code"], refused["reason"]) == (403, "Invalid")
    assert refused["message"].startswith("policy 'p' with binding 'b' denied request: error applying patch: ")
    assert "may not mutate atomic arrays, maps or structs: .spec.selector" in refused["message"]


def test_what_is_not_covered_is_said_when_it_is_written(client: InProcessClient) -> None:
    body = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "p"},
        "spec": {"matchConstraints": {"resourceRules": [CONFIG_RULE]}, "validations": [{"expression": "isURL('a')"}]},
    }
    response = client.send("POST", f"{GROUP}/validatingadmissionpolicies", body)
    assert any("isURL() is not simulated, try a kind cluster" in text for _, text in response.headers)
