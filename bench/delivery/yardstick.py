"""`python -m bench.delivery.yardstick PORT COUNT`: what httpx alone does, 8 at once over one client; prints the CPU."""

from __future__ import annotations

import asyncio
import sys
import time

import httpx
import uvloop

AT_ONCE = 8
BODY = b'{"id": "0190f3a0-0000-7000-8000-000000000001", "data": "' + b"x" * 1100 + b'"}'


async def main(port: int, count: int) -> None:
    left = iter(range(count))
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client:

        async def send() -> None:
            for number in left:
                headers = {"content-type": "application/json", "x-leadsbot-delivery": f"yardstick-{number}"}
                await client.post(f"http://127.0.0.1:{port}/", content=BODY, headers=headers)

        begun, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        print(time.perf_counter() - begun, time.process_time() - cpu)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
