"""However a pack's files are damaged, the author gets problems and never a crash."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.content.conftest import MINI
from tutor.course import PackError, Problem, lint, load_pack

FILES = sorted(path.relative_to(MINI) for path in MINI.rglob("*") if path.is_file())
SCRAPS = [
    "",
    "\n",
    ": ",
    "- ",
    "[",
    "}",
    "'",
    "```",
    "yes",
    "null",
    "~",
    "{#",
    "---\n",
    "&a ",
    "*a",
    "!!set ",
    "\t",
    "é",
    "0",
]


@settings(max_examples=80, deadline=None)
@given(
    file=st.sampled_from(FILES),
    start=st.floats(0, 1),
    length=st.integers(0, 200),
    scrap=st.one_of(st.sampled_from(SCRAPS), st.text(max_size=8)),
)
def test_damaged_text(file: Path, start: float, length: int, scrap: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(MINI, Path(folder) / "pack"))
        text = (root / file).read_text(encoding="utf-8")
        at = int(start * len(text))
        (root / file).write_text(text[:at] + scrap + text[at + length :], encoding="utf-8", errors="surrogatepass")
        problems = lint(root)
        assert all(_is_usable(problem, root) for problem in problems)
        assert _loading_problems(root) <= set(problems)


def _is_usable(problem: Problem, root: Path) -> bool:
    return problem.line >= 1 and problem.path.is_relative_to(root) and bool(problem.message and problem.remedy)


def _loading_problems(root: Path) -> set[Problem]:
    try:
        load_pack(root)
    except PackError as error:
        return set(error.problems)
    return set()
