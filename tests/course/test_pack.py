"""Packs are found, read and asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.content.conftest import MINI
from tutor.course import PackError, load_pack
from tutor.course.links import Target, parse_link
from tutor.course.loading.packs import builtin_root
from tutor.course.model import ApplyStep, Condition, Expectation, Fact, Selector, WaitStep
from tutor.course.pack import Pack


def test_a_pack_is_asked_by_id(mini_pack: Pack) -> None:
    lesson = mini_pack.lesson("pods")
    assert (lesson.number, lesson.title, lesson.sections, len(lesson.pages)) == (1, "Pods", (1, 2), 3)
    assert [page.id for page in lesson.pages] == ["containers", "look", "remember"]
    assert mini_pack.exercise("start-a-pod").lesson == "pods"
    assert [one.id for one in mini_pack.exercises_of("pods")] == ["start-a-pod"]
    assert [one.kind for one in mini_pack.quiz("pods").questions] == ["single", "multiple", "recall"]
    assert mini_pack.questions["pods-share"].sections == (1, 2)
    for ask in (mini_pack.lesson, mini_pack.exercise, mini_pack.quiz, lesson.page):
        with pytest.raises(KeyError):
            ask("none")


def test_a_page_knows_its_line_in_the_file(mini_pack: Pack) -> None:
    page = mini_pack.lesson("pods").page("look")
    assert page.path.read_text(encoding="utf-8").split("\n")[page.line - 1] == "## Look at one {#look}"


def test_lessons_are_chained(tmp_path: Path) -> None:
    root = Path(shutil.copytree(MINI, tmp_path / "pack"))
    second = root / "lessons" / "02-services"
    shutil.copytree(root / "lessons" / "01-pods", second)
    shutil.rmtree(second / "exercises")
    lesson = second / "lesson.md"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("id: pods", "id: services", 1), encoding="utf-8")
    course = root / "lessons" / "course.yaml"
    course.write_text(
        course.read_text(encoding="utf-8").replace("[01-pods]", "[01-pods, 02-services]"), encoding="utf-8"
    )
    pack = load_pack(root)
    following, before = pack.next("pods"), pack.previous("services")
    assert following is not None
    assert before is not None
    assert (following.id, before.id) == ("services", "pods")
    assert pack.previous("pods") is None
    assert pack.next("services") is None


def test_exercises_are_chained_across_lessons(mini_pack: Pack) -> None:
    lesson, exercise = mini_pack.lesson("pods"), mini_pack.exercise("start-a-pod")
    between = replace(lesson, id="reading", exercises=())
    last = replace(lesson, id="services", exercises=("serve",))
    pack = replace(
        mini_pack,
        lessons=(lesson, between, last),
        exercises={**mini_pack.exercises, "serve": replace(exercise, id="serve", lesson="services")},
    )
    following = pack.next_exercise("start-a-pod")
    assert following is not None
    assert following.id == "serve"
    assert pack.next_exercise("serve") is None


def test_links_lead_to_their_target(mini_pack: Pack) -> None:
    assert mini_pack.resolve("lesson:pods#look") == Target("lesson", "pods", "look")
    assert mini_pack.resolve("exercise:start-a-pod") == Target("exercise", "start-a-pod")
    assert mini_pack.resolve("quiz:pods") == Target("quiz", "pods")
    with pytest.raises(ValueError, match="there is no quiz `services`"):
        mini_pack.resolve("quiz:services")


@pytest.mark.parametrize("href", ["pods", "lesson:", "page:pods", "quiz:pods#look", "lesson:Pods", "lesson:a#b#c"])
def test_what_is_no_link(href: str) -> None:
    with pytest.raises(ValueError, match="is not a link"):
        parse_link(href)


def test_an_exercise_as_it_is_written(mini_pack: Pack) -> None:
    exercise = mini_pack.exercise("start-a-pod")
    namespace = Selector("Namespace", "v1", None, "production")
    assert exercise.start.steps == (
        ApplyStep("start.yaml"),
        WaitStep(Condition(namespace, "status.phase", Expectation("equals", "Active")), 30),
    )
    assert exercise.start.remember == (Fact("namespaces", Selector("Namespace", "v1"), "items[].metadata.uid"),)
    running, image, _, absent = exercise.checks
    assert running.of == Selector("Pod", "v1", "production", "web")
    assert running.settling
    assert [one.value for one in image.assertions] == [
        "spec.containers[?name=='web'].image | [0]",
        "metadata.labels.app",
    ]
    assert (absent.assertions[0].value, absent.assertions[0].expect) == (None, Expectation("exists", False))
    assert exercise.mistakes[0].when[0].of.namespace == "default"
    assert exercise.read("pod.yaml").startswith("apiVersion: v1")


@pytest.mark.parametrize("name", ["../exercise.yaml", "/etc/passwd", "a\\b", "", "~/x"])
def test_an_exercise_reads_no_file_outside_its_folder(mini_pack: Pack, name: str) -> None:
    with pytest.raises(ValueError, match="is not inside"):
        mini_pack.exercise("start-a-pod").read(name)


def test_a_symbolic_link_does_not_lead_out(mini: Path) -> None:
    exercise = load_pack(mini).exercise("start-a-pod")
    (exercise.folder / "way-out.yaml").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="is not inside"):
        exercise.read("way-out.yaml")


def test_a_pack_that_cannot_be_read_lists_every_problem(mini: Path) -> None:
    (mini / "quizzes" / "pods.yaml").write_text("id: pods\n", encoding="utf-8")
    (mini / "lessons" / "01-pods" / "lesson.md").write_bytes(b"\xff\xfe")
    with pytest.raises(PackError) as error:
        load_pack(mini)
    assert {one.path.name for one in error.value.problems} == {"pods.yaml", "lesson.md"}
    assert "the file is not UTF-8 text; save it as UTF-8" in str(error.value)


def test_a_folder_that_is_no_pack_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"a pack has a lessons/course\.yaml"):
        load_pack(tmp_path)


def test_two_exercises_with_one_id_are_refused(mini: Path) -> None:
    exercises = mini / "lessons" / "01-pods" / "exercises"
    shutil.copytree(exercises / "start-a-pod", exercises / "twin")
    with pytest.raises(PackError, match="the exercise id `start-a-pod` is already used"):
        load_pack(mini)


def test_the_built_in_pack_is_found_in_a_checkout() -> None:
    assert (builtin_root() / "lessons" / "course.yaml").is_file()


def test_the_built_in_pack_is_found_in_an_installation(tmp_path: Path) -> None:
    """A wheel holds the lessons inside the package, under tutor/content."""
    source = builtin_root() / "tutor"
    package = tmp_path / "tutor"
    for part in ("course", "manifests"):
        shutil.copytree(source / part, package / part)
    shutil.copy(source / "__init__.py", package)
    shutil.copytree(MINI, package / "content")
    program = "from tutor.course import load_pack; assert load_pack().course.id == 'mini'"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=tmp_path)


def test_loading_a_pack_loads_no_heavy_library() -> None:
    program = (
        "import sys, tutor.course\n"
        "assert 'yaml' not in sys.modules\n"
        f"pack = tutor.course.load_pack({str(MINI)!r})\n"
        "heavy = {'markdown_it', 'kubernetes', 'jmespath', 'textual', 'rich', 'aiohttp'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
