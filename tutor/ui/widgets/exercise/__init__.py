"""The panes of an exercise."""

from __future__ import annotations
