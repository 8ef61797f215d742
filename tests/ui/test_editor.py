"""The editor for manifests: mistakes, proposals, explanations, formatting, comparing. On a simulated cluster's schemas."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.manifests.clusters import cluster_with
from tests.ui.doubles import FakeServices
from tests.ui.driving import SMALL, open_at, press, settle, text_of
from tutor.manifests.difference import Difference
from tutor.manifests.schemas import ClusterSchemas
from tutor.ui.screens.difference import DifferenceScreen, difference_lines
from tutor.ui.screens.edit import EditScreen
from tutor.ui.widgets.editor.manifest_editor import ManifestEditor
from tutor.ui.widgets.editor.yaml_area import YamlArea

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.27
"""


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterSchemas]:
    """The schemas of a cluster in which WEB runs."""
    with cluster_with(tmp_path_factory.mktemp("cluster"), WEB) as kubeconfig:
        found = ClusterSchemas(kubeconfig)
        yield found
        found.close()


class Editing:
    """An editor on the screen, and what came out of it."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.results: list[str | None] = []

    @property
    def editor(self) -> ManifestEditor:
        return self.pilot.app.screen.query_one(ManifestEditor)

    async def go_to_end_of(self, text: str) -> None:
        """Put the cursor behind the first place where this text stands."""
        before = self.editor.text[: self.editor.text.index(text) + len(text)]
        self.editor.area.move_cursor((before.count("\n"), len(before.rpartition("\n")[2])))
        await settle(self.pilot)

    async def type(self, *keys: str) -> None:
        await press(self.pilot, *keys)
        await settle(self.pilot)

    @property
    def shown(self) -> str:
        return text_of(self.pilot)


@asynccontextmanager
async def editing(
    services: FakeServices, schemas: ClusterSchemas | None, text: str = WEB, size: tuple[int, int] = SMALL
) -> AsyncIterator[Editing]:
    """An editor over the whole screen."""
    async with open_at(services, size=size) as pilot:
        found = Editing(pilot)
        pilot.app.push_screen(EditScreen("web.yaml", text, schemas), found.results.append)
        await settle(pilot)
        yield found


async def test_a_wrong_line_is_marked_and_said_where_the_cursor_is(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas, WEB.replace("replicas: 2", "replicas: two")) as page:
        assert " 6✗ " in page.shown
        assert "✗ line 6: spec.replicas: this must be a whole number, it is the text 'two'" in page.shown
        await page.go_to_end_of("two")
        await page.type("backspace", "backspace", "backspace", "3")
        page.editor.look()
        await settle(page.pilot)
        assert "✓ valid manifest" in page.shown
        assert "✗" not in page.shown


async def test_fields_are_proposed_while_typing_and_written_with_tab(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas) as page:
        await page.go_to_end_of("replicas: 2")
        await page.type("enter", *"rev")
        assert "▸revisionHistoryLimit" in page.shown
        assert "The number of old ReplicaSets to retain" in page.shown
        await page.type("tab", "5")
        assert "  replicas: 2\n  revisionHistoryLimit: 5\n" in page.editor.text


async def test_enter_goes_on_to_the_next_line_unless_a_proposal_was_chosen(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas) as page:
        await page.go_to_end_of("image: nginx:1.27")
        await page.type("enter", *"imagePullPolicy:", "space")
        assert "▸Always" in page.shown
        await page.type("down", "enter")
        assert page.editor.text.endswith("        imagePullPolicy: IfNotPresent\n")
        await page.type("enter", *"po", "enter")
        assert page.editor.text.endswith("IfNotPresent\n        po\n        \n")


async def test_proposals_never_cover_the_line_they_are_for(services: FakeServices, schemas: ClusterSchemas) -> None:
    async with editing(services, schemas, size=(80, 19)) as page:
        await page.type("ctrl+end", *"        p")
        rows = page.shown.splitlines()
        # Whether the mark of a mistake is there yet depends on how busy the machine is.
        cursor = next(number for number, row in enumerate(rows) if re.search(r"16.? {9}p$", row.rstrip()))
        proposals = [number for number, row in enumerate(rows) if "livenessProbe" in row or "▸" in row]
        assert proposals
        assert max(proposals) < cursor


async def test_a_list_opens_with_its_first_item_and_what_can_be_in_it(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas) as page:
        await page.go_to_end_of("image: nginx:1.27")
        await page.type("enter", *"port", "tab")
        assert page.editor.text.endswith("        ports:\n        - \n")
        assert "▸containerPort" in page.shown


async def test_escape_closes_the_proposals_first_and_asks_before_changes_are_lost(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas) as page:
        await page.go_to_end_of("replicas: 2")
        await page.type("enter", *"rev")
        assert "▸" in page.shown
        assert "esc Cancel" in page.shown
        await page.type("escape")
        assert "▸" not in page.shown
        await page.type("escape")
        assert "Your changes are not saved." in page.shown
        await page.type("escape")
        assert page.results == [None]


async def test_a_field_is_explained_and_the_explanation_follows_the_cursor(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas) as page:
        await page.go_to_end_of("replicas: 2")
        await page.type("f1")
        assert "spec.replicas  <integer>" in page.shown
        assert "Number of desired pods" in page.shown
        await page.type("down")
        assert "spec.selector  <LabelSelector>  required" in page.shown
        assert "in it: matchExpressions, matchLabels" in page.shown
        await page.type("escape")
        assert "spec.selector  <LabelSelector>" not in page.shown
        assert page.results == []


async def test_what_the_mouse_rests_on_is_explained_in_a_line(services: FakeServices, schemas: ClusterSchemas) -> None:
    async with editing(services, schemas) as page:
        row = page.editor.text.splitlines().index("  replicas: 2")
        await page.pilot.hover(YamlArea, offset=(10, row))
        page.editor.explain_pointed()  # without the wait
        await settle(page.pilot)
        assert "spec.replicas  <integer>  Number of desired pods." in page.shown
        await page.pilot.hover("#advice")
        await settle(page.pilot)
        assert "spec.replicas  <integer>" not in page.shown


async def test_tab_indents_a_blank_line_and_backspace_takes_the_indentation_back(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    async with editing(services, schemas, "a:") as page:
        await page.go_to_end_of("a:")
        await page.type("enter", "tab")
        assert page.editor.text == "a:\n    "
        await page.type("backspace")
        assert page.editor.text == "a:\n  "
        await page.type("ctrl+home", "#", "ctrl+end", "b")
        assert page.editor.text == "#a:\n  b"


async def test_formatting_can_be_taken_back(services: FakeServices, schemas: ClusterSchemas) -> None:
    async with editing(services, schemas, "a:\n    b: 1\n") as page:
        await page.type("ctrl+l")
        assert page.editor.text == "a:\n  b: 1\n"
        await page.type("ctrl+l")
        assert "There is nothing to format." in page.shown
        await page.type("ctrl+z")
        assert page.editor.text == "a:\n    b: 1\n"


async def test_what_applying_would_change_is_shown_with_signs(services: FakeServices, schemas: ClusterSchemas) -> None:
    async with editing(services, schemas, WEB.replace("replicas: 2", "replicas: 5"), size=(80, 40)) as page:
        await page.type("ctrl+r")
        assert isinstance(page.pilot.app.screen, DifferenceScreen)
        assert "\n -  replicas: 2\n +  replicas: 5\n" in page.shown
        await page.type("q")
        await page.type("ctrl+s")
        assert page.results == [WEB.replace("replicas: 2", "replicas: 5")]


async def test_an_object_that_has_changed_since_it_was_read_can_still_be_compared(
    services: FakeServices, schemas: ClusterSchemas
) -> None:
    """As kubectl edit saves it: the version it was read at is no part of what is sent."""
    old = WEB.replace("replicas: 2", "replicas: 5").replace("metadata:\n", 'metadata:\n  resourceVersion: "1"\n', 1)
    async with editing(services, schemas, old, size=(80, 40)) as page:
        await page.type("ctrl+r")
        assert "\n -  replicas: 2\n +  replicas: 5\n" in page.shown


def test_a_long_reason_is_broken_into_lines() -> None:
    problem = difference_lines(Difference(problem="please " * 30))
    assert max(line.cell_length for line in problem) < 80
    assert "".join(line.plain for line in problem[2:]).count("please") == 30


def test_nothing_to_change_and_what_cannot_be_compared_are_said() -> None:
    assert "Nothing would change" in difference_lines(Difference())[0].plain
    problem = difference_lines(Difference(problem="error: no kind"))
    assert [line.plain for line in problem] == ["It cannot be compared. The cluster says:", "", "error: no kind"]


async def test_without_a_cluster_it_says_what_is_missing(services: FakeServices) -> None:
    async with editing(services, None) as page:
        for key, said in (("f1", "can be explained"), ("ctrl+r", "no cluster"), ("ctrl+@", "Nothing can be proposed")):
            await page.type(key)
            assert said in page.shown


async def test_a_file_is_applied_in_the_shell_where_one_sees_what_comes_of_it(services: FakeServices) -> None:
    async with open_at(services, "exercise:run-web") as pilot:
        await press(pilot, "f3", "ctrl+g")
        assert services.the_shell.history == ["kubectl apply -f deployment.yaml"]
        assert "$ kubectl apply -f deployment.yaml" in text_of(pilot)
        services.the_shell.folder = "deeper"
        await press(pilot, "f3", "ctrl+g")
        assert services.the_shell.history[-1] == "kubectl apply -f ~/deployment.yaml"
        services.the_shell.running = True
        await press(pilot, "f3", "ctrl+g")
        assert "A command is still running in the shell." in text_of(pilot)


async def test_a_file_opened_with_vi_is_applied_when_the_editor_has_closed(services: FakeServices) -> None:
    async with open_at(services, "exercise:run-web") as pilot:
        await press(pilot, "f2", *"edit", "enter")
        while not isinstance(pilot.app.screen, EditScreen):
            await pilot.pause()
        await settle(pilot)
        assert "ctrl+g Apply" in text_of(pilot)
        await press(pilot, "ctrl+g")
        while services.the_shell.history[-1] == "edit":
            await pilot.pause()
        assert services.the_shell.edited == "replicas: 1\n"
        assert services.the_shell.history[-1] == "kubectl apply -f deployment.yaml"


async def test_what_kubectl_applies_itself_is_only_saved(services: FakeServices, schemas: ClusterSchemas) -> None:
    async with editing(services, schemas) as page:
        assert "ctrl+g Apply" not in page.shown
        await page.type("ctrl+g")
        assert page.results == []


@pytest.mark.parametrize(
    ("keys", "results"),
    [
        ((":", "w", "q", "enter"), [WEB.replace("replicas: 2", "replicas: 23")]),
        ((":", "q", "!", "enter"), [None]),
        ((":", "q", "enter"), []),
    ],
)
async def test_fingers_that_know_vi_get_what_they_mean(
    services: FakeServices, keys: tuple[str, ...], results: list[str | None]
) -> None:
    async with editing(services, None) as here:
        await here.go_to_end_of("replicas: 2")
        await here.type("3", "right", "left", *keys)
        assert here.results == results
        if not results:
            assert ":q" not in here.editor.text
            assert "Your changes are not saved" in here.shown


async def test_a_line_of_yaml_that_only_ends_like_a_command_of_vi_is_text(services: FakeServices) -> None:
    async with editing(services, None) as here:
        await here.go_to_end_of("name: web")
        await here.type(*"shop:w", "enter")
        assert "name: webshop:w\n" in here.editor.text
