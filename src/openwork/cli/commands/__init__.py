"""One command a file; `openwork.cli.registry` lists them."""
