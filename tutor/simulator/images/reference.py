"""Names of images: how a short one is completed, and what is wrong with a bad one (distribution/reference)."""

from __future__ import annotations

import re
from typing import NamedTuple

DEFAULT_REGISTRY = "docker.io"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?)+(?::[0-9]+)?")
_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")


class InvalidReference(ValueError):
    """The text names no image."""


class Reference(NamedTuple):
    """An image name in full: "docker.io/library/nginx", "1.27", and a digest if there is one."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        if self.digest:
            return f"{self.repository}@{self.digest}"
        return f"{self.repository}:{self.tag}"


def parse(text: str) -> Reference:
    """Complete a name with registry, "library/" and tag "latest". Raises InvalidReference."""
    rest, _, digest = text.partition("@")
    if digest and not _DIGEST.fullmatch(digest):
        raise InvalidReference("invalid reference format")
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    path = f"{head}{slash}{name}"
    if colon and not _TAG.fullmatch(tag):
        raise InvalidReference("invalid reference format")
    domain, separator, remainder = path.partition("/")
    if not separator or not ("." in domain or ":" in domain or domain == "localhost" or domain != domain.lower()):
        domain, remainder = DEFAULT_REGISTRY, path
    if domain == DEFAULT_REGISTRY and "/" not in remainder:
        remainder = f"library/{remainder}"
    if remainder != remainder.lower():
        raise InvalidReference(f"invalid reference format: repository name ({remainder}) must be lowercase")
    if not _PATH.fullmatch(remainder) or not _DOMAIN.fullmatch(domain):
        raise InvalidReference("invalid reference format")
    return Reference(f"{domain}/{remainder}", tag or ("" if digest else "latest"), digest)
