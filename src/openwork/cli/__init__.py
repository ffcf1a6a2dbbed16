"""The command line: commands, thin over `openwork.jobs.pipeline`."""
