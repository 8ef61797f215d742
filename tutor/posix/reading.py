"""How `read` makes variables out of a line: backslashes, and fields at IFS with the rest in the last variable."""

from __future__ import annotations


def join_continued(text: str) -> str | None:
    """The line without its ending when a backslash at its end asks for another line, else None."""
    if not text.endswith("\\\n"):
        return None
    backslashes = len(text[:-1]) - len(text[:-1].rstrip("\\"))
    return text[:-2] if backslashes % 2 else None


def assign_fields(line: str, count: int, separators: str, *, raw: bool) -> list[str]:
    """The values of `count` variables."""
    characters = [(char, False) for char in line] if raw else list(_unescaped(line))
    white = {char for char in separators if char in " \t\n"}
    values = list[str]()
    index = _skip(characters, 0, white)
    while len(values) < count - 1 and index < len(characters):
        end = index
        while end < len(characters) and (characters[end][1] or characters[end][0] not in separators):
            end += 1
        values.append("".join(char for char, _ in characters[index:end]))
        index = _skip(characters, end, white)
        if index < len(characters) and end <= index and _is_separator(characters, index, separators, white):
            index = _skip(characters, index + 1, white)
    rest = characters[index:]
    while rest and not rest[-1][1] and rest[-1][0] in white:
        rest.pop()
    values.append(_last("".join(char for char, _ in rest), rest, separators, white))
    return values + [""] * (count - len(values))


def _last(text: str, rest: list[tuple[str, bool]], separators: str, white: set[str]) -> str:
    """The last variable takes everything, except one separator that only ends its single field."""
    others = [index for index, (char, escaped) in enumerate(rest) if not escaped and char in separators]
    if others == [len(rest) - 1] and rest[-1][0] not in white:
        return text[:-1]
    return text


def _is_separator(characters: list[tuple[str, bool]], index: int, separators: str, white: set[str]) -> bool:
    char, escaped = characters[index]
    return not escaped and char in separators and char not in white


def _skip(characters: list[tuple[str, bool]], index: int, white: set[str]) -> int:
    while index < len(characters) and not characters[index][1] and characters[index][0] in white:
        index += 1
    return index


def _unescaped(line: str) -> list[tuple[str, bool]]:
    out, index = list[tuple[str, bool]](), 0
    while index < len(line):
        if line[index] == "\\" and index + 1 < len(line):
            index += 1
            out.append((line[index], True))
        elif line[index] != "\\":
            out.append((line[index], False))
        index += 1
    return out
