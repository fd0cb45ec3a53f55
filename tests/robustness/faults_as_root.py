"""Faults that need root and permission to mount. For `make robustness`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.robustness.test_worker_faults import SOME, end_of, upgrade
from tests.support.background_load import CLIENTS, asking
from tests.support.monitored_server import monitored, settled

MOUNTS = {
    "full": "mount -t tmpfs -o size=64k none {home}; mount -t tmpfs -o size=64k none"
    " /dev/shm; for at in {home} /dev/shm; do yes > $at/full; done 2>/dev/null;",
    "read-only": "mount --make-rprivate /; mount -o remount,bind,ro /; ! touch {home}/x"
    " 2>/dev/null || exit 9;",
}


@pytest.mark.parametrize("disk", list(MOUNTS))
def test_a_full_or_read_only_disk_changes_nothing(tmp_path: Path, disk: str) -> None:
    mounts = MOUNTS[disk].format(home=tmp_path / "site" / "home")
    prefix = ["unshare", "-m", "sh", "-c", f'{mounts} exec "$@"', "sh"]
    with monitored(tmp_path, prefix=prefix) as server:
        with asking(server.port) as tally:
            tally.wait(SOME)
            os.kill(min(settled(server)), signal.SIGKILL)
            tally.wait(SOME)
            new_master = upgrade(server)
            tally.wait(SOME)
        os.kill(new_master, signal.SIGTERM)
        end_of(new_master)

    assert tally.wrong == []
    assert len(tally.lost) <= CLIENTS, tally.lost


GROUP = Path("/sys/fs/cgroup/memory")
LIMIT_BYTES = 400 << 20
HOG = "import time\nheap = []\nwhile True: heap.append(b'x' * 9**6); time.sleep(.01)"


def test_the_process_that_uses_up_the_memory_is_killed(
    tmp_path: Path,
) -> None:
    group = GROUP / "quietpage-robustness"
    group.mkdir(exist_ok=True)
    (group / "memory.limit_in_bytes").write_text(str(LIMIT_BYTES))
    enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
    prefix = ["sh", "-c", enter, "sh"]
    try:
        with monitored(tmp_path, prefix=prefix) as server, asking(server.port) as tally:
            tally.wait(SOME)
            hog = [*prefix, sys.executable, "-c", HOG]
            died = subprocess.run(hog, check=False, timeout=120).returncode
            tally.wait(SOME)
            settled(server)
    finally:
        group.rmdir()

    assert died == -signal.SIGKILL
    assert (tally.wrong, tally.lost) == ([], [])
