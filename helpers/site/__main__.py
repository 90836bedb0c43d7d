"""`make site`: build the website. `make serve-site`: show it on this machine."""

import argparse
import functools
import http.server
from pathlib import Path

from helpers.collection import NOTEBOOKS
from helpers.site.build import build

BUILD = NOTEBOOKS.parent / "build"


def main(arguments=None) -> int:
    """The command line. Returns 0 if it did what was asked for."""
    parser = argparse.ArgumentParser(prog="make site", description=__doc__)
    parser.add_argument("--draft", nargs="+", metavar="NN", default=(), help="only these notebooks")
    parser.add_argument("--to", type=Path, default=BUILD / "site", help="the folder to build in")
    parser.add_argument("--serve", action="store_true", help="show what is built, on this machine")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    if options.serve:
        return serve(options.to, options.port)
    try:
        built = build(options.to, BUILD / "cache", options.draft)
    except (ValueError, RuntimeError) as error:
        parser.error(str(error))
    print(f"{len(built)} pages are built: make serve-site shows them.")
    return 0


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as a careful host does: nothing but the site's own files may be used."""

    policy = "default-src 'self'"

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_):
        pass


def serve(folder: Path, port: int) -> int:
    """Show the site on loopback until Ctrl+C. Returns 1 if nothing is built."""
    if not (folder / "index.html").exists():
        print("Nothing is built yet: make site builds the pages.")
        return 1
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"The site is at http://127.0.0.1:{server.server_address[1]}/ (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    raise SystemExit(main())
