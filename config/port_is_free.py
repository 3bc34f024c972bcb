"""Says in plain words, before anything else happens, when a port cannot be had."""

import socket
import sys


def main(port: str) -> None:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except PermissionError:
            sys.exit(f"Port {port} needs more rights than you have. Try: PORT=9000 make run")
        except OSError:
            sys.exit(
                f"Something already listens on port {port}. Stop it, or choose another port:"
                " PORT=9000 make run"
            )


if __name__ == "__main__":
    main(sys.argv[1])
