"""`medregion verify`: every check of a release with its result; exit 1 where one fails."""

from flows.terminal import tell
from pipeline.release.verify import verify
from schemas.errors import VerifyError


def run(release: str, full: bool) -> None:
    checks = verify(release, full=full)
    for check in checks:
        tell(f"{'ok    ' if check.passed else 'FAILED'}  {check.name:<28} {check.detail}")
    failed = [check.name for check in checks if not check.passed]
    if failed:
        raise VerifyError(f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}")
    tell(f"all {len(checks)} checks passed{'' if full else '; pixels were sampled, --full decodes every one'}")
