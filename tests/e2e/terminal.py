"""A terminal for tests: tmux on a socket of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05


class Terminal:
    """One program in one tmux window."""

    def __init__(
        self, socket: Path, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self._socket = socket
        set_all = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        shown = f"env {set_all} {shlex.join(command)}; echo ended with $?; exec cat"
        width, height = size
        self._tmux("-f", os.devnull, "new-session", "-d", "-s", "test", "-x", str(width), "-y", str(height), shown)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self._socket), *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def screen(self) -> str:
        """What it shows."""
        return self._tmux("capture-pane", "-p", "-t", "test")

    def wait_for(self, needle: str, *, gone: bool = False) -> str:
        """Wait until the screen shows a text (or no longer does), for a bounded time; returns the screen."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (needle in (shown := self.screen())) is gone:
            assert time.monotonic() < end, f"{needle!r} {'stays' if gone else 'does not appear'}:\n{shown}"
            time.sleep(POLL_SECONDS)  # another process draws the screen: there is nothing to wait on
        return shown

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        self._tmux("send-keys", "-t", "test", *keys)

    def press_until(self, key: str, needle: str) -> None:
        """Press a key as often as it takes (paging down, say) until the screen shows a text."""
        before = self.screen()
        self.press(key)
        end = time.monotonic() + PATIENCE_SECONDS
        while needle not in (shown := self.screen()):
            assert time.monotonic() < end, f"{needle!r} does not appear:\n{shown}"
            if shown != before:
                before = shown
                self.press(key)
            time.sleep(POLL_SECONDS)  # as in wait_for

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-t", "test", "-l", text)

    def send_bytes(self, hexadecimal: Sequence[str]) -> None:
        """Send bytes that are no text."""
        self._tmux("send-keys", "-t", "test", "-H", *hexadecimal)

    def resize(self, width: int, height: int) -> None:
        """Change the window's size."""
        self._tmux("resize-window", "-t", "test", "-x", str(width), "-y", str(height))

    def flag(self, name: str) -> str:
        """One of tmux's own facts, e.g. alternate_on or mouse_any_flag."""
        return self._tmux("display-message", "-p", "-t", "test", f"#{{{name}}}").strip()

    def process(self) -> int:
        """The process id of the Python program in the window."""
        shell = self._tmux("display-message", "-p", "-t", "test", "#{pane_pid}").strip()
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], capture_output=True, text=True, check=True)
        return int(children.stdout.split()[0])

    def close(self) -> None:
        """End tmux with everything in it."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, check=False)
