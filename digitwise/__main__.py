"""Entry point of the command line: `digitwise`, or `python -m digitwise`."""

import gc
import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is being imported ends it without a traceback."""
    # At the default threshold, 700 objects, the garbage collector searches all imported objects
    # again and again: a seventh of the time of reading a number.
    gc.set_threshold(50_000)
    try:
        from digitwise.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
