"""Kustomizations with layers, beside what the genuine kubectl 1.37.2 (kustomize 5.8.1) made of the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubectl.comparison import MANIFESTS
from tests.kubectl.harness import run_kubectl, serving

EXPECTED = Path(__file__).parent / "kustomized.yaml"
"""`kubectl kustomize layers/over` in the folder `manifests`."""
VARS = Path(__file__).parent / "kustomized-vars.yaml"
"""`kubectl kustomize vars/over` there."""
PARTS = Path(__file__).parent / "kustomized-parts.yaml"
"""`kubectl kustomize parts/over` there."""


def test_vars_stand_for_fields_of_objects_as_they_are_called_in_the_end() -> None:
    outcome = run_kubectl(["kustomize", "vars/over"], serving({})[0], folder=MANIFESTS)
    assert outcome.stdout == VARS.read_text(encoding="utf-8")
    assert outcome.stderr == (
        "# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run 'kustomize edit fix' to "
        "update your Kustomization automatically.\n"
    )


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            ["{name: A, objref: {kind: Service, name: no, apiVersion: v1}}"],
            "error: var '{A Service.v1.[noGrp] {metadata.name}}' cannot be mapped to a field in the set of known resources",
        ),
        (
            ["{name: A, objref: {kind: Pod, name: a, apiVersion: v1}, fieldref: {fieldpath: spec.no}}"],
            "error: field specified in var '{A Pod.v1.[noGrp] {spec.no}}' not found in corresponding resource",
        ),
        (
            ["{name: A, objref: {kind: Pod, name: a, apiVersion: v1}}"] * 2,
            "error: merging vars [{A Pod.[noVer].[noGrp] {}} {A Pod.[noVer].[noGrp] {}}]: var 'A' already encountered",
        ),
        (
            ["{name: A, objref: {kind: Pod, name: a, apiVersion: v1}}"],
            "well-defined vars that were never replaced: A",
        ),
    ],
)
def test_a_variable_without_a_value_a_place_or_a_name_of_its_own_is_told(
    variables: list[str], message: str, tmp_path: Path
) -> None:
    _, stderr = _build(tmp_path, f"{{resources: [pod.yaml], vars: [{', '.join(variables)}]}}")
    assert stderr.splitlines()[1:] == [message]


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    outcome = run_kubectl(["kustomize", "nosuch"], serving({})[0], folder=tmp_path)
    assert outcome.stderr == (
        "error: must build at directory: not a valid directory: evalsymlink failure on 'nosuch' : lstat nosuch: "
        "no such file or directory\n"
    )


def test_an_overlay_changes_names_references_labels_and_generated_objects() -> None:
    outcome = run_kubectl(["kustomize", "layers/over"], serving({})[0], folder=MANIFESTS)
    assert outcome.stdout == EXPECTED.read_text(encoding="utf-8")
    assert outcome.stderr.startswith("# Warning: 'commonLabels' is deprecated.")


def _build(folder: Path, text: str) -> tuple[str, str]:
    (folder / "kustomization.yaml").write_text(text, encoding="utf-8")
    (folder / "pod.yaml").write_text(
        "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {on: off}}}", encoding="utf-8"
    )
    outcome = run_kubectl(["kustomize", "."], serving({})[0], folder=folder)
    return outcome.stdout, outcome.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "kustomization.yaml is empty"),
        ("foo: bar", 'invalid Kustomization: json: unknown field "foo"'),
        ("crds: [x]", "kustomization.yaml: the built-in kubectl does not support crds in kustomizations"),
        (
            "vars: [x]",
            "invalid Kustomization: json: cannot unmarshal string into Go struct field Kustomization.vars of type types.Var",
        ),
        ("{kind: Component, resources: [pod.yaml]}", "expected kind != 'Component' for path '.'"),
        (
            "{resources: [pod.yaml], replacements: [{source: {kind: X, name: y}, targets: [{select: {kind: Pod}}]}]}",
            "nothing selected by X.y",
        ),
        (
            "{resources: [pod.yaml], replacements: [{source: {kind: Pod}, targets: [{select: {kind: Pod}, "
            "fieldPaths: [spec.nope]}]}]}",
            'unable to find field "spec.nope" in replacement target; set options.create to true to make it',
        ),
        (
            "{resources: [pod.yaml], patches: [{target: {name: '('}, patch: '[{op: test}]'}]}",
            "error parsing regexp: missing ), unterminated subpattern at position 0: `^(?:()$`",
        ),
        ("resources: [", "invalid Kustomization: yaml: line 1: did not find expected node content"),
        ("resources: [.]", "kustomization bases are nested more than 20 deep at '.': is there a circle?"),
        (
            "{resources: [pod.yaml], configMapGenerator: [{name: x, behavior: merge}]}",
            "id ConfigMap.v1.[noGrp]/x.[noNs] does not exist; cannot merge or replace",
        ),
        (
            "{resources: [pod.yaml], patches: [{patch: '{apiVersion: v1, kind: Pod, metadata: {name: z}}'}]}",
            'no resource matches strategic merge patch "Pod.v1.[noGrp]/z.[noNs]": no matches for Id '
            "Pod.v1.[noGrp]/z.[noNs]; failed to find unique target for patch Pod.v1.[noGrp]/z.[noNs]",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, message: str) -> None:
    assert _build(tmp_path, text)[1] == f"error: {message}\n"


def test_on_and_off_are_words_there(tmp_path: Path) -> None:
    assert '    "on": "off"\n' in _build(tmp_path, "resources: [pod.yaml]")[0]


def test_a_patch_may_take_an_object_out(tmp_path: Path) -> None:
    patch = "{apiVersion: v1, kind: Pod, metadata: {name: a}, $patch: delete}"
    assert _build(tmp_path, f"{{resources: [pod.yaml], patches: [{{patch: '{patch}'}}]}}") == ("", "")


def test_components_replacements_and_an_order_of_its_own() -> None:
    outcome = run_kubectl(["kustomize", "parts/over"], serving({})[0], folder=MANIFESTS)
    assert (outcome.stdout, outcome.stderr) == (PARTS.read_text(encoding="utf-8"), "")


def test_a_value_takes_the_type_of_what_it_replaces(tmp_path: Path) -> None:
    source = "{source: {kind: Pod, fieldPath: metadata.labels.on}, targets: [{select: {kind: Pod}, fieldPaths: [%s]}]}"
    text = "{resources: [pod.yaml], labels: [{pairs: {on: '7'}}], replacements: [%s]}" % (source % "metadata.name")
    assert '  name: "7"\n' in _build(tmp_path, text)[0]


def test_kustomize_builds_with_common_changes(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: 'web:1'}]\n"
    )
    (tmp_path / "kustomization.yaml").write_text(
        "resources: [pod.yaml]\nnamePrefix: x-\nnamespace: shop\ncommonLabels: {team: t}\nimages: [{name: web, newTag: '2'}]\n"
    )
    outcome = run_kubectl(["kustomize", "."], serving({})[0], folder=tmp_path)
    assert outcome.stdout == (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    team: t\n  name: x-a\n  namespace: shop\n"
        "spec:\n  containers:\n  - image: web:2\n    name: c\n"
    )


def test_a_kustomization_with_something_unknown_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\nhelmCharts: []\n")
    outcome = run_kubectl(["kustomize", "."], serving({})[0], folder=tmp_path)
    assert "does not support helmCharts" in outcome.stderr
