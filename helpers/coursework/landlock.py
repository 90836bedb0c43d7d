"""Landlock: a process gives up access to files and network for good, without any rights."""

import ctypes
import os
import struct
import sys

# Landlock, linux/landlock.h: an unprivileged process gives up access to files and network for good.
CREATE, ADD_RULE, RESTRICT = 444, 445, 446  # system calls, the same on all architectures
READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read a file, read a folder
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo")
DEVICES += ("/sys/devices/system/cpu",)


def version():
    """The version of Landlock that the kernel offers; 0 or less where there is none."""
    if sys.platform != "linux":
        return 0
    return ctypes.CDLL(None).syscall(CREATE, None, ctypes.c_size_t(0), 1)


def places():
    """What an attempt reads: the system's libraries, Python, and where its packages lie."""
    packages = [path for path in sys.path if path.endswith("-packages")]
    return dict.fromkeys([*SYSTEM, sys.base_prefix, sys.prefix, sys.exec_prefix, *packages])


def restrict(folder):
    """Leave this process Python and its libraries to read, and `folder` to write.

    Raises OSError where the kernel refuses.
    """
    offered = version()
    everything = (
        1 << (13 if offered < 2 else 14 if offered < 3 else 15 if offered < 5 else 16)
    ) - 1
    network = 0b11 if offered >= 4 else 0  # bind and connect of TCP
    scope = 0b11 if offered >= 6 else 0  # abstract sockets and signals outside
    rights = struct.pack("QQQ", everything, network, scope)
    size = 8 if offered < 4 else 16 if offered < 6 else 24
    rules = call(CREATE, rights, ctypes.c_size_t(size), 0)
    for path, access in (
        *((path, READ) for path in places()),
        *((path, READ) for path in DEVICES),
        ("/dev/null", READ | 1 << 1),  # what is written to /dev/zero, mapped, is memory
        (folder, everything),
    ):
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        if not os.path.isdir(path):
            access &= ~(1 << 3)
        call(ADD_RULE, rules, 1, struct.pack("=Qi", access, opened), 0)
        os.close(opened)
    if ctypes.CDLL(None).prctl(38, 1, 0, 0, 0):  # no new privileges
        raise OSError("prctl")
    call(RESTRICT, rules, 0)
    os.close(rules)


def call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
