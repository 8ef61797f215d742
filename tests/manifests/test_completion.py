"""What the cluster proposes at a cursor (`^`), and how it explains fields."""

from __future__ import annotations

import pytest

from tests.manifests.test_place import at_mark
from tutor.manifests.completion import Suggestion, suggest
from tutor.manifests.custom import custom_violations
from tutor.manifests.fields import Field, explain
from tutor.manifests.place import field_at
from tutor.manifests.schemas import ClusterSchemas, first_sentence
from tutor.manifests.text import check_text

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\n"
POD = "apiVersion: v1\nkind: Pod\nspec:\n"
CONTAINER = POD + "  containers:\n  - name: web\n"


def found(schemas: ClusterSchemas, text: str) -> list[Suggestion]:
    suggestions = suggest(schemas, *at_mark(text))
    return list(suggestions.found) if suggestions else []


def labels(schemas: ClusterSchemas, text: str) -> list[str]:
    return [one.label for one in found(schemas, text)]


def test_an_empty_file_begins_with_what_every_manifest_has(schemas: ClusterSchemas) -> None:
    assert labels(schemas, "^") == ["apiVersion", "kind", "metadata", "spec"]
    assert labels(schemas, "apiVersion: v1\nk^") == ["kind"]


def test_kinds_and_api_versions_that_go_together(schemas: ClusterSchemas) -> None:
    assert labels(schemas, "kind: Deploy^") == ["Deployment"]
    assert labels(schemas, "kind: Deployment\napiVersion: ^") == ["apps/v1"]
    assert "Pod" not in labels(schemas, "apiVersion: apps/v1\nkind: ^")
    assert {"Deployment", "StatefulSet"} <= set(labels(schemas, "apiVersion: apps/v1\nkind: ^"))


def test_fields_with_type_and_description_required_ones_first(schemas: ClusterSchemas) -> None:
    selector, template, *_ = found(schemas, DEPLOYMENT + "spec:\n  ^")
    assert (selector.label, selector.required, selector.type) == ("selector", True, "LabelSelector")
    assert template.label == "template"
    replicas = next(one for one in found(schemas, DEPLOYMENT + "spec:\n  re^") if one.label == "replicas")
    assert replicas.type == "integer"
    assert replicas.insert == "replicas: "
    assert replicas.description.startswith("Number of desired pods.")


def test_fields_that_are_there_are_not_proposed_again(schemas: ClusterSchemas) -> None:
    assert "replicas" not in labels(schemas, DEPLOYMENT + "spec:\n  ^\n  replicas: 3\n")
    assert "kind" not in labels(schemas, DEPLOYMENT + "^")
    assert "status" not in labels(schemas, DEPLOYMENT + "^")
    assert "uid" not in labels(schemas, DEPLOYMENT + "metadata:\n  ^")


def test_a_field_is_written_up_to_where_its_value_goes(schemas: ClusterSchemas) -> None:
    assert found(schemas, CONTAINER + "    port^")[0].insert == "ports:\n    - "
    assert found(schemas, CONTAINER + "    livenessP^")[0].insert == "livenessProbe:\n      "
    assert found(schemas, POD + "  nodeSel^")[0].insert == "nodeSelector:\n    "


def test_items_of_lists_and_the_fields_in_them(schemas: ClusterSchemas) -> None:
    assert labels(schemas, POD + "  containers:\n  - ^")[0] == "name"
    assert labels(schemas, CONTAINER + "    ports:\n    - containerP^") == ["containerPort"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (POD + "  restartPolicy: ^", ["Always", "Never", "OnFailure"]),
        (CONTAINER + "    ports:\n    - protocol: U^", ["UDP"]),
        (CONTAINER + "    stdin: ^", ["true", "false"]),
        (CONTAINER + "    envFrom:\n    - configMapRef:\n        name: web^", ["web-config"]),
        (POD + "  serviceAccountName: ^", ["default"]),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: kube-pub^", ["kube-public"]),
        ("apiVersion: v1\nkind: Namespace\nmetadata:\n  namespace: ^", []),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  namespace: kube-public\nspec:\n  volumes:\n  - secret:\n      secretName: ^",
            ["db-login"],
        ),
        (POD + "  nodeName: node^", ["node-1", "node-2", "node-3"]),
        (CONTAINER + "    imagePullPolicy: If^", ["IfNotPresent"]),
    ],
)
def test_values(schemas: ClusterSchemas, text: str, expected: list[str]) -> None:
    assert sorted(labels(schemas, text)) == sorted(expected)


def test_images_that_run_in_the_cluster(schemas: ClusterSchemas) -> None:
    assert any("coredns" in label for label in labels(schemas, CONTAINER + "    image: ^"))


def test_kinds_added_by_a_custom_resource_definition(schemas: ClusterSchemas) -> None:
    head = "apiVersion: example.com/v1\nkind: Backup\nspec:\n"
    assert labels(schemas, head + "  ^")[0] == "schedule"
    assert sorted(labels(schemas, head + "  mode: ^")) == ["changes", "full"]


def test_nothing_is_proposed_for_what_the_cluster_does_not_know(schemas: ClusterSchemas) -> None:
    assert labels(schemas, "apiVersion: nosuch/v1\nkind: Thing\nspec:\n  ^") == []
    assert labels(schemas, DEPLOYMENT + "spec:\n  nosuch:\n    ^") == []
    assert labels(schemas, DEPLOYMENT + "spec:\n  replicas^") == ["replicas"]
    assert labels(schemas, POD + "  restartPolicy: Always^") == []


def explained(schemas: ClusterSchemas, text: str) -> Field | None:
    whole, row, _ = at_mark(text)
    place = field_at(whole, row)
    return explain(schemas, place) if place else None


def test_a_field_is_explained_with_type_values_and_what_is_in_it(schemas: ClusterSchemas) -> None:
    field = explained(schemas, CONTAINER + "    ports:\n    - protocol: ^UDP")
    assert field is not None
    assert (field.path, field.type, field.default) == ("spec.containers[0].ports[0].protocol", "string", "TCP")
    assert set(field.values) == {"TCP", "UDP", "SCTP"}
    containers = explained(schemas, POD + "  containers:^")
    assert containers is not None
    assert (containers.type, containers.required) == ("[]Container", True)
    assert containers.below[0] == ("name", "string", True)


def test_a_field_that_is_not_there_is_not_explained(schemas: ClusterSchemas) -> None:
    assert explained(schemas, POD + "  nosuch: ^1") is None


def test_a_cluster_that_does_not_answer_proposes_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = ClusterSchemas(tmp_path_factory.mktemp("none") / "kubeconfig")
    assert nowhere.names("configmaps") == []
    assert labels(nowhere, DEPLOYMENT + "spec:\n  ^") == []
    nowhere.close()


def test_the_first_sentence_of_a_description() -> None:
    assert first_sentence("Number of pods, e.g. 3. Defaults to 1.") == "Number of pods, e.g. 3."
    assert first_sentence("No end\nhere") == "No end here"
    assert first_sentence("x" * 300).endswith("…")


CUSTOM = "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: nightly}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("spec: {}\n", 4, "the required field schedule is missing"),
        ("spec:\n  schedul: x\n  schedule: y\n", 5, "unknown field; did you mean schedule?"),
        ("spec:\n  schedule: 5\n", 5, "this must be a text"),
        ("spec:\n  schedule: x\n  keep: true\n", 6, "this must be a whole number"),
        ("spec:\n  schedule: x\n  mode: half\n", 6, "'half' is not one of full, changes"),
        ("spec: []\n", 4, "this must hold fields"),
    ],
)
def test_mistakes_in_kinds_that_only_the_cluster_knows(
    schemas: ClusterSchemas, text: str, line: int, message: str
) -> None:
    (problem,) = check_text(CUSTOM + text, lambda document: custom_violations(schemas, document))
    assert (problem.line, problem.message) == (line, message)


def test_a_right_one_and_one_that_nobody_knows_are_let_be(schemas: ClusterSchemas) -> None:
    for text in (CUSTOM + "spec: {schedule: x, keep: 3}\n", CUSTOM.replace("Backup", "Restore") + "spec: {any: 1}\n"):
        assert check_text(text, lambda document: custom_violations(schemas, document)) == []
