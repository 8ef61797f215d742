"""A cluster of the learner's is used only after they agreed to exactly where it leads."""

from __future__ import annotations

import stat

from tutor.clusters.consent import FILE, ContextInfo, give_consent, has_consent, withdraw_consent
from tutor.folders import private_folder

INFO = ContextInfo("prod", "https://prod.example:6443", "admin")


def test_consent_is_for_one_context_server_and_user() -> None:
    assert not has_consent(INFO)
    give_consent(INFO)
    assert has_consent(INFO)
    assert not has_consent(ContextInfo("prod", "https://other.example:6443", "admin"))
    assert not has_consent(ContextInfo("prod", "https://prod.example:6443", "root"))


def test_a_new_consent_replaces_the_old_one_of_the_context() -> None:
    moved = ContextInfo("prod", "https://moved.example", "admin")
    give_consent(INFO)
    give_consent(moved)
    assert has_consent(moved)
    assert not has_consent(INFO)


def test_consent_can_be_withdrawn() -> None:
    give_consent(INFO)
    assert withdraw_consent("prod")
    assert not has_consent(INFO)
    assert not withdraw_consent("prod")


def test_it_is_kept_private_and_damage_means_no_consent() -> None:
    give_consent(INFO)
    path = private_folder("clusters") / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("{ nonsense", encoding="utf-8")
    assert not has_consent(INFO)
