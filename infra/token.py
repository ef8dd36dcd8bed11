"""`python -m infra.token OFFICE`: the same as `govlake token OFFICE`."""

import sys

from jobs.cli import main as govlake


def main(arguments: list[str]) -> int:
    """Make one token, or withdraw, and return the exit code."""
    return govlake(["token", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
