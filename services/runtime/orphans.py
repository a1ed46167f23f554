"""Children that die with their parent, even when the parent is killed with -9."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> Callable[[], None]:
    """Return what a child process runs between fork and exec so that it never outlives this one.

    On Linux the kernel then sends SIGKILL the moment the parent's forking *thread* ends, so start
    children from a thread that lives as long as the process (the main one). Elsewhere it does
    nothing, and only an orderly end stops the children.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    # Looked up here: loading a library between fork and exec could dead-lock.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def between_fork_and_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            # The parent died before the kernel knew our wish.
            os._exit(1)

    return between_fork_and_exec
