"""Questions, answers and how a quiz went."""

from __future__ import annotations
