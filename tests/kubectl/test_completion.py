from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kubectl.harness import Reply, serving
from tutor.kubectl import FolderFiles, KubectlIO, NoFiles, complete

NAMES = {
    "/api/v1/namespaces/default/pods": ["web-1", "web-2", "db-0"],
    "/api/v1/namespaces": ["default", "production"],
    "/api/v1/nodes": ["node-1"],
}


def candidates(line: str, folder: Path | None = None) -> list[str]:
    routes: dict[str, Any] = {
        path: lambda request, names=names: Reply(body={"items": [{"metadata": {"name": name}} for name in names]})
        for path, names in NAMES.items()
    }
    config, _ = serving(routes)
    files = FolderFiles(folder) if folder else NoFiles()
    surroundings = KubectlIO(stdout=print, stderr=print, files=files)
    return complete(line.split(" "), surroundings, config)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("desc", ["describe"]),
        ("rollout s", ["status"]),
        ("get po", ["pods"]),
        ("get pods,se", ["pods,services"]),
        ("get pods web", ["web-1", "web-2"]),
        ("get pods web-1 web", ["web-2"]),
        ("get pod/we", ["pod/web-1", "pod/web-2"]),
        ("logs d", ["db-0"]),
        ("exec -it web-1 -- l", []),
        ("get pods -n pro", ["production"]),
        ("get pods --namespace=pro", ["--namespace=production"]),
        ("get pods -o js", ["json", "jsonpath", "jsonpath-as-json", "jsonpath-file"]),
        ("get pods --show-l", ["--show-labels"]),
        ("get pods --field-s", ["--field-selector="]),
        ("drain n", ["node-1"]),
        ("config use-context t", ["test"]),
        ("create deployment x --dry-run=c", ["--dry-run=client"]),
        ("get widgets x", []),
        ("nosuchcommand x", []),
        ("-n production rollout und", ["undo"]),
    ],
)
def test_candidates(line: str, expected: list[str]) -> None:
    assert candidates(line) == expected


def test_files_and_folders_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "web.yaml").touch()
    assert candidates("apply -f man", tmp_path) == ["manifests/"]
    assert candidates("apply -f manifests/w", tmp_path) == ["manifests/web.yaml"]
    assert candidates("apply -f ../", tmp_path) == []


def test_hidden_files_are_only_proposed_after_a_dot(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / "web.yaml").touch()
    assert candidates("apply -f ", tmp_path) == ["web.yaml"]
    assert candidates("apply -f .", tmp_path) == [".kube/"]


def test_a_namespace_before_the_command() -> None:
    assert candidates("-n prod") == ["production"]
    assert candidates("--namespace=prod") == ["--namespace=production"]
