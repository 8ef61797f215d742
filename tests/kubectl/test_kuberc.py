"""The kuberc file. The messages are those of the genuine kubectl 1.37.2 for the same command lines."""

from __future__ import annotations

import io as streams
from pathlib import Path

import pytest

from tests.kubectl.harness import Outcome, serving
from tutor.kubectl import FolderFiles, KubectlIO, run

FILE = """apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
aliases:
- {name: crns, command: create namespace, appendArgs: [test-ns], options: [{name: dry-run, default: client}]}
- {name: runx, command: run, appendArgs: [p, --, word], options: [{name: image, default: nginx}, {name: dry-run, default: client}]}
defaults:
- command: create configmap
  options: [{name: output, default: name}, {name: dry-run, default: client}]
"""
BEFORE = "error occurred while applying preferences "


def kubectl(folder: Path, line: str, **environment: str) -> Outcome:
    out: list[str] = []
    err: list[str] = []
    surroundings = KubectlIO(
        stdout=out.append,
        stderr=err.append,
        stdin=streams.StringIO(),
        files=FolderFiles(folder),
        environment=environment,
    )
    code = run(line.split(), surroundings, serving({})[0])
    return Outcome(code, "".join(out), "".join(err))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rc").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("create configmap c --kuberc=rc", "configmap/c\n"),
        ("create configmap c --kuberc=rc -ojsonpath={.kind}", "ConfigMap"),
        ("crns --kuberc=rc", "namespace/test-ns created (dry run)\n"),
        ("crns --kuberc=rc --output=name", "namespace/test-ns\n"),
        ("runx --kuberc=rc -o jsonpath={.spec.containers[0].args}", '["word"]'),
    ],
)
def test_aliases_and_defaults_are_used(folder: Path, line: str, printed: str) -> None:
    outcome = kubectl(folder, line)
    assert (outcome.stdout, outcome.stderr) == (printed, "")


def test_the_variable_names_the_file_or_turns_it_off(folder: Path) -> None:
    assert kubectl(folder, "create configmap c", KUBERC="rc").stdout == "configmap/c\n"
    assert 'unknown command "crns"' in kubectl(folder, "crns", KUBERC="off").stderr
    assert 'unknown command "crns"' in kubectl(folder, "crns --kuberc=rc", KUBECTL_KUBERC="false").stderr
    both = kubectl(folder, "get pods --kuberc=rc", KUBERC="off").stderr
    assert both.startswith(f"{BEFORE}kuberc error disabling kuberc via KUBERC=off and passing kuberc flag are")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("aliases: [{name: a1, command: get}]", "invalid alias name, can only include alphabetical characters"),
        ("aliases: [{name: a, command: get}, {name: a, command: get}]", "duplicate alias name a"),
        (
            "defaults: [{command: get, options: [{name: -o, default: x}]}]",
            "flag name -o should be in long form without dashes",
        ),
        ("defaults: [{command: get, options: [{name: x, default: y}]}]", "invalid flag x for command get"),
        ("kind: Other", "kuberc error kuberc: no valid preferences found in rc, use --v=5 to see details"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(folder: Path, content: str, message: str) -> None:
    (folder / "rc").write_text(
        f"apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n{content}\n", encoding="utf-8"
    )
    if "kind: Other" in content:
        (folder / "rc").write_text(content, encoding="utf-8")
    assert kubectl(folder, "get pods --kuberc=rc").stderr == f"{BEFORE}{message}\n"


def test_an_empty_file_changes_nothing(folder: Path) -> None:
    (folder / "rc").write_text("---\n", encoding="utf-8")
    assert (
        kubectl(folder, "create configmap c --dry-run=client --kuberc=rc").stdout == "configmap/c created (dry run)\n"
    )


def test_a_missing_file_and_a_missing_name_are_refused(folder: Path) -> None:
    missing = f"{BEFORE}kuberc error kuberc: open nosuch: no such file or directory\n"
    assert kubectl(folder, "get pods --kuberc=nosuch").stderr == missing
    assert kubectl(folder, "get pods --kuberc=").stderr == f"{BEFORE}kuberc file is not found\n"


def test_entries_are_set_and_shown(folder: Path) -> None:
    words = "kuberc set --kuberc=rc --section=aliases --name=getn --command=get --prependarg=nodes --option=output=wide"
    assert kubectl(folder, words).stdout == "Updated rc\n"
    again = kubectl(folder, words).stderr
    assert again == 'error: alias "getn" already exists, use --overwrite to replace\n'
    assert kubectl(folder, f"{words} --overwrite").exit_code == 0
    shown = kubectl(folder, "kuberc view", KUBERC="rc").stdout
    assert "  name: getn\n  options:\n  - default: wide\n    name: output\n  prependArgs:\n  - nodes\n" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--command=get", 'required flag(s) "section" not set'),
        ("--section=defaults", "--command is required when --section=aliases or --section=defaults"),
        ("--section=aliases", "--name is required when --section=aliases"),
        ("--section=credentialplugin", "--policy is required when --section=credentialplugin"),
        (
            "--section=credentialplugin --policy=Allowlist --allowlist-entry=x",
            'improperly formatted allowlist entry: "x"',
        ),
        ("--section=defaults --command=get --option=x", 'invalid option format "x", expected flag=value'),
    ],
)
def test_what_cannot_be_set_is_refused(folder: Path, words: str, message: str) -> None:
    before = (folder / "rc").read_text(encoding="utf-8")
    outcome = kubectl(folder, f"kuberc set --kuberc=rc {words}")
    assert (outcome.exit_code, outcome.stderr) == (1, f"error: {message}\n")
    assert (folder / "rc").read_text(encoding="utf-8") == before
