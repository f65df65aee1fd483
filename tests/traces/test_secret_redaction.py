"""Secrets are taken out of what is kept, without being asked; order numbers and ordinary words stay."""

import base64
import random
import time

import pytest

from langgraph_coaching import Coach, Reply, Step, Trace, redact_personal_data, redact_secrets

KEY = "sk-proj-abcDEF1234567890abcdef"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


PICTURE = base64.b64encode(bytes(range(256)) * 2).decode()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123"
HIDDEN = {
    f"my key is {KEY}, ok?": "my key is [secret], ok?",
    "AKIAIOSFODNN7EXAMPLE": "[secret]",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789": "[secret]",
    f"Authorization: Bearer {JWT}": "Authorization: Bearer [secret]",
    'curl -H "Authorization: Bearer abcdef0123456789abcdef"': 'curl -H "Authorization: Bearer [secret]"',
    "postgres://user:hunter2@db:5432/x": "postgres://user:[secret]@db:5432/x",
    "https://a.example/c?api_key=abc123456&page=2": "https://a.example/c?api_key=[secret]&page=2",
    "Password: hunter22!": "Password: [secret]",
    "API_KEY=abcd1234efgh": "API_KEY=[secret]",
    '{"password": "hunter", "page": 1}': '{"password": "[secret]", "page": 1}',
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----": "[secret]",
    "card 4111 1111 1111 1111, exp 12/28": "card [card], exp 12/28",
    "4111-1111-1111-1111": "[card]",
    "it is 4111111111111111.": "it is [card].",
    "5500 0000 0000 0004 or 3782 822463 10005": "[card] or [card]",
    "DE89 3704 0044 0532 0130 00 please": "[IBAN] please",
    "IBAN GB29NWBK60161331926819": "IBAN [IBAN]",
    "FR14 2004 1010 0505 0001 3M02 606 THANKS": "[IBAN] THANKS",
    "env:\n  API_KEY: abcd1234efgh\n  MODE: fast": "env:\n  API_KEY: [secret]\n  MODE: fast",
    "run: PASSWORD=hunter22": "run: PASSWORD=[secret]",
    f"Authorization: Basic {encoded('me:letmein')}": "Authorization: Basic [secret]",
    f"Proxy-Authorization: basic {encoded('aladdin:opensesame')}, ok": "Proxy-Authorization: basic [secret], ok",
    f"data:\n  password: {encoded('correct horse')}\n  size: MTA=": "data:\n  password: [secret]\n  size: MTA=",
    f"see data:text/plain;base64,{encoded('my key is ' + KEY)}": "see data:text/plain;base64,[secret]",
    f"it says {encoded('card 4111 1111 1111 1111, exp 12/28')}!": "it says [secret]!",
    f"wrapped twice: {encoded(encoded('the password=hunter22'))}": "wrapped twice: [secret]",
    base64.urlsafe_b64encode(f"{KEY} ÿ?>".encode()).decode(): "[secret]",
}
KEPT = [
    "Where is my order 4111111111111111?",
    "Order #W2378156, tracking 1Z999AA10123456784",
    "order number is 4929123456789012",
    "4111 1111 1111 1112",
    "my order is 4111 1111",
    "total 1234567890123456",
    "IMEI 356938035643809",
    "0000 0000 0000 0000",
    "I forgot my password: what now?",
    "password: forgot it",
    "the token: 123456",
    "the secret: chocolate",
    "key: value",
    "basic understanding of 2024 tokens",
    "user_2NxKk3mZ9qAbCdEfGh",
    "c-k3v9q2m7x4ab",
    "550e8400-e29b-41d4-a716-446655440000",
    "2024-01-02 12:00:00+00:00",
    "http://shop.example:8080/a@b?page_token=abc123def456",
    "jo@example.com, +49 170 1234567",
    "DE89 3704 0044 0532 0130 01",
    "FLIGHT LH2024 AB12 CD34 EF56 GH78",
    "sk-bratislava-stare-mesto-hotel",
    "",
    f"data:image/png;base64,{PICTURE}",
    encoded("a customer asks where the order is, and gets an answer"),
    "password: internationalization",
    "a basic misunderstanding of abcdefghijklmnopqrst",
    "/usr/lib/python3/dist-packages/langgraph/checkpoint",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_secrets_are_taken_out_and_what_is_taken_out_stays_so(text):
    assert redact_secrets(text) == HIDDEN[text]
    assert redact_secrets(HIDDEN[text]) == HIDDEN[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text):
    assert redact_secrets(text) == text


def test_order_numbers_stay_however_they_look():
    draw = random.Random(7)  # noqa: S311
    numbers = [
        "".join(draw.choices("0123456789", k=length))
        for length in (8, 10, 12, 13, 14, 15, 16, 19, 20)
        for _ in range(200)
    ]
    for text in (f"my order {number} is late" for number in numbers):
        assert redact_secrets(text) == text
    # Where nothing says what a number is, one in 40 of 16 digits passes for a card.
    alone = [f"It is {number}." for number in numbers]
    assert sum(redact_secrets(text) != text for text in alone) < len(alone) / 40


def test_personal_data_go_where_that_is_asked_for():
    text = (
        "jo.x+y@mail.example.org, +49 (0)170 123 4567, (555) 123-4567, 0170 1234567, 078-05-1120, 12.05.24, $1,234.56"
    )
    told = "[email], [phone], [phone], [phone], [SSN], 12.05.24, $1,234.56"
    assert redact_personal_data(text) == told
    assert redact_personal_data(told) == told
    assert redact_personal_data(f"{KEY} order 2024-123-4567") == "[secret] order 2024-123-4567"


@pytest.mark.parametrize(
    "piece",
    [
        *("a:", "password:", "sk-", "eyJ", "x@", "1 ", "+1", "A1 ", "=", "xoxb-", "://", "0123", "a.", "-----BEGIN "),
        *("x", "ab_", "a-", "x1-", "é", "_"),
    ],
)
def test_no_text_takes_long(piece):
    began = time.process_time()
    redact_personal_data((piece * 20_000)[:20_000])
    assert time.process_time() - began < 1


@pytest.fixture(scope="module")
def opened(tmp_path_factory, embeddings):
    with Coach(tmp_path_factory.mktemp("secrets") / "store", embeddings=embeddings) as coach:
        yield coach


def test_nothing_has_to_be_asked_for(opened, tmp_path):
    opened.add(intent="a customer disputes a charge", behavior=Reply("Ask for the date."))
    opened.advise("somebody charged my card 4111 1111 1111 1111 twice")
    steps = (
        Step(index=0, trace_id="t", type="user", author="user", text=f"here: {KEY}"),
        Step(
            index=1, trace_id="t", type="tool_call", author="agent", name="login",
            arguments={"user": "jo", "password": "correct horse", "order": "4111111111111112",
                       "inner": [{"api_key": "x y"}]},
        ),
        Step(index=2, trace_id="t", type="message", author="agent", text="Done: DE89 3704 0044 0532 0130 00"),
    )  # fmt: skip
    opened.traces.add(Trace(id="t", steps=steps, metadata={"user_id": "user_2NxKk3mZ9qAbCdEfGh", "client_secret": "s"}))
    opened.flush()
    assert opened.receipts()[0].situation == "user: somebody charged my card [card] twice"
    trace = opened.traces.get("t")
    assert [step.text for step in trace.steps if step.text] == ["here: [secret]", "Done: [IBAN]"]
    assert trace.steps[1].arguments == {
        "user": "jo", "password": "[secret]", "order": "4111111111111112", "inner": [{"api_key": "[secret]"}],
    }  # fmt: skip
    assert trace.metadata == {"user_id": "user_2NxKk3mZ9qAbCdEfGh", "client_secret": "[secret]"}


def test_a_hook_of_ones_own_is_the_only_one(tmp_path, embeddings):
    steps = (Step(index=0, trace_id="t", type="user", author="user", text=f"{KEY} 4711"),)
    for number, (hook, left) in enumerate(
        {str: f"{KEY} 4711", lambda text: text.replace("4711", "#"): f"{KEY} #"}.items()
    ):
        with Coach(tmp_path / str(number), embeddings=embeddings, redact=hook) as coach:
            coach.traces.add(Trace(id="t", steps=steps))
            assert coach.traces.get("t").steps[0].text == left
