"""Commands the shell runs itself, one module a family; each registers its own in `table`."""
