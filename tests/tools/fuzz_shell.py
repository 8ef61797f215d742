"""Throws at the practice shell what nobody should type: random keys, bytes and pastes, endless loops, floods of output, ways out.

    python -m tests.tools.fuzz_shell --minutes 30 [--seed 7] [--skip 160]

The whole app runs without a terminal on a simulated cluster in a home of its own. After every round the shell must answer again,
nothing outside its workspace may have been read or written, and the app must still run. Exit code 1 with the last actions
when that is not so, and with what the screen shows; the same seed does the same again, apart from what depends on timing. With
`--skip` the first rounds are drawn but not carried out, so that one that broke something comes sooner.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.folders import HOME_VARIABLE

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.ui.screens.exercise import ExerciseScreen

EXERCISE = "exercise:scale-to-five"
CLUSTER = "simulated"
ANSWER_SECONDS = 120.0
"""How long the shell may take to answer after it has been interrupted; long, as machines can be busy."""
ACTIONS_A_ROUND = 12
REMEMBERED = 60
CANARY = "canary-5c1fb0e2"
"""Stands in a file next to the tutor's home, which nothing in the shell may be able to read."""
KEYS = (
    *"abcxyz019 -|&;<>$(){}[]'\"\\*?!#~/=.",
    *("enter", "tab", "up", "down", "left", "right", "home", "end", "backspace", "delete", "escape"),
    *("ctrl+a", "ctrl+c", "ctrl+d", "ctrl+e", "ctrl+k", "ctrl+l", "ctrl+r", "ctrl+u", "ctrl+w", "ctrl+v"),
    *("pageup", "pagedown", "shift+tab", "f1", "f2", "f3", "f4", "f5", "f8", "f9", "f10"),
)
SIZES = ((80, 24), (160, 48), (40, 10), (1, 1), (61, 16), (200, 60))
NASTY = (
    "while :; do :; done",
    "while true; do echo flood; done",
    "yes",
    "cat /dev/zero",
    "cat /dev/urandom | head -c 100000",
    "seq 1 200000",
    ":(){ :|:& };:",
    "for i in $(seq 1 50); do sleep 100 & done; jobs",
    "echo $((2**200)) $((1/0))",
    "head -c 3000000 /dev/zero | tr '\\0' x",
    'x=a; while true; do x="$x$x"; done',
    "trap '' INT TERM; sleep 1000",
    "kubectl get pods -w",
    "kubectl logs -f deploy/web-app",
    "kubectl exec -it deploy/web-app -- /bin/sh",
    "kubectl get pods --watch & kubectl get pods",
    "cat <<EOF",
    "echo 'open quote",
    "cat",
    "read x",
    "exit",
    "exec true",
    "kill -9 $$",
    "kill -9 -1",
    "cat ../../../../../../../../etc/passwd",
    "cat {outside}",
    "ls {folder}; cd {folder} && cat {name}",
    "ln -s {outside} link && cat link",
    "cp {outside} copy; cat copy",
    "echo written > {folder}/made-by-the-shell",
    "kubectl apply -f {outside}",
    "kubectl create configmap c --from-file={outside} && kubectl get configmap c -o yaml",
    "kubectl cp {outside} production/x:/tmp/x",
    "python3 -c 'print(open(\"{outside}\").read())'",
    "/bin/sh -c 'cat {outside}'",
    ". {outside}",
    "kubectl --kubeconfig {outside} get pods",
    "rm -rf / ~ . *",
    "printf '\\033[2J\\033[999;999H\\033]0;title\\007\\033[?1049l'",
    "printf '\\xff\\xfe\\x00\\x80'",
    "echo -e '\\U0001F600 \\u200b \\u202e'",
)


class Broken(Exception):
    """Something happened that must not."""


class Fuzzer:
    """One app being mistreated."""

    def __init__(self, pilot: Pilot[None], seed: int, folder: Path) -> None:
        self.pilot = pilot
        self.random = random.Random(seed)
        self.folder = folder
        self.outside = folder / "outside" / "secret.txt"
        self.done: deque[str] = deque(maxlen=REMEMBERED)
        self.rounds = 0

    def skip(self, rounds: int) -> None:
        """Draw what would be done in the next rounds, and do nothing of it."""
        for _ in range(rounds * ACTIONS_A_ROUND):
            self._draw()
        self.rounds += rounds

    @property
    def screen(self) -> ExerciseScreen:
        """The exercise. Broken when it is not open."""
        from tutor.ui.screens.exercise import ExerciseScreen

        screen = self.pilot.app.screen
        if not isinstance(screen, ExerciseScreen):
            raise Broken(f"{type(screen).__name__} is open in place of the exercise")
        return screen

    async def round(self) -> None:
        """Do a few things, and see that everything still works."""
        self.rounds += 1
        for _ in range(ACTIONS_A_ROUND):
            await self._draw()()
            if not self.pilot.app.is_running:
                raise Broken("the app has ended")
        await self._come_back()
        await self._answers()
        self._nothing_got_out()

    def _draw(self) -> Callable[[], Awaitable[None]]:
        """What to do next."""
        kind = self.random.choice(("key", "key", "key", "line", "line", "paste", "size", "junk"))
        if kind == "key":
            return partial(self._press, *self.random.choices(KEYS, k=self.random.randint(1, 8)))
        if kind == "line":
            return partial(self._line, self.random.choice(NASTY))
        if kind == "paste":
            pieces = ["\n", "\r\n", " ", *NASTY, "\x1b[31m", "\x00"]
            return partial(self._paste, "".join(self.random.choices(pieces, k=4)))
        if kind == "junk":
            return partial(self._paste, "".join(chr(self.random.randrange(1, 0x3000)) for _ in range(200)))
        return partial(self._resize, *self.random.choice(SIZES))

    async def _press(self, *keys: str) -> None:
        self.done.append(f"keys {keys}")
        await self.pilot.press(*(_KEY_NAMES.get(key, key) for key in keys))

    async def _line(self, template: str) -> None:
        line = template
        for name, value in (("outside", self.outside), ("folder", self.outside.parent), ("name", self.outside.name)):
            line = line.replace(f"{{{name}}}", str(value))
        self.done.append(f"line {line}")
        await self._at_the_line(line)
        await self.pilot.press("enter")

    async def _at_the_line(self, text: str) -> None:
        from tutor.ui.screens.exercise import ExerciseScreen
        from tutor.ui.widgets.exercise.shell import ShellPane

        if isinstance(self.pilot.app.screen, ExerciseScreen):
            await self.pilot.press("f2")
            self.screen.query_one(ShellPane).line.value = text
        await self.pilot.pause()

    async def _paste(self, text: str) -> None:
        from textual.events import Paste

        self.done.append(f"paste {text!r}")
        focused = self.pilot.app.focused
        (focused or self.pilot.app.screen).post_message(Paste(text))
        await self.pilot.pause()

    async def _resize(self, width: int, height: int) -> None:
        self.done.append(f"size {width}x{height}")
        await self.pilot.resize_terminal(width, height)

    async def _come_back(self) -> None:
        """Close whatever has been opened on top of the exercise."""
        from tutor.ui.screens.exercise import ExerciseScreen

        await self._resize(80, 24)
        services = self.pilot.app.services  # type: ignore[attr-defined] # it is the tutor's app
        if services.cluster_spec != CLUSTER:  # another one has been chosen, which need not be there
            services.choose_cluster(CLUSTER)
            while len(self.pilot.app.screen_stack) > 1:
                await self.pilot.app.pop_screen()
        for _ in range(20):
            if isinstance(self.pilot.app.screen, ExerciseScreen):
                return
            if len(self.pilot.app.screen_stack) < 2:  # it has been left, as one may
                self.pilot.app.action_follow(EXERCISE)  # type: ignore[attr-defined] # it is the tutor's app
            else:
                self.pilot.app.screen.dismiss(None)
            await self.pilot.pause()
        raise Broken(f"{type(self.pilot.app.screen).__name__} does not close")

    async def _answers(self) -> None:
        """The shell must run a plain command after what runs has been interrupted."""
        word = f"alive-{self.rounds}"
        end = time.monotonic() + ANSWER_SECONDS
        while not self.screen.is_ready:
            await self._wait(end, "the exercise is not ready")
        run = self.screen.run
        assert run is not None
        while run.shell is None or run.shell.running:
            await self._at_the_line("")
            await self.pilot.press("ctrl+c")
            await self._wait(end, "what runs cannot be interrupted")
        await self._at_the_line("")
        await self.pilot.press("ctrl+c")
        await self._at_the_line(f"echo {word}")
        await self.pilot.press("enter")
        while ("stdout", word) not in run.log.everything():
            await self._wait(end, f"echo {word} prints nothing")

    async def _wait(self, end: float, what: str) -> None:
        if time.monotonic() > end:
            raise Broken(f"{what}\n{self.shown()}")
        await asyncio.sleep(0.02)

    def shown(self) -> str:
        """The text on the screen."""
        return "\n".join(strip.text.rstrip() for strip in self.pilot.app.screen._compositor.render_strips())

    def _nothing_got_out(self) -> None:
        run = self.screen.run
        assert run is not None
        if any(CANARY in text for stream, text in run.log.everything() if stream != "input"):
            raise Broken("a file outside the workspace has been read")
        if [path.name for path in self.outside.parent.iterdir()] != [self.outside.name]:
            raise Broken("something outside the workspace has been written")
        if CANARY not in self.outside.read_text(encoding="utf-8"):
            raise Broken("a file outside the workspace has been changed")


_KEY_NAMES = {
    " ": "space",
    "-": "minus",
    "|": "vertical_line",
    "&": "ampersand",
    ";": "semicolon",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "$": "dollar_sign",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
}
"""Textual's names of some characters."""


async def fuzz(seconds: float, seed: int, folder: Path, skip: int = 0) -> int:
    """Mistreat an app for a while, one round at least; the number of rounds. The first ones can be skipped.

    Broken, with the last actions, when something gave way.
    """
    from tutor.progress import progress_in_memory
    from tutor.ui.app import TutorApp
    from tutor.ui.services import Services

    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(f"{CANARY}\n", encoding="utf-8")
    os.environ[HOME_VARIABLE] = str(folder / "home")
    end = time.monotonic() + seconds
    app = TutorApp(Services(CLUSTER, progress=progress_in_memory()), start_at=EXERCISE)
    async with app.run_test(size=(80, 24)) as pilot:
        fuzzer = Fuzzer(pilot, seed, folder)
        await pilot.pause()
        await fuzzer._come_back()
        await fuzzer._answers()
        fuzzer.skip(skip)
        while fuzzer.rounds == skip or time.monotonic() < end:
            try:
                await fuzzer.round()
            except Exception as error:
                raise Broken("\n".join([*fuzzer.done, f"seed {seed}, round {fuzzer.rounds}: {error}"])) from error
    return fuzzer.rounds


def main() -> int:
    """Fuzz for as long as asked."""
    parser = argparse.ArgumentParser(description="mistreat the practice shell")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--skip", type=int, default=0, metavar="ROUNDS")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            rounds = asyncio.run(fuzz(arguments.minutes * 60, arguments.seed, Path(folder), arguments.skip))
        except Broken as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"seed {arguments.seed}: {rounds} rounds, and everything still works\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
