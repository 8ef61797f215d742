"""The states of a running shell: one module a family, each frame a small record on the shell's stack."""
