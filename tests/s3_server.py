"""A real S3 server on loopback, and what a coach is given to reach it."""

import logging
from contextlib import contextmanager
from itertools import count

import boto3
from moto.server import ThreadedMotoServer

KEYS = {"aws_access_key_id": "a-key", "aws_secret_access_key": "a-secret"}

_numbers = count()


@contextmanager
def s3_server():
    """Runs it; yields its storage options."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield {**KEYS, "aws_endpoint": f"http://{host}:{port}", "aws_region": "us-east-1", "allow_http": "true"}
    finally:
        server.stop()


def new_bucket(options):
    """Makes a bucket of its own; returns a client and its name."""
    client = boto3.client("s3", endpoint_url=options["aws_endpoint"], region_name=options["aws_region"], **KEYS)
    name = f"bucket-{next(_numbers)}"
    client.create_bucket(Bucket=name)
    return client, name
