"""Resources whose answers are worked out rather than stored, one module each: `HANDLES` names them by resource and group."""
