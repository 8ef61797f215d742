"""The small programs of a Unix userland, one module a family; each registers its own with `base.tool`.

Options and messages follow busybox, which most small container images use.
"""
