"""Processes that work beside each other; one that dies takes no other with it."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue


class Processes:
    """Some processes, to be used with `with`. threads: as many, an executor; each leads a process."""

    def __init__(self, count):
        self.threads = ThreadPoolExecutor(count)
        self.idle = SimpleQueue()
        for _ in range(count):
            self.idle.put(_process())

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.threads.shutdown(cancel_futures=True)
        while not self.idle.empty():
            self.idle.get().shutdown()

    def run(self, work, *arguments):
        """What `work` returns in a process that is idle.

        Raises BrokenProcessPool if the process dies; a new one then stands in its place.
        """
        process = self.idle.get()
        try:
            return process.submit(work, *arguments).result()
        except BrokenProcessPool:
            process.shutdown()
            process = _process()
            raise
        finally:
            self.idle.put(process)


def _process():
    """One process, as an executor. It is not forked: a thread of this one may hold a lock."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
