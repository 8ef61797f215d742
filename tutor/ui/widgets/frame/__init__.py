"""The lines every screen has: title, keys, and the notice for a terminal that is too small."""

from __future__ import annotations
