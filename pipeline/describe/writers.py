"""Writers from their settings, and whether a run may use them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from annotators.captioners.chat.settings import check
from annotators.captioners.prompted.prompt import read_prompt
from annotators.captioners.prompted.settings import check_writing
from annotators.captioners.prompted.writer import PromptedWriter
from pipeline.describe.captions import Describe, DescribeSeen
from pipeline.describe.local_writer import check_local
from pipeline.describe.settings import DescribeSettings, OpenaiSettings
from pipeline.sources import SourceSettings
from schemas.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from annotators.captioners.chat.served import ServedChat

PLACE = "describe.openai"


def check_writer(settings: DescribeSettings, sources: Sequence[SourceSettings]) -> None:
    """So that a wrong run ends before anything is written; asks nobody.

    Raises ConfigError for settings that make no sense, WeightsError for a local model that cannot be loaded,
    ServerError for a server that must not be asked: another machine without `allow_remote`, or where a source is not
    `public`.
    """
    if settings.writer == "rules":
        return
    if settings.writer == "transformers":
        check_local(settings)
        return
    from annotators.captioners.chat.address import address, is_this_machine

    server = _openai(settings)
    try:
        check(server)
        check_writing(server)
        read_prompt(server.prompt)
        host = address(server, os.environ).url.host or ""
    except ConfigError as error:
        raise ConfigError(f"{PLACE}.{error.place}", error.problem) from None
    private = [source.name for source in sources if not source.public]
    if private and not is_this_machine(host):
        raise ServerError(
            f"{PLACE}.url: {host!r} is another machine, and source {private[0]!r} does not say that its pictures "
            "may leave this one; say `public: true` there if anybody may see them, or ask a server on this machine"
        )


@contextmanager
def served(settings: DescribeSettings, folder: Path) -> Iterator[tuple[Describe, "ServedChat"]]:
    """The stage by a writer that asks a server, whose answers and ledger lie in `folder`."""
    from annotators.captioners.chat.served import ServedChat  # with the HTTP library, which is slow to import

    server = _openai(settings)
    with ServedChat(server, folder) as chat:
        writer = PromptedWriter(settings.writer, chat, read_prompt(server.prompt), server)
        yield DescribeSeen(settings, writer), chat


def _openai(settings: DescribeSettings) -> OpenaiSettings:
    if settings.openai is None:
        raise ConfigError(PLACE, "the writer `openai` needs it; name `url` and `model`")
    return settings.openai
