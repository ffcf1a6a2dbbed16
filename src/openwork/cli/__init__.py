"""The command line: commands, thin over `openwork.pipeline`."""
