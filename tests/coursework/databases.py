"""A PostgreSQL server for a test: run by an ordinary user, reached by a socket, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "nobody"  # PostgreSQL refuses to run as root


def programs():
    """The folder of initdb and pg_ctl, or None. Debian keeps them off the path."""
    found = shutil.which("initdb")
    others = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    return Path(found).parent if found else others[-1].parent if others else None


@contextlib.contextmanager
def server():
    """Yields the URL of an empty database."""
    tools, root = programs(), os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 bytes
    become = []
    if root:
        other = pwd.getpwnam(USER)
        os.chown(folder, other.pw_uid, other.pw_gid)
        become = ["setpriv", f"--reuid={other.pw_uid}", f"--regid={other.pw_gid}", "--clear-groups"]

    def run(name, *arguments):
        command = [*become, tools / name, "--pgdata", folder / "data", *arguments]
        with (folder / "log").open("ab") as log:  # a pipe would stay open in the server
            done = subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=log)
        assert done.returncode == 0, (folder / "log").read_text()

    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("initdb", "--username=teacher", "--auth=trust", "--no-sync", "--encoding=UTF8")
        run("pg_ctl", "start", "--wait", f"--options={options}", f"--log={folder / 'server.log'}")
        try:
            yield f"postgresql+psycopg://teacher@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)
