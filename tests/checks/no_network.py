"""No socket leaves this machine: an audit hook for pytest's process and for every kernel.

Kernels load it as IPython start-up code. The hook raises before the connection is made and notes
the address in a file, so that code which swallows the exception is caught as well. (It sees
Python's sockets; those inside C libraries, such as ZeroMQ's, it cannot see.)
"""

import os
import socket
import sys

LOG = (
    "CHECKED_GRADIENTS_NETWORK_LOG"  # environment variable: the file with one line for each attempt
)

_AT_HOME = {"", "localhost", "::1", "0.0.0.0", "::", socket.gethostname()}
_TO_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_TO_NAME = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def host_of(event, arguments):
    """The host that an audit event is about, or None if it is not about the network."""
    if event in _TO_NAME:
        host = arguments[0]
    elif event in _TO_ADDRESS and isinstance(
        arguments[1], tuple
    ):  # Unix sockets have a path for an address
        host = arguments[1][0]
    else:
        return None
    return host.decode() if isinstance(host, bytes) else host


def stay_at_home(event, arguments):
    """Audit hook: raise RuntimeError if `event` is about a host other than this one."""
    host = host_of(event, arguments)
    if not isinstance(host, str) or host in _AT_HOME or host.startswith("127."):
        return
    if LOG in os.environ:
        with open(os.environ[LOG], "a", encoding="utf-8") as log:
            log.write(f"{event} {host}\n")
    raise RuntimeError(
        f"network use in a test: {event} to {host!r}; tests and notebooks work with stored data"
    )


def install():
    """Put the hook into this process; it stays until the process ends."""
    sys.addaudithook(stay_at_home)
