"""What is read from the text of the official client, beside what its classes say when they are imported."""

from __future__ import annotations

import kubernetes.client.models as client_models
import pytest

from tutor.manifests.models import model

NAMES = (
    "V1Deployment",
    "V1PodSpec",
    "V1Container",
    "V1ServiceSpec",
    "V1ObjectMeta",
    "V1JSONSchemaProps",
    "V2HorizontalPodAutoscalerSpec",
    "CoreV1Event",
    "V1APIResourceList",
    "V1Secret",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_type_has_the_fields_that_its_class_has(name: str) -> None:
    theirs, ours = getattr(client_models, name), model(name)
    assert ours is not None
    assert ours.fields == {theirs.attribute_map[field]: kind for field, kind in theirs.openapi_types.items()}
    required = {info.serialization_alias or field for field, info in theirs.model_fields.items() if info.is_required()}
    assert set(ours.required) == required


@pytest.mark.parametrize("name", ["V1Nothing", "V1deployment", "", "../__init__"])
def test_what_is_no_type_is_none(name: str) -> None:
    assert model(name) is None
