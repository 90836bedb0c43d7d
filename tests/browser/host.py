"""A careful host of the website on loopback, which can fail, or let a page wait."""

import functools
import http.server
import threading

from helpers.site.__main__ import Handler


class Host:
    """Shows a folder. `address`: its URL, which ends with /; `asked`: each path that was asked for.

    `answers`: an Event, set; while it is clear, figures' files wait. `fails`: whether these get an
    error. `server.shutdown()` ends it. `policy`: what its pages may load.
    """

    def __init__(self, folder, policy=Handler.policy):
        host = self

        class Watched(Handler):
            def do_GET(self):
                host.asked.append(self.path)
                if self.path.endswith(".pack"):
                    host.answers.wait()
                    if host.fails:
                        return self.send_error(503)
                return super().do_GET()

        Watched.policy = policy
        self.folder, self.fails, self.asked = folder, False, []
        self.answers = threading.Event()
        self.answers.set()
        handler = functools.partial(Watched, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"
