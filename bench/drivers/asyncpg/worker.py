"""asyncpg, one workload in one process: what bench/worker.ts is to the drivers in JavaScript.

It runs on asyncio's own loop, with asyncpg's defaults. asyncpg does not send a query before the one ahead of it is
answered, so callers that share a connection take turns.
"""

import asyncio
import hashlib
import json
import sys

from loads import open_load
from measure import measure

SAMPLE_LENGTH = 300


async def check(job, load):
    """Digests the results of a few calls, in the form of bench/canonical.ts."""
    digest = hashlib.sha256()
    sample = ""
    for i in range(job["checkedCalls"]):
        sample = json.dumps(await load.check(i), ensure_ascii=False, separators=(",", ":"))
        digest.update(sample.encode())
    return {"task": "check", "digest": digest.hexdigest(), "sample": sample[:SAMPLE_LENGTH]}


async def work(job):
    load = await open_load(job)
    try:
        if job["task"] == "check":
            return await check(job, load)
        return {"task": "measure", "measurement": await measure(job, load)}
    finally:
        await load.close()


print(json.dumps(asyncio.run(work(json.loads(sys.argv[1])))))
