"""What a ledger says of a run, in one line."""

from collections.abc import Mapping
from typing import Any


def asked_line(summary: Mapping[str, Any]) -> str:
    """As in `asked: 12 requests, 8 answered, 2 known from before; without an answer: timed_out 2; spent ...`."""
    run, ever = summary["run"], summary["all_runs"]
    told = [f"{run['requests']} requests", f"{run['answered']} answered", f"{run['cached']} known from before"]
    failed = ", ".join(f"{reason} {count}" for reason, count in run["failures"].items())
    spent = ever["money"] + ever["unreported_money_at_most"]
    tokens = f"{ever['prompt_tokens']} tokens in and {ever['completion_tokens']} out"
    money = f"; spent so far up to {spent:.4f} {ever['currency']} for {tokens}"
    return f"asked: {', '.join(told)}{f'; without an answer: {failed}' if failed else ''}{money}"
