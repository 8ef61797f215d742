"""What tips find out about the cluster and the workspace: quick questions asked with kubectl itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.shell.tips import MANIFEST

ASK_SECONDS = 1
"""How long the API server has for an answer."""
_ROWS = '{range .items[*]}{.metadata.namespace}{"\\t"}{.kind}{"\\t"}{.metadata.name}{"\\n"}{end}'
_MAX_FILES = 200

Ask = Callable[[Sequence[str]], str]
"""Runs kubectl with these arguments and gives what it printed, "" when it failed."""


class KubectlLook:
    """`tutor.shell.tips.Look`, through kubectl. `words` are the arguments of the command that failed."""

    def __init__(self, words: Sequence[str], namespace: str, ask: Ask, list_files: Callable[[], list[str]]) -> None:
        self._words = words
        self._namespace = namespace
        self._ask = ask
        self._list_files = list_files

    @property
    def namespace(self) -> str:
        """The namespace of -n, else the current one."""
        for word, following in zip(self._words, [*self._words[1:], ""], strict=True):
            if word in ("-n", "--namespace"):
                return following
            if word.startswith("--namespace="):
                return word.partition("=")[2]
            if word.startswith("-n") and len(word) > 2:
                return word[2:].lstrip("=")
        return self._namespace

    def find(self, kinds: str, name: str = "", *, everywhere: bool = False) -> list[tuple[str, str, str]]:
        """See `Look.find`."""
        where = ["-A"] if everywhere else ["-n", self.namespace]
        which = ["--field-selector", f"metadata.name={name}"] if name else []
        limit = f"--request-timeout={ASK_SECONDS}s"
        rows = self._ask(["get", kinds, *where, *which, limit, "-o", f"jsonpath={_ROWS}"]).splitlines()
        cells = [row.split("\t") for row in rows]
        return [(row[0], row[1].lower(), row[2]) for row in cells if len(row) == 3]

    def kinds(self) -> list[str]:
        """See `Look.kinds`."""
        names = self._ask(["api-resources", "-o", "name", f"--request-timeout={ASK_SECONDS}s"]).split()
        return sorted({name.split(".")[0] for name in names})

    def files(self) -> list[str]:
        """See `Look.files`."""
        return [name for name in self._list_files()[:_MAX_FILES] if MANIFEST.match(name)]
