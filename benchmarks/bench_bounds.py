"""How late after its deadline a wait ends, and how much memory it takes, with any behavior of a server.

A separate process queries each server through the package's own client, with a deadline 3 s away.
"""

import gzip
import multiprocessing
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from harness.scripted_server import Reply, ScriptedServer, answer, reset, send_and_close, silence, trickle
from table import Row

from pulumi_tcsql_check.clock import SystemClock
from pulumi_tcsql_check.errors import ApiError
from pulumi_tcsql_check.model.credentials import Credentials
from pulumi_tcsql_check.model.endpoint import Endpoint
from pulumi_tcsql_check.model.progress import Migration
from pulumi_tcsql_check.polling.backoff import retry
from pulumi_tcsql_check.tencent.sqlserver import MigrationApi

TIMEOUT_SECONDS = 3.0
OVERSHOOT_SECONDS, MEMORY_MB = 10.0, 150.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def flood(head: bytes, more: bytes) -> Reply:
    """Send the head, and then the rest again and again, as fast as the client reads."""

    def reply(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(head)
        while not stopped.is_set():
            connection.sendall(more)

    return reply


PLAIN: dict[str, Reply] = {
    "silence": silence,
    "reset": reset,
    "headers, a byte at a time": trickle(HEAD + b"X: ", b"x"),
    "body, a byte at a time": trickle(HEAD + b"Content-Length: 999999\r\n\r\n", b" "),
    "body, without a length, a byte at a time": trickle(HEAD + b"\r\n", b" "),
    "headers without an end": flood(HEAD, b"X: " + b"x" * 1000 + b"\r\n"),
    "one header without an end": flood(HEAD + b"X: ", b"x" * 1000),
    "100 Continue without an end": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body without an end": flood(HEAD + b"\r\n", b" " * 8192),
    "chunks without an end": flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"2000\r\n" + b" " * 8192 + b"\r\n"),
    "a chunk size without an end": flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 8192),
    "redirects": answer("", status="302 Found", Location="/"),
    "half an answer": send_and_close(HEAD + b"Content-Length: 9999\r\n\r\n{"),
}


def servers() -> dict[str, Reply]:
    """Return all servers; the compressed bomb is made here, and not again in each process."""
    bomb = gzip.compress(bytes(1 << 30), 6)
    return {**PLAIN, "a gigabyte of zeros under gzip": answer(bomb, Content_Encoding="gzip")}


def ask(host: str, said: "multiprocessing.SimpleQueue[tuple[float, float, str]]") -> None:
    """Query until the deadline; return how late it ended, the peak memory in MB, and the result."""
    clock = SystemClock(threading.Event())
    who = Credentials("AKIDbenchmark", "a-key-of-nobody", None, "a benchmark")
    api = MigrationApi(who, Endpoint("http", host), "ap-guangzhou", clock=clock)
    deadline = clock.monotonic() + TIMEOUT_SECONDS
    migration = Migration(1066, "ap-guangzhou")
    came = "an answer"
    try:
        retry(lambda: api.query(migration, deadline), deadline, clock=clock, on_trouble=lambda _: None)
    except ApiError as error:
        came = type(error).__name__
    late = max(0.0, clock.monotonic() - deadline)
    said.put((late, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, came))


def ask_one(reply: Reply) -> tuple[float, float, str]:
    """Query one server in a separate process."""
    context = multiprocessing.get_context("spawn")
    said: multiprocessing.SimpleQueue[tuple[float, float, str]] = context.SimpleQueue()
    with ScriptedServer(reply) as server:
        process = context.Process(target=ask, args=(server.host, said))
        began = time.monotonic()
        process.start()
        process.join(60)
        if process.exitcode != 0:
            process.kill()
            return time.monotonic() - began - TIMEOUT_SECONDS, 0.0, "no end"
        return said.get()


def measure() -> Iterator[Row]:
    """Query each server in turn."""
    most_memory = 0.0
    for name, reply in servers().items():
        late, memory, came = ask_one(reply)
        most_memory = max(most_memory, memory)
        what = f"how late a wait of {TIMEOUT_SECONDS:g} s ends where a server sends: {name} ({came}, {memory:.0f} MB)"
        yield Row(what, late, OVERSHOOT_SECONDS, "s")
    yield Row("the most memory that one of these took", most_memory, MEMORY_MB, "MB")
