"""The learner's own shell: what it finds around it, for each kind of shell, and the tutor's commands in it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.clusters.base import ClusterError
from tutor.clusters.given import GivenCluster
from tutor.own_shell import Command, Place, banner, is_inside, prepare


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An exercise's folder and a kubeconfig."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\n")
    capabilities = frozenset({"clock", "metrics"})
    return Place(kubeconfig, "simulated", capabilities, tmp_path / "work space", "fix-image", "production")


def program(folder: Path, name: str) -> Path:
    """A folder of programs with one of this name in it."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(0o755)
    return folder


def test_the_shell_finds_the_cluster_and_the_folder(place: Place) -> None:
    command = prepare(place, {"SHELL": "/bin/bash", "PATH": "/usr/bin", "HOME": "/home/me", "MINE": "kept"})
    assert command.folder == place.workspace
    assert place.workspace.is_dir()
    environment = command.environment
    assert environment["KUBECONFIG"] == environment["K8S_TUTOR_KUBECONFIG"] == str(place.kubeconfig)
    assert environment["K8S_TUTOR_EXERCISE"] == "fix-image"
    assert environment["K8S_TUTOR_NAMESPACE"] == "production"
    assert environment["MINE"] == "kept"
    assert is_inside(environment)
    assert not is_inside({})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "dash"])
def test_the_prompt_is_marked_and_the_learners_settings_are_read(place: Place, shell: str) -> None:
    command = prepare(place, {"SHELL": f"/usr/bin/{shell}", "PATH": "/usr/bin"})
    assert command.argv[0] == f"/usr/bin/{shell}"
    texts = [*command.argv, command.environment.get("PS1", "")]
    texts += [Path(text).read_text() for text in command.argv[1:] if Path(text).is_file()]
    if "ZDOTDIR" in command.environment:
        texts.append((Path(command.environment["ZDOTDIR"]) / ".zshrc").read_text())
    assert any("(k8s-tutor:fix-image) " in text for text in texts)


def test_the_learners_own_kubectl_is_used_and_otherwise_the_built_in_one(place: Place, tmp_path: Path) -> None:
    own = program(tmp_path / "programs", "kubectl")
    with_own = prepare(place, {"SHELL": "/bin/sh", "PATH": str(own)})
    without = prepare(place, {"SHELL": "/bin/sh", "PATH": str(tmp_path / "empty")})
    assert with_own.has_kubectl
    assert not without.has_kubectl
    assert not (Path(with_own.environment["PATH"].split(os.pathsep)[0]) / "kubectl").exists()
    stand_in = Path(without.environment["PATH"].split(os.pathsep)[0]) / "kubectl"
    assert os.access(stand_in, os.X_OK)
    assert stand_in.stat().st_mode & 0o077 == 0
    done = subprocess.run(
        [stand_in, "version", "--client"], capture_output=True, text=True, check=True, env=dict(without.environment)
    )
    assert done.stdout.startswith("Client Version: v1.37")


@pytest.mark.parametrize(("has_kubectl", "said"), [(True, "your own"), (False, "built-in one, as none is installed")])
def test_the_banner_says_what_there_is_on_one_screen(place: Place, has_kubectl: bool, said: str) -> None:
    lines = banner(place, Command(("/bin/bash",), {}, place.workspace, has_kubectl), "The image that cannot be pulled")
    text = "\n".join(lines)
    assert len(lines) < 24
    for piece in (
        "The image that cannot be pulled",
        str(place.workspace),
        "production",
        said,
        "k8s-tutor exercise check",
        "exit",
    ):
        assert piece in text


def test_a_real_shell_runs_in_the_folder_with_its_mark(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "my home"
    home.mkdir()
    (home / ".bashrc").write_text("export FROM_MY_SETTINGS=yes\nPS1='mine> '\n")
    command = prepare(place, {"SHELL": "/bin/bash", "PATH": "/usr/bin:/bin", "HOME": str(home)})
    script = 'echo "$PWD|$KUBECONFIG|$FROM_MY_SETTINGS|$PS1"; exit 7\n'
    done = subprocess.run(
        [*command.argv, "-i"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        env=dict(command.environment),
        cwd=command.folder,
        start_new_session=True,
    )
    assert done.returncode == 7
    assert f"{place.workspace}|{place.kubeconfig}|yes|(k8s-tutor:fix-image) mine> " in done.stdout


def test_it_needs_a_terminal_and_no_other_such_shell_around_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["shell"]) == 2
    assert "needs a terminal" in capsys.readouterr().err
    _, end = pty.openpty()
    with os.fdopen(end, "r+b", buffering=0) as terminal:
        monkeypatch.setattr(sys.stdin, "isatty", terminal.isatty)
        monkeypatch.setattr(sys.stdout, "isatty", terminal.isatty)
        monkeypatch.setenv("K8S_TUTOR_SHELL", "fix-image")
        assert main(["shell"]) == 2
        assert "such a shell already" in capsys.readouterr().err
        monkeypatch.delenv("K8S_TUTOR_SHELL")
        assert main(["shell", "nosuch"]) == 2
        assert "there is no exercise 'nosuch'" in capsys.readouterr().err


def test_the_tutors_commands_in_it_use_its_cluster_and_exercise(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = prepare(place, {"SHELL": "/bin/sh", "PATH": "/usr/bin"})
    given = GivenCluster.from_environment(command.environment)
    assert given is not None
    given.start()
    assert (given.kubeconfig(), given.name, given.capabilities) == (place.kubeconfig, "simulated", place.capabilities)
    assert GivenCluster.from_environment({}) is None
    place.kubeconfig.unlink()
    with pytest.raises(ClusterError, match="has ended"):
        given.start()
    monkeypatch.setenv("K8S_TUTOR_EXERCISE", "nosuch")
    assert main(["exercise", "check"]) == 2
    assert "there is no exercise 'nosuch'" in capsys.readouterr().err
    monkeypatch.delenv("K8S_TUTOR_EXERCISE")
    assert main(["exercise", "check"]) == 2
    assert "say which exercise" in capsys.readouterr().err
