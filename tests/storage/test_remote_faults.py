"""What an object store has answered is said in few words, with what to do."""

import pytest

from langgraph_coaching.storage.remote_faults import shorten_fault

XML = "<Error><Code>{}</Code><Message>{}</Message><HostId>x</HostId></Error>"


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (XML.format("NoSuchBucket", "It does not exist."), "NoSuchBucket: It does not exist; make the bucket"),
        (XML.format("AccessDenied", ""), "AccessDenied: ; give these keys"),
        ("<Code>SlowDown</Code>", "SlowDown: "),
        ("ConnectError(111, Connection refused)", "nothing answers at the address"),
        ("No space left on device", "No space left on device"),
    ],
)
def test_what_was_answered(answered, said):
    assert shorten_fault(f"Generic {{ S3 {answered} }}").removeprefix("Generic { S3 ").startswith(said)


def test_it_is_never_long():
    assert len(shorten_fault("x" * 5_000)) == len(shorten_fault(XML.format("SlowDown", "y" * 5_000))) == 300
