import os
import subprocess


def dump(name):
    # ruleid: through-a-shell
    subprocess.run(f"pg_dump {name}", shell=True)
    # ruleid: through-a-shell
    os.system("pg_dump " + name)
    # ok: through-a-shell
    subprocess.run(["pg_dump", name], check=True)
