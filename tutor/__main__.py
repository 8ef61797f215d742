"""Lets `python -m tutor` do what the `k8s-tutor` command does."""

from tutor.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
