"""Ids that tell nothing of what they name: 128-bit keyed hashes in hexadecimal."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import WrongRun

KEY_BYTES_AT_LEAST = 32


@dataclass(frozen=True)
class IdKey:
    """The secret of a release line, or none for a corpus of public sources (`ids: content`)."""

    secret: bytes = field(default=b"", repr=False)

    @property
    def key_id(self) -> str:
        """Names the key in a manifest without telling it; `content` where there is none."""
        return hashlib.sha256(b"medregion key id" + self.secret).hexdigest()[:16] if self.secret else "content"

    def digest(self, kind: str, *parts: str) -> str:
        """32 hexadecimal digits of HMAC-SHA256 over the kind and the length-prefixed parts."""
        message = b"".join(len(data).to_bytes(4, "big") + data for data in (text.encode() for text in (kind, *parts)))
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:32]

    def item(self, source: str, relative_path: str) -> str:
        return self.digest("item", source, relative_path)

    def pseudonym(self, kind: str, source: str, value: str) -> str:
        """Of a patient, study, series or lesion, as one source names it."""
        return self.digest(kind, source, value)

    def image(self, pixel_hash: str, view: str) -> str:
        return self.digest("image", pixel_hash, view)

    def region(self, image_id: str, box_xyxy: tuple[int, int, int, int], label: str, annotator: str) -> str:
        return self.digest("region", image_id, ",".join(map(str, box_xyxy)), label, annotator)

    def group(self, members: str) -> str:
        return self.digest("group", members)


def read_key(path: Path) -> IdKey:
    """The key file: at least 32 random bytes, readable by its owner alone.

    Raises WrongRun where it is absent, too short or open to others.
    """
    if not path.is_file():
        raise WrongRun(f"MEDREGION_KEY_FILE: no file at {path}; make one with `head -c 32 /dev/urandom`, mode 0600")
    if path.stat().st_mode & 0o077:
        raise WrongRun("MEDREGION_KEY_FILE: readable by others; set its mode to 0600")
    secret = path.read_bytes()
    if len(secret) < KEY_BYTES_AT_LEAST:
        raise WrongRun(f"MEDREGION_KEY_FILE: {len(secret)} bytes; at least {KEY_BYTES_AT_LEAST} are needed")
    return IdKey(secret)
