"""One command a file; heavy imports live inside the commands, so that `--help` is instant."""
