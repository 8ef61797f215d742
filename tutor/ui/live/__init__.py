"""What is in the cluster right now, kept up to date by watching it. Knows nothing of screens."""

from __future__ import annotations
