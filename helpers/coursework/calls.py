"""Which calls to the system an attempt gives up, by seccomp: libseccomp's binding does the work.

It computes, reads what it may read, and writes in its own folder. It starts no process, reaches
none, opens no socket, shares no memory, and changes no file's metadata.
"""

import errno
import os

try:
    import pyseccomp
except (ImportError, OSError, RuntimeError):  # the binding, or libseccomp itself, is not there
    pyseccomp = None

DENIED = """
    fork vfork execve execveat
    socket connect bind listen accept accept4 io_uring_setup
    memfd_create memfd_secret shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv mq_open mq_unlink
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
    mknod mknodat inotify_add_watch fanotify_init name_to_handle_at open_by_handle_at
    tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
    setpriority ioprio_set sched_setaffinity sched_setscheduler sched_setparam sched_setattr
    migrate_pages move_pages unshare setns mount umount2 pivot_root chroot fsopen open_tree
    move_mount mount_setattr keyctl add_key request_key bpf perf_event_open userfaultfd personality
"""
NEW_THREAD = 0x10000  # clone's flag for a thread of the same process
SHARED, OF_NO_FILE = 0x1, 0x20  # mmap's flags: no limit on a process's memory counts such memory


def offered():
    """Whether attempts can give up calls here."""
    return pyseccomp is not None


def restrict():
    """Give them up for good. Raises OSError where the system refuses."""
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse, me = pyseccomp.ERRNO(errno.EPERM), os.getpid()
    for name in DENIED.split():
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError):  # this libseccomp or this machine does not know the call
            continue
    argument = pyseccomp.Arg
    rules.add_rule(refuse, "clone", argument(0, pyseccomp.MASKED_EQ, NEW_THREAD, 0))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # the C library falls back to clone
    nobodys = SHARED | OF_NO_FILE
    rules.add_rule(refuse, "mmap", argument(3, pyseccomp.MASKED_EQ, nobodys, nobodys))
    rules.add_rule(refuse, "prlimit64", argument(0, pyseccomp.NE, 0))
    for name in ("kill", "tgkill"):
        rules.add_rule(refuse, name, argument(0, pyseccomp.NE, me))
    rules.load()
