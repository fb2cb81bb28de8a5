"""`python -m digitwise`: the command line."""

from digitwise.cli import main

if __name__ == "__main__":
    main()
