"""Prompts, a file each: `NAME-VERSION.yaml`. A file that was used is not changed; its next version is another file."""
