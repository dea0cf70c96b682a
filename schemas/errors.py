"""Every error that this project raises on purpose.

MedRegionError
├── WrongRun              the run cannot start or go on: exit 2, one line, nothing visible was written
│   ├── ConfigError       a key or value of a config file
│   ├── SourceError       a source folder, table or annotation file set as a whole
│   ├── WeightsError      model weights: missing, wrong checksum, unsafe or of another architecture
│   ├── StorageError      space, permission, a damaged work directory
│   ├── LockedError       another driver holds the work directory
│   ├── ServerError       a server of models refuses this run, or must not be asked
│   ├── BudgetSpent       another request to a server could pass what may be spent
│   └── SchemaError       a table or a release is of another schema version
├── FellShort             the run ended, but a gate was missed (a rejected share, a failed check): exit 1
│   ├── RejectedShare     a source lost more of its images than its limit allows
│   ├── LedgerError       a ledger does not add up
│   ├── VerifyError       a release does not prove itself
│   └── TextLeak          texts alone tell which of them are true
└── BadData               one item is unusable: becomes a rejected row, never ends a run

Anything else is a bug and is not caught.
"""


class MedRegionError(Exception):
    """The root of the tree above."""


class WrongRun(MedRegionError):
    """A wrong use or input; the message says where, and what to do."""


class ConfigError(WrongRun):
    """A config key or value; `place` is dotted, as in `sources.0.root`."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem)  # both, so that the error survives the way back from a process
        self.place = place
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class SourceError(WrongRun):
    """A source as a whole; names the source, never a file."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(source, problem)
        self.source = source
        self.problem = problem

    def __str__(self) -> str:
        return f"source {self.source!r}: {self.problem}"


class WeightsError(WrongRun):
    """Model weights that are missing, altered, unsafe or of another architecture."""


class StorageError(WrongRun):
    """Too little space, no permission, or a damaged work directory."""


class LockedError(WrongRun):
    """A second driver on a work directory."""


class ServerError(WrongRun):
    """A server of models: its address, or the credential; never the credential's value or the server's words."""


class BudgetSpent(WrongRun):
    """What is answered stays answered; the next attempt was not sent."""

    def __init__(self, spent: float, budget: float, currency: str) -> None:
        super().__init__(spent, budget, currency)
        self.spent = spent
        self.budget = budget
        self.currency = currency

    def __str__(self) -> str:
        return (
            f"budget: up to {self.spent:.4f} of {self.budget:.4f} {self.currency} are spent, and the next request "
            "could pass that; raise `budget` and run again: what is answered is not asked again"
        )


class SchemaError(WrongRun):
    """A table or release written under another schema."""


class FellShort(MedRegionError):
    """The run ended but a gate was missed."""


class RejectedShare(FellShort):
    """A source lost more of its images than its limit allows."""


class LedgerError(FellShort):
    """A ledger does not add up."""


class VerifyError(FellShort):
    """A release does not prove itself."""


class TextLeak(FellShort):
    """Who sees no picture tells true texts from false ones too often."""


class BadData(MedRegionError):
    """One unusable item: a closed reason word (see `schemas.reasons`) and a number, never the source's words."""

    def __init__(self, reason: str, value: float = 0.0) -> None:
        super().__init__(reason, value)
        self.reason = reason
        self.value = value

    def __str__(self) -> str:
        return self.reason
