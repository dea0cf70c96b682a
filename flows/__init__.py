"""What runs, in which order, on what machine: the command line, configs, Prefect flows, executors, progress.

No arithmetic on data lives here.
"""
