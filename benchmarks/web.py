"""`digitwise serve` under load: python benchmarks/web.py [-n 10000]

Five-digit images, drawn with MNIST's test digits, are sent to POST /api/read: 20 a second, alone
and while a network trains; 500 at once; and one after the other. Needs `.[web]` and httpx.
"""

import argparse
import asyncio
import io
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import measure
from PIL import Image

import digitwise as dw
from digitwise.data.strings import HANDS, draw_number

RATE = 20.0  # requests a second
AT_ONCE = 500  # connections


def draw_pictures(count: int = 50) -> list[bytes]:
    _, test = dw.load("mnist")
    pictures = []
    for index in range(count):
        file = io.BytesIO()
        Image.fromarray(draw_number(test, HANDS["spaced-5"], 1, index).image).save(file, "PNG")
        pictures.append(file.getvalue())
    return pictures


def memory(process: subprocess.Popen) -> float:
    """Return the resident memory of a process, in megabytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


async def send(client: httpx.AsyncClient, picture: bytes) -> httpx.Response:
    files = {"file": ("number.png", picture)}
    return await client.post("api/read", files=files, params={"layout": "number"})


async def paced(client: httpx.AsyncClient, pictures: list[bytes], count: int) -> str:
    seconds = []

    async def one(index: int) -> None:
        begun = time.perf_counter()
        answer = await send(client, pictures[index % len(pictures)])
        answer.raise_for_status()
        seconds.append(time.perf_counter() - begun)

    start, tasks = time.perf_counter(), []
    for index in range(count):
        await asyncio.sleep(max(0.0, start + index / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(one(index)))
    await asyncio.gather(*tasks)
    seconds.sort()
    median, late = 1e3 * statistics.median(seconds), 1e3 * seconds[int(0.99 * count)]
    return f"median {median:.1f} ms, 99 of 100 within {late:.1f} ms"


async def ask(url: str, process: subprocess.Popen, count: int) -> None:
    pictures = draw_pictures()
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while True:
            try:
                await client.get("api/health")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.2)
        print(f"20 a second: {await paced(client, pictures, 400)}")
        settings = {"hidden": [100], "epochs": 1000}
        run = (await client.post("api/runs", json=settings)).json()["id"]
        await client.post(f"api/runs/{run}/start")
        await asyncio.sleep(5)
        print(f"20 a second, while a network trains: {await paced(client, pictures, 600)}")
        await client.delete(f"api/runs/{run}")

        async def alone(index: int) -> int:
            async with httpx.AsyncClient(base_url=url, timeout=60) as other:
                return (await send(other, pictures[index % len(pictures)])).status_code

        codes = await asyncio.gather(*[alone(index) for index in range(AT_ONCE)])
        print(
            f"{AT_ONCE} at once: {', '.join(f'{codes.count(c)} × {c}' for c in sorted(set(codes)))}"
        )
        first, begun = 0.0, time.perf_counter()
        for index in range(count):
            (await send(client, pictures[index % len(pictures)])).raise_for_status()
            if index == count // 10:
                first = memory(process)
        seconds = time.perf_counter() - begun
        print(
            f"{count:,} one after the other: {1e3 * seconds / count:.1f} ms each; memory "
            f"{first:.0f} MB after a tenth, {memory(process):.0f} MB at the end"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=10_000, help="requests one after the other")
    count = parser.parse_args().n
    print(", ".join(f"{name} {value}" for name, value in measure.machine().items()))
    command = [sys.executable, "-m", "digitwise", "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            asyncio.run(ask(process.stdout.readline().split()[0], process, count))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
