"""Runs MiniStack on a free port of 127.0.0.1, mended where it differs from AWS in what the rehearsal proves.

Ends when its standard input closes. docs/test_plan.md lists every difference, mended or not.

In a container: REHEARSAL_BIND and REHEARSAL_PORT say where to listen, REHEARSAL_DETACHED that nobody holds the input.
"""

import os
import shutil
import socket
import sys
import sysconfig
import threading
import time
import urllib.request
from pathlib import Path


def end_with_parent():
    sys.stdin.read()
    end_workers()
    os._exit(0)


def end_workers():
    """Lambda workers are processes of their own."""
    try:
        from ministack.core import lambda_runtime

        lambda_runtime.kill_workers([worker for pool in list(lambda_runtime._workers.values()) for worker in pool])
    except Exception as error:
        print(f"lambda workers: {error}", file=sys.stderr)


def install_duckdb_extensions():
    """DuckDB looks for them below HOME, which is a folder of this run; they come with the packages."""
    import duckdb

    version = duckdb.__version__
    (platform,) = duckdb.sql("PRAGMA platform").fetchone()
    target = Path(os.environ["HOME"]) / ".duckdb" / "extensions" / f"v{version}" / platform
    target.mkdir(parents=True, exist_ok=True)
    packages = Path(sysconfig.get_path("purelib"))
    for name in ("avro", "httpfs", "iceberg"):
        file = f"{name}.duckdb_extension"
        shutil.copy(packages / f"duckdb_extension_{name}" / "extensions" / f"v{version}" / file, target / file)


def announce(port):
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2).read()
            print(f"listening on {port}", flush=True)
            return
        except OSError:
            time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    port = int(os.environ.get("REHEARSAL_PORT") or free_port())
    # Nothing but the one HTTP port, and nothing of the machine's own configuration.
    os.environ.update(
        BIND_HOST=os.environ.get("REHEARSAL_BIND", "127.0.0.1"),
        MINISTACK_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        # A child of ours may not be told otherwise by the machine.
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_EC2_METADATA_DISABLED="true",
    )
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    install_duckdb_extensions()

    import calls
    import control
    import delivery_stream
    import glue_commits
    import lambda_mended

    for part in (calls, delivery_stream, glue_commits, lambda_mended, control):
        part.install()
    if "REHEARSAL_DETACHED" not in os.environ:
        threading.Thread(target=end_with_parent, daemon=True).start()
    threading.Thread(target=announce, args=(port,), daemon=True).start()
    from ministack.app import main as ministack

    sys.argv = ["ministack"]
    ministack()


main()
