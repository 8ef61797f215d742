"""A text area that colours YAML without a parser: keys, strings, plain values and comments, line by line.

Textual colours text areas with tree-sitter, whose newest release ends the program on some languages; four expressions
are enough for manifests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.style import Style
from textual.theme import Theme
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

_TOKENS = re.compile(
    r"""(?P<comment>(?:^|(?<=\s))\#.*$)
    |(?P<string>"(?:[^"\\]|\\.)*"|'[^']*')
    |(?P<key>[\w./$-]+(?=\s*:(?:\s|$)))
    |(?P<value>(?<=[\s:\[,-])(?:true|false|null|~|-?\d+(?:\.\d+)?)(?=\s*(?:$|[,\]}]|\s\#)))""",
    re.VERBOSE,
)


def tokens(line: str) -> Iterator[tuple[int, int, str]]:
    """The coloured pieces of a line as start, end (in characters) and kind."""
    for match in _TOKENS.finditer(line):
        yield match.start(), match.end(), str(match.lastgroup)


class YamlArea(TextArea):
    """An editor for manifests."""

    def on_mount(self) -> None:
        """Take the colours of the app's look, now and whenever it changes."""
        self._take_colours(self.app.current_theme)
        self.app.theme_changed_signal.subscribe(self, self._take_colours)

    def _take_colours(self, theme: Theme) -> None:
        styles = {
            "key": Style(color=theme.primary, bold=True),
            "string": Style(color=theme.success),
            "value": Style(color=theme.warning),
            "comment": Style(color=theme.variables.get("text-muted"), italic=True),
        }
        self.register_theme(TextAreaTheme(f"yaml-{theme.name}", syntax_styles=styles))
        self.theme = f"yaml-{theme.name}"

    def _build_highlight_map(self) -> None:
        """Find what to colour; the base class, which asks tree-sitter, keeps it by line in bytes."""
        self._line_cache.clear()
        self._highlights.clear()
        for number, line in enumerate(self.document.lines):
            for start, end, kind in tokens(line):
                place = len(line[:start].encode()), len(line[:end].encode())
                self._highlights[number].append((*place, kind))
