from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kubectl.harness import Reply, run_kubectl, serving
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


def test_the_hidden_command_answers_with_candidates_and_a_directive() -> None:
    config, _ = serving({})
    assert run_kubectl(["__complete", "rollout", "s"], config).stdout == "status\n:4\n"
    assert run_kubectl(["__complete", "get", "--outp"], config).stdout == "--output-watch-events\n--output=\n:6\n"
    assert run_kubectl(["__complete", "nosuch", ""], config).stdout == ":4\n"


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "zsh"])
def test_every_shell_has_a_script(shell: str) -> None:
    text = run_kubectl(["completion", shell], serving({})[0]).stdout
    assert text.startswith("# Completion of kubectl")
    assert "__complete" in text


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a bash")
@pytest.mark.parametrize(
    ("line", "words", "expected"),
    [
        ("kubectl get po", ["kubectl", "get", "po"], ("get po", "pods podtemplates")),
        ("kubectl get ", ["kubectl", "get", ""], ("get ", "pods podtemplates")),
        ("kubectl get --output=", ["kubectl", "get", "--output", "="], ("get --output=", "json yaml")),
        ("kubectl get --output=js", ["kubectl", "get", "--output", "=", "js"], ("get --output=js", "json yaml")),
    ],
)
def test_bash_gets_the_part_of_a_word_it_completes(
    tmp_path: Path, line: str, words: list[str], expected: tuple[str, str]
) -> None:
    """The stand-in for kubectl notes what it is asked, and answers for `--output` with the flag before its values."""
    asked = tmp_path / "asked"
    stand_in = tmp_path / "stand-in"
    stand_in.write_text(
        f"""#!/bin/sh
shift
echo "$*" > {asked}
case "$2" in
--output=*) printf -- '--output=json\\n--output=yaml\\n:4\\n' ;;
*) printf 'pods\\npodtemplates\\n:4\\n' ;;
esac
""",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    script = run_kubectl(["completion", "bash"], serving({})[0]).stdout
    quoted = " ".join(shlex.quote(word) for word in words)
    script += (
        f"COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)}; COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}\n"
    )
    script += '__k8s_tutor_kubectl; echo "${COMPREPLY[*]}"\n'
    environment = {"PATH": os.defpath, "K8S_TUTOR_KUBECTL": str(stand_in)}
    done = subprocess.run(["bash"], input=script, capture_output=True, text=True, env=environment, check=True)
    assert (asked.read_text(encoding="utf-8").rstrip("\n"), done.stdout.rstrip("\n")) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs a fish")
@pytest.mark.parametrize(("program", "expected"), [("stand-in", "pods\npodtemplates\n"), ("not-there", "")])
def test_fish_gets_the_candidates_and_no_complaint_about_a_program_that_is_not_there(
    tmp_path: Path, program: str, expected: str
) -> None:
    """fish completes only commands that there are; a script of its own asks some of them, kubectl too, for `completion`."""
    answer = "[ $1 = completion ] || printf 'pods\\npodtemplates\\n:4\\n'"
    for name in ("kubectl", "stand-in"):
        (tmp_path / name).write_text(f"#!/bin/sh\n{answer}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o700)
    path = f"{tmp_path}:{os.environ['PATH']}"
    script = run_kubectl(["completion", "fish"], serving({})[0]).stdout
    done = subprocess.run(
        ["fish", "-c", f"{script}\ncomplete -C 'kubectl get po'"],
        env={"PATH": path, "HOME": str(tmp_path), "K8S_TUTOR_KUBECTL": str(tmp_path / program)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (expected, "")
