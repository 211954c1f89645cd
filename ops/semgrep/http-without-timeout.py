import urllib.request

import httpx
import requests


def ask(url):
    # ruleid: http-without-timeout
    requests.get(url)
    # ruleid: http-without-timeout
    urllib.request.urlopen(url)
    # ruleid: http-without-timeout
    httpx.get(url, timeout=None)
    # ok: http-without-timeout
    return httpx.get(url, timeout=5)
