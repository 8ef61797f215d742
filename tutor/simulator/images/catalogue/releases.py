"""/etc/os-release of images: which distribution one is built on (os-release(5))."""

from __future__ import annotations

import re

ALPINE = "3.22"
"""The version of Alpine that images of other software are taken to be built on."""
_DEBIAN = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
_UBUNTU = {"18.04": "bionic", "20.04": "focal", "22.04": "jammy", "24.04": "noble", "25.04": "plucky"}
_OTHERS = {
    "fedora": ("Fedora Linux", "fedora", "42"),
    "centos": ("CentOS Stream", "centos", "9"),
    "rockylinux": ("Rocky Linux", "rocky", "9.5"),
    "almalinux": ("AlmaLinux", "almalinux", "9.5"),
    "amazonlinux": ("Amazon Linux", "amzn", "2023"),
}


def release(repository: str, tag: str, shell: str) -> str:
    """The content of /etc/os-release; nothing for images without a distribution, such as busybox itself."""
    name = repository.rpartition("/")[2]
    if not shell or name.startswith("busybox"):
        return ""
    if name in _OTHERS:
        title, identity, newest = _OTHERS[name]
        version = tag if re.fullmatch(r"\d+(\.\d+)*", tag) else newest
        return _text(title, identity, version, f"{title} {version}")
    if name == "ubuntu":
        version = _version(tag, _UBUNTU) or "24.04"
        return _text("Ubuntu", "ubuntu", version, f"Ubuntu {version} LTS", _UBUNTU[version])
    if shell == "busybox" or "alpine" in tag:
        version = tag if name == "alpine" and re.fullmatch(r"3\.\d+", tag) else ALPINE
        return _text("Alpine Linux", "alpine", f"{version}.0", f"Alpine Linux v{version}")
    version = _version(tag, _DEBIAN) or "12"
    title = f"Debian GNU/Linux {version} ({_DEBIAN[version]})"
    return _text("Debian GNU/Linux", "debian", version, title, _DEBIAN[version])


def _version(tag: str, known: dict[str, str]) -> str:
    """The version that a tag names by its number or its name."""
    parts = tag.split("-")
    return next((number for number, name in known.items() if name in parts or tag.split("-")[0] == number), "")


def _text(name: str, identity: str, version: str, pretty: str, codename: str = "") -> str:
    lines = [f'PRETTY_NAME="{pretty}"', f'NAME="{name}"', f'VERSION_ID="{version}"']
    lines += [f"VERSION_CODENAME={codename}"] if codename else []
    return "".join(line + "\n" for line in [*lines, f"ID={identity}"])
