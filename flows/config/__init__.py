"""YAML files as people write them, read into frozen settings; a wrong key names its place and the nearest right one."""
