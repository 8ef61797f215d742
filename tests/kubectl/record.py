"""Makes the recordings: `python -m tests.kubectl.record [TABLE ...]` with a genuine kubectl in PATH and KUBECONFIG.

A command is kept when the built-in kubectl prints exactly what the genuine one prints, so a recording is always the
genuine output; commands whose output has random parts do not qualify and are left to the comparison on a real cluster.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from tests.kubectl import comparison
from tests.kubectl.harness import FakeConfig, Outcome
from tests.kubectl.recording import FOLDER, Mismatch, Recording, replay
from tutor.kubectl.connection import Connection
from tutor.kubectl.kubeconfig import Endpoint, Overrides

NAMESPACES = ("record-genuine", "record")
_ATTEMPTS = 3
_LARGEST = 20_000  # bytes; larger recordings are left out
_NOT_RECORDED = (
    "explain",
    "exec",
    "cp",
    "attach",
    "config",
    "kustomize",
    "debug",
    "top",
    "proxy",
    "port-forward",
    "--raw",
)


class RecordingConnection(Connection):
    """Passes requests on and keeps them with their replies."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self.exchanges: list[dict[str, Any]] = []

    def open(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        timeout: float | None,
        *,
        stream: bool,
    ) -> Any:
        reply = super().open(method, path, headers, body, timeout, stream=stream)
        exchange: dict[str, Any] = {
            "method": method,
            "path": path,
            "request": json.loads(body) if body else None,
            "status": reply.status,
            "reply": "" if stream else _readable(reply.data),
        }
        if "Warning" in reply.headers:
            exchange["headers"] = {"Warning": reply.headers["Warning"]}
        self.exchanges.append(exchange)
        if stream and reply.status >= 400:
            data = reply.read()
            exchange["reply"] = _readable(data)
            reply.read = lambda *args, **options: data  # type: ignore[method-assign] # the wrapper is only for recording
        elif stream:
            original = reply.stream

            def kept(*args: Any, **options: Any) -> Any:
                for piece in original(*args, **options):
                    exchange["reply"] += piece.decode(errors="replace")
                    yield piece

            reply.stream = kept  # type: ignore[method-assign] # the wrapper is only for recording
        return reply


def _readable(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def _without_managed_fields(value: Any) -> Any:
    """Managed fields make up half of every reply, and no recorded command prints them."""
    if isinstance(value, list):
        return [_without_managed_fields(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_managed_fields(item) for key, item in value.items() if key != "managedFields"}
    return value


class Recorder:
    def __init__(self) -> None:
        self._config = comparison.load_config()
        self._connection = RecordingConnection(self._config.endpoint(Overrides()))
        self._numbers: dict[str, int] = {}

    def record(self, line: comparison.Line, namespaces: tuple[str, str] | None) -> bool:
        """Runs a command with both programs and keeps it when they agree."""
        theirs, ours = namespaces or ("", "")
        for _ in range(_ATTEMPTS if namespaces is None else 1):
            self._connection.exchanges = []
            expected = comparison.genuine(line.in_namespace(theirs) if theirs else list(line.words), line.stdin)
            expected = (
                Outcome(
                    expected.exit_code, expected.stdout.replace(theirs, ours), expected.stderr.replace(theirs, ours)
                )
                if theirs
                else expected
            )
            now = time.time()
            config = FakeConfig(self._connection, "default")
            words = line.in_namespace(ours) if ours else list(line.words)
            if comparison.built_in(words, config, line.stdin, now) == expected:
                self._save(line, words, now, expected)
                return True
        return False

    def _save(self, line: comparison.Line, words: list[str], now: float, expected: Outcome) -> None:
        base = re.sub(r"[^a-z0-9]+", "-", " ".join(line.words[:4]).lower()).strip("-")[:48]
        number = self._numbers.get(base, 0) + 1
        while self._path(base, number).exists():
            number += 1
        self._numbers[base] = number
        data = {
            "made_with": "kubectl v1.37.2 against Kubernetes v1.37.2 (etcd 3.7, containerd 2.4), by tests/kubectl/record.py",
            "argv": words,
            "stdin": line.stdin,
            "namespace": "default",
            "now": now,
            "server": self._connection.endpoint.server,
            "expected": {"exit_code": expected.exit_code, "stdout": expected.stdout, "stderr": expected.stderr},
            "exchanges": _without_managed_fields(self._connection.exchanges),
        }
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        path = self._path(base, number)
        if len(text) <= _LARGEST:
            path.write_text(text, encoding="utf-8")
            if not _replays(path):
                path.unlink()

    @staticmethod
    def _path(base: str, number: int) -> Path:
        return FOLDER / f"{base}{'' if number == 1 else f'-{number}'}.json"


def _replays(path: Path) -> bool:
    """Whether the recording holds all the command needs: waits that end with a timeout, for one, do not."""
    recording = Recording.load(path)
    try:
        return replay(recording) == recording.expected
    except Mismatch:
        return False


def _worth_recording(line: comparison.Line) -> bool:
    return not any(word in line.words for word in _NOT_RECORDED) and "--show-managed-fields" not in line.words


def _discovery(recorder: Recorder) -> None:
    """Keeps the two discovery replies once, for all recordings."""
    comparison.built_in(["api-versions"], FakeConfig(recorder._connection, "default"))
    kept = {exchange["path"]: exchange["reply"] for exchange in recorder._connection.exchanges}
    (FOLDER / "discovery" / "discovery.json").write_text(json.dumps(kept) + "\n", encoding="utf-8")


def _record_reading(recorder: Recorder, table: str) -> None:
    for line in comparison.table(table):
        if _worth_recording(line):
            recorder.record(line, None)


def _record_changing(recorder: Recorder, table: str) -> None:
    for name in NAMESPACES:
        comparison.genuine(["delete", "namespace", name, "--ignore-not-found"])
        comparison.genuine(["create", "namespace", name])
    for line in comparison.table(table):
        if not line.setup and _worth_recording(line):
            recorder.record(line, NAMESPACES)
        else:
            for name in NAMESPACES:
                comparison.genuine(line.in_namespace(name), line.stdin)
    for name in NAMESPACES:
        comparison.genuine(["delete", "namespace", name, "--wait=false"])


def main(tables: list[str]) -> None:
    """Records the tables named, beside what is there already; without any, all of them anew."""
    recorder = Recorder()
    if not tables:
        shutil.rmtree(FOLDER, ignore_errors=True)
        (FOLDER / "discovery").mkdir(parents=True)
        _discovery(recorder)
    for table in tables or ["reading", "changing", "reading-odd", "changing-odd", "debugging", "describing"]:
        (_record_reading if table.startswith("reading") else _record_changing)(recorder, table)


if __name__ == "__main__":
    main(sys.argv[1:])
