"""Watches how much of a GPU's memory is in use, whoever uses it: what nvidia-smi shows as memory.used.

NVIDIA's management library is asked every few milliseconds, in a thread of a process of its own; only Python itself is
needed.
"""

import ctypes
import os
import threading
import time

from serving import serve

INTERVAL = 0.003


class Memory(ctypes.Structure):
    """nvmlMemory_t of nvml.h, in bytes."""

    _fields_ = [(name, ctypes.c_ulonglong) for name in ("total", "free", "used")]


class Watch:
    def __init__(self, index):
        self.library = ctypes.CDLL(os.environ.get("BENCH_NVML", "libnvidia-ml.so.1"))
        self.check(self.library.nvmlInit_v2())
        self.device = ctypes.c_void_p()
        self.check(self.library.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(self.device)))
        self.peak, self.error = 0, None
        self.used()
        threading.Thread(target=self.sample, daemon=True).start()

    @staticmethod
    def check(status):
        if status != 0:
            raise OSError(f"NVML returned status {status}")

    def used(self):
        memory = Memory()
        self.check(self.library.nvmlDeviceGetMemoryInfo(self.device, ctypes.byref(memory)))
        return memory.used

    def sample(self):
        try:
            while True:
                self.peak = max(self.peak, self.used())
                time.sleep(INTERVAL)
        except OSError as error:
            self.error = error


watches = []


def watch(index):
    watches.append(Watch(index))
    return {}


def begin():
    """Counts the peak from here on; bytes in use now."""
    own = watches[0]
    if own.error is not None:
        raise own.error
    own.peak = used = own.used()
    return {"bytes": used}


def end():
    """The most bytes in use since `begin`."""
    own = watches[0]
    if own.error is not None:
        raise own.error
    own.peak = max(own.peak, own.used())
    return {"bytes": own.peak}


if __name__ == "__main__":
    serve({"watch": watch, "begin": begin, "end": end})
