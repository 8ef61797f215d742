"""Lessons on the screen: prose, code and diagrams in few widgets."""

from __future__ import annotations
