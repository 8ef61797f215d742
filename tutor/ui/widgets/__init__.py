"""The parts screens are made of, by area."""

from __future__ import annotations
