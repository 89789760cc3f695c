"""Databases for tests: SQLite in the data folder, and databases of our own in the private PostgreSQL."""
import os
import subprocess
import urllib.parse
import uuid


def postgres_address():
    return os.environ.get("MATVEY_TEST_POSTGRES", "")


def named(address, name):
    """The address with another database."""
    parts = urllib.parse.urlsplit(address)
    return urllib.parse.urlunsplit(parts._replace(path="/" + name)) if parts.netloc else address.replace("/postgres", "/" + name, 1)


def sql(address, statement):
    """Runs SQL by psql; rows as lists of texts."""
    done = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement, address], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


class Postgres:
    """A database of its own, dropped at the end."""

    def __init__(self):
        address = postgres_address()
        if not address:
            raise AssertionError("MATVEY_TEST_POSTGRES is not set: a run without PostgreSQL fails")
        self.server = address
        self.name = "t_" + uuid.uuid4().hex[:12]
        sql(address, f'CREATE DATABASE "{self.name}"')
        self.address = named(address, self.name)

    def close(self):
        try:
            sql(self.server, f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        except AssertionError:
            pass  # a server that a test has stopped


def make(kind):
    """`kind` is sqlite or postgresql; something with address (None: the default) and close()."""
    if kind == "postgresql":
        return Postgres()

    class Default:
        address = None

        def close(self):
            pass

    return Default()


KINDS = ("sqlite", "postgresql")
