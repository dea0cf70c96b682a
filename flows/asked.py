"""What a ledger says of a run, and of what is to come, in one line each."""

from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from annotators.captioners.chat.settings import ServerSettings
from pipeline.work import Work
from schemas.tables.columns import KEY_NAMES, row_keys

PILOT = "asked: nobody yet; build with `--limit 20` first, and this line tells what the rest will cost"
TOO_FEW = "asked: too little for an estimate; let a build with `--limit 20` end first, and this line tells the rest"


def asked_line(summary: Mapping[str, Any]) -> str:
    """As in `asked: 12 requests, 8 answered, 2 known from before; without an answer: timed_out 2; spent ...`."""
    run, ever = summary["run"], summary["all_runs"]
    told = [f"{run['requests']} requests", f"{run['answered']} answered", f"{run['cached']} known from before"]
    failed = ", ".join(f"{reason} {count}" for reason, count in run["failures"].items())
    spent = ever["money"] + ever["unreported_money_at_most"]
    tokens = f"{ever['prompt_tokens']} tokens in and {ever['completion_tokens']} out"
    money = f"; spent so far up to {spent:.4f} {ever['currency']} for {tokens}"
    return f"asked: {', '.join(told)}{f'; without an answer: {failed}' if failed else ''}{money}"


def expected_line(work: Work, answers: Path, settings: ServerSettings, images: int) -> str:
    """From all that was asked so far for the pictures of finished parts: a pilot of `--limit`, or half of a build.

    Whatever was asked twice, with another prompt, or for a part that is not finished, makes a picture look dearer than
    it is.
    """
    from annotators.captioners.chat.estimate import Range, estimate
    from annotators.captioners.chat.ledger import Ledger
    from annotators.captioners.chat.served import LEDGER

    path = answers / LEDGER
    if not path.exists():
        return PILOT
    with Ledger(settings.prices, path=path) as ledger:
        pilot = ledger.summary()
    known = pilot["all_runs"]["answers_with_usage"]
    pictures = _pictures(work)
    if known < 2 or not pictures:
        return TOO_FEW
    asked = estimate(pilot, ceil(images * known / pictures))

    def told(amount: Range, unit: str, digits: int) -> str:
        return f"{amount.expected:,.{digits}f} ({amount.low:,.{digits}f} to {amount.high:,.{digits}f}) {unit}"

    parts = (
        f"asked: for all {images} pictures about {asked.requests:,} requests",
        told(asked.prompt_tokens, "tokens in", 0),
        told(asked.completion_tokens, "tokens out", 0),
        told(asked.money, asked.currency, 2),
        told(asked.seconds, "seconds", 0),
        f"by {known} answers for {pictures} pictures{_begun(work)}; those are among them",
    )
    return ", ".join(parts)


def _pictures(work: Work) -> int:
    """That a server wrote of, in any committed part: after an interrupted build no index names them, and a pilot's part
    may hold the same pictures.
    """
    found: set[str] = set()
    for key in work.present("drafts"):
        table = work.read("drafts", key, [*KEY_NAMES, "texts_origin"])
        found.update(row_keys(table.filter(pc.equal(table["texts_origin"], "openai"))).to_pylist())
    return len(found)


def _begun(work: Work) -> str:
    left = sum(not work.has("drafts", key) for key in work.plan("drafts") or ())
    return f" and some of {left} unfinished parts" if left else ""
