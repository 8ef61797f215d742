"""From the files of a pack to the models, with every mistake reported by file and line."""

from __future__ import annotations
