"""Shell variables: values, export and read-only flags, positional parameters and the scopes of functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tutor.posix import limits
from tutor.posix.errors import ShellError


@dataclass(frozen=True, slots=True)
class Variable:
    """`value` is None for a name that is only marked for export or read-only."""

    value: str | None = None
    exported: bool = False
    read_only: bool = False


@dataclass
class Variables:
    table: dict[str, Variable] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    scopes: list[dict[str, Variable | None]] = field(default_factory=list)
    """For every open scope, what its local names were before; None for a name that was not there."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Variables:
        """Variables of a shell that starts with this environment."""
        return cls({name: Variable(value, exported=True) for name, value in environment.items()})

    def copy(self) -> Variables:
        return Variables(dict(self.table), list(self.positional), [dict(scope) for scope in self.scopes])

    def get(self, name: str) -> str | None:
        variable = self.table.get(name)
        return variable.value if variable else None

    def set(self, name: str, value: str, *, export: bool = False) -> None:
        """Raises ShellError for a read-only name or a value beyond the size bound."""
        old = self._changeable(name)
        if len(value) > limits.EXPANSION_SIZE:
            raise ShellError(f"{name}: value too large", 1)
        self.table[name] = Variable(value, old.exported or export, old.read_only)

    def unset(self, name: str) -> None:
        self._changeable(name)
        self.table.pop(name, None)

    def mark(self, name: str, *, exported: bool | None = None, read_only: bool = False) -> None:
        """Change a name's flags, creating it without a value if need be."""
        old = self.table.get(name, Variable())
        exported = old.exported if exported is None else exported
        self.table[name] = replace(old, exported=exported, read_only=old.read_only or read_only)

    def environment(self) -> dict[str, str]:
        """What commands started now find in their environment."""
        return {name: v.value for name, v in self.table.items() if v.exported and v.value is not None}

    def push_scope(self) -> None:
        self.scopes.append({})

    def pop_scope(self) -> None:
        """Give local names back what they were."""
        for name, old in self.scopes.pop().items():
            if old is None:
                self.table.pop(name, None)
            else:
                self.table[name] = old

    def make_local(self, name: str) -> None:
        """Let the innermost scope own this name. It keeps its value until it is assigned, as in ash."""
        if name not in self.scopes[-1]:
            self._changeable(name)
            self.scopes[-1][name] = self.table.get(name)

    def _changeable(self, name: str) -> Variable:
        old = self.table.get(name, Variable())
        if old.read_only:
            raise ShellError(f"{name}: is read only", 2)
        return old
