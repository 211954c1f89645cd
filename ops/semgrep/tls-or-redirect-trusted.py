import httpx


def ask(url):
    # ruleid: tls-or-redirect-trusted
    httpx.get(url, follow_redirects=True, timeout=5)
    # ruleid: tls-or-redirect-trusted
    httpx.Client(verify=False)
    # ok: tls-or-redirect-trusted
    return httpx.get(url, timeout=5)
