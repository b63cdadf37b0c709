"""The workloads in asyncpg's own idiom. What is written is the same as in bench/dataset.ts and bench/bulk-dataset.ts:
the suite compares what the server has afterwards.
"""

import asyncio
import hashlib
import json
from datetime import datetime, timedelta, timezone

import asyncpg

from canonical import level_rows

BATCH_ROWS = 1000
SELECT_ONE = "select 1 as one"


class Load:
    """What is called, and what the check runs instead where the call only counts."""

    def __init__(self, call, close, check=None):
        self.call = call
        self.close = close
        self.check = check or call


async def open_load(job):
    name = job["workload"]
    if name == "w4":
        return await open_pool(job)
    if name == "w11":
        return open_connects(job)
    connection = await connect(job)
    if name in ("w1", "w2", "w3", "w5", "w6", "w12a", "w12b"):
        return await open_query(job, connection)
    call, check = {
        "w7b": load_inserts,
        "w8": load_copy_in,
        "w8b": load_copy_records,
        "w9": load_copy_out,
        "w10": load_stream,
        "w13": load_insert,
    }[name](job, connection)
    return Load(call, connection.close, check)


def connect(job):
    return asyncpg.connect(**job["server"], ssl=False)


def point_key(job, i):
    return 1 + (i * 7919) % job["sizes"]["pointRows"]


async def open_query(job, connection):
    """One query by many callers or few, who take turns."""
    statements = job["statements"]
    blob = bytes(i % 256 for i in range(256)) * (job["sizes"]["blobBytes"] // 256 + 1)
    blob = blob[: job["sizes"]["blobBytes"]]
    text, values = {
        "w1": (SELECT_ONE, lambda i: ()),
        "w2": (statements["point"], lambda i: (point_key(job, i),)),
        "w3": (statements["point"], lambda i: (point_key(job, i),)),
        "w5": (statements["catalog"], lambda i: (-1, True)),
        "w6": (statements["mixed"], lambda i: ()),
        "w12a": (statements["download"], lambda i: ()),
        "w12b": (statements["upload"], lambda i: (blob,)),
    }[job["workload"]]
    if job["workload"] == "w6":
        # The others parse JSON; asyncpg leaves it as text unless told otherwise.
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    attributes = (await connection.prepare(text)).get_attributes()
    turn = asyncio.Lock()

    async def call_alone(i):
        return await connection.fetch(text, *values(i))

    async def call_in_turn(i):
        async with turn:
            return await connection.fetch(text, *values(i))

    async def check(i):
        return level_rows(await call_alone(i), attributes)

    return Load(call_alone if job["callers"] == 1 else call_in_turn, connection.close, check)


async def open_pool(job):
    size = job["sizes"]["pool"]
    pool = await asyncpg.create_pool(**job["server"], ssl=False, min_size=size, max_size=size)
    text = job["statements"]["point"]
    async with pool.acquire() as connection:
        attributes = (await connection.prepare(text)).get_attributes()

    async def call(i):
        return await pool.fetch(text, point_key(job, i))

    async def check(i):
        return level_rows(await call(i), attributes)

    return Load(call, pool.close, check)


def open_connects(job):
    async def call(i):
        connection = await connect(job)
        rows = await connection.fetch(SELECT_ONE)
        await connection.close()
        return [dict(row) for row in rows]

    async def close():
        pass

    return Load(call, close)


def insert_values(i):
    created_at = datetime.fromtimestamp(1_700_000_000, timezone.utc) + timedelta(seconds=i)
    return (i, f"a name with number {i}", created_at, i / 8)


def load_insert(job, connection):
    text = job["statements"]["insert"]

    async def call(i):
        await connection.execute(text, *insert_values(i))

    return call, call


def load_inserts(job, connection):
    rows = [insert_values(i) for i in range(job["sizes"]["manyRows"])]
    text = job["statements"]["insert"]

    async def call(i):
        # All or none of them by itself.
        await connection.executemany(text, rows)

    return call, call


def bulk_block(job):
    first = datetime(2026, 1, 1, 0, 0, 0, 125_000, timezone.utc)
    ids = range(1, job["sizes"]["blockRows"] + 1)
    return [(i, f"name of point {i}", first + timedelta(seconds=61 * i), i / 8, i % 3 == 0) for i in ids]


def load_copy_in(job, connection):
    lines = "".join(
        f"{i}\t{name}\t{created_at}\t{score}\t{'t' if active else 'f'}\n"
        for i, name, created_at, score, active in bulk_block(job)
    )
    text = lines.encode() * (job["unitsPerCall"] // job["sizes"]["blockRows"])
    size = job["sizes"]["chunkBytes"]
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    del text

    async def source():
        for chunk in chunks:
            yield chunk

    async def call(i):
        await connection.copy_to_table(job["bulk"]["table"], source=source())

    return call, call


def load_copy_records(job, connection):
    rows = bulk_block(job) * (job["unitsPerCall"] // job["sizes"]["blockRows"])

    async def call(i):
        await connection.copy_records_to_table(job["bulk"]["table"], records=rows)

    return call, call


def load_copy_out(job, connection):
    table = job["bulk"]["copyOut"].split()[1]

    async def call(i):
        size = 0

        async def take(chunk):
            nonlocal size
            size += len(chunk)

        await connection.copy_from_table(table, output=take)
        return size

    async def check(i):
        digest = hashlib.sha256()

        async def take(chunk):
            digest.update(chunk)

        await connection.copy_from_table(table, output=take)
        return digest.hexdigest()

    return call, check


def load_stream(job, connection):
    text = job["bulk"]["select"]

    async def call(i):
        rows = 0
        async with connection.transaction():
            async for _ in connection.cursor(text, prefetch=BATCH_ROWS):
                rows += 1
        return rows

    async def check(i):
        attributes = (await connection.prepare(text)).get_attributes()
        digest = hashlib.sha256()
        rows = 0
        async with connection.transaction():
            async for row in connection.cursor(text, prefetch=BATCH_ROWS):
                if rows % job["sizes"]["checkedEvery"] == 0:
                    leveled = level_rows([row], attributes)[0]
                    digest.update(json.dumps(leveled, ensure_ascii=False, separators=(",", ":")).encode())
                rows += 1
        return {"rows": rows, "sha256": digest.hexdigest()}

    return call, check
