"""`python -m openwork`: the command line, where its script is not on the path."""

from openwork.cli.app import main

if __name__ == "__main__":
    main()
