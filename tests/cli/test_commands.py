"""The other commands: their exit codes mean something, and errors say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor import __version__
from tutor.cli import main
from tutor.cli.output import label
from tutor.folders import HOME_VARIABLE

ROOT = Path(__file__).parents[2]


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"k8s-tutor {__version__}\n"


def test_wrong_usage_is_exit_code_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no-such-command"])
    assert ended.value.code == 2


def test_without_a_terminal_the_screens_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "need a terminal" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--cluster", "minikube"], ["--cluster=minikube"]])
def test_kubectl_heeds_which_cluster_to_play_on(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*given, "kubectl", "get", "pods", "-o", "wide"]) == 3
    assert "there is no kind of cluster called 'minikube'" in capsys.readouterr().err


def test_starting_loads_no_heavy_library() -> None:
    program = (
        "import sys, tutor.cli.grammar; tutor.cli.grammar.build_parser();"
        "print([m for m in ('textual', 'rich', 'kubernetes', 'aiohttp', 'yaml', 'markdown_it', 'sqlite3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_progress_is_reported_exported_and_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lesson", "show", "services", "1"])
    assert main(["progress"]) == 0
    assert "Services" in capsys.readouterr().out
    exported = tmp_path / "mine.json"
    assert main(["progress", "--export", str(exported)]) == 0
    assert main(["progress", "--reset"]) == 2
    assert main(["progress", "--reset", "--yes"]) == 0
    assert main(["progress", "--import", str(exported)]) == 0
    capsys.readouterr()
    main(["progress", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["lessons"]


def test_a_file_that_is_no_export_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]", encoding="utf-8")
    assert main(["progress", "--import", str(bad)]) == 3
    assert str(bad) in capsys.readouterr().err


def test_lint_of_the_built_in_course(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == "No problems.\n"


def test_lint_of_a_part_of_a_pack_names_the_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = tmp_path / "pack" / "lessons" / "01-one"
    lesson.mkdir(parents=True)
    (lesson.parent / "course.yaml").touch()
    monkeypatch.chdir(tmp_path)
    for part in ("pack/lessons", "pack/lessons/01-one", "pack/lessons/course.yaml"):
        assert main(["lint", part]) == 2
        assert (
            f"{part} is a part of a lesson pack. Check the whole pack: k8s-tutor lint pack" in capsys.readouterr().err
        )
    assert main(["lint", str(tmp_path)]) == 2
    assert "has no folder lessons/, so it is no lesson pack" in capsys.readouterr().err


def test_lint_of_a_broken_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "course.yaml").write_text("id: x\nnonsense: 1\n", encoding="utf-8")
    assert main(["lint", str(tmp_path)]) == 1
    assert "course.yaml:2:" in capsys.readouterr().out
    assert main(["lint", str(tmp_path / "missing")]) == 2


def test_cluster_status_when_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cluster", "status"]) == 1
    assert "k8s-tutor cluster start" in capsys.readouterr().out


def test_consent_needs_the_right_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config"
    context = {"name": "mine", "context": {"cluster": "c", "user": "u"}}
    cluster = {"name": "c", "cluster": {"server": "https://one.example"}}
    config.write_text(json.dumps({"clusters": [cluster], "contexts": [context], "users": []}), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(config))
    assert main(["cluster", "consent", "mine", "--server", "https://two.example"]) == 2
    assert main(["cluster", "consent", "mine", "--server", "https://one.example"]) == 0
    assert "namespaces of their own" in capsys.readouterr().out
    assert main(["--cluster", "context:nope", "cluster", "kubeconfig"]) == 3


def test_an_unknown_exercise_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "hint", "nope"]) == 2
    assert "The exercises are:" in capsys.readouterr().err


def test_the_readme_gives_two_commands_of_one_line() -> None:
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1::2]
    start, test = (block.split("\n", 1)[1].strip() for block in blocks[:2])
    assert start.endswith("k8s-tutor")
    assert "pytest" in test
    assert "\n" not in start
    assert "\n" not in test


def test_a_size_that_is_none_is_said_before_a_picture_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screenshot", str(tmp_path / "picture.svg"), "--size", "large"]) == 2
    assert "write e.g. 100x30" in capsys.readouterr().err


def test_a_picture_of_a_place_that_is_not_there_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "picture.svg"
    assert main(["screenshot", str(picture), "--open", "lesson:nope"]) == 2
    assert "there is no lesson `nope`" in capsys.readouterr().err
    assert not picture.exists()


def test_status_of_another_cluster_makes_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["--cluster", "kind", "cluster", "status"]) == 1
    assert "the program kind is not installed" in capsys.readouterr().out
    assert main(["--cluster", "context:nope", "cluster", "status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["running"] is False
    assert main(["--cluster", "minikube", "cluster", "status"]) == 3


@pytest.mark.parametrize("verb", ["check", "reset", "leave"])
@pytest.mark.parametrize("cluster", ["simulated", "kind"])
def test_looking_at_an_exercise_makes_no_cluster_for_it(
    verb: str, cluster: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["--cluster", cluster, "exercise", verb, "fix-selector"]) == 1
    assert f"k8s-tutor --cluster {cluster} exercise start fix-selector" in capsys.readouterr().err
    assert main(["cluster", "status"]) == 1


@pytest.mark.parametrize("words", [["lesson"], ["exercise", "undo"], ["lesson", "show"]])
def test_wrong_usage_says_which_help_to_read(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    command = " ".join(words if words[0] == "lesson" else words[:1])
    assert f"k8s-tutor {command} --help says what is possible" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["lesson", "show", "pods"], "pods-and-deployments"),
        (["quiz", "servcies"], "services"),
        (["exercise", "hint", "fix-imgae"], "fix-image"),
    ],
)
def test_a_name_that_is_nearly_right_is_guessed(
    words: list[str], guess: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert f"Do you mean {guess}?" in capsys.readouterr().err


def test_a_long_explanation_keeps_to_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    first, *rest = label("why", "A registry has exactly the tags that were pushed to it.")
    assert first.startswith("    why:    A registry has")
    assert rest
    assert all(line.startswith(" " * 12) and len(line) <= 40 for line in rest)


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "file" / "home"))
    assert main(["exercise", "start", "fix-image"]) == 3
    said = capsys.readouterr().err
    assert str(tmp_path / "file") in said
    assert "it has to be writable" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_has_no_room_is_said_without_a_traceback() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "tutor", "exercise", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
