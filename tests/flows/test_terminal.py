import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, sys
from pathlib import Path
from flows.terminal import TERMINAL, say, tell
TERMINAL.move_chatter(Path(sys.argv[1]))
print("a library")
sys.stdout.flush()
os.write(2, b"a server\\n")
say("to the person")
tell("a result")
"""


def test_chatter_goes_to_a_log_of_its_owner_and_the_rest_to_the_person(tmp_path: Path) -> None:
    log = tmp_path / "log" / "servers.log"
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(log)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        assert (told.stdout, told.stderr) == ("a result\n", "to the person\n")
    assert log.read_text() == "a library\na server\n" * 2
    assert log.stat().st_mode & 0o077 == 0
