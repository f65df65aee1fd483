"""What a miss says, and which recordings nobody plays."""

pytest_plugins = "pytester"

ONE = """
@pytest.mark.coaching_cassette({options})
def test_one():
    assert MODEL.invoke([("system", {system!r}), ("user", {user!r})]).text == "answer 1"
"""


def one(system="You help.", user="hello", options=""):
    return ONE.format(system=system, user=user, options=options)


def block(*intents):
    from langgraph_coaching.recall.prompt import block as written

    return written([f"- When replying to: {intent}\n  Do this: say so." for intent in intents])


def test_a_miss_says_which_part_differs(project):
    project(one(), "--coaching-record=new").assert_outcomes(passed=1)
    result = project(one(user="hello there").replace("MODEL.invoke", "MODEL.bind(temperature=1).invoke"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*RecordingError: no recording in *test_one.yaml answers POST /v1/chat/completions; the closest, 1 of 1*",
            '*$.messages[[]1].content: recorded "hello", now "hello there"',
            "*$.temperature: recorded nothing, now 1*",
            "*record it with `pytest test_shop.py::test_one --coaching-record=rewrite`*",
        ]
    )


def test_another_model_is_named(project):
    project(one(), "--coaching-record=new").assert_outcomes(passed=1)
    result = project(one().replace("MODEL.invoke", "MODEL.bind(model='large').invoke"))
    result.stdout.fnmatch_lines(['*$.model: recorded "small", now "large"'])


def test_a_miss_says_that_it_is_the_coaching_block(project):
    project(one(f"You help.\n\n{block('a refund')}"), "--coaching-record=new").assert_outcomes(passed=1)
    other = one(f"You help.\n\n{block('a refund', 'a delay')}")
    result = project(other)
    result.stdout.fnmatch_lines(
        ["*$.messages[[]0].content: the coaching block differs: recorded with a refund, now with a refund; a delay"]
    )
    result = project(one())
    result.stdout.fnmatch_lines(["*the coaching block differs: recorded with a refund, now with none"])


def test_the_coaching_block_can_be_ignored(project):
    coached = f"You help.\n\n{block('a refund')}"
    project(one(coached, options="ignore_coaching=True"), "--coaching-record=new").assert_outcomes(passed=1)
    for system in (coached, "You help.", f"You help.\n\n{block('a delay')}"):
        project(one(system, options="ignore_coaching=True")).assert_outcomes(passed=1)
        if system != coached:
            project(one(system, options="ignore_coaching=False")).assert_outcomes(failed=1)
    project(one("You help!", options="ignore_coaching=True")).assert_outcomes(failed=1)


def test_a_miss_fails_the_test_even_if_the_agent_goes_on_without(project):
    swallowing = """
def test_one(coaching_cassette):
    try:
        MODEL.invoke("hello")
    except Exception:
        pass
"""
    result = project(swallowing)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RecordingError*holds no recording*"])
    project(swallowing + "    coaching_cassette.misses.clear()\n").assert_outcomes(passed=1)


def test_asking_once_more_than_recorded_is_a_miss(project):
    project(one(), "--coaching-record=new").assert_outcomes(passed=1)
    result = project(one() + "    MODEL.invoke([('system', 'You help.'), ('user', 'hello')])\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*is recorded in *test_one.yaml 1 time(s), and asked for once more*"])


TWO = one() + "    assert MODEL.invoke('more').text == 'answer 2'\n"


def test_a_recording_that_is_never_played_is_found(project):
    project(TWO, "--coaching-record=new").assert_outcomes(passed=1)
    result = project(one())
    assert result.ret == 0
    said = ["*coaching cassettes*", "*test_one.yaml: recording 2 of 2 (POST /v1/chat/completions) was never played*"]
    result.stdout.fnmatch_lines(said)
    result = project("", "--coaching-unused=error")
    assert result.ret == 1
    result.stdout.fnmatch_lines(said)
    project(TWO)
    assert project("", "--coaching-unused=error").ret == 0


SHARED = """
@pytest.mark.coaching_cassette("shared")
@pytest.mark.parametrize("said", ["hello", "more"])
def test_one(said):
    MODEL.invoke(said)
"""


def test_a_shared_cassette_is_judged_when_all_its_tests_have_passed(project):
    project(SHARED, "--coaching-record=new").assert_outcomes(passed=2)
    assert project("", "--coaching-unused=error").ret == 0
    assert project("", "--coaching-unused=error", "-k", "hello").ret == 0
    result = project(SHARED.replace('"more"]', '"hello "[:5]]'), "--coaching-unused=error")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*shared.yaml: recording 2 of 2*"])


def test_a_cassette_no_test_asks_for_is_an_orphan(project):
    project(one(), "--coaching-record=new").assert_outcomes(passed=1)
    orphans = ("--coaching-unused=error", "--coaching-orphans=cassettes")
    assert project("", *orphans).ret == 0
    project.cassette("test_one").rename(project.cassette("test_gone"))
    project(one().replace("test_one", "test_two"), "--coaching-record=new")
    result = project("", *orphans)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*test_gone.yaml: no test asks for it*"])


def test_the_scrub_is_extended_by_a_fixture(project, pytester):
    pytester.makeconftest(
        """
        import pytest
        from langgraph_coaching.testing.cassette import CassetteConfig

        @pytest.fixture
        def coaching_cassette_config():
            return CassetteConfig(
                secrets=("Ada Lovelace",),
                keep_headers=("x-request-id",),
                scrub=lambda text: text.replace("hello", "hi"),
            )
        """
    )
    project(one(user="hello from Ada Lovelace"), "--coaching-record=new").assert_outcomes(passed=1)
    text = " ".join(project.cassette("test_one").read_text().split())
    assert "hi from scrubbed" in text
    assert "x-request-id" in text
    project().assert_outcomes(passed=1)


def test_an_option_that_is_not_there_is_named(project):
    result = project(one(options="ignore_coching=True"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*coaching_cassette takes name, folder, ignore_coaching*, not ignore_coching*"])
