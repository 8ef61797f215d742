"""Redis: a server that keeps strings, lists and numbers, and redis-cli to talk to it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tutor.simulator.images.programs.base import MIB, Here, Program
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import TCP, ConnectionFailed, Request, Response

PORT = 6379
Value = str | tuple[str, ...]
Data = Mapping[str, Value]
Answer = str | int | None | list[str]
WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value"
NOT_A_NUMBER = "-ERR value is not an integer or out of range"


def _number(text: str) -> int | None:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 19 else None


class Redis(Program):
    """redis-server"""

    resident = 10 * MIB
    idle_cpu = 0.001

    def __init__(self) -> None:
        super().__init__()
        self._data: Data = {}
        self._port = PORT

    def start(self, here: Here) -> None:
        words = list(here.argv)
        if "--port" in words[:-1]:
            self._port = int(words[words.index("--port") + 1])
        version = here.options.get("version", "7.4.1")
        stamp = datetime.fromtimestamp(here.now, UTC).strftime("%d %b %Y %H:%M:%S.%f")[:-3]
        for line in (
            "C * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
            f"C * Redis version={version}, bits=64, commit=00000000, modified=0, pid=1, just started",
            f"M * Running mode=standalone, port={self._port}.",
            "M * Server initialized",
            "M * Ready to accept connections tcp",
        ):
            here.log(f"1:{line[0]} {stamp} {line[2:]}\n")

    def ports(self) -> Mapping[int, str]:
        return {self._port: TCP}

    def serve(self, here: Here, port: int, request: Request) -> Response:
        words = shlex.split(request.body.decode(errors="replace"))
        return Response(200, _encode(self._run(here, words) if words else "+PONG").encode())

    def _run(self, here: Here, words: list[str]) -> Answer:
        name, arguments = words[0].lower(), words[1:]
        if name == "ping":
            return arguments[0] if arguments else "PONG"
        if name == "echo" and arguments:
            return arguments[0]
        if name == "info":
            return f"# Server\nredis_version:{here.options.get('version', '7.4.1')}\nredis_mode:standalone\ntcp_port:{self._port}"
        if name == "dbsize":
            return len(self._data)
        if name in ("flushall", "flushdb"):
            self._data = {}
            return "OK"
        if name == "keys":
            return sorted(self._data)
        handler = _COMMANDS.get(name)
        if handler is None:
            given = "".join(f"'{word}' " for word in arguments)
            return f"-ERR unknown command '{words[0]}', with args beginning with: {given}"
        least, function = handler
        if len(arguments) < least:
            return f"-ERR wrong number of arguments for '{name}' command"
        data = dict(self._data)
        answer = function(data, arguments)
        self._data = data
        return answer


def _set(data: dict[str, Value], words: list[str]) -> Answer:
    data[words[0]] = words[1]
    return "OK"


def _get(data: dict[str, Value], words: list[str]) -> Answer:
    value = data.get(words[0])
    return value if value is None or isinstance(value, str) else WRONG_TYPE


def _add(data: dict[str, Value], key: str, amount: int) -> Answer:
    value = data.get(key, "0")
    number = _number(value) if isinstance(value, str) else None
    if number is None:
        return NOT_A_NUMBER if isinstance(value, str) else WRONG_TYPE
    data[key] = str(number + amount)
    return number + amount


def _add_by(data: dict[str, Value], words: list[str], sign: int) -> Answer:
    amount = _number(words[1])
    return NOT_A_NUMBER if amount is None else _add(data, words[0], sign * amount)


def _delete(data: dict[str, Value], words: list[str]) -> Answer:
    return sum(data.pop(word, None) is not None for word in words)


def _push(data: dict[str, Value], words: list[str], *, left: bool) -> Answer:
    old = data.get(words[0], ())
    if isinstance(old, str):
        return WRONG_TYPE
    new = tuple(words[1:])
    data[words[0]] = (*reversed(new), *old) if left else (*old, *new)
    return len(old) + len(new)


def _range(data: dict[str, Value], words: list[str]) -> Answer:
    old, first, last = data.get(words[0], ()), _number(words[1]), _number(words[2])
    if isinstance(old, str):
        return WRONG_TYPE
    if first is None or last is None:
        return NOT_A_NUMBER
    end = len(old) + last + 1 if last < 0 else last + 1
    return list(old[max(0, len(old) + first) if first < 0 else first : end])


_COMMANDS: dict[str, tuple[int, Callable[[dict[str, Value], list[str]], Answer]]] = {
    "set": (2, _set),
    "get": (1, _get),
    "del": (1, _delete),
    "exists": (1, lambda data, words: sum(word in data for word in words)),
    "incr": (1, lambda data, words: _add(data, words[0], 1)),
    "decr": (1, lambda data, words: _add(data, words[0], -1)),
    "incrby": (2, lambda data, words: _add_by(data, words, 1)),
    "decrby": (2, lambda data, words: _add_by(data, words, -1)),
    "lpush": (2, lambda data, words: _push(data, words, left=True)),
    "rpush": (2, lambda data, words: _push(data, words, left=False)),
    "lrange": (3, _range),
}


def _encode(answer: Answer) -> str:
    """The answer as redis-cli shows it when nobody sits at a terminal."""
    if answer is None:
        return "\n"
    if isinstance(answer, list):
        return "".join(f"{item}\n" for item in answer) or "\n"
    return f"{str(answer).removeprefix('-')}\n"


class RedisClient(Client):
    """redis-cli: one command; a session at a prompt is not simulated."""

    def start(self, here: Here) -> None:
        host, port = "127.0.0.1", PORT
        words = list(here.argv[1:])
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if option in ("-h", "-p", "-a", "-n", "-u") and words:
                value = words.pop(0)
                host = value if option == "-h" else host
                port = int(value) if option == "-p" and value.isdecimal() else port
        if not words:
            self.finish(
                here, 0.0, 1, ("stderr", "redis-cli: only single commands are simulated, such as: redis-cli ping\n")
            )
            return
        try:
            response = here.request(host, port, Request(body=shlex.join(words).encode(), protocol=TCP))
        except ConnectionFailed as error:
            why = {"no-host": "Name or service not known", "timeout": "Connection timed out"}.get(error.kind)
            text = f"Could not connect to Redis at {host}:{port}: {why or 'Connection refused'}\n"
            self.finish(here, error.seconds, 1, ("stderr", text))
            return
        self.finish(here, response.seconds, 0, ("stdout", response.text))


PROGRAMS = {"redis-server": Redis, "redis-cli": RedisClient}
