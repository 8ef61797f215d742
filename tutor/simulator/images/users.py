"""The users and groups that images come with, unless their own files say otherwise: those of busybox, which others have too."""

from __future__ import annotations

from tutor.simulator.images.model import Image

_USERS = (
    ("root", 0, 0, "/root", "/bin/sh"),
    ("daemon", 1, 1, "/usr/sbin", "/bin/false"),
    ("bin", 2, 2, "/bin", "/bin/false"),
    ("sys", 3, 3, "/dev", "/bin/false"),
    ("sync", 4, 100, "/bin", "/bin/sync"),
    ("mail", 8, 8, "/var/spool/mail", "/bin/false"),
    ("www-data", 33, 33, "/var/www", "/bin/false"),
    ("operator", 37, 37, "/var", "/bin/false"),
    ("nobody", 65534, 65534, "/home", "/bin/false"),
)
_GROUPS = {
    "root": 0,
    "daemon": 1,
    "bin": 2,
    "sys": 3,
    "mail": 8,
    "www-data": 33,
    "operator": 37,
    "users": 100,
    "nogroup": 65534,
}
PASSWD = "/etc/passwd"
FILES = {
    PASSWD: "".join(f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}\n" for name, uid, gid, home, shell in _USERS),
    "/etc/group": "".join(f"{name}:x:{gid}:\n" for name, gid in _GROUPS.items()),
}


def primary_group(image: Image, user: int) -> int:
    """The group of a user as the image has it, which is root's for a user it does not know (containerd, oci.WithUserID)."""
    rows = (line.split(":") for line in image.files.get(PASSWD, FILES[PASSWD]).splitlines())
    return next((int(row[3]) for row in rows if len(row) > 3 and row[2] == str(user)), 0)
