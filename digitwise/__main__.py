"""The entry of the command line: `digitwise`, or `python -m digitwise`."""

import gc
import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being loaded ends quietly, too."""
    # At 700 objects, all that is imported would be looked through again and again: a seventh of the
    # time of reading a number.
    gc.set_threshold(50_000)
    try:
        from digitwise.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
