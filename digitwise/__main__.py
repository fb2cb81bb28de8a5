"""The entry of the command line: `digitwise`, or `python -m digitwise`."""

import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being loaded ends quietly, too."""
    try:
        from digitwise.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
