"""nnp, of the image that shows what the set-user-ID bit does (test/images/nonewprivs in the Kubernetes sources)."""

from __future__ import annotations

from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client


class EffectiveUser(Client):
    """Says as whom it runs. Its file belongs to root and has the set-user-ID bit, which counts unless the container was told
    to gain no privileges (proc(5): NoNewPrivs)."""

    def start(self, here: Here) -> None:
        self.finish(here, 0.0, 0, ("stdout", f"Effective uid: {0 if here.may_gain_privileges else here.user}\n"))


PROGRAMS = {"nnp": EffectiveUser}
