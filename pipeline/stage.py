"""What a stage is: a plain callable from named Arrow tables to one Arrow table, for one part."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import pyarrow as pa


class Stage(Protocol):
    """A frozen dataclass whose fields are its settings; it must survive pickling.

    A stage with `reads_files` also finds a table `files` (item, path) among its inputs: the paths of the part's
    source files, which never enter a key or a table.
    """

    name: ClassVar[str]  # its folder in the work directory
    version: ClassVar[int]  # raised whenever the same input gives other rows
    reads: ClassVar[Mapping[str, tuple[str, ...]]]  # input table -> columns; only these enter the key
    reads_files: ClassVar[bool]

    def settings(self) -> Mapping[str, Any]:
        """What affects the output, as JSON: precision yes; device, batch size and workers no."""
        ...

    def __call__(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The rows of one part, in the table's own schema, sorted by its key; rejected rows among them."""
        ...
