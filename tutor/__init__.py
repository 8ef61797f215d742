"""An interactive terminal tutor for container orchestration."""

__version__ = "0.1.0"
