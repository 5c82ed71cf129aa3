"""A web application that reads the host of its database from its settings for every request.

Usage: `python app.py PORT`. It serves on this machine only. Its settings are the table `setting` in `app.db`.
"""

import sqlite3
import sys
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = Path(__file__).with_name("app.db")


def create_settings() -> None:
    """Create the table with the old host, unless the file has it from an earlier start."""
    with closing(sqlite3.connect(SETTINGS)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        database.execute("INSERT OR IGNORE INTO setting VALUES ('database_host', 'orders-old.example')")


def database_host() -> str:
    """Return the host of the database."""
    with closing(sqlite3.connect(SETTINGS)) as database:
        host: str
        (host,) = database.execute("SELECT value FROM setting WHERE key = 'database_host'").fetchone()
    return host


class Application(BaseHTTPRequestHandler):
    """Answers each GET with the host of the database that a real application would read."""

    def do_GET(self) -> None:  # http.server calls the method by this name
        """Send the response."""
        body = f"orders are read from {database_host()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until Ctrl-C."""
    create_settings()
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Application) as server, suppress(KeyboardInterrupt):
        sys.stderr.write(f"The application is at http://127.0.0.1:{server.server_port}\n")
        server.serve_forever()


if __name__ == "__main__":
    main()
