"""Bounds that keep a hostile or mistaken script from using up the host's memory or stack.

They are far above what the lessons need and far below what would hurt. Everything that reaches one of them
fails with an ordinary message, the way a real machine fails when it runs out of something.
"""

from __future__ import annotations

PIPE_CAPACITY = 65_536
"""Bytes a pipe or a session's untaken output holds before its writer has to wait (Linux: 16 pages of 4 KiB)."""

READ_SIZE = 8_192
"""Bytes a tool asks for in one step."""

EXPANSION_SIZE = 1_048_576
"""Characters one expansion (a variable, a command substitution, an argument list) may reach."""

FIELDS = 20_000
"""Words one command line may expand to."""

INPUT_SIZE = 8_388_608
"""Bytes a tool that has to see all of its input (sort, diff ...) may collect."""

LINE_SIZE = 1_048_576
"""Bytes one line may have in tools that work by lines."""

SCRIPT_NESTING = 32
"""Depth of nested commands, substitutions and quotes the parser accepts."""

EXPRESSION_NESTING = 32
"""Depth of nested parentheses and variables in arithmetic, `test` and regular expressions."""

FUNCTION_NESTING = 200
"""Depth of function calls, `eval` and `.` inside each other."""

PROCESSES = 128
"""Processes one machine runs at the same time."""

OPEN_FILES = 256
"""File descriptors one process holds."""

TREE_SIZE = 67_108_864
"""Bytes an in-memory file tree holds unless its maker says otherwise."""

PATH_SIZE = 1_024
"""Characters of a whole path (PATH_MAX of macOS; Linux has 4096, but finding a file costs the square of the depth here)."""

SYMBOLIC_LINKS = 40
"""Symbolic links followed while one path is resolved (Linux MAXSYMLINKS)."""

FRAMES = 4_000
"""Unfinished commands, substitutions and calls one shell holds at a time."""

REMEMBERED_CHILDREN = 256
"""Ended children whose status a shell keeps for a later `wait`."""
