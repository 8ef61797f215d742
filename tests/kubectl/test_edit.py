"""kubectl edit, with an editor that plays the user."""

from __future__ import annotations

from tests.kubectl.harness import run_kubectl, serving, status
from tests.kubectl.made_up import DEPLOYMENTS, PODS, deployment, pod


class Editor:
    """Plays the user: one edit after the other; remembers what was shown."""

    def __init__(self, *edits: tuple[str, str] | None) -> None:
        self._edits = list(edits)
        self.shown: list[str] = []

    def __call__(self, name: str, text: str) -> str | None:
        self.shown.append(text)
        edit = self._edits.pop(0)
        return None if edit is None else text.replace(*edit)


def test_edit_sends_only_what_changed() -> None:
    config, connection = serving({f"{DEPLOYMENTS}/web": deployment(), f"PATCH {DEPLOYMENTS}/web": deployment()})
    outcome = run_kubectl(["edit", "deploy/web"], config, editor=Editor(("replicas: 2", "replicas: 3")))
    assert outcome.stdout == "deployment.apps/web edited\n"
    assert connection.requests[-1].body == {"spec": {"replicas": 3}}


def test_edit_without_changes_sends_nothing() -> None:
    for editor in (Editor(None), Editor(("x-not-there", ""))):
        config, connection = serving({f"{DEPLOYMENTS}/web": deployment()})
        outcome = run_kubectl(["edit", "deploy/web"], config, editor=editor)
        assert (outcome.exit_code, outcome.stderr) == (0, "Edit cancelled, no changes made.\n")
        assert all(request.method == "GET" for request in connection.requests)


def test_edit_comes_back_with_the_servers_reasons() -> None:
    refusal = status(422, "Invalid", "...", causes=[{"field": "spec.replicas", "message": "Invalid value: -1"}])
    routes = {f"{DEPLOYMENTS}/web": deployment(), f"PATCH {DEPLOYMENTS}/web": [refusal, deployment()]}
    editor = Editor(("replicas: 2", "replicas: -1"), ("replicas: -1", "replicas: 4"))
    outcome = run_kubectl(["edit", "deploy/web"], serving(routes)[0], editor=editor)
    assert outcome.stderr == 'error: deployments.apps "web" is invalid\n'
    assert outcome.stdout == "deployment.apps/web edited\n"
    assert '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -1\n' in editor.shown[1]
    assert "replicas: -1" in editor.shown[1]


def test_edit_gives_up_when_the_same_mistake_is_saved_again() -> None:
    routes = {f"{DEPLOYMENTS}/web": deployment()}
    editor = Editor(("replicas: 2", "replicas: ["), ("x-not-there", ""))
    outcome = run_kubectl(["edit", "deploy/web"], serving(routes)[0], editor=editor)
    assert "The edited file had a syntax error" in editor.shown[1]
    assert outcome.stderr == "error: Edit cancelled, no valid changes were saved.\n"


def test_edit_without_an_editor_says_what_to_do_instead() -> None:
    outcome = run_kubectl(["edit", "deploy/web"], serving({f"{DEPLOYMENTS}/web": deployment()})[0])
    assert "run kubectl apply -f FILE" in outcome.stderr


def test_objects_of_one_name_and_different_kinds_are_edited_alike() -> None:
    texts = []

    def edit(name: str, text: str) -> str:
        texts.append(text)
        return text.replace("name: p\n", "name: p\n    labels: {a: b}\n")

    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "p", "namespace": "default", "uid": "2"}}
    maps = "/api/v1/namespaces/default/configmaps/p"
    routes = {f"{PODS}/p": pod("p"), maps: other, f"PATCH {PODS}/p": pod("p"), f"PATCH {maps}": other}
    outcome = run_kubectl(["edit", "pod/p", "cm/p"], serving(routes)[0], editor=edit)
    assert (outcome.stdout, outcome.stderr, len(texts)) == ("pod/p edited\nconfigmap/p edited\n", "", 1)
