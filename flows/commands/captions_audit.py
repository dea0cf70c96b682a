"""`medregion captions audit`: whether texts alone tell which of them are true; exit 1 where a bound is exceeded."""

import json
from dataclasses import dataclass
from pathlib import Path

from flows.out_folder import make_folder, write_texts
from flows.terminal import say, tell
from pipeline.describe.audit.judge import as_json, audit
from pipeline.describe.audit.page import markdown, page, terminal, verdict
from pipeline.describe.audit.pairs import read_pairs
from pipeline.release.folder import ReleaseFolder
from schemas.errors import TextLeak


@dataclass(frozen=True)
class AuditCommand:
    """The command line of `medregion captions audit`."""

    release: str
    out: str | None
    seed: int
    limit: int | None


def run(command: AuditCommand) -> None:
    manifest = ReleaseFolder(command.release).readable_manifest()
    name = "-".join(str(manifest[key]) for key in ("name", "version") if key in manifest) or "release"
    folder = Path(command.out or f"audits/{name}")
    make_folder(folder)
    found = audit(read_pairs(command.release, command.seed, command.limit), command.seed, say)
    files = {
        "captions_audit.json": json.dumps({"release": name, **as_json(found)}, indent=1) + "\n",
        "captions_audit.md": markdown(found, name),
        "captions_audit.html": page(found, name),
    }
    write_texts(folder, files)
    for line in terminal(found):
        tell(line)
    for file in files:
        tell(f"{file.rpartition('.')[2]:<9} {folder / file}")
    if found.exceeded:
        raise TextLeak(verdict(found))
    tell(verdict(found))
