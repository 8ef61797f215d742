"""Courses as data: typed models, loaders that say file and line, and the linter for authors."""

from __future__ import annotations
