"""Side-by-side measures, each a command that prints a table and writes JSON with the machine's description."""
