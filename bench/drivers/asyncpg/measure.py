"""The loops and measures of bench/measure.ts."""

import asyncio
import gc
import re
import resource
from array import array
from time import perf_counter

MIN_CALLS = 3


async def run_one_by_one(load, first_call, seconds, latencies=None):
    min_calls = 1 if latencies is None else MIN_CALLS
    calls = 0
    last = perf_counter()
    deadline = last + seconds
    while last < deadline or calls < min_calls:
        await load.call(first_call + calls)
        calls += 1
        now = perf_counter()
        if latencies is not None:
            latencies.append(now - last)
        last = now
    return calls


async def run_concurrently(load, first_call, seconds, callers):
    deadline = perf_counter() + seconds
    calls = 0

    async def run_caller():
        nonlocal calls
        while perf_counter() < deadline:
            i = first_call + calls
            calls += 1
            await load.call(i)

    await asyncio.gather(*(run_caller() for _ in range(callers)))
    return calls


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def reset_peak():
    """Makes the kernel count the peak from now on, where it permits that."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        return True
    except OSError:
        return False


def read_peak():
    with open("/proc/self/status") as file:
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", file.read(), re.M).group(1)) * 1024


async def measure(job, load):
    """Warms up, then measures."""
    sequential = job["callers"] == 1

    async def run(first_call, milliseconds, latencies=None):
        if sequential:
            return await run_one_by_one(load, first_call, milliseconds / 1000, latencies)
        return await run_concurrently(load, first_call, milliseconds / 1000, job["callers"])

    warm_up_calls = await run(0, job["duration"]["warmUpMs"])
    gc.collect()
    latencies = array("d")
    knows_peak = reset_peak()
    cpu = cpu_seconds()
    start = perf_counter()
    calls = await run(warm_up_calls, job["duration"]["measureMs"], latencies)
    seconds = perf_counter() - start
    cpu = cpu_seconds() - cpu
    measurement = {"units": calls * job["unitsPerCall"], "seconds": seconds, "cpuMicros": cpu * 1e6}
    if sequential:
        ordered = sorted(latencies)
        p50, p99 = (ordered[int((len(ordered) - 1) * quantile)] * 1e6 for quantile in (0.5, 0.99))
        measurement["latency"] = {"p50": p50, "p99": p99}
    if knows_peak:
        measurement["peakRssBytes"] = read_peak()
    return measurement
