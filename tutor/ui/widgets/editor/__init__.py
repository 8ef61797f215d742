"""The editor for manifests: the text, the list of proposals over it, and what is said below it."""

from __future__ import annotations
