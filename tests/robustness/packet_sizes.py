"""What the network sees of an answer. For `make robustness`, in its own network.

Run under `unshare -n`, with packets of 1,500 bytes on loopback, as on a phone network.
"""

import signal
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.robustness.test_load import Front, nginx_in_front
from tests.support.locales import TAGS

REQUEST = (
    "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: {}\r\n"
    "Connection: close\r\n\r\n"
)
CODINGS = ["br", "gzip", "identity"]
MISTYPED = "/nowhere/"


def ask(front: Front, path: str, coding: str) -> int:
    """Send a request over TLS and read to the end; return the client port."""
    with socket.create_connection(("127.0.0.1", front.port), 30) as plain:
        port = int(plain.getsockname()[1])
        with front.tls.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.sendall(REQUEST.format(path, coding).encode())
            while secured.recv(65536):
                pass
    return port


def capture(front: Front, folder: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """Return {(path, coding): (packets with data, bytes in them)} from the server."""
    file = folder / "traffic.pcap"
    watch = [
        "tshark",
        "-q",
        "-i",
        "lo",
        "-f",
        f"tcp port {front.port}",
        "-w",
        str(file),
    ]
    with subprocess.Popen(watch, stderr=subprocess.PIPE, text=True) as tshark:
        assert tshark.stderr
        for line in tshark.stderr:
            if "Capturing on" in line:
                break
        time.sleep(2)
        paths = [*(f"/{tag}/" for tag in TAGS), MISTYPED]
        asked = {ask(front, p, c): (p, c) for p in paths for c in CODINGS}
        time.sleep(2)
        tshark.send_signal(signal.SIGINT)
    fields = ["-T", "fields", "-e", "tcp.dstport", "-e", "tcp.len"]
    # A retransmitted packet is not ours, although an observer counts it.
    fresh = (
        f"tcp.srcport == {front.port} && tcp.len > 0 && !tcp.analysis.retransmission"
    )
    lines = subprocess.run(
        ["tshark", "-r", str(file), "-Y", fresh, *fields],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    seen: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for port, size in (map(int, line.split()) for line in lines):
        if port in asked:
            packets, total = seen[asked[port]]
            seen[asked[port]] = packets + 1, total + size
    return dict(seen)


@pytest.mark.parametrize("coding", CODINGS)
def test_sizes_and_packets_show_neither_language_nor_a_mistyped_address(
    tmp_path: Path, coding: str
) -> None:
    with nginx_in_front(tmp_path, settings="") as front:
        seen = capture(front, tmp_path)

    mine = {path: counts for (path, c), counts in seen.items() if c == coding}
    print(coding, mine)
    assert len(mine) == len(TAGS) + 1
    assert len({size for _, size in mine.values()}) == 1
    # Timing decides where the kernel splits a long answer.
    packets = [count for count, _ in mine.values()]
    assert max(packets) - min(packets) <= max(packets) // 10
