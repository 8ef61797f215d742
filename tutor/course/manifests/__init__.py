"""Checks Kubernetes manifests without a cluster: for the linter, and for showing a learner the line a mistake is on.

The API's schema comes from the models of the installed `kubernetes` client (Kubernetes 1.37). They take a noticeable
part of a second to load, which is why nothing here is imported before a manifest is checked.
"""

from __future__ import annotations

from tutor.course.manifests.schema import validate_manifest
from tutor.course.manifests.text import ManifestProblem, check_text

__all__ = ["ManifestProblem", "check_text", "validate_manifest"]
