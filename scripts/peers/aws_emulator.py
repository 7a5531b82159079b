"""Runs moto or MiniStack on a free port of 127.0.0.1 and ends when its standard input closes."""

import os
import socket
import sys
import threading


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


def one_at_a_time(owner, name):
    """AWS looks and writes in one step where a call has a condition; moto, which has many threads, in two."""
    lock = threading.Lock()
    call = getattr(owner, name)

    def locked(*arguments, **named):
        with lock:
            return call(*arguments, **named)

    setattr(owner, name, locked)


def moto():
    from moto.dynamodb.responses import DynamoHandler
    from moto.s3.responses import S3Response
    from moto.server import ThreadedMotoServer

    one_at_a_time(S3Response, "_key_response_put")
    one_at_a_time(DynamoHandler, "call_action")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(f"listening on {server.get_host_and_port()[1]}", flush=True)
    threading.Event().wait()


def ministack():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Nothing but the one HTTP port, and nothing of the machine's own configuration.
    os.environ.update(
        BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port), IOT_MTLS_ENABLED="0", SFTP_ENABLED="0", LOG_LEVEL="WARNING"
    )
    threading.Thread(target=announce, args=(port,), daemon=True).start()
    from ministack.app import main

    sys.argv = ["ministack"]
    main()


def announce(port):
    import time
    import urllib.request

    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2).read()
            print(f"listening on {port}", flush=True)
            return
        except OSError:
            time.sleep(0.1)


threading.Thread(target=end_with_parent, daemon=True).start()
{"moto": moto, "ministack": ministack}[sys.argv[1]]()
