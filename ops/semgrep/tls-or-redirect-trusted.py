import aiohttp
import httpx


def ask(url):
    # ruleid: tls-or-redirect-trusted
    httpx.get(url, follow_redirects=True, timeout=5)
    # ruleid: tls-or-redirect-trusted
    httpx.Client(verify=False)
    # ok: tls-or-redirect-trusted
    return httpx.get(url, timeout=5)


async def ask_many(client: aiohttp.ClientSession, url):
    # ruleid: tls-or-redirect-trusted
    await client.post(url)
    # ruleid: tls-or-redirect-trusted
    await client.post(url, ssl=False, allow_redirects=False)
    # ruleid: tls-or-redirect-trusted
    aiohttp.ClientSession(trust_env=True)
    # ok: tls-or-redirect-trusted
    await client.post(url, allow_redirects=False)
