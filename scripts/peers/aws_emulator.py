"""Runs moto or MiniStack on a free port of 127.0.0.1 and ends when its standard input closes."""

import os
import socket
import sys
import threading


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


def put_one_at_a_time():
    """S3 looks and writes in one step (`If-None-Match: *`); moto, which has many threads, in two."""
    from moto.s3.responses import S3Response

    lock = threading.Lock()
    put = S3Response._key_response_put

    def locked(*arguments, **named):
        with lock:
            return put(*arguments, **named)

    S3Response._key_response_put = locked


def moto():
    from moto.server import ThreadedMotoServer

    put_one_at_a_time()
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
