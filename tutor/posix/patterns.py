"""Shell patterns (`*`, `?`, `[...]`): matching strings and trimming them (POSIX XCU 2.13).

The matcher is written out instead of translated to `re`, because a pattern such as `*a*a*a*b` can keep a
backtracking regular expression busy for years. This one needs at most length times length steps.
"""

from __future__ import annotations

from functools import lru_cache

from tutor.posix.charsets import ANYTHING, Charset, parse_bracket

_STAR = ""
Token = str | Charset
"""One character, a set of characters, or `_STAR`."""


def escape(text: str) -> str:
    """Text as a pattern that matches exactly that text."""
    return "".join("\\" + c if c in "*?[]\\!-^" else c for c in text)


def unescape(pattern: str) -> str:
    """The text a pattern stands for when nothing in it is special."""
    return "".join(token for token in _literals(pattern))


def is_special(pattern: str) -> bool:
    """Whether a pattern can match anything but one fixed text."""
    return any(token == _STAR or isinstance(token, Charset) for token in _compile(pattern))


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches the pattern."""
    return _match(_compile(pattern), text)


def trim(value: str, pattern: str, operator: str) -> str:
    """What `${value%pattern}` leaves, for the operators `%`, `%%`, `#` and `##`."""
    tokens = _compile(pattern)
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if len(operator) == 2 else lengths:
        if operator[0] == "#":
            if _match(tokens, value[:length]):
                return value[length:]
        elif _match(tokens, value[len(value) - length :]):
            return value[: len(value) - length]
    return value


def replace(value: str, pattern: str, replacement: str, *, every: bool) -> str:
    """What `${value/pattern/replacement}` gives; `every` is the `//` form."""
    if not pattern:
        return value
    tokens, out, index = _compile(pattern), list[str](), 0
    while index < len(value):
        length = _longest(tokens, value, index)
        if not length:
            out.append(value[index])
            index += 1
            continue
        out.append(replacement)
        index += length
        if not every:
            break
    return "".join(out) + value[index:]


def _longest(tokens: tuple[Token, ...], value: str, start: int) -> int:
    for end in range(len(value), start, -1):
        if _match(tokens, value[start:end]):
            return end - start
    return 0


def _literals(pattern: str) -> list[str]:
    out, index = list[str](), 0
    while index < len(pattern):
        if pattern[index] == "\\" and index + 1 < len(pattern):
            index += 1
        out.append(pattern[index])
        index += 1
    return out


@lru_cache(maxsize=512)
def _compile(pattern: str) -> tuple[Token, ...]:
    tokens, index = list[Token](), 0
    while index < len(pattern):
        char = pattern[index]
        bracket = parse_bracket(pattern, index, negators="!^", escapes=True) if char == "[" else None
        if bracket:
            token, index = bracket
            tokens.append(token)
            continue
        if char == "*":
            tokens += [] if tokens and tokens[-1] == _STAR else [_STAR]
        elif char == "?":
            tokens.append(ANYTHING)
        elif char == "\\" and index + 1 < len(pattern):
            index += 1
            tokens.append(pattern[index])
        else:
            tokens.append(char)
        index += 1
    return tuple(tokens)


def _match(tokens: tuple[Token, ...], text: str) -> bool:
    """Greedy matching that goes back only to the latest `*`, which is enough for shell patterns."""
    token = position = 0
    star, resume = -1, 0
    while position < len(text):
        if token < len(tokens) and tokens[token] == _STAR:
            star, resume = token, position
            token += 1
        elif token < len(tokens) and _accepts(tokens[token], text[position]):
            token, position = token + 1, position + 1
        elif star >= 0:
            resume += 1
            token, position = star + 1, resume
        else:
            return False
    return all(rest == _STAR for rest in tokens[token:])


def _accepts(token: Token, char: str) -> bool:
    return token.contains(char) if isinstance(token, Charset) else token == char
