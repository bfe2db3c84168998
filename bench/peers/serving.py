"""Answers requests, one JSON object per line, so that the other side can take turns in being measured."""

import json
import os
import sys
import time
import traceback
from statistics import median


def serve(handlers):
    """Calls `handlers[request["do"]](**rest)` for every line of standard input and writes what it returns."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to standard error
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = handlers[request.pop("do")](**request)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


# What times are read from: the wall's clock, or this process's on all its processors.
clock = time.process_time if os.environ.get("BENCH_CLOCK") == "processor" else time.perf_counter


def seconds(run, calls=1, finish=lambda: None):
    """Mean seconds of a call; `finish` waits for what calls only began."""
    finish()
    begin = clock()
    for _ in range(calls):
        run()
    finish()
    return (clock() - begin) / calls


def typical(run, budget):
    """Median seconds of a call: as many samples as fit into `budget` seconds, three at least, after a warm-up."""
    run()
    samples, begin = [], time.perf_counter()
    while len(samples) < 3 or (time.perf_counter() - begin < budget and len(samples) < 1000):
        samples.append(seconds(run))
    return median(samples)


def memory_available():
    """Bytes that can still be allocated, as Linux estimates it; unbounded where it says nothing."""
    try:
        with open("/proc/meminfo") as file:
            fields = dict(line.split(":") for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except OSError:
        return float("inf")
